"""Asking what became of files: who is asked about, what the answer proves, and when to ask again."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

from doideposit.crossref.diagnostics import Completed, DoiOutcome, NotKnown, Pending, Reading, Unknown, read
from doideposit.deposits.context import Means, OnEvent
from doideposit.deposits.ledger.clock_skew import FARTHEST
from doideposit.deposits.ledger.entries import Attempt, Fate, Submission
from doideposit.deposits.ledger.polls import Look
from doideposit.deposits.schedule import GRACE, LEASE, WATCH, alarm, next_look, pause_until
from doideposit.deposits.values import Progress
from doideposit.deposits.wording import name_of
from doideposit.errors import (
    RegistrarBusy,
    RegistrarUnavailable,
    SubmissionForbidden,
    UnexpectedAnswer,
    WorldError,
)
from doideposit.lifecycle import Outcome, State
from doideposit.records.identifiers import Doi

__all__ = ["Asker", "judge"]

AT_ONCE = 50
TIMESTAMP = "crossref-timestamp-too-old"
AT_CROSSREF = {Fate.SENDING, Fate.DOUBT, Fate.ACCEPTED, Fate.LOST}


@dataclass(frozen=True, slots=True)
class Answer:
    """What Crossref says of one upload."""

    upload: Attempt
    reading: Reading
    raw: bytes

    @property
    def is_there(self) -> bool:
        """Whether Crossref has the file."""
        return isinstance(self.reading, Pending | Completed)


def judge(
    answers: Sequence[Answer], dois: Sequence[Doi], timestamp: int, now: datetime
) -> tuple[DoiOutcome, ...] | None:
    """What the answers about every upload of one file, the newest first, prove of each DOI; None while not final.

    All uploads hold the same bytes with the same timestamp, and Crossref applies equal timestamps once: a DOI is
    registered when the log of any upload says so, or when Crossref refuses it because it already has this very
    timestamp. A failure counts only once no upload is still being read.
    """
    logs = [(one.upload, one.reading.outcome) for one in answers if isinstance(one.reading, Completed)]
    if not logs:
        return None
    results = tuple(
        _best([(upload, outcome.outcomes[place]) for upload, outcome in logs], timestamp) for place in range(len(dois))
    )
    settled = all(_is_settled(one, now) for one in answers)
    return results if settled or all(result.outcome.is_registered for result in results) else None


def _is_settled(answer: Answer, now: datetime) -> bool:
    """Whether no better word about this upload is to be waited for."""
    if isinstance(answer.reading, NotKnown):
        lost = answer.upload.fate is Fate.LOST
        return lost or (answer.upload.fate is not Fate.ACCEPTED and _had_time(answer.upload, now))
    return isinstance(answer.reading, Completed)


def _had_time(upload: Attempt, now: datetime) -> bool:
    """Whether the grace period is over. The age of an upload is unknown where a wrong clock dated it days ahead."""
    age = now - upload.sent_at
    return age >= GRACE or age < -FARTHEST


def _best(said: Sequence[tuple[Attempt, DoiOutcome]], timestamp: int) -> DoiOutcome:
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


class Asker:
    """One pass over the files that are due: `asked` are those, `moved` those whose state changed.

    With `force` everything open is due; with `doubts_only` nothing is that Crossref certainly received.
    """

    def __init__(self, means: Means, *, on_event: OnEvent, force: bool = False, doubts_only: bool = False) -> None:
        self._means = means
        self._force = force
        self._doubts_only = doubts_only
        self._on_event = on_event
        self.asked: list[int] = []
        self.moved: list[int] = []
        self.trouble: WorldError | None = None
        self._odd = 0
        self._was_away = False
        self._details: dict[int, tuple[tuple[Attempt, ...], tuple[Doi, ...]]] = {}
        self._looks: list[Look] = []

    def run(self) -> None:
        """Ask about everything due, in parts, until the pass has asked enough or Crossref is away."""
        means = self._means
        if means.ledger.pull_back(means.target, means.clock()):
            self._on_event(Progress("waiting", "the clock was days ahead before: what it put off is done now"))
        pause, reason, failures = means.ledger.paused(means.target)
        self._was_away = failures > 0
        if pause is not None and pause > means.clock() and not self._force:
            self._on_event(Progress("waiting", f"nothing is asked before {pause:%H:%M} UTC: {reason}"))
            return
        self._late()
        while self.trouble is None and (part := self._claim()):
            self._ask_all(part)

    def _claim(self) -> tuple[Submission, ...]:
        means, now = self._means, self._means.clock()
        most = min(AT_ONCE, means.limits.looks_per_pass - len(self.asked))
        if most <= 0:
            return ()
        return means.ledger.claim_looks(
            means.target,
            means.owner,
            now,
            now + LEASE,
            most=most,
            force=self._force,
            doubts_only=self._doubts_only,
            after=max(self.asked, default=0),
        )

    def _ask_all(self, part: Sequence[Submission]) -> None:
        """Ask about each of the part; what could not be asked is given back, whatever happens."""
        means, keys = self._means, [one.id for one in part]
        self.asked += keys
        try:
            self._details = means.ledger.look_details(keys)
            if means.limits.workers == 1:
                for one in part:
                    self._ask(one)
            else:
                with ThreadPoolExecutor(means.limits.workers) as pool:
                    list(pool.map(self._ask, part))
        finally:
            found, self._looks = self._looks, []
            means.ledger.end_looks(means.owner, keys, found, means.clock())

    def _ask(self, submission: Submission) -> None:
        """Ask about one file; whatever goes wrong at Crossref's end is settled here, but refused credentials."""
        if self.trouble is not None:
            return
        try:
            self._settle(submission)
        except (RegistrarUnavailable, RegistrarBusy) as error:
            self._away(submission, error)
        except SubmissionForbidden as error:
            self._again(submission, error.message)
            self.trouble = error
        except UnexpectedAnswer as error:
            self._again(submission, error.message)
            self._odd += 1
            if self._odd >= 3:  # noqa: PLR2004 - three odd answers in a row are an outage with another face
                self.trouble = error

    def _away(self, submission: Submission, error: RegistrarUnavailable | RegistrarBusy) -> None:
        means, now = self._means, self._means.clock()
        failures = means.ledger.paused(means.target)[2]
        until = pause_until(now, failures, means.random, error)
        means.ledger.pause(means.target, until, error.message, now)
        self._looks.append(Look(submission, until, error.message, alarm(submission, now), counts=False))
        self.trouble = error
        self._on_event(Progress("waiting", error.message, file_name=submission.file_name))

    def _again(self, submission: Submission, reason: str, submission_id: str | None = None) -> None:
        means, now = self._means, self._means.clock()
        moment = next_look(now, submission.looks + 1, means.random)
        self._looks.append(Look(submission, moment, reason, alarm(submission, now), submission_id))

    def _settle(self, submission: Submission) -> None:
        uploads, dois = self._details[submission.id]
        answers = [self._fetch(submission, one, dois) for one in uploads if one.fate in AT_CROSSREF]
        if self._was_away:
            self._means.ledger.resume(self._means.target, self._means.clock())
        self._was_away, self._odd = False, 0
        there = next((one for one in answers if one.is_there), None)
        if submission.state is State.SENDING:
            if there is None:
                self._still_unknown(submission, answers)
                return
            self._found(submission, there.upload)
        self._finish_or_wait(submission, answers, dois)

    def _fetch(self, submission: Submission, upload: Attempt, dois: Sequence[Doi]) -> Answer:
        means = self._means
        means.step("fetch: begin")
        raw = means.registrar.fetch_result(upload.file_name)
        means.step("fetch: answered")
        return Answer(upload, read(raw, dois=dois, batch_id=submission.batch_id), raw)

    def _found(self, submission: Submission, upload: Attempt) -> None:
        means, now = self._means, self._means.clock()
        proof = f"{name_of(means.target)} knows {upload.file_name} when asked"
        means.ledger.found(means.target, upload, now, next_look(now, 0, means.random), proof)
        self.moved.append(submission.id)
        self._on_event(Progress("received", proof, file_name=upload.file_name))

    def _still_unknown(self, submission: Submission, answers: Sequence[Answer]) -> None:
        """Nobody knows the file yet: wait for the grace period, and never take an odd answer for "not received"."""
        means, now = self._means, self._means.clock()
        newest = answers[0]
        reading = newest.reading
        if isinstance(reading, NotKnown) and _had_time(newest.upload, now):
            means.ledger.lose(means.target, newest.upload, now, next_look(now, 0, means.random))
            self.moved.append(submission.id)
            self._on_event(Progress("waiting", "it goes out again under a new name", file_name=submission.file_name))
            return
        words = reading.reason if isinstance(reading, Unknown) else "Crossref does not know the file yet"
        self._again(submission, words)

    def _finish_or_wait(self, submission: Submission, answers: Sequence[Answer], dois: Sequence[Doi]) -> None:
        results = judge(answers, dois, submission.timestamp, self._means.clock())
        if results is None:
            reading = next((one.reading for one in answers if one.is_there), answers[0].reading)
            self._again(submission, _words(reading), getattr(reading, "submission_id", None))
            return
        self._finish(submission, results, answers)

    def _finish(self, submission: Submission, results: Sequence[DoiOutcome], answers: Sequence[Answer]) -> None:
        means = self._means
        proved = tuple(self._check_timestamp(submission, one) for one in results)
        answer = next(one for one in answers if isinstance(one.reading, Completed))
        outcome = answer.reading.outcome if isinstance(answer.reading, Completed) else None
        means.ledger.finish(
            submission,
            proved,
            means.clock(),
            file_name=answer.upload.file_name,
            answer=answer.raw,
            submission_id=outcome.submission_id if outcome else None,
        )
        self.moved.append(submission.id)
        for one in proved:
            text = f"{one.doi}: {one.outcome.value}" + (f" ({one.message})" if one.message else "")
            self._on_event(Progress("finished", text, doi=one.doi, file_name=answer.upload.file_name))

    def _check_timestamp(self, submission: Submission, result: DoiOutcome) -> DoiOutcome:
        """For a timestamp failure without a number: ask Crossref whether the version it has is ours."""
        registry = self._means.registry
        too_old = result.finding is not None and result.finding.code == TIMESTAMP
        if not too_old or result.registered_timestamp is not None or registry is None:
            return result
        self._means.step("timestamp: ask")
        held = registry.deposit_timestamp(result.doi, self._means.depositor.email)
        if held == submission.timestamp:
            proof = f"Crossref's query service says that its timestamp is {held}, which is ours"
            return replace(result, outcome=Outcome.REGISTERED, finding=None, proof=proof)
        return replace(result, registered_timestamp=held)

    # Uploads that were thought lost.

    def _late(self) -> None:
        means = self._means
        for upload, submission in means.ledger.late(means.target, means.clock(), most=AT_ONCE):
            try:
                self._ask_late(upload, submission)
            except (RegistrarUnavailable, RegistrarBusy, SubmissionForbidden) as error:
                self.trouble = error
                means.ledger.watch(upload, means.clock(), pause_until(means.clock(), 5, means.random, error))
                return
            except UnexpectedAnswer:
                self._watch(upload)

    def _ask_late(self, upload: Attempt, submission: Submission) -> None:
        _, dois = self._means.ledger.look_details([submission.id])[submission.id]
        answer = self._fetch(submission, upload, dois)
        if answer.is_there and submission.state is State.PREPARED:
            self._found(submission, upload)
            return
        results = judge([answer], dois, submission.timestamp, self._means.clock())
        if results is not None:
            self._finish(submission, results, [answer])
            self._means.ledger.watch(upload, self._means.clock(), None)
        else:
            self._watch(upload)

    def _watch(self, upload: Attempt) -> None:
        means, now = self._means, self._means.clock()
        over = now - upload.sent_at >= WATCH
        means.ledger.watch(upload, now, None if over else next_look(now, 10, means.random))


def _words(reading: Reading) -> str:
    match reading:
        case Pending(status=status):
            return f"Crossref says {status or 'that it is not done'}"
        case NotKnown():
            return "Crossref does not show the file yet"
        case Unknown(reason=reason):
            return reason
        case Completed():
            return "an earlier upload of the same file is still being read"
