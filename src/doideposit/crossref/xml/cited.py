"""The DOIs in the references of a deposit file, whoever made it, with the line on which each stands."""

from collections.abc import Iterator
from typing import cast

from doideposit.records.identifiers import Doi
from doideposit.safe_xml import Element, parse_document

__all__ = ["cited_dois"]


def cited_dois(xml: bytes) -> Iterator[tuple[str, Doi, int | None]]:
    """Yield the `Doi.key` of each work, a DOI that it cites, and the line; other texts are left to the checks."""
    # Most files have no references, and are not parsed once more.
    root = parse_document(xml.strip()).root if b"citation" in xml else None
    for listed in root.iter("{*}citation_list") if root is not None else ():
        around = listed.getparent()
        work = None if around is None else _doi_at(around, "{*}doi_data/{*}doi") or _doi_at(around, "{*}doi")
        for named in listed.iterfind("{*}citation/{*}doi") if work is not None else ():
            # What is not a DOI cannot be asked for; the check against the schema tells of it.
            cited = Doi.parse_or_none(named.text)
            if work is not None and cited is not None:
                # The stubs of lxml give this property no type.
                yield work.key, cited, cast("int | None", named.sourceline)


def _doi_at(element: Element, path: str) -> Doi | None:
    return Doi.parse_or_none(element.findtext(path))
