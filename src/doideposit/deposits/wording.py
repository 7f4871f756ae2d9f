"""What the ledger knows, in sentences: where a DOI stands, what to do next, and what happened to it."""

from collections.abc import Mapping
from datetime import datetime

from doideposit.deposits.ledger.entries import LedgerEvent, Submission, Work
from doideposit.deposits.values import HistoryEntry, SubmissionRef, Truth, WorkStatus
from doideposit.findings import Severity
from doideposit.lifecycle import EventKind, Outcome, State

__all__ = ["history_entry", "name_of", "status_of"]


def status_of(work: Work) -> WorkStatus:
    """Where the DOI stands."""
    submission, item = work.submission, work.item
    state = submission.state if submission else None
    return WorkStatus(
        doi=work.doi,
        target=work.target,
        series=work.series,
        record_type=work.record_type,
        title=work.title,
        state=state,
        outcome=item.outcome if item else None,
        registered=work.registered_at is not None,
        message=(item.message if item else "") or (submission.reason if submission else ""),
        finding=item.finding if item else None,
        retry=item.retry if item and _ended_badly(work) else None,
        submission=_reference(submission) if submission else None,
        received=Truth(submission.accepted_at, submission.accepted_proof) if submission else Truth(),
        processed=_processed(submission),
        registration=Truth(work.registered_at, work.registered_proof),
        resolves=Truth(work.resolves_at, work.resolves_proof),
        indexed=Truth(work.indexed_at, work.indexed_proof),
        last_update_failed=work.last_update_failed,
        acknowledged=work.acknowledged_reason,
        needs_person=_needs_person(work),
        stalled=submission is not None and submission.alarm == "stalled",
        next_look_at=_next_look(submission),
        next_action=_next_action(work),
    )


def _reference(submission: Submission) -> SubmissionRef:
    return SubmissionRef(submission.file_name, submission.batch_id, submission.submission_id, submission.timestamp)


def _processed(submission: Submission | None) -> Truth:
    if submission is None or submission.state is not State.DONE:
        return Truth()
    return Truth(submission.finished_at, submission.finished_proof)


def _next_look(submission: Submission | None) -> datetime | None:
    if submission is None:
        return None
    return submission.not_before if submission.state is State.PREPARED else submission.next_look_at


def _needs_person(work: Work) -> bool:
    if work.acknowledged_at is not None or work.submission is None or work.item is None:
        return False
    warned = work.item.finding is not None and work.item.finding.severity is not Severity.INFO
    return _ended_badly(work) or warned or work.submission.alarm == "stalled"


def _ended_badly(work: Work) -> bool:
    """Tell whether the latest deposit of the DOI ended without a registration."""
    refused = work.submission is not None and work.submission.state is State.REFUSED
    return refused or (work.item is not None and work.item.outcome in {Outcome.FAILED, Outcome.MISSING})


def _next_action(work: Work) -> str:
    submission = work.submission
    if submission is None or work.item is None:
        return "nothing was deposited from here yet: run `doideposit deposit`"
    match submission.state:
        case State.PREPARED:
            return _prepared(submission)
        case State.SENDING:
            return _sending(submission)
        case State.QUEUED:
            return _queued(submission)
        case State.REFUSED:
            return submission.hint or "find out why it was refused, then deposit it again with --retry"
        case State.DONE:
            return _done(work)


def _at(moment: datetime | None) -> str:
    return f"after {moment:%Y-%m-%d %H:%M} UTC" if moment else "now"


def _prepared(submission: Submission) -> str:
    why = f" ({submission.reason})" if submission.reason else ""
    return f"it is recorded and waits to be sent{why}: `doideposit poll` sends it {_at(submission.not_before)}"


def _sending(submission: Submission) -> str:
    if submission.doubt:
        return (
            f"it is not known whether Crossref has the file: `doideposit poll` asks {_at(submission.next_look_at)}, "
            "and sends it again only when Crossref does not know it"
        )
    return f"a run is sending it; should that run have died, `doideposit poll` finds out {_at(submission.lease_until)}"


def _queued(submission: Submission) -> str:
    if submission.alarm == "stalled":
        return (
            f"Crossref has not finished {submission.file_name} for three days: ask Crossref support, naming the file; "
            "if it is lost there, run `doideposit abandon DOI` and deposit again"
        )
    late = " (it has taken more than a day)" if submission.alarm == "late" else ""
    return f"Crossref is still reading the file{late}: `doideposit poll` looks again {_at(submission.next_look_at)}"


def _done(work: Work) -> str:
    item = work.item
    if item is None or item.outcome is None:
        return "nothing to do"
    if not item.outcome.is_registered:
        still = "the earlier registration stands; " if work.registered_at else ""
        hint = item.finding.hint if item.finding else "correct the record and deposit it again"
        return still + hint
    if item.finding is not None and work.acknowledged_at is None:
        return item.finding.hint or "read the warning; acknowledge it with a reason, or correct the record"
    return "nothing to do"


SENTENCES: Mapping[EventKind, str] = {
    EventKind.PREPARED: "recorded {together} under the timestamp {timestamp}, before anything was sent",
    EventKind.SENDING: "sending as {file_name}",
    EventKind.RECEIVED: "received: {proof}",
    EventKind.NOT_RECEIVED: "not received: {reason}",
    EventKind.DOUBT: "in doubt whether Crossref has {file_name}: {reason}",
    EventKind.LOST: "Crossref did not know {file_name} after the grace period; the same file goes out under a new name",
    EventKind.REFUSED: "refused: {reason}",
    EventKind.ABANDONED: "given up by a person: {reason}",
    EventKind.PROCESSED: "processed, as {proof} shows",
    EventKind.REGISTERED: "registered: “{message}”",
    EventKind.REGISTERED_WITH_WARNING: "registered, with a warning: “{message}”",
    EventKind.FAILED: "failed: “{message}”",
    EventKind.MISSING: "the result log says nothing of this DOI",
    EventKind.OVERDUE: "{file_name} has waited longer than it should to be {milestone}",
    EventKind.LATE: "Crossref has not finished {file_name} for a day",
    EventKind.STALLED: "Crossref has not finished {file_name} for three days",
    EventKind.ACKNOWLEDGED: "acknowledged by a person: {reason}",
    EventKind.RESOLVES: "the DOI resolves: {proof}",
    EventKind.NOT_RESOLVES: "the DOI does not resolve as it should: {proof}",
    EventKind.INDEXED: "Crossref's REST API shows the record: {proof}",
    EventKind.NOT_INDEXED: "Crossref's REST API does not show the record as it should: {proof}",
}
OUTCOMES = frozenset(outcome.value for outcome in Outcome)
NAMES: Mapping[str, str] = {"sandbox": "the sandbox", "test": "Crossref's test system", "production": "Crossref"}


def name_of(target: str) -> str:
    """A target as a sentence names it."""
    return NAMES.get(target, target)


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def _together(dois: str) -> str:
    """How many DOIs went into the same file."""
    return "alone in a file" if dois == "1" else f"in a file of {dois} DOIs" if dois else ""


def history_entry(event: LedgerEvent, submission: Submission | None) -> HistoryEntry:
    """The event as a sentence, with the submission it belongs to."""
    words = _Blank(event.detail, together=_together(event.detail.get("dois", "")))
    text = " ".join(SENTENCES[event.kind].format_map(words).split()).removesuffix(": “”")
    text = text.removesuffix(":")
    outcome = Outcome(event.kind) if event.kind in OUTCOMES else None
    return HistoryEntry(
        at=event.at,
        kind=event.kind,
        text=text,
        file_name=event.detail.get("file_name") or (submission.file_name if submission else None),
        batch_id=submission.batch_id if submission else None,
        submission_id=submission.submission_id if submission else None,
        timestamp=submission.timestamp if submission else None,
        outcome=outcome,
    )
