"""What the ledger knows, in sentences: where a DOI stands, and what to do next."""

from collections.abc import Mapping
from datetime import datetime

from doideposit.deposits.lateness import Deadlines, Overdue
from doideposit.deposits.ledger.entries import (
    EARLIER_DEPOSIT,
    FIRST_OF_SERIES,
    HARMED_FILE,
    LedgerWork,
    Submission,
)
from doideposit.deposits.reading_back import ResultDetails
from doideposit.deposits.values import Proof, SubmissionRef, UpdateStep, WorkStatus
from doideposit.deposits.warnings import CrossrefWarning
from doideposit.lifecycle import Milestone, Outcome, State
from doideposit.registered.drift_values import Drift, DriftKind

__all__ = ["NEVER_DEPOSITED", "name_of", "status_of"]


def status_of(work: LedgerWork, now: datetime, deadlines: Deadlines, observable: frozenset[Milestone]) -> WorkStatus:
    """Return the status of a DOI at the moment `now`.

    This is the one place that decides which milestones are reached, what is overdue and whether a person is needed;
    `observable` are the milestones that can be looked up on the target.
    """
    # Nothing of a damaged row is repeated: half a truth about a deposit would be worse than none.
    if work.harmed:
        return WorkStatus(work.doi, work.target, message=HARMED, needs_person=True, next_action=HARMED_ADVICE)
    submission, item = work.submission, work.item
    overdue = deadlines.find_overdue(work, now, observable)
    contradicted = deadlines.find_contradiction(work, now)
    warnings = CrossrefWarning.all_of(work.doi, work.warning_events, work.settled)
    return WorkStatus(
        doi=work.doi,
        target=work.target,
        series=work.series,
        record_type=work.record_type,
        title=work.title,
        registered_title=work.registered_title if work.registered_title != work.title else None,
        state=submission.state if submission else None,
        outcome=item.outcome if item else None,
        registered=work.registered_at is not None,
        # What Crossref said of the DOI says more than what happened to its file.
        message=(item.message if item else "") or (submission.reason if submission else ""),
        finding=item.finding if item else None,
        retry=item.retry if item and _ended_without_registration(work) else None,
        submission=_submission_reference(submission) if submission else None,
        step=_update_step(submission) if submission else None,
        milestones=_milestone_proofs(work),
        overdue=overdue,
        contradicted=contradicted,
        drift=work.observed.drift if work.observed else (),
        result=ResultDetails.read(item.details if item else {}, work.observed.matched if work.observed else None),
        warnings=warnings,
        last_update_failed=work.last_update_failed,
        acknowledged=work.acknowledged_reason,
        needs_person=_needs_person(work, overdue, contradicted, warnings),
        next_poll_at=_next_poll(submission),
        next_action=_next_if_harmed(work)
        if _is_harmed(submission)
        else _next_action(work, overdue, contradicted, warnings),
        answer_unclear=submission is not None and submission.state.is_open and submission.doubt,
    )


NEVER_DEPOSITED = "nothing was deposited from here yet: run `doideposit deposit`"
HARMED = "its data in the ledger cannot be read"
HARMED_ADVICE = (
    "run `doideposit ledger check`, and restore a backup with `doideposit ledger restore FILE`; the other DOIs are "
    "not affected"
)


def _submission_reference(submission: Submission) -> SubmissionRef:
    # The number of a resource-only deposit is our own, and is in no file.
    timestamp = None if submission.is_resources else submission.timestamp
    return SubmissionRef(submission.file_name, submission.batch_id, submission.submission_id, timestamp)


def _update_step(submission: Submission) -> UpdateStep | None:
    if submission.steps == 1 or submission.state in {State.DONE, State.REFUSED}:
        return None
    return UpdateStep(submission.step, submission.steps, tuple(filter(None, submission.empties.split(", "))))


def _milestone_proofs(work: LedgerWork) -> Mapping[Milestone, Proof]:
    received, processed, seen = Proof(), Proof(), work.observed
    if work.submission is not None:
        received = Proof(work.submission.accepted_at, work.submission.accepted_proof)
        if work.submission.state is State.DONE:
            processed = Proof(work.submission.finished_at, work.submission.finished_proof)
    return {
        Milestone.RECEIVED: received,
        Milestone.PROCESSED: processed,
        Milestone.REGISTERED: Proof(work.registered_at, work.registered_proof),
        Milestone.RESOLVES: Proof(work.resolves_at, work.resolves_proof),
        Milestone.INDEXED: Proof(work.indexed_at, work.indexed_proof),
        Milestone.AS_INTENDED: Proof(seen.intended_at, seen.intended_proof) if seen else Proof(),
    }


def _next_poll(submission: Submission | None) -> datetime | None:
    if submission is None:
        return None
    return submission.not_before if submission.state is State.PREPARED else submission.next_poll_at


def _needs_person(
    work: LedgerWork,
    overdue: Overdue | None,
    contradicted: Milestone | None,
    warnings: tuple[CrossrefWarning, ...],
) -> bool:
    if (overdue is not None and _is_for_person(work, overdue)) or _unsettled_drift(work):
        return True
    if any(warning.wants_person for warning in warnings):
        return True
    if _is_harmed(work.submission):
        return True
    return work.acknowledged_at is None and (_ended_without_registration(work) or contradicted is not None)


def _is_harmed(submission: Submission | None) -> bool:
    """Tell whether the file is not sent any more, because its bytes are not those that were recorded."""
    if submission is None or submission.state in {State.DONE, State.REFUSED}:
        return False
    return submission.reason == HARMED_FILE


def _next_if_harmed(work: LedgerWork) -> str:
    return (
        f"{HARMED_FILE}: restore a backup with `doideposit ledger restore FILE`, or abandon it with "
        f'`doideposit abandon {work.doi} --reason "damaged"` and deposit its record again'
    )


def _unsettled_drift(work: LedgerWork) -> tuple[Drift, ...]:
    """Return what others changed and nobody accepted."""
    seen = work.observed
    if seen is None or not seen.drift:
        return ()
    aside = work.acknowledged_at is not None and seen.drift_at is not None and work.acknowledged_at >= seen.drift_at
    return () if aside else seen.drift


def _is_for_person(work: LedgerWork, overdue: Overdue) -> bool:
    """Tell whether something overdue needs a person.

    What was acknowledged after it became overdue is settled. A link that nobody looked up needs a look-up first.
    """
    if work.acknowledged_at is not None and work.acknowledged_at >= overdue.due:
        return False
    looked_up = {Milestone.RESOLVES: work.resolves_proof, Milestone.INDEXED: work.indexed_proof}
    looked_up[Milestone.AS_INTENDED] = work.observed.intended_proof if work.observed else ""
    return bool(looked_up.get(overdue.milestone, "asked"))


def _ended_without_registration(work: LedgerWork) -> bool:
    """Tell whether the latest deposit of the DOI ended without a registration."""
    refused = work.submission is not None and work.submission.state is State.REFUSED
    return refused or (work.item is not None and work.item.outcome in {Outcome.FAILED, Outcome.MISSING})


def _next_action(
    work: LedgerWork,
    overdue: Overdue | None,
    contradicted: Milestone | None,
    warnings: tuple[CrossrefWarning, ...],
) -> str:
    submission = work.submission
    if submission is None or work.item is None:
        if work.registered_at is not None:
            return _next_for_warning(warnings) or _next_if_registered(work, overdue, contradicted)
        return NEVER_DEPOSITED
    match submission.state:
        case State.PREPARED:
            return _next_if_prepared(submission, overdue)
        case State.SENDING:
            return _next_if_sending(submission)
        case State.QUEUED:
            return _next_if_queued(work, submission, overdue)
        case State.REFUSED:
            return submission.hint or "find out why it was rejected, then deposit it again with --retry"
        case State.DONE:
            return _next_if_done(work, overdue, contradicted, warnings)


def _when(moment: datetime | None) -> str:
    return f"after {moment:%Y-%m-%d %H:%M} UTC" if moment else "now"


def _next_if_prepared(submission: Submission, overdue: Overdue | None) -> str:
    # Between two steps Crossref shows less than before, which is the first thing that a person has to know.
    if submission.steps > 1:
        return _next_between_steps(submission)
    if submission.reason in {FIRST_OF_SERIES, EARLIER_DEPOSIT}:
        return f"it is recorded and {submission.reason}; it is sent automatically then, with the next `doideposit poll`"
    why = f" ({submission.reason})" if submission.reason else ""
    late = "; if this continues, `doideposit doctor` says why" if overdue else ""
    return f"it is recorded, and waits to be sent{why}: `doideposit poll` sends it {_when(submission.not_before)}{late}"


def _next_between_steps(submission: Submission) -> str:
    """Return the next action for an update in steps: which step is recorded, and which are done."""
    step, steps = submission.step - 1, submission.steps
    emptied = submission.empties.replace("_", " ")
    if submission.reason == EARLIER_DEPOSIT or not submission.reason:
        return (
            f"the update needs {steps} steps; step {step} of {steps}, which empties {emptied}, is under way, and "
            f"the next `doideposit poll` sends step {step + 1}"
        )
    return (
        f"step {step} of {steps} is done, and Crossref shows no {emptied} until step {step + 1} is done "
        f"({submission.reason}): `doideposit poll` sends it {_when(submission.not_before)}"
    )


def _next_if_sending(submission: Submission) -> str:
    if submission.doubt:
        # Without the name, which is beside it: several files with the same fate have the same next step.
        why = submission.reason.replace(submission.file_name or "\0", "the file")
        said = f" ({why})" if why else ""
        again = f"`doideposit poll` asks {_when(submission.next_poll_at)}"
        return (
            f"it is not known whether Crossref has the file{said}: {again}, and sends it again only if Crossref does "
            "not have it"
        )
    return f"a run is sending it; if that run was killed, `doideposit poll` finds out {_when(submission.lease_until)}"


def _next_if_queued(work: LedgerWork, submission: Submission, overdue: Overdue | None) -> str:
    if overdue is not None:
        reading = not submission.reason or submission.reason.startswith(STILL_READING)
        # Nobody is told that Crossref reads where it did not say so.
        seen = "Crossref takes longer than it should to read the file" if reading else submission.reason
        return (
            f"{seen}: ask Crossref support, and name the file {submission.file_name or ''}; if "
            f'it is lost there, run `doideposit abandon {work.doi} --reason "lost at Crossref"`, and deposit it again'
        )
    again = f"`doideposit poll` asks again {_when(submission.next_poll_at)}"
    if submission.doubt:
        return f"the last answer did not mention the file ({submission.reason}): {again}"
    if not submission.reason:
        return f"Crossref received the file: `doideposit poll` asks for the result {_when(submission.next_poll_at)}"
    if submission.reason.startswith(STILL_READING):
        return f"Crossref is still reading the file: {again}"
    return f"{submission.reason}: {again}"


def _next_for_warning(warnings: tuple[CrossrefWarning, ...]) -> str:
    """Return what to do about the first open warning; empty if there is none."""
    first = next((warning for warning in warnings if warning.wants_person), None)
    if first is None:
        return ""
    return (
        f"{first.hint}; `doideposit warnings show {first.id}` shows more, `doideposit warnings dismiss` sets it aside"
    )


def _next_if_done(
    work: LedgerWork,
    overdue: Overdue | None,
    contradicted: Milestone | None,
    warnings: tuple[CrossrefWarning, ...],
) -> str:
    item = work.item
    if item is None or item.outcome is None:
        return "nothing to do"
    if not item.outcome.is_registered:
        hint = item.finding.hint if item.finding else "correct the record and deposit it again"
        return _next_after_failed_update(work, hint) if work.registered_at else hint
    return _next_for_warning(warnings) or _next_if_registered(work, overdue, contradicted)


def _next_after_failed_update(work: LedgerWork, hint: str) -> str:
    """Return what to do after a failed update; the registered record stays as it is."""
    if work.acknowledged_at is not None:
        return "the earlier registration remains"
    aside = f'`doideposit acknowledge {work.doi} --reason "…"`'
    return f"the earlier registration remains; {hint}. To leave it as it is: {aside}"


def _next_if_registered(work: LedgerWork, overdue: Overdue | None, contradicted: Milestone | None) -> str:
    """Return what remains to be done for a registered DOI, by its look-ups."""
    drift = _unsettled_drift(work)
    # What others changed comes first: a person has to decide it, and looking again does not help.
    if drift:
        return _next_for_drift(work, drift)
    if contradicted is not None and work.acknowledged_at is None:
        shown = work.resolves_proof if contradicted is Milestone.RESOLVES else work.indexed_proof
        where = "doi.org" if contradicted is Milestone.RESOLVES else "Crossref's REST API"
        return (
            f"{where} shows another page ({shown}): if that page is right, write it in the record as `url`; if not, "
            "deposit the record with --retry. Then run "
            f"`doideposit verify {work.doi}`"
        )
    # What is late before the registration was told above, by the state of the file.
    if overdue is None or overdue.milestone not in _LOOKED_UP:
        return "nothing to do"
    if overdue.milestone is Milestone.AS_INTENDED:
        shown = work.observed.intended_proof if work.observed else ""
        why = f" ({shown})" if shown else ""
        return f"Crossref does not show the record as it was sent yet{why}: run `doideposit verify {work.doi}`"
    resolves = overdue.milestone is Milestone.RESOLVES
    shown = work.resolves_proof if resolves else work.indexed_proof
    if not shown:
        what = "the DOI leads to its page" if resolves else "Crossref's REST API shows the record"
        return f"it was not checked yet whether {what}: run `doideposit verify {work.doi}`"
    if resolves:
        return f"the DOI does not lead to its page yet ({shown}): open the link, and ask Crossref support if it fails"
    return f"Crossref's REST API does not show the record as it should ({shown}): ask Crossref support"


# These milestones are looked up in the world, and a deposit cannot bring them about.
_LOOKED_UP = frozenset({Milestone.RESOLVES, Milestone.INDEXED, Milestone.AS_INTENDED})


def _next_for_drift(work: LedgerWork, drift: tuple[Drift, ...]) -> str:
    """Return what others changed, and what a person can do about it."""
    what = "; ".join(difference.what for difference in drift)
    accept = f'`doideposit drift accept {work.doi} --reason "…"` keeps it'
    if any(difference.kind in {DriftKind.OWNER, DriftKind.ALIAS} for difference in drift):
        return f"{what}: if that is wrong, ask Crossref support; {accept}"
    return f"{what}: {accept}, `doideposit drift restore {work.doi}` sends the last version of yours again"


# How the reason begins of a file that Crossref itself says it has not finished.
STILL_READING = "Crossref says"
# The names that people know, whatever the configuration calls the targets.
NAMES: Mapping[str, str] = {"sandbox": "the sandbox", "test": "Crossref's test system", "production": "Crossref"}


def name_of(target: str) -> str:
    """Return a target as a sentence names it."""
    return NAMES.get(target, target)
