"""Deposit XML that others made: which DOIs it registers, and our own batch id and timestamp in its head."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from doideposit.crossref.names import (
    RESOURCES,
    is_resources_namespace,
)
from doideposit.crossref.xml.elements import canonical_hash, is_mixed, text_inside, to_bytes
from doideposit.crossref.xml.resources import ResourceDeposit
from doideposit.records.identifiers import Doi
from doideposit.records.models.series import RecordType
from doideposit.safe_xml import Element, local_name, parse_document, parse_part

__all__ = ["DepositItem", "only", "restamp"]


@dataclass(frozen=True, slots=True)
class DepositItem:
    """Hold one DOI that a deposit file registers.

    `fingerprint` is that of the child of ``body`` the DOI is in, the same as `fingerprint(commentary)` gives for
    a file made here; DOIs of one such child, say the articles of a journal issue, share it. `record_type` is one of
    `RecordType` where it fits, otherwise the name of the element that holds the DOI; for a DOI of a resource-only
    deposit it is ``doi_resources``, and the title says which parts it holds. `container` and `title` are plain text.
    """

    doi: Doi
    fingerprint: str
    record_type: str
    container: str | None
    title: str

    @staticmethod
    def read_all(file: bytes | Element) -> "tuple[DepositItem, ...]":
        """Return every DOI a deposit file registers, in its order, for any version of the schema.

        The file is given as its bytes, or as its root where somebody has parsed it. Empty for what is not a deposit
        file; DOIs that are none are left out. Both are findings of the validator.
        """
        root = parse_document(file).root if isinstance(file, bytes) else file
        if root is None or local_name(root) != "doi_batch":
            return ()
        if _is_resources_file(root):
            return tuple(_part_items(root))
        found = []
        for child in root.iterfind("{*}body/{*}*"):
            holders = list(_doi_holders(child))
            if holders:
                namespace = str(etree.QName(child).namespace)
                mark = canonical_hash(_without_layout(_without_comments(child), namespace))
                found += [_make_item(doi, holder, child, mark) for doi, holder in holders]
        return tuple(found)


# The element that holds a DOI tells the type of the record.
_RECORD_TYPES: Final = {
    "report-paper_series_metadata": RecordType.REPORT_SERIES.value,
    "report-paper_metadata": RecordType.REPORT_SINGLE.value,
    "journal_article": RecordType.JOURNAL.value,
    "posted_content": RecordType.POSTED.value,
}
# Where each kind of container has its title, from the holder of the DOI or from the child of body.
_CONTAINERS: Final = (
    "{*}series_metadata/{*}titles/{*}title",
    "{*}group_title",
    "{*}journal_metadata/{*}full_title",
    "{*}book_series_metadata/{*}series_metadata/{*}titles/{*}title",
    "{*}proceedings_series_metadata/{*}series_metadata/{*}titles/{*}title",
    "{*}proceedings_metadata/{*}proceedings_title",
)
# Where a title stands, by type: the first that is there is that of the work.
_TITLES: Final = ("{*}titles/{*}title", "{*}full_title", "{*}title", "{*}description")


_BLANK = re.compile(r"\s*")


def _without_layout(item: Element, namespace: str) -> Element:
    """Remove the indentation of the item, in place, and return it."""
    for element, part in list(_layout_texts(item, namespace)):
        setattr(element, part, None)
    return item


def _layout_texts(element: Element, namespace: str) -> Iterator[tuple[Element, str]]:
    """Yield the elements whose text or tail is nothing but indentation, with the name of that part."""
    if is_mixed(element, namespace) or not len(element):
        return
    if _BLANK.fullmatch(element.text or ""):
        yield element, "text"
    for child in element:
        if _BLANK.fullmatch(child.tail or ""):
            yield child, "tail"
        yield from _layout_texts(child, namespace)


def _is_resources_file(root: Element) -> bool:
    """Tell whether a parsed file is a resource-only deposit, of whatever version."""
    return is_resources_namespace(etree.QName(root).namespace)


def _part_items(root: Element) -> Iterator[DepositItem]:
    """Yield each DOI of a resource-only deposit once, whatever parts there are of it."""
    found: dict[Doi, list[Element]] = {}
    for doi, part in ResourceDeposit(root).parts():
        found.setdefault(doi, []).append(part)
    for doi, own in found.items():
        space = str(etree.QName(root).namespace)
        marks = [canonical_hash(_without_layout(_without_comments(one), space)) for one in own]
        mark = hashlib.sha256("".join(marks).encode()).hexdigest()
        yield DepositItem(doi, mark, RESOURCES, None, ", ".join(dict.fromkeys(map(ResourceDeposit.part_name, own))))


def _without_comments(element: Element) -> Element:
    """Return a copy without comments and processing instructions, which may be between texts."""
    copied = parse_part(etree.tostring(element, with_tail=False))
    # The canonical form leaves out what is not used, and libxml2 refuses to make it where one of these is relative.
    etree.cleanup_namespaces(copied)
    return copied


def _doi_holders(child: Element) -> Iterator[tuple[Doi, Element]]:
    for data in child.iter("{*}doi_data"):
        # An element `doi` may hold anything before the schema was asked.
        holder, doi = data.getparent(), Doi.parse_or_none(data.findtext("{*}doi"))
        if holder is not None and doi is not None:
            yield doi, holder


def _make_item(doi: Doi, holder: Element, child: Element, mark: str) -> DepositItem:
    name = local_name(holder)
    container = _first_text(holder, _CONTAINERS) or (_first_text(child, _CONTAINERS) if holder is not child else None)
    title = _first_text(holder, _TITLES) or ""
    return DepositItem(doi, mark, _RECORD_TYPES.get(name, name), container if container != title else None, title)


def _first_text(element: Element, paths: tuple[str, ...]) -> str | None:
    for path in paths:
        found = element.find(path)
        if found is not None:
            return " ".join(text_inside(found).split()) or None
    return None


def only(xml: bytes, *dois: Doi) -> bytes:
    """Return a deposit file with only those children of ``body`` that hold these DOIs.

    DOIs in the same child, such as articles of a journal issue, stay. What holds none of them comes back as it is.
    """
    root = parse_document(xml).root
    body = None if root is None else root.find("{*}body")
    if root is None or body is None:
        return xml
    holding = [
        child for child in body.iterchildren(tag=etree.Element) if not dict(_doi_holders(child)).keys().isdisjoint(dois)
    ]
    if not holding:
        return xml
    for child in list(body):
        if child not in holding:
            body.remove(child)
    return to_bytes(root)


def restamp(xml: bytes, head_batch_id: str, timestamp: int) -> bytes:
    """Return the file with another ``doi_batch_id`` and ``timestamp`` in its head, in UTF-8 without a byte order mark.

    A ``timestamp`` inside a ``doi_data`` stays: it belongs to the maker of the file. What cannot be parsed, and
    what has no head, comes back as it is: the validator refuses both.
    """
    root = parse_document(xml).root
    if root is None or local_name(root) != "doi_batch":
        return xml
    values = {"doi_batch_id": head_batch_id, "timestamp": str(timestamp)}
    fields = [(field, value) for name, value in values.items() for field in root.iterfind(f"{{*}}head/{{*}}{name}")]
    for field, value in fields:
        # A comment or an element inside goes as well: the schema takes text alone here.
        del field[:]
        field.text = value
    return to_bytes(root) if fields else xml
