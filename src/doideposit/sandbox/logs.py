"""Result logs: ``doi_batch_diagnostic`` in the shapes that Crossref is known to send.

Written apart from `doideposit.crossref.diagnostics` on purpose: what reads logs must not agree with what writes them
by sharing code.
"""

from dataclasses import dataclass, replace
from typing import Self
from xml.sax.saxutils import escape, quoteattr

__all__ = ["Citation", "Diagnostic", "Log"]

# The top-level domain .invalid never exists (RFC 2606).
HOST = "sandbox-ds1.invalid"
# What Crossref writes where a fault belongs to no DOI.
NO_DOI = frozenset({"", "DOI not found"})


@dataclass(frozen=True, slots=True)
class Citation:
    """Hold one ``citation`` of a deposit: its key, the words to match it by, and its DOI, given in it or found."""

    key: str
    words: str
    doi: str = ""

    @property
    def status(self) -> str:
        """Return what became of it, as the log says it."""
        if self.doi:
            return "resolved_reference"
        return "stored_query" if self.words else "error"

    @property
    def text(self) -> str:
        """Return what the log says beside the status: the DOI, or what is wrong."""
        missing = "Either ISSN or Journal title or Proceedings title must be supplied."
        return missing if self.status == "error" else self.doi


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Hold one ``record_diagnostic``: Success, Warning or Failure, with one pair of DOI and message, or several."""

    status: str
    pairs: tuple[tuple[str, str], ...]
    msg_id: int | None = None
    conflict_id: int | None = None
    in_conflict: tuple[str, ...] = ()
    resolved: tuple[int, ...] = ()
    citations: tuple[Citation, ...] = ()
    deferred: int | None = None

    def upper(self) -> "Diagnostic":
        """Return the same with its DOIs in capitals."""
        return replace(self, pairs=tuple((doi.upper(), message) for doi, message in self.pairs))

    def defer(self, submission_id: int) -> "Diagnostic":
        """Return the same with its references put off to another submission, where it has any."""
        return replace(self, citations=(), deferred=submission_id) if self.citations else self

    @classmethod
    def of_file(cls, message: str, *, doi: str = "", msg_id: int | None = None) -> tuple[Self, ...]:
        """Return the one record of a log when the whole file was refused."""
        return (cls("Failure", ((doi, message),), msg_id),)


@dataclass(frozen=True, slots=True)
class Log:
    """Hold a completed log. `status_attribute` and `leading` serve the faults of the same names."""

    submission_id: int
    batch_id: str
    records: tuple[Diagnostic, ...] = ()
    status_attribute: bool = True
    leading: str = ""

    @property
    def refused(self) -> bool:
        """Tell whether the whole file was refused: no record has a DOI of its own."""
        return bool(self.records) and all(doi in NO_DOI for record in self.records for doi, _ in record.pairs)

    def to_bytes(self) -> bytes:
        """Return the log as XML, as it is downloaded."""
        status = ' status="completed"' if self.status_attribute else ""
        lines = [
            f'{self.leading}<?xml version="1.0" encoding="UTF-8"?>',
            f"<doi_batch_diagnostic{status} sp={quoteattr(HOST)}>",
            f"   <submission_id>{self.submission_id}</submission_id>",
            f"   {_xml_element('batch_id', self.batch_id)}",
            *(line for record in self.records for line in _record_lines(record)),
            *self._counter_lines(),
            "</doi_batch_diagnostic>",
        ]
        return ("\n".join(lines) + "\n").encode()

    def _counter_lines(self) -> list[str]:
        counts = {
            "record_count": len(self.records),
            "success_count": self._count_status("Success"),
            "warning_count": self._count_status("Warning"),
            "failure_count": self._count_status("Failure"),
        }
        inner = [f"      <{name}>{count}</{name}>" for name, count in counts.items()]
        return ["   <batch_data>", *inner, "   </batch_data>"]

    def _count_status(self, status: str) -> int:
        return sum(record.status == status for record in self.records)


def _xml_element(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>" if text else f"<{name} />"


def _record_lines(record: Diagnostic) -> list[str]:
    msg_id = "" if record.msg_id is None else f' msg_id="{record.msg_id}"'
    lines = [f'   <record_diagnostic status="{record.status}"{msg_id}>']
    for doi, message in record.pairs:
        lines += [f"      {_xml_element('doi', doi)}", f"      {_xml_element('msg', message)}"]
    if record.conflict_id is not None:
        lines.append(f"      <conflict_id>{record.conflict_id}</conflict_id>")
        inner = [f"         {_xml_element('doi', doi)}" for doi in record.in_conflict]
        lines += ["      <dois_in_conflict>", *inner, "      </dois_in_conflict>"]
    if record.resolved:
        lines.append(f"      <resolved_conflict_ids>{','.join(map(str, record.resolved))}</resolved_conflict_ids>")
    return [*lines, *_citation_lines(record), "   </record_diagnostic>"]


def _citation_lines(record: Diagnostic) -> list[str]:
    if record.deferred is not None:
        return [f'      <citations_diagnostic deferred="{record.deferred}" />']
    if not record.citations:
        return []
    inner = [
        f"         <citation key={quoteattr(citation.key)} status={quoteattr(citation.status)}>"
        f"{escape(citation.text)}</citation>"
        for citation in record.citations
    ]
    return ["      <citations_diagnostic>", *inner, "      </citations_diagnostic>"]
