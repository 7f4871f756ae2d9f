"""Uploading what is prepared: one file at a time, the intent committed before, the outcome after.

And what a depositor does with it: record what was approved, make one pass over what is under way, and report.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from doideposit.crossref.sealing import recorded_batch
from doideposit.crossref.xml.deposit_file import DepositFile
from doideposit.deposits.batching import Decide, Preparation
from doideposit.deposits.candidates import Approved
from doideposit.deposits.context import DepositContext, OnEvent
from doideposit.deposits.ledger.entries import Attempt, NewSubmission, Submission
from doideposit.deposits.limits import PRODUCTION
from doideposit.deposits.planning import Decision, next_timestamp
from doideposit.deposits.polling import Poller
from doideposit.deposits.schedule import LEASE
from doideposit.deposits.steps import ClearingSteps, Clears
from doideposit.deposits.updates import Seen
from doideposit.deposits.values import DepositReport, PlanEntry, Progress, ReportEntry
from doideposit.deposits.wording import name_of
from doideposit.errors import (
    ConfigurationError,
    CredentialsRefused,
    LedgerDamaged,
    LedgerError,
    RegistrarBusy,
    RegistrarError,
    RegistrarUnavailable,
    SubmissionForbidden,
    SubmissionInDoubt,
    UnexpectedAnswer,
    WorldError,
)
from doideposit.findings import Finding
from doideposit.records.identifiers import Doi
from doideposit.records.models.batch import SealedBatch

__all__ = ["Delivery"]

# How long a comparison with what is registered holds: a file may wait for hours before it is sent.
FRESH: Final = timedelta(minutes=15)
# When what is registered is asked for again after it could not be read.
READ_AGAIN: Final = timedelta(minutes=15)
# So many DOIs are named in a message about files that were harmed.
FEW: Final = 5


# Publishers whose login was refused in this pass, by their names, with what was said.
Refusals = dict[str, CredentialsRefused | ConfigurationError]


class _Upload(NamedTuple):
    """Hold a file whose upload is on record, and the publisher whose login sends it."""

    attempt: Attempt
    batch: SealedBatch
    publisher: str


class _Comparison(NamedTuple):
    """Tell whether a file may be sent as it is; `error` says that no other one can be compared either."""

    may_send: bool
    error: WorldError | None = None


class _Uploader:
    """Send until nothing may be sent, passing over the files `besides`.

    `attempted` are the submissions it tried, `error` is what stopped it.
    """

    def __init__(
        self,
        context: DepositContext,
        *,
        on_event: OnEvent,
        besides: frozenset[int] = frozenset(),
        refused: Refusals | None = None,
    ) -> None:
        self._context = context
        self._besides = besides
        self._on_event = on_event
        self._refused = {} if refused is None else refused
        # The name of the last upload: what is known of it when a run is interrupted, however far it came.
        self._file_name = ""
        self.attempted: list[int] = []
        self.received = 0
        self.error: WorldError | None = None

    def run(self) -> None:
        """Upload every file whose turn it is; raises `CredentialsRefused`, with everything put back."""
        try:
            while self.error is None:
                upload = self._next_upload()
                if upload is None:
                    return
                self.attempted.append(upload.attempt.submission)
                self._upload_file(upload)
        except BaseException:
            # Whatever this is, Ctrl-C at any moment included, a file may be on its way: only asking can tell, and
            # nobody should have to wait for the end of the lease. No second fault may hide this one.
            with suppress(LedgerError):
                begun = self._context.ledger.uploads.begun(self._file_name)
                if begun is not None:
                    self._record_doubt(begun, "the run was interrupted while the file was being sent")
            raise

    def _next_upload(self) -> _Upload | None:
        """Seal the oldest file that may be sent and record its upload; None if there is none, or `error` says why."""
        context, uploads = self._context, self._context.ledger.uploads
        while True:
            now = context.clock()
            slot = uploads.slot(context.owner, now + LEASE, pending=context.limits.pending, besides=self._besides)
            # Asked before anything else, because it costs one short transaction and spares the rest.
            blocker = slot.blocker()
            if blocker is not None:
                self._on_event(Progress("waiting", f"nothing is sent now: {blocker}"))
                return None
            found = slot.candidate()
            if found is None:
                uploads.note_waiting()
                return None
            # Looked up with one publisher as well: the others may have been taken out of the configuration.
            publisher = context.ledger.polls.publishers([found[0].id])[found[0].id]
            if publisher in self._refused:
                # A login that was refused in this pass is not tried again with the next file.
                self._besides |= {found[0].id}
                continue
            compared = self._compare_with_registered(found[0])
            if compared.error is not None:
                self.error = compared.error
                return None
            if not compared.may_send:
                continue
            batch = self._stored_batch(*found)
            # The name is on record before anything leaves: after a crash it is all there is to ask Crossref by.
            self._file_name = f"{NewSubmission.unique_name(found[0].series, now)}.xml"
            attempt = slot.start(found[0].id, self._file_name)
            if attempt is not None:
                return _Upload(attempt, batch, publisher)

    def _compare_with_registered(self, submission: Submission) -> _Comparison:
        """Compare a file with the registered records, unless done recently, and record what that means for it.

        A file that would destroy something ends here and needs a person; where Crossref cannot be asked it waits. One
        that needs something emptied first is recorded again, in steps.
        """
        context, now = self._context, self._context.clock()
        if submission.follows is not None and self._end_without_step(submission, submission.follows):
            return _Comparison(may_send=False)
        recorded, noted = context.ledger.works.recorded(submission.id)
        compared = noted.get("compared")
        fresh = bool(compared) and now - datetime.fromisoformat(str(compared)) < FRESH
        if not context.read_first or context.registry is None or recorded.unseen or fresh:
            return _Comparison(may_send=True)
        seen = Seen.ask(context, [item.doi for item in recorded.items])
        if seen.failures and self._may_wait(submission, recorded):
            return _Comparison(may_send=False, error=self._wait_for_answers(submission, recorded, seen))
        stopped, clears = seen.examine(recorded)
        if stopped:
            self._block_dois(submission, recorded, stopped, seen)
        elif clears and submission.step == submission.steps:
            self._record_in_steps(submission, recorded, clears, seen)
        elif seen.is_later_than(recorded):
            self._record_with_higher_timestamp(submission, recorded, seen)
        else:
            return _Comparison(may_send=True)
        return _Comparison(may_send=False)

    def _may_wait(self, submission: Submission, recorded: NewSubmission) -> bool:
        """Tell whether a file waits until everything that is registered could be read."""
        works = self._context.ledger.works.known([item.doi for item in recorded.items]).values()
        # A first deposit to a test system can destroy nothing that matters, and need not wait for the answer. Adopted
        # DOIs are none: nothing of theirs was sent from here, and everything of theirs could be lost.
        precious = self._context.target == PRODUCTION or any(work.registered for work in works)
        # Nor does the last step of an update: as long as it waits, the public record lacks what was taken away.
        return precious and submission.follows is None

    def _wait_for_answers(
        self, submission: Submission, recorded: NewSubmission, seen: Seen
    ) -> RegistrarUnavailable | None:
        """Postpone the DOIs that could not be read, and record the others again without them.

        Returns the error that ends the pass where nobody answered at all.
        """
        context = self._context
        waiting = [item.doi for item in recorded.items if item.doi.key in seen.failures]
        others = [item.doi for item in recorded.items if item.doi.key not in seen.failures]
        if others and not seen.silent and self._record_split(submission, recorded, [waiting, others], seen):
            return None
        reason = f"the registered metadata could not be read: {next(iter(seen.failures.values()))}"
        context.ledger.uploads.postpone(submission.id, context.clock() + READ_AGAIN, reason)
        self._on_event(Progress("waiting", f"{reason}; the file is kept", dois=tuple(waiting)))
        # One answer that is none says nothing of the other files.
        return RegistrarUnavailable(reason) if seen.silent else None

    def _block_dois(
        self, submission: Submission, recorded: NewSubmission, stopped: Mapping[str, Finding], seen: Seen
    ) -> None:
        """Block the DOIs that must not be sent, and record the other DOIs of the file again without them."""
        advice = {key: f"{finding.hint}; then deposit it again" for key, finding in stopped.items()}
        groups: dict[str, list[Doi]] = {}
        for item in recorded.items:
            groups.setdefault(advice.get(item.doi.key, ""), []).append(item.doi)
        # One piece of advice fits all of them; else each file is recorded again, and comes here once more.
        if len(groups) > 1 and self._record_split(submission, recorded, [*groups.values()], seen):
            return
        first = next(new_item.doi for new_item in recorded.items if new_item.doi.key in stopped)
        also = f"its file also holds {first}, which cannot be sent now: {stopped[first.key].message}"
        reasons = {
            new_item.doi: stopped[new_item.doi.key].message if new_item.doi.key in stopped else also
            for new_item in recorded.items
        }
        self._withhold_file(submission, reasons, advice[first.key])

    def _record_with_higher_timestamp(self, submission: Submission, recorded: NewSubmission, seen: Seen) -> None:
        """Record a file again with a timestamp above that of another tool: Crossref takes only rising ones."""
        # What the later steps take away and put back is numbered as well, and the plan makes all of them.
        if submission.step == submission.steps:
            whole = [[item.doi for item in recorded.items]]
            reason = "recorded again with a higher timestamp, because another tool deposited it meanwhile"
            if self._record_again(submission, recorded, whole, seen, reason):
                return
        reason = "another tool deposited it meanwhile, with a higher timestamp"
        self._withhold_all(submission, reason, "deposit it again: it gets a timestamp above that one")

    def _record_split(
        self, submission: Submission, recorded: NewSubmission, groups: Sequence[Sequence[Doi]], seen: Seen
    ) -> bool:
        """Record a file again as one file for each group of DOIs; return False if it cannot be split."""
        # A step of an update belongs to the others, with the same DOIs.
        if recorded.whole or submission.steps > 1:
            return False
        reason = "recorded again in several files, because not all of its DOIs can be sent now"
        return self._record_again(submission, recorded, groups, seen, reason)

    def _record_again(
        self,
        submission: Submission,
        recorded: NewSubmission,
        groups: Sequence[Sequence[Doi]],
        seen: Seen,
        reason: str,
    ) -> bool:
        """Record a file anew, one for each group of DOIs, with timestamps above all that is known; False if it cannot.

        Each is compared again before it goes.
        """
        context, now = self._context, self._context.clock()
        stamp = next_timestamp(now, [recorded.timestamp, *(state.timestamp for state in seen.states.values())])
        parts = []
        for dois in groups:
            part = context.reseal(recorded, DepositFile(recorded.xml).only(*dois), stamp)
            if not isinstance(part, NewSubmission):
                return False
            parts.append(replace(part, items=tuple(item for item in recorded.items if item.doi in dois)))
        return context.ledger.uploads.replace_file(submission.id, parts, reason)

    def _withhold_file(self, submission: Submission, reasons: Mapping[Doi, str], hint: str) -> None:
        self.attempted.append(submission.id)
        self._context.ledger.uploads.withhold(submission.id, reasons, hint)

    def _withhold_all(self, submission: Submission, reason: str, hint: str) -> None:
        _, dois = self._context.ledger.polls.details([submission.id])[submission.id]
        self._withhold_file(submission, dict.fromkeys(dois, reason), hint)

    def _end_without_step(self, submission: Submission, follows: int) -> bool:
        """End a step whose earlier one did not take effect: new content would be added to the old."""
        why = self._context.ledger.uploads.why_without_effect(follows)
        if why is None:
            return False
        reason = (
            f"step {submission.step - 1} of {submission.steps} did not take effect ({why}), so this one was not sent"
        )
        self._withhold_all(
            submission, reason, "correct what it says, then deposit the record again: all steps are repeated"
        )
        return True

    def _record_in_steps(self, submission: Submission, recorded: NewSubmission, clears: Clears, seen: Seen) -> None:
        """Record a file again with the steps before it, which nobody could know when it was recorded."""
        context, now = self._context, self._context.clock()
        taken = [recorded.timestamp, *(state.timestamp for state in seen.states.values())]
        clearing = ClearingSteps(clears)
        stamp = next_timestamp(now, taken) + clearing.room
        last = context.reseal(recorded, DepositFile(recorded.xml), stamp)
        if isinstance(last, NewSubmission):
            steps = clearing.leading_to(replace(last, compared=now), context.reseal)
            # Nothing is recorded where a later deposit of a DOI waits, or another run was quicker.
            if steps.files and context.ledger.works.prepare(*steps.files, instead_of=submission.id) is not None:
                return
        reason = "registered metadata have to be emptied first, but the steps for that could not be recorded"
        self._withhold_all(submission, reason, "deposit the record again: its plan says what blocks it")

    def _stored_batch(self, submission: Submission, xml: bytes) -> SealedBatch:
        """Return the stored bytes as a sealed batch; raise `LedgerDamaged` if they were changed."""
        _, dois = self._context.ledger.polls.details([submission.id])[submission.id]
        batch = recorded_batch(
            xml,
            sha256=submission.sha256,
            batch_id=submission.batch_id,
            timestamp=submission.timestamp,
            schema_version=submission.schema_version,
            dois=dois,
        )
        if batch is None:
            raise LedgerDamaged(f"the stored file of batch {submission.batch_id} does not have its SHA-256")
        return batch

    def _upload_file(self, upload: _Upload) -> None:
        context, batch, attempt = self._context, upload.batch, upload.attempt
        name = attempt.file_name
        self._on_event(
            Progress("sending", f"sending {name} to {name_of(context.target)}", file_name=name, dois=batch.dois)
        )
        try:
            context.step("submit: begin")
            receipt = context.accounts.named(upload.publisher).registrar.submit(batch, name)
            context.step("submit: answered")
        except (CredentialsRefused, ConfigurationError) as error:
            # A configuration that cannot be used is noticed before anything leaves: a password that is not there.
            context.ledger.uploads.return_unsent(attempt, None, error.message)
            if not context.accounts.several:
                raise
            # A wrong password of one publisher must not keep back the files of the others.
            self._refused[upload.publisher] = error
        except (RegistrarUnavailable, RegistrarBusy) as error:
            self._pause_after(attempt, error)
        except SubmissionInDoubt as error:
            # It may have arrived: only asking for it by its name can tell, so that nothing is sent twice.
            self._record_doubt(attempt, error.message, error)
            self.error = error
        except (SubmissionForbidden, UnexpectedAnswer) as error:
            # It reads like a refusal. Whether the file was stored anyway is asked before it is sent again.
            self._record_doubt(attempt, error.message, error, declined=True)
            self.error = error
        else:
            proof = f"{name_of(context.target)} answered that it received {receipt.file_name}"
            now = context.clock()
            context.ledger.uploads.mark_accepted(attempt, context.schedule.next_poll(now, 0), proof)
            self.received += 1
            self._on_event(Progress("received", proof, file_name=name, dois=batch.dois))

    def _pause_after(self, attempt: Attempt, error: RegistrarUnavailable | RegistrarBusy) -> None:
        self._context.ledger.uploads.return_unsent(attempt, self._context.pause_until(error), error.message)
        self.error = error
        self._on_event(Progress("waiting", f"{error.message}; the file is kept", file_name=attempt.file_name))

    def _record_doubt(
        self, upload: Attempt, reason: str, error: RegistrarError | None = None, *, declined: bool = False
    ) -> None:
        context, now = self._context, self._context.clock()
        context.ledger.uploads.mark_doubtful(
            upload,
            reason,
            next_poll_at=context.schedule.next_poll(now, 0),
            until=context.pause_until(error),
            answer=error.excerpt if error else "",
            declined=declined,
            # What to do about a broken connection is nothing: the next poll finds out what became of the file.
            hint=error.hint if error and declined else "",
        )
        self._on_event(Progress("doubt", reason, file_name=upload.file_name))


class _DepositPass(NamedTuple):
    """Tell what a pass touched, asked about and sent, and what went wrong outside."""

    keys: list[int]
    looked: int
    sent: int
    error: WorldError | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """Record what was approved, send what is recorded, and report what became of each input."""

    context: DepositContext
    decide: Decide

    def record(self, approved: Approved, *, replan: bool, on_event: OnEvent) -> tuple[Decision, ...]:
        """Record the submissions of all inputs that are not blocked; return one decision for each input, in order."""
        return Preparation(self.context, approved, self.decide, replan=replan, on_event=on_event).run()

    def apply(self, approved: Approved, on_event: OnEvent, send: bool) -> DepositReport:
        """Record the content of a plan file and, with `send`, send it."""
        decisions = self.record(approved, replan=False, on_event=on_event)
        if send:
            return self.send(decisions, on_event)
        return self.report(decisions, self.context.why_not_sent(decisions))

    def send(self, decisions: Sequence[Decision], on_event: OnEvent) -> DepositReport:
        """Send what was recorded by these decisions, with what an interrupted run recorded; report on each."""
        error: WorldError | None = None
        if any(decision.action.sends for decision in decisions):
            error = self.make_pass(on_event, doubts_only=True).error
        return self.report(decisions, error or self.context.why_not_sent(decisions))

    def send_due(self, on_event: OnEvent) -> DepositReport:
        """Send the recorded files that are due, after asking about uploads in doubt; raises `CredentialsRefused`."""
        sent = self.make_pass(on_event, doubts_only=True)
        statuses = map(self.context.status_of, self.context.ledger.works.in_submissions(sent.keys))
        named = ((status.submission.name if status.submission else str(status.doi), status) for status in statuses)
        entries = (ReportEntry(name, status.doi, None, status=status) for name, status in named)
        return DepositReport(self.context.target, tuple(entries), sent.error)

    def report(self, decisions: Sequence[Decision], error: WorldError | None) -> DepositReport:
        """Report what was decided about each input, and how its DOI stands now."""
        context = self.context
        known = context.ledger.works.by_key(decision.wanted.doi for decision in decisions if decision.wanted.doi)
        entries = []
        for planned in map(PlanEntry.of, decisions):
            work = known.get(planned.doi.key) if planned.doi else None
            entries.append(ReportEntry.of(planned, None if work is None else context.status_of(work)))
        return DepositReport(context.target, tuple(entries), error)

    def make_pass(self, on_event: OnEvent, *, force: bool = False, doubts_only: bool = False) -> _DepositPass:
        """Poll, then upload unless Crossref cannot be reached. A damaged file stops no other one."""
        context = self.context
        done: list[tuple[Poller, _Uploader]] = []
        if not force:
            _wait_for_maintenance(context)

        def once(besides: frozenset[int]) -> None:
            poller = Poller(context, on_event=on_event, force=force, doubts_only=doubts_only, besides=besides)
            uploader = _Uploader(context, on_event=on_event, besides=besides, refused=poller.refused)
            done.append((poller, uploader))
            poller.run()
            if poller.may_send:
                uploader.run()

        harm: LedgerDamaged | None = None
        # One damaged row must not stop every other file: the rows are told apart only when the whole query fails.
        try:
            once(frozenset())
        except LedgerDamaged:
            harmed = context.ledger.works.harmed_files()
            if not harmed:
                raise
            once(frozenset(harmed))
            # After the pass, which writes down for others what they wait for.
            context.ledger.uploads.note_harmed(harmed)
            harm = _harmed_error(harmed)
        refused = [error for poller, _ in done for error in poller.refused.values()]
        if refused:
            # A publisher whose login was refused; the files of the others are done by now.
            raise refused[0]
        keys = [key for poller, uploader in done for key in (*poller.changed, *uploader.attempted)]
        errors = [error for poller, uploader in done for error in (poller.error, uploader.error) if error]
        return _DepositPass(
            list(dict.fromkeys(keys)),
            sum(len(poller.asked) for poller, _ in done),
            sum(uploader.received for _, uploader in done),
            next(iter(errors), harm),
        )


def _wait_for_maintenance(context: DepositContext) -> None:
    """Pause until an announced maintenance ends: requests would fail, and count as failures."""
    window = context.deadlines.window(context.clock())
    until = context.ledger.uploads.paused().until if window else None
    if window is not None and (until is None or until < window.ends) and context.ledger.works.outstanding():
        context.ledger.uploads.pause(window.ends, window.what)


def _harmed_error(harmed: Mapping[int, tuple[str, ...]]) -> LedgerDamaged:
    """Make the error that names the DOIs of files that the ledger no longer holds whole."""
    dois = [doi for names in harmed.values() for doi in names]
    few = ", ".join(dois[:FEW]) + (f" and {len(dois) - FEW:,} more" if len(dois) > FEW else "")
    one = dois[0] if dois else "DOI"
    return LedgerDamaged(
        f"the ledger no longer holds the deposit of {few or 'a DOI that cannot be read'} as it was recorded: "
        "nothing was sent or asked",
        hint=f"restore a backup with `doideposit ledger restore FILE`, or abandon it with `doideposit abandon {one} "
        '--reason "damaged"` and deposit its record again; `doideposit ledger check` shows what is wrong',
    )
