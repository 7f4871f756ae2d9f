"""The DOIs that a deposit file registers, whoever made it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from doideposit.crossref.names import (
    RESOURCES,
    is_resources,
)
from doideposit.crossref.xml.elements import canonical_hash
from doideposit.crossref.xml.resources import ResourceDeposit
from doideposit.records.identifiers import Doi
from doideposit.records.models.series import RecordType
from doideposit.safe_xml import Element, ParsedXml, local_name

__all__ = ["DepositItem"]


@dataclass(frozen=True, slots=True)
class DepositItem:
    """Hold one DOI that a deposit file registers.

    `fingerprint` is that of the child of ``body`` the DOI is in, the same as `Built.fingerprint_of` gives for
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
        root = ParsedXml.of(file).root if isinstance(file, bytes) else file
        if root is None or local_name(root) != "doi_batch":
            return ()
        if _is_resources_file(root):
            return tuple(_part_items(root))
        found = []
        for child in root.iterfind("{*}body/{*}*"):
            holders = list(_doi_holders(child))
            if holders:
                namespace = str(etree.QName(child).namespace)
                mark = canonical_hash(child, namespace)
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


def _is_resources_file(root: Element) -> bool:
    """Tell whether a parsed file is a resource-only deposit, of whatever version."""
    return is_resources(etree.QName(root).namespace)


def _part_items(root: Element) -> Iterator[DepositItem]:
    """Yield each DOI of a resource-only deposit once, whatever parts there are of it."""
    found: dict[Doi, list[Element]] = {}
    for doi, part in ResourceDeposit(root).parts():
        found.setdefault(doi, []).append(part)
    for doi, own in found.items():
        space = str(etree.QName(root).namespace)
        marks = [canonical_hash(element, space) for element in own]
        mark = hashlib.sha256("".join(marks).encode()).hexdigest()
        yield DepositItem(doi, mark, RESOURCES, None, ", ".join(dict.fromkeys(map(ResourceDeposit.part_name, own))))


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
            return " ".join("".join(map(str, found.itertext())).split()) or None
    return None
