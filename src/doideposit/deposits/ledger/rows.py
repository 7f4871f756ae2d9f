"""From rows to entries and back: the one place that knows how findings and details are written down."""

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import RowMapping

from doideposit.deposits.ledger.entries import Attempt, AttemptStatus, Item, LedgerEvent, Observed, Submission
from doideposit.findings import Finding, Severity, Where, field_path, loc_of
from doideposit.lifecycle import EventKind, Outcome, RetryClass, State
from doideposit.records.identifiers import Doi
from doideposit.registered.drift_values import Drift

__all__ = [
    "TOOK_EFFECT",
    "attempt_of",
    "bytes_of",
    "event_of",
    "item_of",
    "json_text",
    "noted",
    "observed_of",
    "on_its_line",
    "submission_of",
]

# Outcomes after which a DOI is as the deposit says, as the table of items has them.
TOOK_EFFECT: Final = [outcome.value for outcome in Outcome if outcome.is_registered]

SUBMISSION_FIELDS = tuple(field.name for field in fields(Submission))


def submission_of(row: RowMapping, prefix: str = "") -> Submission:
    """Return the submission in a row whose columns may carry a prefix."""
    values = {name: row[prefix + name] for name in SUBMISSION_FIELDS}
    return Submission(**{**values, "state": State(values["state"])})


def attempt_of(row: RowMapping) -> Attempt:
    """Return the upload in a row."""
    return Attempt(
        row["id"],
        row["submission"],
        row["file_name"],
        row["sent_at"],
        AttemptStatus(row["status"]),
        row["next_poll_at"],
    )


def item_of(row: RowMapping, prefix: str = "") -> Item:
    """Return the DOI of a submission in a row whose columns may carry a prefix."""
    outcome = row[f"{prefix}outcome"]
    return Item(
        submission=row[f"{prefix}submission"],
        doi=Doi(row[f"{prefix}printed"]),
        fingerprint=row[f"{prefix}fingerprint"],
        title=row[f"{prefix}title"],
        source=row[f"{prefix}source"],
        open=bool(row[f"{prefix}open"]),
        outcome=Outcome(outcome) if outcome else None,
        message=row[f"{prefix}message"],
        finding=finding_of(row[f"{prefix}finding"]),
        retry=RetryClass(row[f"{prefix}retry"]) if row[f"{prefix}retry"] else None,
        details=_words(row[f"{prefix}details"] or "{}"),
    )


_OBSERVED = "since next_read_at reads read_at timestamp last_update intended_at intended_proof deposited".split()


def observed_of(row: RowMapping, prefix: str = "", of_work: str = "") -> Observed:
    """Return what Crossref showed of a DOI, in a row that has the columns of its work too."""
    return Observed(
        doi=Doi(row[f"{of_work}printed"]),
        **{name: row[prefix + name] for name in _OBSERVED},
        drift=tuple(Drift.of(one) for one in json.loads(row[f"{prefix}changes"])),
        drift_at=row[f"{prefix}changed_at"],
        accepted=tuple(json.loads(row[f"{prefix}accepted"])),
        matched=_words(row[f"{prefix}matched"]),
        sent=row[f"{of_work}registered_timestamp"],
        address=row[f"{of_work}registered_landing_page"],
    )


def event_of(row: RowMapping) -> LedgerEvent:
    """Return the event in a row."""
    return LedgerEvent(
        id=row["id"],
        at=row["at"],
        target=row["target"],
        kind=EventKind(row["kind"]),
        doi=row["doi"],
        submission=row["submission"],
        detail=_words(row["detail"]),
        printed=row.get("printed"),
        batch_id=row.get("batch_id"),
    )


# Places of findings stay out of the ledger: files move.
FINDING_WORDS = ("code", "severity", "message", "hint")


def _words(text: str) -> Mapping[str, str]:
    """Return a JSON object of texts as a mapping; raise `ValueError` for anything else."""
    data = json.loads(text)
    if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
        raise ValueError("a mapping of texts was written")
    return data


def noted(row: RowMapping, name: str) -> str:
    """Return the notes of an item from before Crossref answered, such as its lines; empty afterwards."""
    return _words(row["details"] or "{}").get(name, "")


def bytes_of(value: bytes | str | None) -> bytes:
    """Return stored bytes; SQLite returns a text if somebody wrote one, and its hash will differ.

    Bytes that are gone are none, which have another hash too.
    """
    if value is None:
        return b""
    return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else bytes(value)


def json_text(data: Mapping[str, Any]) -> str:
    """Return the mapping as JSON, the same text for the same content."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True)


def finding_of(text: str | None) -> Finding | None:
    """Return the finding as the ledger kept it."""
    if text is None:
        return None
    data = json.loads(text)
    if not isinstance(data, dict) or not all(isinstance(data.get(name), str) for name in FINDING_WORDS):
        raise ValueError("a finding has a code, a severity, a message and a hint")
    where = Where(*(data.get(name) for name in ("file", "line", "column", "field", "element")))
    severity = Severity(data["severity"])
    return Finding(data["code"], severity, data["message"], data["hint"], where, original=data.get("original"))


def on_its_line(finding: Finding | None, noted: str) -> Finding | None:
    """Return a finding that names a field at the line which `noted` has for it, or for the nearest field around it."""
    if finding is None or finding.where.field is None or not noted:
        return finding
    data = json.loads(noted)
    loc = loc_of(finding.where.field)
    for end in range(len(loc), -1, -1):
        line = data["lines"].get(field_path(loc[:end]))
        if line is not None:
            return finding.at(Where(file=data["file"], line=line, field=finding.where.field))
    return finding.at(Where(file=data["file"], field=finding.where.field))
