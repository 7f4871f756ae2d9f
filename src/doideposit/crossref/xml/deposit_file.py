"""Deposit files that exist already, changed without building them again: fewer items, another head, empty blocks."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final, NamedTuple, cast

from lxml import etree

from doideposit.crossref.names import ACCESS, FUNDING, RELATIONS
from doideposit.crossref.xml.elements import doi_holders, to_bytes
from doideposit.records.identifiers import Doi
from doideposit.safe_xml import Element, ParsedXml, local_name

__all__ = ["DepositFile"]


class DepositFile(NamedTuple):
    """Hold the bytes of a deposit file, whoever made it; the methods return other files and leave this one as it is."""

    xml: bytes

    def only(self, *dois: Doi) -> "DepositFile":
        """Keep only those children of ``body`` that hold these DOIs.

        DOIs in the same child, such as articles of a journal issue, stay. A file that holds none of them comes back
        as it is.
        """
        root = ParsedXml.of(self.xml).root
        body = None if root is None else root.find("{*}body")
        if root is None or body is None:
            return self
        wanted = {doi.key for doi in dois}
        holding = [
            child
            for child in body.iterchildren(tag=etree.Element)
            if not dict(doi_holders(child)).keys().isdisjoint(wanted)
        ]
        if not holding:
            return self
        for child in list(body):
            if child not in holding:
                body.remove(child)
        return DepositFile(to_bytes(root))

    def restamp(self, batch_id: str, timestamp: int) -> "DepositFile":
        """Return the file with another ``doi_batch_id`` and ``timestamp`` in its head, in UTF-8 without a BOM.

        A ``timestamp`` inside a ``doi_data`` stays: it belongs to the maker of the file. What cannot be parsed, and
        what has no head, comes back as it is: the validator refuses both.
        """
        root = ParsedXml.of(self.xml).root
        if root is None or local_name(root) != "doi_batch":
            return self
        values = {"doi_batch_id": batch_id, "timestamp": str(timestamp)}
        fields = [(field, value) for name, value in values.items() for field in root.iterfind(f"{{*}}head/{{*}}{name}")]
        for field, value in fields:
            # A comment or an element inside goes as well: the schema takes text alone here.
            del field[:]
            field.text = value
        return DepositFile(to_bytes(root)) if fields else self

    def clear_blocks(self, blocks: Mapping[str, Collection[str]]) -> "DepositFile":
        """Turn these blocks into empty elements, so that Crossref removes their content.

        `blocks` names them by `Doi.key`: licences, funding, relations, full_texts, references or crossmark. The
        bibliography stays as it is, because what a deposit leaves out of it is lost. Source: Crossref documentation,
        metadata removal markup guide. Raises `RuntimeError` for a file that does not hold a DOI that is named.
        """
        root = ParsedXml.of(self.xml).root
        holders = {} if root is None else dict(doi_holders(root))
        missing = blocks.keys() - holders.keys()
        if root is None or missing:
            raise RuntimeError(f"the file does not hold {', '.join(sorted(missing)) or 'a deposit'}")
        for doi, names in blocks.items():
            _clear_item(holders[doi], frozenset(names))
        return DepositFile(to_bytes(root))

    def cited_dois(self) -> Iterator[tuple[str, Doi, int | None]]:
        """Yield the `Doi.key` of each work, a DOI that it cites, and the line; other texts are left to the checks."""
        # Most files have no references, and are not parsed once more.
        root = ParsedXml.of(self.xml.strip()).root if b"citation" in self.xml else None
        for listed in root.iter("{*}citation_list") if root is not None else ():
            around = listed.getparent()
            work = None if around is None else _doi_at(around, "{*}doi_data/{*}doi") or _doi_at(around, "{*}doi")
            for named in listed.iterfind("{*}citation/{*}doi") if work is not None else ():
                # What is not a DOI cannot be asked for; the check against the schema tells of it.
                cited = Doi.parse_or_none(named.text)
                if work is not None and cited is not None:
                    # The stubs of lxml give this property no type.
                    yield work.key, cited, cast("int | None", named.sourceline)


# Programs and their namespaces: an empty one takes away what was registered in it.
_PROGRAMS: Final = {
    "licences": (ACCESS, "AccessIndicators"),
    "funding": (FUNDING, "fundref"),
}
# Collections of full texts, which are emptied by an empty collection of the same property.
_FILES: Final = ("crawler-based", "text-mining")


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
        _put_in_place(holder, sorted([*kept, *emptied], key=lambda element: element.get("name") != "fundref"))


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
    for node in old:
        holder.remove(node)
    holder[place:place] = new


def _is_of_rights(element: Element) -> bool:
    name = etree.QName(element)
    return name.localname == "crossmark" or (name.localname == "program" and name.namespace in {ACCESS, FUNDING})


def _remove_content(element: Element) -> None:
    for child in list(element):
        element.remove(child)
    element.text = None


def _doi_at(element: Element, path: str) -> Doi | None:
    return Doi.parse_or_none(element.findtext(path))
