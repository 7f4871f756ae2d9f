"""What Crossref's XML query service answers: ``unixsd`` with everything beside the record, ``unixref`` without names.

The shapes, the names of the ``crm-item`` elements and the sentences are recorded facts (Crossref documentation, unixsd
and unixref query output formats; public recordings).
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final
from xml.sax.saxutils import escape

from lxml import etree

from doideposit.safe_xml import Element
from doideposit.sandbox.deposits import local
from doideposit.sandbox.entries import Registration
from doideposit.sandbox.exchange import Reply
from doideposit.sandbox.retention import holder

__all__ = ["UNKNOWN_LOGIN", "inverse_relations", "is_doi", "unixref_reply", "unixsd_reply"]

# The words of the query service, which answers 200 all the same.
UNKNOWN_LOGIN: Final = b"The login you supplied is not recognized"
# A text of another shape is no DOI, and the service says so in its own way.
_DOI: Final = re.compile(r"10\.\d{4,9}/\S+")
# crossref_query_output3.0.xsd: doi/@type. What is missing here is the name of the element itself.
_TYPES: Final = {
    "report-paper_series_metadata": "report-paper_series",
    "report-paper_metadata": "report-paper_title",
    "journal_metadata": "journal_title",
    "series_metadata": "report-paper_series",
}


def is_doi(text: str) -> bool:
    """Tell whether the query service takes this for a DOI."""
    return _DOI.fullmatch(text) is not None


def unixsd_reply(doi: str, versions: Sequence[Registration], relations: Iterable[tuple[str, str]] = ()) -> Reply:
    """Answer in ``unixsd``: `versions` are those shown by now, `relations` what other records say of this DOI."""
    if not is_doi(doi):
        body = f'<query status="malformed"><doi>{escape(doi)}</doi><msg>Malformed DOI: {escape(doi)}</msg></query>'
    elif versions:
        body = _resolved(doi, versions, relations)
    else:
        body = f'<query status="unresolved"><doi>{escape(doi)}</doi></query>'
    page = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<crossref_result xmlns="http://www.crossref.org/qrschema/3.0" version="3.0">\n<query_result>\n'
        "<head><doi_batch_id>none</doi_batch_id></head>\n"
        f"<body>\n{body}\n</body>\n</query_result>\n</crossref_result>\n"
    )
    return Reply(200, page.encode(), "application/vnd.crossref.unixsd+xml;charset=UTF-8")


def unixref_reply(doi: str, versions: Sequence[Registration]) -> Reply:
    """Answer in ``unixref``: the record without namespaces, and the date of its last change for a timestamp."""
    if not versions or not versions[-1].record:
        inside, head = f"<error>doi:{escape(doi)}</error>", ""
    else:
        last = versions[-1]
        inside = _bare(last.record)
        head = f' owner="{last.owner}" timestamp="{last.applied:%Y-%m-%d %H:%M:%S}"'
    page = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<doi_records>\n<doi_record{head}>\n<crossref>{inside}</crossref>\n</doi_record>\n</doi_records>\n"
    )
    return Reply(200, page.encode(), "application/vnd.crossref.unixref+xml;charset=UTF-8")


def _resolved(doi: str, versions: Sequence[Registration], relations: Iterable[tuple[str, str]]) -> str:
    first, last = versions[0], versions[-1]
    element = holder(etree.fromstring(last.record), last.doi) if last.record else None
    name = "" if element is None else local(element)
    title = {"journal_article": "journal-id", "journal_metadata": "journal-id"}.get(name, "book-id")
    items = [
        ("publisher-name", "string", "Sandbox member"), ("prefix-name", "string", "Sandbox member"),
        ("member-id", "number", last.member), ("citation-id", "number", str(first.submission_id)),
        (title, "number", str(first.submission_id % 10_000_000)),
        ("deposit-timestamp", "number", str(last.timestamp)), ("owner-prefix", "string", last.owner),
        ("last-update", "date", f"{last.applied:%Y-%m-%dT%H:%M:%SZ}"),
        ("created", "date", f"{first.applied:%Y-%m-%dT%H:%M:%SZ}"), ("citedby-count", "number", "0"),
    ]  # fmt: skip
    if last.doi.casefold() != doi.casefold():
        items.append(("prime-doi", "doi", last.doi))
    lines = [f'<crm-item name="{key}" type="{kind}">{escape(text)}</crm-item>' for key, kind, text in items]
    lines += [
        f'<crm-item name="relation" type="doi" claim="{claim}">{escape(other)}</crm-item>' for claim, other in relations
    ]
    shown = last.doi if last.doi.casefold() == doi.casefold() else doi
    head = f'<doi type="{_TYPES.get(name, name or "unknown")}">{escape(shown)}</doi>'
    location = 'xmlns="http://www.crossref.org/xschema/1.1"'
    record = f"<doi_record><crossref {location}>{last.record}</crossref></doi_record>" if last.record else ""
    return "\n".join(['<query status="resolved">', head, *lines, record, "</query>"])


def inverse_relations(doi: str, others: Iterable[Registration]) -> list[tuple[str, str]]:
    """Return what other records say of a DOI, each as their word for it and their DOI."""
    found: list[tuple[str, str]] = []
    for other in others:
        for element in etree.fromstring(other.record).iter():
            if (element.text or "").strip().casefold() == doi.casefold():
                claim = _claim(element)
                found += [(claim, other.doi)] if claim else []
    return found


def _claim(element: Element) -> str:
    """Return what an element that holds a DOI says of it; empty where it says nothing."""
    parent = element.getparent()
    match local(element):
        case "inter_work_relation" | "intra_work_relation":
            return element.get("relationship-type") or ""
        case "update":
            return element.get("type") or ""
        case "doi" if parent is not None and local(parent) == "citation":
            return "cites"
    return ""


def _bare(record: str) -> str:
    root = etree.fromstring(record)
    for element in root.iter():
        element.tag = local(element)
    etree.cleanup_namespaces(root)
    return etree.tostring(root, encoding="unicode")
