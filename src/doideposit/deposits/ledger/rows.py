"""From rows to entries and back: the one place that knows how findings and details are written down."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from sqlalchemy import RowMapping

from doideposit.deposits.ledger.entries import Attempt, AttemptStatus, Item, LedgerEvent, Observed, Submission
from doideposit.findings import Finding, Severity, Where
from doideposit.lifecycle import EventKind, Outcome, RetryClass, State
from doideposit.records.identifiers import Doi
from doideposit.registered.drift_values import Drift

__all__ = ["TOOK_EFFECT", "LedgerRow", "json_text"]

# Outcomes after which a DOI is as the deposit says, as the table of items has them.
TOOK_EFFECT: Final = [outcome.value for outcome in Outcome if outcome.is_registered]

SUBMISSION_FIELDS = tuple(field.name for field in fields(Submission))


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """Hold a row of the ledger, whose columns may carry a prefix, and make of it what it stands for."""

    row: RowMapping
    prefix: str = ""

    def submission(self) -> Submission:
        """Return the submission in a row whose columns may carry a prefix."""
        values = {name: self.row[self.prefix + name] for name in SUBMISSION_FIELDS}
        return Submission(**{**values, "state": State(values["state"])})

    def attempt(self) -> Attempt:
        """Return the upload in a row."""
        return Attempt(
            self.row["id"],
            self.row["submission"],
            self.row["file_name"],
            self.row["sent_at"],
            AttemptStatus(self.row["status"]),
            self.row["next_poll_at"],
        )

    def item(self) -> Item:
        """Return the DOI of a submission in a row whose columns may carry a prefix."""
        outcome = self.row[f"{self.prefix}outcome"]
        return Item(
            submission=self.row[f"{self.prefix}submission"],
            doi=Doi(self.row[f"{self.prefix}printed"]),
            fingerprint=self.row[f"{self.prefix}fingerprint"],
            title=self.row[f"{self.prefix}title"],
            source=self.row[f"{self.prefix}source"],
            open=bool(self.row[f"{self.prefix}open"]),
            outcome=Outcome(outcome) if outcome else None,
            message=self.row[f"{self.prefix}message"],
            finding=self.finding(),
            retry=RetryClass(self.row[f"{self.prefix}retry"]) if self.row[f"{self.prefix}retry"] else None,
            details=_read_text_mapping(self.row[f"{self.prefix}details"] or "{}"),
        )

    def observed(self, of_work: str = "") -> Observed:
        """Return what Crossref showed of a DOI, in a row that has the columns of its work too."""
        return Observed(
            doi=Doi(self.row[f"{of_work}printed"]),
            **{name: self.row[self.prefix + name] for name in _OBSERVED},
            drift=tuple(Drift.of(one) for one in json.loads(self.row[f"{self.prefix}changes"])),
            drift_at=self.row[f"{self.prefix}changed_at"],
            accepted=tuple(json.loads(self.row[f"{self.prefix}accepted"])),
            matched=_read_text_mapping(self.row[f"{self.prefix}matched"]),
            sent=self.row[f"{of_work}registered_timestamp"],
            address=self.row[f"{of_work}registered_landing_page"],
        )

    def event(self) -> LedgerEvent:
        """Return the event in a row."""
        return LedgerEvent(
            id=self.row["id"],
            at=self.row["at"],
            target=self.row["target"],
            kind=EventKind(self.row["kind"]),
            doi=self.row["doi"],
            submission=self.row["submission"],
            detail=_read_text_mapping(self.row["detail"]),
            printed=self.row.get("printed"),
            batch_id=self.row.get("batch_id"),
        )

    def noted(self, name: str) -> str:
        """Return the notes of an item from before Crossref answered, such as its lines; empty afterwards."""
        return _read_text_mapping(self.row["details"] or "{}").get(name, "")

    def finding(self) -> Finding | None:
        """Return the finding about the DOI of a submission, None where Crossref found nothing."""
        text = self.row[f"{self.prefix}finding"]
        if text is None:
            return None
        data = json.loads(text)
        if not isinstance(data, dict) or not all(isinstance(data.get(name), str) for name in FINDING_WORDS):
            raise ValueError("a finding has a code, a severity, a message and a hint")
        where = Where(*(data.get(name) for name in ("file", "line", "column", "field", "element")))
        severity = Severity(data["severity"])
        return Finding(data["code"], severity, data["message"], data["hint"], where, original=data.get("original"))


_OBSERVED = "since next_read_at reads read_at timestamp last_update intended_at intended_proof deposited".split()


# Places of findings stay out of the ledger: files move.
FINDING_WORDS = ("code", "severity", "message", "hint")


def _read_text_mapping(text: str) -> Mapping[str, str]:
    """Return a JSON object whose values are all texts; raise `ValueError` for anything else."""
    data = json.loads(text)
    if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
        raise ValueError("a mapping of texts was written")
    return data


def json_text(data: Mapping[str, Any] | Sequence[Any]) -> str:
    """Return a mapping or a list as JSON, the same text for the same content."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True)
