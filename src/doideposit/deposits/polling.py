"""Asking what became of files: who is asked about, what the answer proves, and when to ask again."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from doideposit.crossref.diagnostics.outcomes import (
    BatchOutcome,
    DoiOutcome,
    NotFound,
    Pending,
    PollResult,
    Unrecognized,
    read,
)
from doideposit.crossref.names import TIMESTAMP_TOO_OLD
from doideposit.deposits.context import DepositContext, OnEvent
from doideposit.deposits.ledger.entries import Attempt, AttemptStatus, Submission
from doideposit.deposits.ledger.polls import FARTHEST, Polled
from doideposit.deposits.message_places import named_field
from doideposit.deposits.schedule import GRACE, LEASE, WATCH
from doideposit.deposits.values import Progress
from doideposit.deposits.wording import STILL_READING, name_of
from doideposit.errors import (
    ConfigurationError,
    CredentialsRefused,
    LedgerDamaged,
    RegistrarBusy,
    RegistrarError,
    RegistrarUnavailable,
    SubmissionForbidden,
    UnexpectedAnswer,
    WorldError,
)
from doideposit.findings import Finding, Where, field_path
from doideposit.lifecycle import Milestone, Outcome, State
from doideposit.records.identifiers import Doi
from doideposit.records.origin import RawValue
from doideposit.registered.reading import RegisteredRecord

__all__ = ["Poller"]

# So many files are leased at a time, so that another process finds work beside this one.
AT_ONCE = 50
# Characters of an answer that are kept.
EXCERPT = 2_000
DECLINED = AttemptStatus.DECLINED
# Refusals about the handle system and about permission: faults of Crossref's own set-up look like that.
MAY_RUN_AGAIN = frozenset(
    {
        "crossref-handle-login",
        "crossref-handle-authentication",
        "crossref-prefix-not-yours",
        "crossref-title-not-yours",
    }
)
# Crossref ran refused submissions again within days of an outage: asking once a day for a week finds that.
ASK_AGAIN, STOP_ASKING = timedelta(days=1), timedelta(days=7)
# Answers that say nothing, one after the other: an outage with another face, and no more is asked in this pass.
ODD_IN_A_ROW = 3


@dataclass(frozen=True, slots=True)
class _PollAnswer:
    """Hold what Crossref says of one upload."""

    upload: Attempt
    reading: PollResult
    raw: bytes

    @property
    def is_there(self) -> bool:
        """Tell whether Crossref has the file."""
        there = isinstance(self.reading, Unrecognized) and self.reading.is_there
        return there or isinstance(self.reading, Pending | BatchOutcome)


def _resolve_outcomes(
    answers: Sequence[_PollAnswer], dois: Sequence[Doi], timestamp: int, now: datetime
) -> tuple[DoiOutcome, ...] | None:
    """Return the outcome of each DOI from the answers about all uploads of a file, newest first; None if not final.

    All uploads hold the same bytes with the same timestamp, and Crossref applies equal timestamps once: a DOI is
    registered when the log of any upload says so, or when Crossref rejects it because it already has this very
    timestamp. A failure counts only once no upload is still being read.
    """
    logs = [(answer.upload, answer.reading) for answer in answers if isinstance(answer.reading, BatchOutcome)]
    if not logs:
        return None
    results = tuple(
        _best_outcome([(upload, outcome.outcomes[place]) for upload, outcome in logs], timestamp)
        for place in range(len(dois))
    )
    settled = all(_is_settled(answer, now) for answer in answers)
    return results if settled or all(result.outcome.is_registered for result in results) else None


def _is_settled(answer: _PollAnswer, now: datetime) -> bool:
    """Tell whether the answer about this upload is final."""
    if isinstance(answer.reading, NotFound):
        lost = answer.upload.status is AttemptStatus.LOST
        return lost or (answer.upload.status is not AttemptStatus.ACCEPTED and _is_grace_over(answer.upload, now))
    return isinstance(answer.reading, BatchOutcome)


def _is_grace_over(upload: Attempt, now: datetime) -> bool:
    """Tell whether the grace period is over. The age of an upload is unknown where a wrong clock dated it ahead."""
    age = now - upload.sent_at
    return age >= GRACE or age < -FARTHEST


def _best_outcome(said: Sequence[tuple[Attempt, DoiOutcome]], timestamp: int) -> DoiOutcome:
    for upload, outcome in said:
        if outcome.outcome.is_registered:
            return replace(outcome, proof=f"Crossref's result log of {upload.file_name}")
    for upload, outcome in said:
        if outcome.registered_timestamp == timestamp:
            proof = (
                f"the log of {upload.file_name} says that Crossref already has the timestamp {timestamp}, which is ours"
            )
            return replace(outcome, outcome=Outcome.REGISTERED, finding=None, proof=proof)
    upload, outcome = said[0]
    return replace(outcome, proof=f"Crossref's result log of {upload.file_name}")


def _with_named_fields(results: Sequence[DoiOutcome], sent: bytes) -> tuple[DoiOutcome, ...]:
    """Return the outcomes, each finding with the field that it names; `sent` is the deposit file."""
    # What the file as a whole suffered names no field of one record, and there can be thousands of records.
    if not any(result.finding is not None and not result.inherited for result in results):
        return tuple(results)
    records = RegisteredRecord.read_all(sent)
    found = {key: record.fields for key, record in records.items()}
    return tuple(
        replace(result, finding=_with_named_field(result.finding, found.get(result.doi.key, {})))
        if result.finding is not None and not result.inherited
        else result
        for result in results
    )


def _with_named_field(finding: Finding, fields: Mapping[str, RawValue]) -> Finding:
    loc = named_field(finding, fields)
    return finding if loc is None else finding.at(Where(field=field_path(loc)))


class Poller:
    """Make one pass over the files that are due: `asked` are those, `changed` those whose state changed.

    With `force` everything open is due; with `doubts_only` nothing is that Crossref certainly received. The files
    `besides` are passed over.
    """

    def __init__(
        self,
        context: DepositContext,
        *,
        on_event: OnEvent,
        force: bool = False,
        doubts_only: bool = False,
        besides: frozenset[int] = frozenset(),
    ) -> None:
        self._context = context
        self._force = force
        self._doubts_only = doubts_only
        self._besides = besides
        self._on_event = on_event
        self.asked: list[int] = []
        self.changed: list[int] = []
        self._stopped: WorldError | None = None
        self._odd_answer: RegistrarError | None = None
        self._odd = 0
        self._was_away = False
        # Read for all leased files at once: a query for each would be most of the time of a pass.
        self._details: dict[int, tuple[tuple[Attempt, ...], tuple[Doi, ...]]] = {}
        self._polled: list[Polled] = []
        self._publishers: dict[int, str] = {}
        self.refused: dict[str, CredentialsRefused | ConfigurationError] = {}

    @property
    def error(self) -> WorldError | None:
        """Return the error to report: the one that ended the pass, or an unexpected answer."""
        return self._stopped or self._odd_answer

    @property
    def may_send(self) -> bool:
        """Tell whether Crossref answered, so that sending makes sense."""
        return self._stopped is None

    def run(self) -> None:
        """Poll everything that is due, in parts, until the limit of the pass, or until Crossref cannot be reached."""
        context = self._context
        if context.ledger.polls.pull_back():
            self._on_event(Progress("waiting", "the clock was days ahead before: what was delayed is done now"))
        pause = context.ledger.uploads.paused()
        self._was_away = pause.failures > 0
        if pause.until is not None and pause.until > context.clock() and not self._force:
            self._on_event(Progress("waiting", f"no requests before {pause.until:%Y-%m-%d %H:%M} UTC: {pause.reason}"))
            return
        self._poll_lost_uploads()
        while self._stopped is None and (part := self._lease_part()):
            self._poll_part(part)

    def _lease_part(self) -> tuple[Submission, ...]:
        context, now = self._context, self._context.clock()
        most = min(AT_ONCE, context.limits.looks_per_pass - len(self.asked))
        if most <= 0:
            return ()
        return context.ledger.polls.lease(
            context.owner,
            now + LEASE,
            most=most,
            doubts_only=self._doubts_only,
            besides=self._besides,
            # A file that is due whatever its schedule says is so after it was asked about as well: the number keeps it
            # from being leased twice in a pass.
            all_after=max(self.asked, default=0) if self._force else None,
        )

    def _poll_part(self, part: Sequence[Submission]) -> None:
        """Poll each file of the part; give back those that could not be polled, whatever happens."""
        context, keys = self._context, [submission.id for submission in part]
        self.asked += keys
        try:
            # Read for the whole part at once: one transaction, and none that is open while Crossref is asked.
            self._details = context.ledger.polls.details(keys)
            self._publishers = context.ledger.polls.publishers(keys)
            if context.limits.workers == 1:
                for other_submission in part:
                    self._poll_one(other_submission)
            else:
                with ThreadPoolExecutor(context.limits.workers) as pool:
                    list(pool.map(self._poll_one, part))
        finally:
            # Even after a fault the leases are given back: otherwise nobody could ask before they end by themselves.
            found, self._polled = self._polled, []
            context.ledger.polls.release(context.owner, keys, found)

    def _poll_one(self, submission: Submission) -> None:
        """Poll one file; handle every failure of Crossref here, except refused credentials."""
        if self._stopped is not None:
            return
        publisher = self._publishers.get(submission.id, "")
        if publisher in self.refused:
            return
        try:
            self._fetch_and_resolve(submission)
        # Logins are those of one publisher: another publisher's files can still be asked about.
        except (CredentialsRefused, ConfigurationError) as error:
            if not self._context.accounts.several:
                raise
            self.refused[publisher] = error
        except (RegistrarUnavailable, RegistrarBusy) as error:
            # An outage ends this pass: the next file would meet the same.
            self._note_unreachable(submission, error)
        except SubmissionForbidden as error:
            # A block (403) is about this machine and not about the file: to continue asking would prolong it.
            self._note_unexpected_answer(submission, error)
            self._stopped = error
        except UnexpectedAnswer as error:
            # An answer that is none says something of this file alone: the others are asked about.
            self._note_unexpected_answer(submission, error)

    def _note_unreachable(self, submission: Submission, error: RegistrarUnavailable | RegistrarBusy) -> None:
        context = self._context
        until = context.pause_until(error)
        context.ledger.uploads.pause(until, error.message)
        # Crossref said nothing of this file, so its schedule stays where it was.
        self._polled.append(Polled(submission, until, error.message, self._overdue(submission), counts=False))
        self._stopped = error
        self._on_event(Progress("waiting", error.message, file_name=submission.file_name))

    def _note_unexpected_answer(self, submission: Submission, error: RegistrarError) -> None:
        """Report at once that an answer is not a documented one; it is polled again by schedule."""
        context, now = self._context, self._context.clock()
        moment = context.schedule.next_poll(now, submission.polls + 1)
        if error.retry_after is not None:
            moment = max(moment, context.schedule.pause_until(now, 0, error))
        overdue = self._overdue(submission)
        self._polled.append(Polled(submission, moment, error.message, overdue, odd=error.excerpt))
        self._odd_answer = error
        self._odd += 1
        if self._odd >= ODD_IN_A_ROW:
            self._stopped = error
        self._on_event(Progress("odd", error.message, file_name=submission.file_name))

    def _poll_again(self, submission: Submission, reason: str, submission_id: str | None = None) -> None:
        context, now = self._context, self._context.clock()
        moment = context.schedule.next_poll(now, submission.polls + 1)
        self._polled.append(Polled(submission, moment, reason, self._overdue(submission), submission_id))

    def _overdue(self, submission: Submission) -> Milestone | None:
        """Return the milestone that the file is late for, so that its history says so once."""
        found = self._context.deadlines.overdue_submission(submission, self._context.clock())
        return None if found is None else found.milestone

    def _fetch_and_resolve(self, submission: Submission) -> None:
        uploads, dois = self._details[submission.id]
        # Crossref has no log of an upload that it certainly did not receive.
        at_crossref = (upload for upload in uploads if upload.status is not AttemptStatus.NOT_RECEIVED)
        answers = [self._fetch_answer(submission, attempt, dois) for attempt in at_crossref]
        if not answers:
            raise LedgerDamaged(f"no upload of batch {submission.batch_id} is recorded, but it was sent")
        if self._was_away:
            self._context.ledger.uploads.resume()
        self._was_away = False
        there = next((answer for answer in answers if answer.is_there), None)
        if submission.state is State.SENDING:
            if there is None:
                self._wait_or_mark_lost(submission, answers)
                return
            self._confirm_receipt(submission, there.upload)
        self._finish_or_wait(submission, answers, dois)

    def _fetch_answer(self, submission: Submission, upload: Attempt, dois: Sequence[Doi]) -> _PollAnswer:
        context = self._context
        context.step("fetch: begin")
        publisher = self._publishers.get(submission.id, "")
        raw = context.accounts.named(publisher).registrar.fetch_result(upload.file_name)
        context.step("fetch: answered")
        return _PollAnswer(upload, read(raw, dois=dois, batch_id=submission.batch_id), raw)

    def _confirm_receipt(self, submission: Submission, upload: Attempt) -> None:
        context, now = self._context, self._context.clock()
        proof = f"{name_of(context.target)} has {upload.file_name}"
        context.ledger.uploads.confirm_receipt(upload, context.schedule.next_poll(now, 0), proof)
        self.changed.append(submission.id)
        self._on_event(Progress("received", proof, file_name=upload.file_name))

    def _wait_or_mark_lost(self, submission: Submission, answers: Sequence[_PollAnswer]) -> None:
        """Wait for the grace period, then mark the upload as lost; never after an unexpected answer."""
        context, now = self._context, self._context.clock()
        newest = answers[0]
        reading = newest.reading
        if isinstance(reading, NotFound) and _is_grace_over(newest.upload, now) and newest.upload.status is DECLINED:
            context.ledger.uploads.mark_refused(newest.upload)
            self.changed.append(submission.id)
            self._on_event(Progress("refused", submission.reason, file_name=submission.file_name))
            return
        if isinstance(reading, NotFound) and _is_grace_over(newest.upload, now):
            context.ledger.uploads.mark_lost(newest.upload, context.schedule.next_poll(now, 0))
            self.changed.append(submission.id)
            self._on_event(Progress("waiting", "it is sent again under a new name", file_name=submission.file_name))
            return
        if isinstance(reading, Unrecognized):
            self._note_unexpected_answer(submission, self._unexpected_error(newest, reading))
            return
        self._odd = 0
        self._poll_again(submission, "Crossref does not have the file yet")

    def _finish_or_wait(self, submission: Submission, answers: Sequence[_PollAnswer], dois: Sequence[Doi]) -> None:
        results = _resolve_outcomes(answers, dois, submission.timestamp, self._context.clock())
        if results is None:
            answer = next((poll_answer for poll_answer in answers if poll_answer.is_there), answers[0])
            if isinstance(answer.reading, Unrecognized):
                self._note_unexpected_answer(submission, self._unexpected_error(answer, answer.reading))
                return
            self._odd = 0
            self._poll_again(submission, _result_words(answer.reading), getattr(answer.reading, "submission_id", None))
            return
        self._odd = 0
        self._finish_submission(submission, results, answers)

    def _unexpected_error(self, answer: _PollAnswer, reading: Unrecognized) -> UnexpectedAnswer:
        where = self._context.address or name_of(self._context.target)
        message = f"{where} gave no result log when asked for {answer.upload.file_name}: {reading.reason}"
        return UnexpectedAnswer(message, excerpt=answer.raw[:EXCERPT].decode("utf-8", "replace"))

    def _finish_submission(
        self, submission: Submission, results: Sequence[DoiOutcome], answers: Sequence[_PollAnswer]
    ) -> None:
        context = self._context
        proved = tuple(self._check_timestamp(submission, result) for result in results)
        if any(outcome.finding is not None for outcome in proved):
            proved = _with_named_fields(proved, context.ledger.works.stored(submission.id))
        answer = next(poll_answer for poll_answer in answers if isinstance(poll_answer.reading, BatchOutcome))
        again = self._next_rerun(answer.upload, proved)
        context.ledger.polls.finish(
            submission,
            proved,
            file_name=answer.upload.file_name,
            answer=answer.raw,
            submission_id=answer.reading.submission_id,
            again=again,
        )
        self.changed.append(submission.id)
        for one in proved:
            text = f"{one.doi}: {one.outcome.value}" + (f" ({one.message})" if one.message else "")
            self._on_event(Progress("finished", text, doi=one.doi, file_name=answer.upload.file_name))

    def _check_timestamp(self, submission: Submission, result: DoiOutcome) -> DoiOutcome:
        """Ask Crossref, after a timestamp failure without a number, whether the version it has is ours."""
        registry = self._context.registry
        too_old = result.finding is not None and result.finding.code == TIMESTAMP_TOO_OLD
        if not too_old or result.registered_timestamp is not None or registry is None:
            return result
        self._context.step("timestamp: ask")
        held = registry.deposit_timestamp(result.doi, self._context.accounts.of_doi(result.doi).depositor.email)
        if held == submission.timestamp:
            proof = f"Crossref's query service says that its timestamp is {held}, which is ours"
            return replace(result, outcome=Outcome.REGISTERED, finding=None, proof=proof)
        return replace(result, registered_timestamp=held)

    # Uploads that were thought lost.

    def _poll_lost_uploads(self) -> None:
        context = self._context
        for upload, submission in context.ledger.polls.lost_uploads(most=AT_ONCE):
            try:
                self._poll_lost_upload(upload, submission)
            except (CredentialsRefused, ConfigurationError):
                if not context.accounts.several:
                    raise
                self._watch_lost(upload)
            except (RegistrarUnavailable, RegistrarBusy, SubmissionForbidden) as error:
                self._stopped = error
                # The pause after five failures: nobody waits for this answer.
                context.ledger.polls.watch_lost(upload, context.schedule.pause_until(context.clock(), 5, error))
                return
            except UnexpectedAnswer:
                # It was thought lost before: an odd answer about it needs no person, and it is asked about again later.
                self._watch_lost(upload)

    def _poll_lost_upload(self, upload: Attempt, submission: Submission) -> None:
        _, dois = self._context.ledger.polls.details([submission.id])[submission.id]
        self._publishers |= self._context.ledger.polls.publishers([submission.id])
        answer = self._fetch_answer(submission, upload, dois)
        if answer.is_there and submission.state is State.PREPARED:
            self._confirm_receipt(submission, upload)
            return
        results = _resolve_outcomes([answer], dois, submission.timestamp, self._context.clock())
        if results is not None:
            if submission.state is State.DONE and not any(result.outcome.is_registered for result in results):
                self._context.ledger.polls.watch_lost(upload, self._next_rerun(upload, results))
                return
            self._finish_submission(submission, results, [answer])
            if self._next_rerun(upload, results) is None:
                self._context.ledger.polls.watch_lost(upload, None)
        else:
            self._watch_lost(upload)

    def _next_rerun(self, upload: Attempt, results: Sequence[DoiOutcome]) -> datetime | None:
        """Return when to ask again after a refusal that Crossref may take back; None where it will not.

        Crossref ran submissions again by itself after an outage in March 2026, so that a failure became a success.
        """
        now = self._context.clock()
        taken_back = any(result.finding is not None and result.finding.code in MAY_RUN_AGAIN for result in results)
        return now + ASK_AGAIN if taken_back and now - upload.sent_at < STOP_ASKING else None

    def _watch_lost(self, upload: Attempt) -> None:
        context, now = self._context, self._context.clock()
        # An upload that Crossref did not show in all this time is not going to turn up any more.
        over = now - upload.sent_at >= WATCH
        # The pause after ten polls: nobody waits for this answer any more.
        context.ledger.polls.watch_lost(upload, None if over else context.schedule.next_poll(now, 10))


def _result_words(reading: PollResult) -> str:
    match reading:
        case Pending(status=status):
            return f"{STILL_READING} {status}"
        case NotFound():
            return "Crossref does not show the file yet"
        case Unrecognized(reason=reason):
            return reason
        case BatchOutcome():
            return "an earlier upload of the same file is still being read"
