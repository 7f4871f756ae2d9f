"""Deposit files that empty blocks of registered records: the same bibliography, with empty parents in their places."""

from collections.abc import Collection, Mapping
from typing import Final

from lxml import etree

from doideposit.crossref.names import ACCESS, FUNDING, RELATIONS
from doideposit.crossref.xml.elements import doi_holders, to_bytes
from doideposit.safe_xml import Element, parse_document

__all__ = ["clear_blocks"]

# Programs and their namespaces: an empty one takes away what was registered in it.
_PROGRAMS: Final = {
    "licences": (ACCESS, "AccessIndicators"),
    "funding": (FUNDING, "fundref"),
}
# Collections of full texts, which are emptied by an empty collection of the same property.
_FILES: Final = ("crawler-based", "text-mining")


def clear_blocks(xml: bytes, blocks: Mapping[str, Collection[str]]) -> bytes:
    """Return a deposit file in which these blocks are empty elements, so that Crossref removes their content.

    `blocks` names them by `Doi.key`: licences, funding, relations, full_texts, references or crossmark. The
    bibliography stays as it is, because what a deposit leaves out of it is lost. Source: Crossref documentation,
    metadata removal markup guide. Raises `RuntimeError` for a file that does not hold a DOI that is named.
    """
    root = parse_document(xml).root
    holders = {} if root is None else dict(doi_holders(root))
    missing = blocks.keys() - holders.keys()
    if root is None or missing:
        raise RuntimeError(f"the file does not hold {', '.join(sorted(missing)) or 'a deposit'}")
    for doi, names in blocks.items():
        _clear_item(holders[doi], frozenset(names))
    return to_bytes(root)


def _clear_item(holder: Element, names: frozenset[str]) -> None:
    if "relations" in names:
        for program in holder.iterfind(f"{{{RELATIONS}}}program"):
            _remove_content(program)
    if "references" in names:
        for listed in holder.iterfind("{*}citation_list"):
            _remove_content(listed)
    if "full_texts" in names:
        _clear_files(holder)
    if "crossmark" in names:
        # Beside an empty Crossmark the schema takes no programs; what they hold is sent again by the last step.
        _put_in_place(holder, [etree.Element(f"{{{etree.QName(holder).namespace}}}crossmark")])
    elif names.intersection({"funding", "licences"}):
        kept = [] if names >= {"funding", "licences"} else _other_program(holder, names)
        emptied = [_empty_program(name) for name in ("funding", "licences") if name in names]
        # The schema wants funding before licences (crossref5.5.0.xsd: the sequence beside crossmark).
        _put_in_place(holder, sorted([*kept, *emptied], key=lambda one: one.get("name") != "fundref"))


def _clear_files(holder: Element) -> None:
    """Empty both collections, also the one that the new record no longer has."""
    for data in holder.iterfind("{*}doi_data"):
        for collection in data.findall("{*}collection"):
            if collection.get("property") in _FILES:
                data.remove(collection)
        for kind in _FILES:
            etree.SubElement(data, f"{{{etree.QName(data).namespace}}}collection", property=kind)


def _other_program(holder: Element, names: frozenset[str]) -> list[Element]:
    """Return the program of rights that is not emptied and is beside Crossmark."""
    return [
        program
        for name in {"funding", "licences"} - names
        for program in holder.iterfind(f"{{{_PROGRAMS[name][0]}}}program")
    ]


def _empty_program(name: str) -> Element:
    namespace, word = _PROGRAMS[name]
    return etree.Element(f"{{{namespace}}}program", name=word)


def _put_in_place(holder: Element, new: list[Element]) -> None:
    """Replace Crossmark, funding and licences by these elements."""
    old = [element for element in holder.iterchildren(tag=etree.Element) if _is_of_rights(element)]
    if not old:
        raise RuntimeError("the record has no element to put the emptied blocks after")
    place = holder.index(old[0])
    for one in old:
        holder.remove(one)
    holder[place:place] = new


def _is_of_rights(element: Element) -> bool:
    name = etree.QName(element)
    return name.localname == "crossmark" or (name.localname == "program" and name.namespace in {ACCESS, FUNDING})


def _remove_content(element: Element) -> None:
    for child in list(element):
        element.remove(child)
    element.text = None
