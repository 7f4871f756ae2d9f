"""A result log as Crossref writes it (``doi_batch_diagnostic``), parsed and not yet judged.

The root has no namespace and there is no schema; the parts and their quirks are those of logs seen since 2013.
"""

import re
from dataclasses import dataclass
from typing import Self

from doideposit.safe_xml import Element, ParsedXml, XmlLimits

__all__ = ["Citation", "LogRecord", "ResultLog"]

# The root element of a result log, also for a file that was refused as a whole.
ROOT = "doi_batch_diagnostic"
# How a web page begins, in any case.
PAGE = re.compile(rb"<!doctype html|<html\b", re.IGNORECASE)
# A log of ten thousand records with their references is far smaller than this.
LOG_LIMITS = XmlLimits(size=64 * 1024 * 1024)


# What became of one reference, which never touches the registration of the DOI: its key, the status, and a text. The
# status is `resolved_reference` (the text is the DOI), `stored_query` (no match yet) or `error` (the text says why).
Citation = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class LogRecord:
    """Hold one DOI and message of a ``record_diagnostic``; one with several pairs becomes several of these.

    `doi` is as Crossref wrote it, empty for the file as a whole; `status` is in lower case.
    """

    doi: str
    status: str
    message: str
    conflict_id: str | None = None
    dois_in_conflict: tuple[str, ...] = ()
    resolved_conflicts: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    deferred_citations: str | None = None

    @property
    def line(self) -> str:
        """Return the message with single blanks for all its white space: Crossref wraps some of its messages."""
        return " ".join(self.message.split())


@dataclass(frozen=True, slots=True)
class ResultLog:
    """Hold a whole log; `status` is in lower case and empty where the log names none.

    `has_batch_data` says that the counters are there, which come last; what they count is in the records.
    """

    status: str
    submission_id: str | None
    batch_id: str | None
    records: tuple[LogRecord, ...]
    has_batch_data: bool

    @classmethod
    def parse(cls, answer: bytes) -> Self:
        """Parse a result log; raises `ValueError` for anything else, DTDs included, which says in words what it is."""
        root = _parse_root(answer)
        return cls(
            status=" ".join(root.get("status", "").split()).lower(),
            submission_id=_text(root.find("submission_id")) or None,
            batch_id=_text(root.find("batch_id")) or None,
            records=tuple(record for element in root.findall("record_diagnostic") for record in _read_records(element)),
            has_batch_data=root.find("batch_data") is not None,
        )


def _parse_root(answer: bytes) -> Element:
    if not answer.strip():
        raise ValueError("an empty answer")
    # White space before the XML declaration has been seen in logs, and no parser takes it.
    parsed = ParsedXml.of(answer.strip(), limits=LOG_LIMITS)
    root = parsed.root
    if root is not None and root.tag == ROOT:
        return root
    # A page of a proxy, of maintenance or of a login; some of them can be read as XML.
    if PAGE.search(answer[:1_000]):
        raise ValueError("a web page")
    raise ValueError("text that is not readable XML" if root is None else f"a document that is not a {ROOT}")


def _read_records(element: Element) -> list[LogRecord]:
    """Split a ``record_diagnostic`` into pairs of DOI and message: ORCID failures bring several in one record."""
    attribute = element.get("doi", "").strip()  # as logs of conflict files have it
    dois = [_text(child) for child in element.findall("doi")] or [attribute]
    messages = [_text(child) for child in element.findall("msg")]
    # Which message belongs to which DOI is anybody's guess then, so each DOI gets all of them.
    if len(messages) != len(dois):
        messages = ["\n".join(messages)] * len(dois)
    return [_read_record(element, doi, message) for doi, message in zip(dois, messages, strict=True)]


def _read_record(element: Element, doi: str, message: str) -> LogRecord:
    conflict = element.find("conflict")
    citations = element.find("citations_diagnostic")
    return LogRecord(
        doi=doi,
        status=" ".join(element.get("status", "").split()).lower(),
        message=message,
        # Logs of deposits have an element for it, logs of files about conflicts an attribute.
        conflict_id=_text(element.find("conflict_id")) or (conflict.get("ids") if conflict is not None else None),
        dois_in_conflict=tuple(filter(None, map(_text, element.findall("dois_in_conflict/doi")))),
        resolved_conflicts=_split_list(_text(element.find("resolved_conflict_ids"))),
        citations=tuple(_read_citation(child) for child in element.findall("citations_diagnostic/citation")),
        deferred_citations=citations.get("deferred") if citations is not None else None,
    )


def _read_citation(element: Element) -> Citation:
    return (element.get("key", ""), element.get("status", ""), _text(element))


def _split_list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _text(element: Element | None) -> str:
    """Return all text in the element, stripped: a message may have markup of the deposit in it."""
    return "" if element is None else str(element.xpath("string()")).strip()
