"""One upload at a time: who may send which file now, and what became of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, insert, or_, select, update

from doideposit.deposits.ledger.entries import (
    EARLIER_DEPOSIT,
    FIRST_OF_SERIES,
    HARMED_FILE,
    Attempt,
    AttemptStatus,
    NewSubmission,
    Submission,
)
from doideposit.deposits.ledger.recording import Recording
from doideposit.deposits.ledger.rows import LedgerRow
from doideposit.deposits.ledger.session import Session
from doideposit.deposits.ledger.tables import attempt, content, item, submission, upload_lock, work
from doideposit.deposits.ledger.transaction import FREE, Transaction
from doideposit.lifecycle import EventKind, Move, Outcome, RetryClass, State
from doideposit.records.identifiers import Doi

__all__ = ["Uploads"]

# Between two uploads of a file that was lost more than once; such files would be sent a hundred times a day else.
FIRST_AGAIN, LAST_AGAIN = timedelta(minutes=15), timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class _Pause:
    """Say until when nothing should be sent or asked, why, and how many times in a row Crossref was away."""

    until: datetime | None = None
    reason: str = ""
    failures: int = 0


class Uploads:
    """Write the intent before each upload to one target, committed first, and the outcome after it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._target = session.target

    # Whose turn it is.

    def slot(
        self, owner: str, until: datetime, *, pending: int, besides: frozenset[int] = frozenset()
    ) -> "_UploadSlot":
        """Return what `owner` may upload now, leased until then, where at most `pending` files are at Crossref.

        `besides` are files that are passed over.
        """
        return _UploadSlot(self._session, owner, until, pending, besides)

    def pending(self) -> int:
        """Return how many files are at Crossref, or on the way to it, without a result."""
        with self._session.reading() as connection:
            return _count_pending(connection, self._target)

    def why_without_effect(self, key: int) -> str | None:
        """Return why an earlier step did not take effect for every DOI in it; None if it did."""
        with self._session.reading() as connection:
            joined = item.join(submission, submission.c.id == item.c.submission)
            columns = (item.c.outcome, item.c.message, submission.c.reason, submission.c.state)
            for row in connection.execute(
                select(*columns).select_from(joined).where(submission.c.id == key)
            ).mappings():
                outcome = Outcome(row["outcome"]) if row["outcome"] else None
                if outcome is None or not outcome.is_registered:
                    return str(row["message"] or row["reason"] or f"it is {row['state']}")
        return None

    def withhold(self, key: int, reasons: Mapping[Doi, str], hint: str) -> None:
        """End a file that was never sent, for a reason for each of its DOIs: a person has to act."""
        with self._session.writing("withhold") as transaction:
            current = transaction.lock_submission(key)
            if current.state is not State.PREPARED:
                return
            first = next(iter(reasons.values()))
            transaction.close_submission(current, Move.ABANDON, first, hint, retry=RetryClass.AFTER_CHANGE)
            for doi, reason in reasons.items():
                mine = update(item).where(item.c.submission == key, item.c.doi == doi.key)
                transaction.connection.execute(mine.values(message=reason))
                transaction.note(EventKind.REFUSED, submission=key, doi=doi, detail={"reason": reason})

    def next_due(self) -> datetime | None:
        """Return when it next makes sense to send or to ask; None when nothing is open."""
        with self._session.reading() as connection:
            return _next_due(connection, self._target)

    def replace_file(self, key: int, parts: Sequence[NewSubmission], reason: str) -> bool:
        """Record others, or another, in the place of a file that was never sent; False when a run was quicker."""
        with self._session.writing("replace file") as transaction:
            return Recording(transaction).replace_file(key, parts, reason)

    def postpone(self, key: int, until: datetime, reason: str) -> None:
        """Postpone a file that was never sent, with the reason."""
        with self._session.writing("postpone") as transaction:
            transaction.change(key, not_before=until, reason=reason)

    def note_waiting(self) -> None:
        """Write down, for people, which prepared files wait for another deposit: of their series, or of their DOI."""
        prepared = and_(submission.c.target == self._target, submission.c.state == State.PREPARED.value)
        conditions = {FIRST_OF_SERIES: _waits_for_series(), EARLIER_DEPOSIT: _waits_for_earlier()}
        unsaid = [(words, and_(prepared, submission.c.reason != words, waits)) for words, waits in conditions.items()]
        with self._session.reading() as connection:
            # Nearly always there is nothing to write, and readers do not wait for one another.
            first = [
                connection.execute(select(submission.c.id).where(condition).limit(1)).first() for _, condition in unsaid
            ]
            if not any(first):
                return
        with self._session.writing("note waiting") as transaction:
            for words, condition in unsaid:
                transaction.connection.execute(update(submission).where(condition).values(reason=words))

    # One upload.

    def begun(self, file_name: str) -> Attempt | None:
        """Return the upload that began under this name, None where it has ended, or never began."""
        joined = attempt.join(submission, submission.c.id == attempt.c.submission)
        mine = (submission.c.target == self._target, attempt.c.file_name == file_name)
        sending = attempt.c.status == AttemptStatus.SENDING.value
        with self._session.reading() as connection:
            row = connection.execute(select(attempt).select_from(joined).where(*mine, sending)).mappings().one_or_none()
        return None if row is None else LedgerRow(row).attempt()

    def mark_accepted(self, upload: Attempt, next_poll_at: datetime, proof: str) -> None:
        """Record that the upload arrived: Crossref has the file, and the next one may be sent."""
        with self._session.writing("mark accepted") as transaction:
            self._record_receipt(transaction, upload, next_poll_at, proof)
            values = {"last_upload_at": transaction.now, "pause_until": None, "pause_reason": "", "failures": 0}
            transaction.change_upload_lock(**FREE, **values)

    def confirm_receipt(self, upload: Attempt, next_poll_at: datetime, proof: str) -> None:
        """Write down that Crossref knows a file of which it was in doubt whether it arrived."""
        with self._session.writing("confirm receipt") as transaction:
            self._record_receipt(transaction, upload, next_poll_at, proof)

    def _record_receipt(self, transaction: Transaction, upload: Attempt, next_poll_at: datetime, proof: str) -> None:
        transaction.lock_uploads()
        current = transaction.lock_submission(upload.submission)
        _set_attempt_status(transaction, upload, AttemptStatus.ACCEPTED)
        if current.state is State.SENDING:
            moved = current.state.advance(Move.ACCEPT)
        # It was thought lost and was to be sent again; now it need not.
        elif current.state is State.PREPARED:
            moved = current.state.advance(Move.RECOVER)
        else:
            return
        values = {
            "state": moved.value,
            "file_name": upload.file_name,
            "accepted_at": transaction.now,
            "accepted_proof": proof,
        }
        schedule = {"next_poll_at": next_poll_at, "not_before": None, "polls": 0, "failures": 0, "overdue": ""}
        transaction.change(current.id, **values, **schedule, **FREE, doubt=False, reason="", hint="")
        detail = {"file_name": upload.file_name, "proof": proof}
        transaction.note(EventKind.RECEIVED, submission=current.id, detail=detail)

    def return_unsent(self, upload: Attempt, until: datetime | None, reason: str) -> None:
        """Put back a file that certainly did not arrive; nothing is uploaded before `until`."""
        with self._session.writing("return unsent") as transaction:
            transaction.lock_uploads()
            current = _current_submission(transaction, upload)
            _set_attempt_status(transaction, upload, AttemptStatus.NOT_RECEIVED)
            _pause_uploads(transaction, until, reason, **FREE)
            if current is None:
                return
            values = {"state": current.state.advance(Move.RELEASE).value, "not_before": until, "next_poll_at": None}
            transaction.change(current.id, **values, **FREE, failures=current.failures + 1, reason=reason, doubt=False)
            detail = {"file_name": upload.file_name, "reason": reason}
            transaction.note(EventKind.NOT_RECEIVED, submission=current.id, detail=detail)

    def mark_doubtful(
        self,
        upload: Attempt,
        reason: str,
        *,
        next_poll_at: datetime,
        until: datetime | None,
        answer: str = "",
        declined: bool = False,
        hint: str = "",
    ) -> None:
        """Record that it is not known whether an uploaded file arrived, and why: only a poll can tell.

        `answer` is the beginning of what Crossref answered instead of a receipt, and `hint` what a person should do.
        A file that Crossref seems to have `declined` is asked about anyway, and not sent again by itself; nothing is
        uploaded before `until`.
        """
        with self._session.writing("mark doubtful") as transaction:
            transaction.lock_uploads()
            current = _current_submission(transaction, upload)
            _pause_uploads(transaction, until, reason, **FREE)
            if current is None:
                return
            _set_attempt_status(transaction, upload, AttemptStatus.DECLINED if declined else AttemptStatus.DOUBT)
            values = {"next_poll_at": next_poll_at, "reason": reason, "hint": hint}
            transaction.change(current.id, doubt=True, **values, **FREE)
            detail = {"file_name": upload.file_name, "reason": reason}
            if answer:
                detail["answer"] = answer
            transaction.note(EventKind.DOUBT, submission=current.id, detail=detail)

    def mark_refused(self, upload: Attempt) -> None:
        """Record that Crossref declined a file and does not know it: a person has to do something."""
        with self._session.writing("mark refused") as transaction:
            transaction.lock_uploads()
            current = _current_submission(transaction, upload)
            if current is None:
                return
            _set_attempt_status(transaction, upload, AttemptStatus.REFUSED)
            reason, hint = current.reason, current.hint
            transaction.close_submission(current, Move.REFUSE, reason, hint)
            detail = {"file_name": upload.file_name, "reason": reason, "hint": hint}
            transaction.note(EventKind.REFUSED, submission=current.id, detail=detail)

    def mark_lost(self, upload: Attempt, next_poll_at: datetime) -> None:
        """Record that Crossref does not know the name after the grace period: the bytes are sent under a new one."""
        with self._session.writing("mark lost") as transaction:
            current = _current_submission(transaction, upload)
            if current is None:
                return
            until = _next_upload_at(transaction, current)
            _set_attempt_status(transaction, upload, AttemptStatus.LOST, next_poll_at=next_poll_at)
            reason = (
                "Crossref does not know the file after the grace period; the same file is sent again under a new name"
            )
            values = {"state": current.state.advance(Move.RELEASE).value, "not_before": until, "next_poll_at": None}
            transaction.change(current.id, **values, **FREE, reason=reason, doubt=False)
            transaction.note(EventKind.LOST, submission=current.id, detail={"file_name": upload.file_name})

    # When Crossref is away.

    def paused(self) -> _Pause:
        """Return until when nothing should be sent or polled."""
        with self._session.reading() as connection:
            mine = select(upload_lock).where(upload_lock.c.target == self._target)
            row = connection.execute(mine).mappings().one_or_none()
            return _Pause() if row is None else _Pause(row["pause_until"], row["pause_reason"], row["failures"])

    def pause(self, until: datetime, reason: str) -> None:
        """Send and poll nothing before `until`: Crossref cannot be reached, or asked to wait."""
        with self._session.writing("pause") as transaction:
            transaction.lock_uploads()
            _pause_uploads(transaction, until, reason)

    def note_harmed(self, keys: Iterable[int]) -> None:
        """Write down of which files the stored bytes are not those that were recorded; raises as a write does."""
        with self._session.writing("note harmed") as transaction:
            mine = update(submission).where(submission.c.id.in_(list(keys)))
            transaction.connection.execute(mine.values(reason=HARMED_FILE))

    def resume(self) -> None:
        """End a pause: Crossref answered again."""
        with self._session.writing("resume") as transaction:
            mine = update(upload_lock).where(upload_lock.c.target == self._target, upload_lock.c.failures > 0)
            transaction.connection.execute(mine.values(failures=0, pause_until=None, pause_reason=""))


@dataclass(frozen=True, slots=True)
class _UploadSlot:
    """Say who wants to upload, until when it holds the right to, and how many files may be pending at Crossref."""

    session: Session
    owner: str
    until: datetime
    pending: int
    besides: frozenset[int]

    def blocker(self) -> str | None:
        """Return why nothing may be uploaded now, in plain words; None if something may."""
        with self.session.reading() as connection:
            return self._find_blocker(connection, self.session.clock())

    def _find_blocker(self, connection: Connection, now: datetime) -> str | None:
        mine = select(upload_lock).where(upload_lock.c.target == self.session.target)
        row = connection.execute(mine).mappings().one_or_none()
        if row is None:
            return None
        # A lease that ran out holds nobody back: its holder died, or takes longer than any time-out allows.
        if row["lease_until"] and row["lease_until"] > now and row["lease_owner"] != self.owner:
            # Nobody can tell from another machine whether that run was killed, so both cases are said.
            until = f"{row['lease_until']:%H:%M:%S} UTC"
            return f"another run is uploading at this moment; if it was killed, this continues at {until}"
        if row["pause_until"] and row["pause_until"] > now:
            return str(row["pause_reason"])
        if _count_pending(connection, self.session.target) >= self.pending:
            return "too many files are already waiting at Crossref"
        return None

    def candidate(self) -> tuple[Submission, bytes] | None:
        """Return the oldest file that may be uploaded now, with its bytes."""
        with self.session.reading() as connection:
            return self._find_candidate(connection, self.session.clock())

    def _find_candidate(self, connection: Connection, now: datetime) -> tuple[Submission, bytes] | None:
        # A file whose bytes are gone is found as well: it must not wait for ever without a word.
        found = select(submission, content.c.xml).outerjoin(content, content.c.submission == submission.c.id)
        ready = or_(submission.c.not_before.is_(None), submission.c.not_before <= now)
        where = (
            submission.c.target == self.session.target,
            submission.c.state == State.PREPARED.value,
            ready,
            ~_waits_for_series(),
            ~_waits_for_earlier(),
            submission.c.id.not_in(self.besides),
        )
        row = connection.execute(found.where(*where).order_by(submission.c.id).limit(1)).mappings().one_or_none()
        return None if row is None else (LedgerRow(row).submission(), row["xml"] or b"")

    def start(self, key: int, file_name: str) -> Attempt | None:
        """Record one upload of one file under a new name; return None if it may no longer be sent.

        Checks again, under the upload lock, everything that `candidate` and `blocker` saw.
        """
        with self.session.writing("start") as transaction:
            transaction.lock_uploads()
            if self._find_blocker(transaction.connection, transaction.now) is not None:
                return None
            found = self._find_candidate(transaction.connection, transaction.now)
            # Another run may have sent the file since it was read, or an older one may have become ready.
            if found is None or found[0].id != key:
                return None
            return self._begin_upload(transaction, key, file_name)

    def _begin_upload(self, transaction: Transaction, key: int, file_name: str) -> Attempt:
        now, current = transaction.now, transaction.lock_submission(key)
        state = current.state.advance(Move.START)
        row = {
            "submission": current.id,
            "file_name": file_name,
            "sent_at": now,
            "status": AttemptStatus.SENDING.value,
        }
        number = transaction.connection.execute(insert(attempt).values(**row).returning(attempt.c.id)).scalar_one()
        lease = {"lease_owner": self.owner, "lease_until": self.until}
        # If this run dies, whoever comes after the lease asks Crossref about the file before anything else.
        values = {"state": state.value, "file_name": file_name, "sent_at": now, "next_poll_at": self.until, "polls": 0}
        transaction.change(current.id, **values, **lease, doubt=False, reason="", hint="")
        transaction.connection.execute(update(item).where(item.c.submission == current.id).values(open=True))
        transaction.change_upload_lock(**lease)
        transaction.note(EventKind.SENDING, submission=current.id, detail={"file_name": file_name})
        return Attempt(int(number), current.id, file_name, now, AttemptStatus.SENDING)


def _count_pending(connection: Connection, target: str) -> int:
    # A file in doubt counts as pending, because it may be at Crossref.
    at_crossref = submission.c.state.in_([State.SENDING.value, State.QUEUED.value])
    statement = select(func.count()).select_from(submission).where(submission.c.target == target, at_crossref)
    return int(connection.execute(statement).scalar_one())


def _set_attempt_status(transaction: Transaction, upload: Attempt, status: AttemptStatus, **values: Any) -> None:
    mine = update(attempt).where(attempt.c.id == upload.id)
    transaction.connection.execute(mine.values(status=status.value, **values))


def _current_submission(transaction: Transaction, upload: Attempt) -> Submission | None:
    """Return the submission when this upload is the one it waits for; another run may have settled it meanwhile."""
    current = transaction.lock_submission(upload.submission)
    mine = current.state is State.SENDING and current.file_name == upload.file_name
    return current if mine else None


def _next_upload_at(transaction: Transaction, current: Submission) -> datetime | None:
    """Return when to upload a lost file again: the first time at once, then after longer and longer pauses."""
    gone = (attempt.c.submission == current.id, attempt.c.status == AttemptStatus.LOST.value)
    before = transaction.connection.execute(select(func.count()).select_from(attempt).where(*gone)).scalar_one()
    # The wait doubles each time; beyond the tenth it has long reached its bound.
    return transaction.now + min(FIRST_AGAIN * 2 ** min(before - 1, 10), LAST_AGAIN) if before else None


def _pause_uploads(transaction: Transaction, until: datetime | None, reason: str, **values: Any) -> None:
    failures = upload_lock.c.failures + 1
    transaction.change_upload_lock(pause_until=until, pause_reason=reason, failures=failures, **values)


def _next_due(connection: Connection, target: str) -> datetime | None:
    mine = submission.c.target == target
    # A file that another run holds cannot be asked about before that run's lease ends.
    held = submission.c.lease_until > submission.c.next_poll_at
    free = case((held, submission.c.lease_until), else_=submission.c.next_poll_at)
    asks = select(func.min(free)).where(mine, submission.c.state.in_([State.QUEUED.value, State.SENDING.value]))
    late = (
        select(func.min(attempt.c.next_poll_at))
        .join(submission, submission.c.id == attempt.c.submission)
        .where(mine, submission.c.state.in_([State.DONE.value, State.REFUSED.value]))
        # A file with its result is asked about again after some refusals; nothing waits for that.
        .where(attempt.c.status != AttemptStatus.ACCEPTED.value)
    )
    moments = [connection.execute(statement).scalar_one() for statement in (asks, late)]
    moments.append(_next_upload(connection, target))
    first: datetime | None = min((moment for moment in moments if moment is not None), default=None)
    pause = connection.execute(
        select(upload_lock.c.pause_until).where(upload_lock.c.target == target)
    ).scalar_one_or_none()
    return first if first is None or pause is None else max(first, pause)


def _next_upload(connection: Connection, target: str) -> datetime | None:
    ready = func.coalesce(submission.c.not_before, submission.c.created_at)
    prepared = submission.c.state == State.PREPARED.value
    where = (submission.c.target == target, prepared, ~_waits_for_series(), ~_waits_for_earlier())
    first: datetime | None = connection.execute(select(func.min(ready)).where(*where)).scalar_one()
    if first is None:
        return None
    row = connection.execute(select(upload_lock).where(upload_lock.c.target == target)).mappings().one_or_none()
    lease = row["lease_until"] if row else None
    return first if lease is None else max(first, lease)


# Made once, as the condition below: each pass asks three times, and SQLAlchemy takes longer to put the columns of an
# alias together than a small ledger to answer.
@cache
def _waits_for_series() -> ColumnElement[bool]:
    """Return the condition that a series has nothing registered yet and another first deposit is under way.

    Two first deposits at once can make two title records at Crossref (gitlab.com/crossref/issues 984 and 1326).
    """
    other = submission.alias("other")
    same = and_(other.c.target == submission.c.target, other.c.container == submission.c.container)
    busy = exists().where(same, other.c.state.in_([State.SENDING.value, State.QUEUED.value]))
    opened = exists().where(
        work.c.target == submission.c.target,
        work.c.container == submission.c.container,
        work.c.registered_at.is_not(None),
    )
    return and_(busy, ~opened)


@cache
def _waits_for_earlier() -> ColumnElement[bool]:
    """Return the condition that an earlier deposit of one of the file's DOIs is unfinished.

    Two versions of one DOI on the way at once could arrive in either order. One that was recorded before goes before,
    also where it had to be put off: a later one must not overtake it.
    """
    mine, other, file = item.alias("mine"), item.alias("other_item"), submission.alias("other_file")
    same = and_(other.c.target == mine.c.target, other.c.doi == mine.c.doi, other.c.submission == file.c.id)
    before = and_(other.c.id < mine.c.id, file.c.state == State.PREPARED.value)
    later = and_(mine.c.submission == submission.c.id, other.c.submission != submission.c.id)
    return exists().where(later, same, or_(other.c.open.is_(True), before))
