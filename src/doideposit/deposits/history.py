"""What happened to a DOI, event by event, in sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from doideposit.deposits.ledger.entries import LedgerEvent, Submission
from doideposit.deposits.reading_back import ResultDetails
from doideposit.lifecycle import EventKind, Outcome

__all__ = ["HistoryEntry"]

SENTENCES: Mapping[EventKind, str] = {
    EventKind.PREPARED: "recorded {together}{version}, before anything was sent{step}",
    EventKind.SENDING: "sending as {file_name}",
    EventKind.RECEIVED: "received: {proof}",
    EventKind.NOT_RECEIVED: "not received: {reason}",
    EventKind.DOUBT: "not known whether Crossref has {file_name}: {reason}",
    EventKind.ODD_ANSWER: "an answer that does not mention {file_name}: {reason}",
    EventKind.LOST: "Crossref did not have {file_name} after the grace period; the same file is sent under a new name",
    EventKind.REFUSED: "rejected: {reason}",
    EventKind.ABANDONED: "abandoned by a person: {reason}",
    EventKind.PROCESSED: "processed, as {proof} shows",
    EventKind.REGISTERED: "registered: “{message}”",
    EventKind.REGISTERED_WITH_WARNING: "registered, with a warning: “{message}”",
    EventKind.FAILED: "failed: “{message}”",
    EventKind.MISSING: "the result log does not mention this DOI",
    EventKind.OVERDUE: "{file_name} has waited too long to be {milestone}",
    EventKind.LATE: "Crossref has not finished {file_name} for a day",
    EventKind.STALLED: "Crossref has not finished {file_name} for three days",
    EventKind.APPROVED: "{by} approved the plan {plan:.12}",
    EventKind.APPLIED: "{by} applied the plan {plan:.12}, made by {made_by}{approvals}",
    EventKind.ADOPTED: "adopted as Crossref has it, registered elsewhere with the timestamp {timestamp}",
    EventKind.ACKNOWLEDGED: "acknowledged by a person: {reason}",
    EventKind.WARNED: "a report of Crossref names a conflict with {dois_in_conflict}: the records are the same",
    EventKind.WARNING_DISMISSED: "warning {warning} dismissed by a person: {reason}",
    EventKind.RESOLVES: "the DOI resolves: {proof}",
    EventKind.NOT_RESOLVES: "the DOI does not resolve as it should: {proof}",
    EventKind.INDEXED: "Crossref's REST API shows the record: {proof}",
    EventKind.NOT_INDEXED: "Crossref's REST API does not show the record as it should: {proof}",
    EventKind.AS_INTENDED: "read back, and as intended: {proof}",
    EventKind.DRIFT: "not as it was sent: {what}",
    EventKind.MATCHED: "Crossref found DOIs for references: {what}",
    EventKind.DRIFT_OVER: "no longer true: {what}",
    EventKind.DRIFT_ACCEPTED: "accepted by a person ({reason}): {what}",
}
OUTCOMES = frozenset(outcome.value for outcome in Outcome)


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """Describe one thing that happened to a DOI, as a sentence, with the submission it belongs to."""

    at: datetime
    kind: EventKind
    text: str
    file_name: str | None = None
    batch_id: str | None = None
    submission_id: str | None = None
    timestamp: int | None = None
    outcome: Outcome | None = None
    #: The beginning of an answer that was not the documented one, as it came, without passwords.
    answer: str | None = None

    @classmethod
    def of_event(cls, event: LedgerEvent, submission: Submission | None) -> Self:
        """Return the event as a sentence, with the submission it belongs to."""
        approved_by = event.detail.get("approved_by", "")
        approvals = f", approved by {approved_by}" if approved_by else ""
        together = _batch_words(event.detail.get("dois", ""))
        words = _Blank(event.detail, together=together, step=_step_words(event.detail), approvals=approvals)
        # Placeholders without a value become empty, so that one sentence fits old events as well.
        words["version"] = _version_words(event.detail)
        sentence = "abandoned: {reason}" if event.detail.get("anew") else SENTENCES[event.kind]
        # Of a file that was never sent, each DOI has an event of its own, which names no file.
        if event.kind is EventKind.REFUSED and "file_name" not in event.detail:
            sentence = "held back: {reason}"
        text = " ".join(sentence.format_map(words).split()).removesuffix(": “”")
        text = text.removesuffix(":")
        if event.kind in OUTCOMES:
            text = "; ".join([text, *(f"{name}: {said}" for name, said in ResultDetails.read(event.detail).lines())])
        outcome = Outcome(event.kind) if event.kind in OUTCOMES else None
        return cls(
            at=event.at,
            kind=event.kind,
            text=text,
            file_name=event.detail.get("file_name") or (submission.file_name if submission else None),
            batch_id=submission.batch_id if submission else None,
            submission_id=submission.submission_id if submission else None,
            timestamp=submission.timestamp if submission and not submission.is_resources else None,
            outcome=outcome,
            answer=event.detail.get("answer"),
        )

    def to_dict(self) -> dict[str, str | None]:
        """Return it as JSON."""
        return {
            "at": self.at.isoformat().replace("+00:00", "Z"),
            "kind": self.kind.value,
            "text": self.text,
            "file_name": self.file_name,
            "batch_id": self.batch_id,
            "submission_id": self.submission_id,
            "timestamp": None if self.timestamp is None else str(self.timestamp),
            "outcome": self.outcome.value if self.outcome else None,
            "answer": self.answer,
        }


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def _batch_words(dois: str) -> str:
    """Return how many DOIs went into the same file."""
    return "in a file of its own" if dois == "1" else f"in a file of {dois} DOIs" if dois else ""


def _version_words(detail: Mapping[str, str]) -> str:
    """Return which version a file is; parts of records have none."""
    return f" under the timestamp {detail['timestamp']}" if detail.get("timestamp") else ", with parts of the record"


def _step_words(detail: Mapping[str, str]) -> str:
    """Return which step of an update a file is, and what it empties."""
    step, emptied = detail.get("step", ""), detail.get("empties", "").replace("_", " ")
    return (f" ({step}: it empties {emptied})" if emptied else f" ({step})") if step else ""
