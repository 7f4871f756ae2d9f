"""Asking what became of a file: whose turn it is to ask, and what the answer changes."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, bindparam, exists, insert, or_, select, update

from doideposit.crossref.diagnostics.outcomes import DoiOutcome
from doideposit.deposits.ledger.entries import FIRST_READ, OPEN, Attempt, Submission
from doideposit.deposits.ledger.rows import SUBMISSION_FIELDS, TOOK_EFFECT, LedgerRow, json_text
from doideposit.deposits.ledger.session import Session
from doideposit.deposits.ledger.tables import attempt, event, item, log, observed, submission, upload_lock, work
from doideposit.deposits.ledger.transaction import FREE, Transaction
from doideposit.deposits.message_places import NotedLines
from doideposit.findings import Finding, Where
from doideposit.lifecycle import EventKind, Milestone, Move, Outcome, State
from doideposit.records.identifiers import Doi

__all__ = ["Polled", "Polls"]


@dataclass(frozen=True, slots=True)
class Polled:
    """Describe an answer that was not final: when to ask again, and what to tell people in the meantime.

    With `counts` False nothing could be asked at all, and the schedule does not move on. `odd` is the beginning of an
    answer that says nothing of the file at all, as it came; None for one that does.
    """

    submission: Submission
    next_poll_at: datetime
    reason: str = ""
    overdue: Milestone | None = None
    submission_id: str | None = None
    counts: bool = True
    odd: str | None = None


class Polls:
    """Write what is known before and after Crossref is asked what became of the files of one target."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._target = session.target

    def lease(
        self,
        owner: str,
        until: datetime,
        *,
        most: int,
        doubts_only: bool = False,
        besides: frozenset[int] = frozenset(),
        all_after: int | None = None,
    ) -> tuple[Submission, ...]:
        """Return up to `most` files that are due to be polled, leased to `owner` until `until`.

        With `doubts_only` only those of which it is not known whether they arrived; `besides` are passed over. With
        `all_after` every open file with a higher number is due, whenever it was to be polled next.
        """
        wanted = self._due(all_after, doubts_only=doubts_only).where(submission.c.id.not_in(besides))
        with self._session.reading() as connection:
            # A pass that finds nothing must not wait for a writer: most passes find nothing.
            if connection.execute(wanted.limit(1)).first() is None:
                return ()
        with self._session.writing("lease polls") as transaction:
            # What another process holds is passed over: SQLite has one writer at a time, PostgreSQL skips locked rows.
            rows = transaction.all(wanted.limit(most).with_for_update(skip_locked=True))
            found = tuple(LedgerRow(row).submission() for row in rows)
            if found:
                mine = update(submission).where(submission.c.id.in_([leased.id for leased in found]))
                transaction.connection.execute(mine.values(lease_owner=owner, lease_until=until))
            return found

    def _due(self, all_after: int | None, *, doubts_only: bool) -> Select[Any]:
        """Return the query for unleased files, the longest due first, or by number where all are due."""
        now = self._session.clock()
        free = or_(submission.c.lease_until.is_(None), submission.c.lease_until <= now)
        states = [State.SENDING.value] if doubts_only else [State.SENDING.value, State.QUEUED.value]
        where = [submission.c.target == self._target, submission.c.state.in_(states), free]
        if all_after is not None:
            return select(submission).where(*where, submission.c.id > all_after).order_by(submission.c.id)
        due = select(submission).where(*where, submission.c.next_poll_at <= now)
        return due.order_by(submission.c.next_poll_at, submission.c.id)

    def details(self, keys: Sequence[int]) -> dict[int, tuple[tuple[Attempt, ...], tuple[Doi, ...]]]:
        """Return the uploads of each submission, the newest first, and its DOIs in the order of its file."""
        with self._session.reading() as connection:
            return _upload_details(connection, keys)

    def publishers(self, keys: Sequence[int]) -> dict[int, str]:
        """Return for which publisher each submission was recorded: empty for the main one."""
        recorded = (event.c.submission.in_(keys), event.c.kind == EventKind.PREPARED.value)
        with self._session.reading() as connection:
            rows = connection.execute(select(event).where(*recorded).order_by(event.c.id)).mappings()
            found = [LedgerRow(row).event() for row in rows]
        return dict.fromkeys(keys, "") | {
            ledger_event.submission: ledger_event.detail.get("publisher", "")
            for ledger_event in found
            if ledger_event.submission
        }

    def release(self, owner: str, keys: Sequence[int], polled: Sequence[Polled]) -> None:
        """Record the answers that were not final, and release all leased polls."""
        with self._session.writing("give back polls") as transaction:
            _write_polled(transaction, polled)
            held = update(submission).where(submission.c.id.in_(keys), submission.c.lease_owner == owner)
            transaction.connection.execute(held.values(**FREE))

    def poll_now(self, batch_id: str) -> bool:
        """Make the file with that batch id due now, where it is waited for; False when there is no such file."""
        with self._session.writing("poll now") as transaction:
            mine = and_(submission.c.target == self._target, submission.c.batch_id == batch_id)
            known = transaction.connection.execute(select(submission.c.id).where(mine)).first()
            waits = and_(mine, submission.c.state == State.QUEUED.value, submission.c.next_poll_at > transaction.now)
            transaction.connection.execute(update(submission).where(waits).values(next_poll_at=transaction.now))
            return known is not None

    def finish(
        self,
        current: Submission,
        results: Sequence[DoiOutcome],
        *,
        file_name: str,
        answer: bytes,
        submission_id: str | None,
        again: datetime | None = None,
    ) -> None:
        """Store a completed result log, asked for by `file_name`, as it came, and the outcome of each DOI in it.

        A file that is done already takes only what is better: a later log may show that an earlier upload registered a
        DOI, and never that it is not registered after all. `again` is when to ask again although it is final,
        because Crossref may run the file once more by itself.
        """
        with self._session.writing("finish") as transaction:
            held = transaction.lock_submission(current.id)
            # No log ends a file that is not known to have arrived.
            if held.state in {State.PREPARED, State.SENDING}:
                return
            _keep_log(transaction, held.id, file_name, answer)
            if held.state in {State.QUEUED, State.REFUSED}:
                _finish_submission(transaction, held, file_name, submission_id)
            # Sorted, so that two transactions lock the rows of the works in the same order and cannot block each other.
            for result in sorted(results, key=lambda outcome: outcome.doi.key):
                _apply_outcome(transaction, held, result)
            if all(result.outcome.is_registered for result in results):
                done = update(attempt).where(attempt.c.submission == held.id)
                transaction.connection.execute(done.values(next_poll_at=None))
            elif again is not None:
                mine = (attempt.c.submission == held.id, attempt.c.file_name == file_name)
                transaction.connection.execute(update(attempt).where(*mine).values(next_poll_at=again))

    # Uploads that were thought lost.

    def lost_uploads(self, *, most: int) -> tuple[tuple[Attempt, Submission], ...]:
        """Return uploads thought lost, of files that are not being polled: they may still turn up.

        A file that waits to be sent again is asked about in every run. A file that has ended, even by a refusal, is
        asked about when it is due.
        """
        again = submission.c.state == State.PREPARED.value
        due = attempt.c.next_poll_at <= self._session.clock()
        wanted = or_(again, and_(submission.c.state.in_([State.DONE.value, State.REFUSED.value]), due))
        columns = [submission.c[name].label(f"sub_{name}") for name in SUBMISSION_FIELDS]
        statement = (
            select(*attempt.c, *columns)
            .join(submission, submission.c.id == attempt.c.submission)
            .where(submission.c.target == self._target, attempt.c.next_poll_at.is_not(None), wanted)
            .order_by(attempt.c.next_poll_at)
            .limit(most)
        )
        with self._session.reading() as connection:
            rows = connection.execute(statement).mappings()
            return tuple((LedgerRow(row).attempt(), LedgerRow(row, "sub_").submission()) for row in rows)

    def watch_lost(self, upload: Attempt, next_poll_at: datetime | None) -> None:
        """Set when to ask again about an upload that seems lost; None to stop asking."""
        with self._session.writing("watch lost") as transaction:
            mine = update(attempt).where(attempt.c.id == upload.id)
            transaction.connection.execute(mine.values(next_poll_at=next_poll_at))

    # After a clock that was wrong.

    def pull_back(self) -> bool:
        """Make due now what a wrong clock postponed for days; return whether there was anything."""
        with self._session.reading() as connection:
            if not _is_any_poll_too_far_ahead(connection, self._target, self._session.clock()):
                return False
        with self._session.writing("pull back") as transaction:
            _pull_back(transaction)
        return True


def _upload_details(
    connection: Connection, keys: Sequence[int]
) -> dict[int, tuple[tuple[Attempt, ...], tuple[Doi, ...]]]:
    uploads: dict[int, list[Attempt]] = {key: [] for key in keys}
    dois: dict[int, list[Doi]] = {key: [] for key in keys}
    statement = select(attempt).where(attempt.c.submission.in_(keys)).order_by(attempt.c.id.desc())
    for row in connection.execute(statement).mappings():
        uploads[row["submission"]].append(LedgerRow(row).attempt())
    printed = select(item.c.submission, item.c.printed).where(item.c.submission.in_(keys))
    for key, text in connection.execute(printed.order_by(item.c.submission, item.c.position)):
        dois[key].append(Doi(text))
    return {key: (tuple(uploads[key]), tuple(dois[key])) for key in keys}


def _write_polled(transaction: Transaction, polled: Sequence[Polled]) -> None:
    rows = [
        {
            "key": polled_file.submission.id,
            "next_poll_at": polled_file.next_poll_at,
            "polls": polled_file.submission.polls + polled_file.counts,
            # Why it is in doubt whether a file arrived stays true until that is settled.
            "reason": (polled_file.submission.state is State.SENDING and polled_file.submission.reason)
            or polled_file.reason,
            "overdue": polled_file.overdue or "",
            "submission_id": polled_file.submission_id or polled_file.submission.submission_id,
            "doubt": polled_file.odd is not None or polled_file.submission.state is State.SENDING,
        }
        # In the order of their numbers, so that two processes cannot wait for each other.
        for polled_file in sorted(polled, key=lambda polled: polled.submission.id)
    ]
    if rows:
        open_still = or_(submission.c.state == State.QUEUED.value, submission.c.state == State.SENDING.value)
        # The names of the other values in `rows` are those of the columns they are for.
        mine = update(submission).where(submission.c.id == bindparam("key"), open_still)
        transaction.connection.execute(mine, rows)
    for polled_file in polled:
        file = polled_file.submission
        if polled_file.odd is not None:
            _note_unexpected_answer(transaction, polled_file)
        if polled_file.overdue is not None and polled_file.overdue != file.overdue:
            detail = {"file_name": file.file_name or "", "milestone": polled_file.overdue.value}
            transaction.note(EventKind.OVERDUE, submission=file.id, detail=detail)


def _note_unexpected_answer(transaction: Transaction, polled: Polled) -> None:
    """Write an unexpected answer into the history once, until another one comes: polls repeat every half hour."""
    mine = and_(event.c.submission == polled.submission.id, event.c.kind == EventKind.ODD_ANSWER.value)
    last = transaction.connection.execute(select(event.c.detail).where(mine).order_by(event.c.id.desc()).limit(1))
    detail = {"file_name": polled.submission.file_name or "", "reason": polled.reason}
    detail |= {"answer": polled.odd} if polled.odd else {}
    if last.scalar_one_or_none() != json_text(detail):
        transaction.note(EventKind.ODD_ANSWER, submission=polled.submission.id, detail=detail)


def _finish_submission(transaction: Transaction, held: Submission, file_name: str, submission_id: str | None) -> None:
    proof = f"the result log of {file_name}" + (f" (submission {submission_id})" if submission_id else "")
    values = {"state": held.state.advance(Move.FINISH).value, "finished_at": transaction.now, "next_poll_at": None}
    ids = {"submission_id": submission_id or held.submission_id, "finished_proof": proof}
    transaction.change(held.id, **values, **ids, **FREE, reason="", hint="", overdue="")
    transaction.note(EventKind.PROCESSED, submission=held.id, detail={"file_name": file_name, "proof": proof})


def _keep_log(transaction: Transaction, key: int, file_name: str, answer: bytes) -> None:
    digest = hashlib.sha256(answer).hexdigest()
    # The same log may be fetched again after a crash; it is kept once.
    same = select(log.c.id).where(log.c.submission == key, log.c.sha256 == digest)
    if transaction.connection.execute(same).first() is None:
        row = {"submission": key, "file_name": file_name, "fetched_at": transaction.now, "sha256": digest}
        transaction.connection.execute(insert(log).values(**row, answer=answer))


def _apply_outcome(transaction: Transaction, held: Submission, result: DoiOutcome) -> None:
    where = (item.c.submission == held.id, item.c.doi == result.doi.key)
    row = transaction.connection.execute(select(item).where(*where)).mappings().one()
    before = Outcome(row["outcome"]) if row["outcome"] else None
    if before is not None and (before.is_registered or not result.outcome.is_registered):
        return
    finding = NotedLines(LedgerRow(row).noted("lines")).place(result.finding)
    values = {
        "open": False,
        "outcome": result.outcome.value,
        "message": result.message,
        "finding": json_text({**finding.to_dict(), "original": finding.original}) if finding else None,
        "retry": result.retry.value,
        "details": json_text(result.details),
        "proof": result.proof,
    }
    transaction.connection.execute(update(item).where(*where).values(**values))
    _apply_to_work(transaction, held, row, result)
    version = {} if held.is_resources else {"timestamp": str(held.timestamp)}
    detail = {"message": result.message, "proof": result.proof, **version, **result.details, **_place_text(finding)}
    transaction.note(EventKind(result.outcome), submission=held.id, doi=result.doi, detail=detail)


def _place_text(finding: Finding | None) -> dict[str, str]:
    """Return where in its record a finding points, for the history: only the item of the latest deposit keeps it."""
    where = finding.where if finding else Where()
    parts = {"record_file": where.file, "record_line": where.line, "record_field": where.field}
    return {name: str(value) for name, value in parts.items() if value is not None}


def _apply_to_work(transaction: Transaction, held: Submission, row: Any, result: DoiOutcome) -> None:
    mine = and_(work.c.target == held.target, work.c.doi == result.doi.key)
    old = transaction.connection.execute(select(work).where(mine).with_for_update()).mappings().one()
    values: dict[str, Any] = {}
    latest = old["item"] == row["id"]
    # Crossref accepts only increasing timestamps: above ours is a later deposit whose log came first, or a number
    # that its support has reset since.
    before = old["registered_timestamp"]
    newer = before is None or held.timestamp > before or not _took_effect(transaction, result.doi, before)
    if result.outcome.is_registered and held.is_resources:
        # The version of the whole record stays what it is; what Crossref shows has to be looked at again.
        _restart_observation(transaction, result.doi)
        values = {"last_update_failed": False} if latest else {}
    elif result.outcome.is_registered and newer:
        values = {
            # Since when, and what proved it, belong together: an update renews neither.
            "registered_at": old["registered_at"] or transaction.now,
            "registered_proof": old["registered_proof"] or result.proof,
            "registered_fingerprint": row["fingerprint"],
            "registered_timestamp": held.timestamp,
            "registered_landing_page": row["landing_page"],
        }
        _restart_observation(transaction, result.doi)
        if latest:
            values["last_update_failed"] = False
    elif not result.outcome.is_registered and latest:
        values = {"last_update_failed": old["registered_at"] is not None}
    if result.registered_timestamp is not None and _is_newer(result.registered_timestamp, old["timestamp"]):
        values["timestamp"] = result.registered_timestamp
    if values:
        transaction.connection.execute(update(work).where(mine).values(**values))


def _took_effect(transaction: Transaction, doi: Doi, timestamp: int) -> bool:
    """Tell whether the DOI has this timestamp by a deposit of ours."""
    joined = item.join(submission, submission.c.id == item.c.submission)
    mine = (item.c.target == transaction.target, item.c.doi == doi.key, item.c.outcome.in_(TOOK_EFFECT))
    found = select(item.c.id).select_from(joined).where(*mine, submission.c.timestamp == timestamp)
    return transaction.connection.execute(found.limit(1)).first() is not None


def _is_newer(value: int, old: int | None) -> bool:
    # The database keeps signed 64-bit integers, and a number of Crossref may have more digits.
    return value < 2**63 and (old is None or value > old)


# Moments planned by a clock that was wrong: without this they would hold everything up until they come.

# Nothing is planned farther ahead: a server may make us wait for a day, and everything else is shorter.
FARTHEST: Final = timedelta(days=2)


def _is_any_poll_too_far_ahead(connection: Connection, target: str, now: datetime) -> bool:
    """Tell whether a lease, a pause or a question is planned for a time that only a wrong clock can have meant."""
    too_far = now + FARTHEST
    locked = exists().where(
        upload_lock.c.target == target, or_(upload_lock.c.lease_until > too_far, upload_lock.c.pause_until > too_far)
    )
    planned = (submission.c.lease_until, submission.c.not_before, submission.c.next_poll_at)
    of_files = exists().where(_unfinished_of(target), or_(*(column > too_far for column in planned)))
    of_uploads = exists().where(attempt.c.next_poll_at > too_far, attempt.c.submission.in_(_submissions_of(target)))
    return bool(connection.execute(select(or_(locked, of_files, of_uploads))).scalar_one())


def _pull_back(transaction: Transaction) -> None:
    """Release what a wrong clock leased, and make due now what it postponed."""
    target, now = transaction.target, transaction.now
    too_far = now + FARTHEST
    transaction.lock_uploads()
    changes: list[Any] = []
    for table, where in ((upload_lock, upload_lock.c.target == target), (submission, _unfinished_of(target))):
        lease = update(table).where(where, table.c.lease_until > too_far)
        changes.append(lease.values(lease_owner=None, lease_until=None))
    paused = update(upload_lock).where(upload_lock.c.target == target, upload_lock.c.pause_until > too_far)
    changes.append(paused.values(pause_until=None, pause_reason=""))
    waiting = update(submission).where(_unfinished_of(target), submission.c.not_before > too_far)
    changes.append(waiting.values(not_before=None))
    asked = update(submission).where(_unfinished_of(target), submission.c.next_poll_at > too_far)
    changes.append(asked.values(next_poll_at=now))
    late = update(attempt).where(attempt.c.next_poll_at > too_far, attempt.c.submission.in_(_submissions_of(target)))
    changes.append(late.values(next_poll_at=now))
    for change in changes:
        transaction.connection.execute(change)


def _unfinished_of(target: str) -> Any:
    return and_(submission.c.target == target, submission.c.state.in_(OPEN))


def _submissions_of(target: str) -> Any:
    return select(submission.c.id).where(submission.c.target == target)


def _restart_observation(transaction: Transaction, doi: Doi) -> None:
    """Start observing again after a deposit took effect: earlier observations are about the old version."""
    mine = and_(observed.c.target == transaction.target, observed.c.doi == doi.key)
    fresh = {
        "since": transaction.now,
        "next_read_at": transaction.now + FIRST_READ,
        "reads": 0,
        "intended_at": None,
        "intended_proof": "",
        "deposited": "",
        "changes": "[]",
        "changed_at": None,
        "accepted": "[]",
        "accepted_at": None,
    }
    if transaction.connection.execute(select(observed.c.doi).where(mine).with_for_update()).first() is None:
        transaction.connection.execute(insert(observed).values(target=transaction.target, doi=doi.key, **fresh))
    else:
        transaction.connection.execute(update(observed).where(mine).values(**fresh))
