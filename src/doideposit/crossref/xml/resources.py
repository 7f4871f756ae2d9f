"""Resource-only deposits: parts of records that are registered, each alone (Crossref's doi_resources5.4.0.xsd).

They have neither timestamp nor registrant, so nothing but the order in which they are processed decides which of two
counts. What is said of a DOI replaces what is registered of that part, and an empty part takes it away (Crossref
documentation, "resource-only deposit" and "metadata removal markup guide").
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Final, Self

from lxml import etree

from doideposit.crossref.names import (
    ACCESS,
    CLINICAL,
    FUNDING,
    RELATIONS,
    is_resources,
)
from doideposit.crossref.xml.elements import doi_holders, to_bytes
from doideposit.records.identifiers import Doi
from doideposit.safe_xml import Element, ParsedXml, local_name

__all__ = ["ResourceDeposit"]

# The children of `body` in the order of the schema, which is a sequence.
_ORDER: Final = (
    "doi_citations",
    "doi_resources",
    "crossmark_data",
    "fundref_data",
    "lic_ref_data",
    "doi_relations",
    "clinicaltrial_data",
)
# The elements of a resource deposit by the blocks of a record that each replaces.
_BLOCKS: Final = {
    "doi_citations": "references",
    "doi_resources": "full_texts",
    "crossmark_data": "crossmark",
    "fundref_data": "funding",
    "lic_ref_data": "licences",
    "doi_relations": "relations",
    "clinicaltrial_data": "clinical trials",
}
# These three hold a program, and nothing beside it.
_PROGRAMS: Final = {
    "fundref_data": (FUNDING, "fundref"),
    "lic_ref_data": (ACCESS, "AccessIndicators"),
    "doi_relations": (RELATIONS, "relations"),
    "clinicaltrial_data": (CLINICAL, None),
}


@dataclass(frozen=True, slots=True)
class ResourceDeposit:
    """Hold the root of a resource-only deposit; None for what is not XML."""

    root: Element | None

    @classmethod
    def read(cls, xml: bytes) -> Self:
        """Read a file."""
        return cls(ParsedXml.of(xml).root)

    def parts(self) -> Iterator[tuple[Doi, Element]]:
        """Yield every child of ``body`` with its DOI; texts that are not a DOI are findings of the validator."""
        for child in () if self.root is None else self.root.iterfind("{*}body/{*}*"):
            if (doi := Doi.parse_or_none(child.findtext("{*}doi"))) is not None:
                yield doi, child

    @staticmethod
    def part_name(element: Element) -> str:
        """Return the subject of a child of ``body`` in plain words: references, licences, and so on."""
        return _BLOCKS.get(local_name(element), local_name(element)).replace("_", " ")

    def emptied(self, doi: Doi) -> frozenset[str]:
        """Return the blocks of a DOI that are emptied without being filled again."""
        found = [(_BLOCKS.get(local_name(part), ""), _block_of(part)) for part in self._parts_of(doi)]
        return frozenset(name for name, block in found if block is not None and not len(block))

    def applied_to(self, record: bytes, doi: Doi) -> bytes:
        """Return a record, of a deposit file or an answer, with this deposit applied.

        What does not hold the DOI comes back as it is.
        """
        root = ParsedXml.of(record.strip()).root
        holder = None if root is None else dict(doi_holders(root)).get(doi.key)
        if root is None or holder is None:
            return record
        for part in self._parts_of(doi):
            block = _block_of(part)
            if block is not None:
                _put_block(holder, _in_namespace(block, etree.QName(holder).namespace or ""))
        return to_bytes(root)

    def emptying(self, blocks: Mapping[str, Collection[str]]) -> bytes:
        """Return a deposit that empties blocks, by `Doi.key`, before this one fills them.

        Of full texts only the collections that this one has are emptied, because the rest would not come back.
        """
        root = deepcopy(self.root)
        body = None if root is None else root.find("{*}body")
        if root is None or body is None:
            raise RuntimeError("the file is not a resource-only deposit")
        sent = list(self.parts())
        for child in list(body):
            body.remove(child)
        space = etree.QName(body).namespace or ""
        for kind in _ORDER:
            for doi, names in blocks.items():
                if _BLOCKS[kind] in names:
                    own = [part for found, part in sent if found.key == doi and local_name(part) == kind]
                    body.extend(_emptied_elements(space, kind, doi, own))
        return to_bytes(root, laid_out=space)

    def _parts_of(self, doi: Doi) -> list[Element]:
        return [part for found, part in self.parts() if found == doi]


def _block_of(part: Element) -> Element | None:
    """Return the content of a child of ``body`` beside the DOI."""
    return next((child for child in part.iterchildren(tag=etree.Element) if local_name(child) != "doi"), None)


def _in_namespace(block: Element, namespace: str) -> Element:
    """Return a copy in which Crossref's own elements have the namespace of the record they come into."""
    copied = deepcopy(block)
    copied.tail = None
    for element in copied.iter(etree.Element):
        name = etree.QName(element)
        if is_resources(name.namespace):
            element.tag = f"{{{namespace}}}{name.localname}" if namespace else name.localname
    return copied


def _put_block(holder: Element, block: Element) -> None:
    """Put a block into a record, in place of the registered one."""
    data = holder.find("{*}doi_data")
    if local_name(block) == "collection" and data is not None:
        old = [
            element for element in data.iterfind("{*}collection") if element.get("property") == block.get("property")
        ]
        data.append(block)
    else:
        # Of the four kinds of programs only the namespace tells which one it is.
        old = [element for element in holder.iterchildren(tag=etree.Element) if element.tag == block.tag]
        if old:
            old[0].addprevious(block)
        elif data is None or local_name(block) == "citation_list":
            holder.append(block)
        else:
            data.addprevious(block)
    for node in old:
        parent = node.getparent()
        if parent is not None:
            parent.remove(node)


def _emptied_elements(space: str, kind: str, doi: str, sent: Sequence[Element]) -> Iterator[Element]:
    """Yield the elements that empty one block of one DOI."""
    for block in _empty_elements(space, kind, sent):
        part = etree.Element(f"{{{space}}}{kind}")
        named = etree.SubElement(part, f"{{{space}}}doi")
        named.text = doi
        part.append(block)
        yield part


def _empty_elements(space: str, kind: str, sent: Sequence[Element]) -> Iterator[Element]:
    if kind in _PROGRAMS:
        namespace, name = _PROGRAMS[kind]
        yield etree.Element(f"{{{namespace}}}program", {"name": name} if name else {})
    elif kind == "doi_resources":
        for element in sent:
            block = _block_of(element)
            if block is not None:
                yield etree.Element(f"{{{space}}}collection", property=block.get("property") or "")
    else:
        yield etree.Element(f"{{{space}}}{'citation_list' if kind == 'doi_citations' else 'crossmark'}")
