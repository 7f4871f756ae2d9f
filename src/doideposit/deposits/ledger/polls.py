"""Asking what became of a file: whose turn it is to ask, and what the answer changes."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, insert, or_, select, update

from doideposit.crossref.diagnostics import DoiOutcome
from doideposit.deposits.ledger.entries import Attempt, Submission
from doideposit.deposits.ledger.rows import SUBMISSION_FIELDS, attempt_of, finding_text, json_text, submission_of
from doideposit.deposits.ledger.tables import attempt, item, log, submission, work
from doideposit.deposits.ledger.transaction import Transaction
from doideposit.deposits.ledger.uploads import FREE
from doideposit.lifecycle import EventKind, Move, Outcome, State, advance
from doideposit.records.identifiers import Doi

__all__ = ["Look", "claim", "details", "due", "end", "finish", "hasten", "late", "watch"]


def due(target: str, now: datetime, *, force: bool, doubts_only: bool, after: int) -> Select[Any]:
    """The files that should be asked about now and that nobody holds, the longest due first.

    With `force` every open file is due, in the order of their numbers from the one after `after`. With `doubts_only`
    only those of which it is not known whether they arrived.
    """
    free = or_(submission.c.lease_until.is_(None), submission.c.lease_until <= now)
    states = [State.SENDING.value] if doubts_only else [State.SENDING.value, State.QUEUED.value]
    where = [submission.c.target == target, submission.c.state.in_(states), free]
    where.append(submission.c.id > after if force else submission.c.next_look_at <= now)
    order = [submission.c.id] if force else [submission.c.next_look_at, submission.c.id]
    return select(submission).where(*where).order_by(*order)


def claim(transaction: Transaction, due: Select[Any], owner: str, until: datetime) -> tuple[Submission, ...]:
    """Those that are `due`, leased to `owner`.

    What another process holds is passed over (``SKIP LOCKED`` on PostgreSQL; SQLite has one writer at a time).
    """
    found = tuple(submission_of(row) for row in transaction.all(due.with_for_update(skip_locked=True)))
    if found:
        mine = update(submission).where(submission.c.id.in_([one.id for one in found]))
        transaction.connection.execute(mine.values(lease_owner=owner, lease_until=until))
    return found


@dataclass(frozen=True, slots=True)
class Look:
    """An answer that was not final: when to ask again, and what to tell people meanwhile.

    With `counts` False nothing could be asked at all, and the schedule does not move on.
    """

    submission: Submission
    next_look_at: datetime
    reason: str = ""
    alarm: str = ""
    submission_id: str | None = None
    counts: bool = True


def end(transaction: Transaction, owner: str, keys: Sequence[int], looks: Sequence[Look]) -> None:
    """End a part of a pass: write down what was not final, and give back everything that was claimed."""
    rows = [
        {
            "key": look.submission.id,
            "next_look_at": look.next_look_at,
            "looks": look.submission.looks + look.counts,
            "reason": look.reason,
            "alarm": look.alarm,
            "submission_id": look.submission_id or look.submission.submission_id,
        }
        for look in looks
    ]
    if rows:
        open_still = or_(submission.c.state == State.QUEUED.value, submission.c.state == State.SENDING.value)
        # The names of the other values in `rows` are those of the columns they are for.
        mine = update(submission).where(submission.c.id == bindparam("key"), open_still)
        transaction.connection.execute(mine, rows)
    for look in looks:
        if look.alarm and look.alarm != look.submission.alarm:
            detail = {"file_name": look.submission.file_name or ""}
            transaction.note(
                look.submission.target, EventKind(look.alarm), submission=look.submission.id, detail=detail
            )
    held = update(submission).where(submission.c.id.in_(keys), submission.c.lease_owner == owner)
    transaction.connection.execute(held.values(**FREE))


def details(connection: Connection, keys: Sequence[int]) -> dict[int, tuple[tuple[Attempt, ...], tuple[Doi, ...]]]:
    """The uploads of each submission, the newest first, and its DOIs in the order of its file."""
    uploads: dict[int, list[Attempt]] = {key: [] for key in keys}
    dois: dict[int, list[Doi]] = {key: [] for key in keys}
    statement = select(attempt).where(attempt.c.submission.in_(keys)).order_by(attempt.c.id.desc())
    for row in connection.execute(statement).mappings():
        uploads[row["submission"]].append(attempt_of(row))
    printed = select(item.c.submission, item.c.printed).where(item.c.submission.in_(keys))
    for key, text in connection.execute(printed.order_by(item.c.submission, item.c.position)):
        dois[key].append(Doi(text))
    return {key: (tuple(uploads[key]), tuple(dois[key])) for key in keys}


def late(connection: Connection, target: str, now: datetime, most: int) -> tuple[tuple[Attempt, Submission], ...]:
    """Earlier uploads, thought lost, of files that are not being asked about: they may still turn up.

    Of a file that is to go out again they are asked about in every run, before it goes.
    """
    again = submission.c.state == State.PREPARED.value
    wanted = or_(again, and_(submission.c.state == State.DONE.value, attempt.c.next_look_at <= now))
    columns = [submission.c[name].label(f"sub_{name}") for name in SUBMISSION_FIELDS]
    statement = (
        select(*attempt.c, *columns)
        .join(submission, submission.c.id == attempt.c.submission)
        .where(submission.c.target == target, attempt.c.next_look_at.is_not(None), wanted)
        .order_by(attempt.c.next_look_at)
        .limit(most)
    )
    rows = connection.execute(statement).mappings()
    return tuple((attempt_of(row), submission_of(row, "sub_")) for row in rows)


def watch(transaction: Transaction, upload: Attempt, next_look_at: datetime | None) -> None:
    """When to ask again about an upload thought lost; None for no more."""
    mine = update(attempt).where(attempt.c.id == upload.id)
    transaction.connection.execute(mine.values(next_look_at=next_look_at))


def hasten(transaction: Transaction, target: str, batch_id: str) -> bool:
    """Make the file with that batch id due now, where it is waited for; False when there is no such file."""
    mine = and_(submission.c.target == target, submission.c.batch_id == batch_id)
    known = transaction.connection.execute(select(submission.c.id).where(mine)).first()
    waited_for = and_(mine, submission.c.state == State.QUEUED.value, submission.c.next_look_at > transaction.now)
    transaction.connection.execute(update(submission).where(waited_for).values(next_look_at=transaction.now))
    return known is not None


def finish(
    transaction: Transaction,
    current: Submission,
    results: Sequence[DoiOutcome],
    *,
    file_name: str,
    answer: bytes,
    submission_id: str | None,
) -> None:
    """A completed log was read: what it says of each DOI, and the log itself, are kept.

    A file that is done already takes only what is better: a later log may show that an earlier upload registered a
    DOI, and never that it is not registered after all.
    """
    held = transaction.lock_submission(current.id)
    if held.state in {State.PREPARED, State.SENDING, State.REFUSED}:
        return
    _keep_log(transaction, held.id, file_name, answer)
    if held.state is State.QUEUED:
        proof = f"the result log of {file_name}" + (f" (submission {submission_id})" if submission_id else "")
        values = {"state": advance(held.state, Move.FINISH).value, "finished_at": transaction.now, "next_look_at": None}
        ids = {"submission_id": submission_id or held.submission_id, "finished_proof": proof}
        transaction.change(held.id, **values, **ids, **FREE, reason="", hint="", alarm="")
        transaction.note(
            held.target, EventKind.PROCESSED, submission=held.id, detail={"file_name": file_name, "proof": proof}
        )
    for result in sorted(results, key=lambda one: one.doi.key):
        _apply(transaction, held, result)
    if all(result.outcome.is_registered for result in results):
        done = update(attempt).where(attempt.c.submission == held.id)
        transaction.connection.execute(done.values(next_look_at=None))


def _keep_log(transaction: Transaction, key: int, file_name: str, answer: bytes) -> None:
    digest = hashlib.sha256(answer).hexdigest()
    same = select(log.c.id).where(log.c.submission == key, log.c.sha256 == digest)
    if transaction.connection.execute(same).first() is None:
        row = {"submission": key, "file_name": file_name, "fetched_at": transaction.now, "sha256": digest}
        transaction.connection.execute(insert(log).values(**row, answer=answer))


def _apply(transaction: Transaction, held: Submission, result: DoiOutcome) -> None:
    where = (item.c.submission == held.id, item.c.doi == result.doi.key)
    row = transaction.connection.execute(select(item).where(*where)).mappings().one()
    before = Outcome(row["outcome"]) if row["outcome"] else None
    if before is not None and (before.is_registered or not result.outcome.is_registered):
        return
    values = {
        "open": False,
        "outcome": result.outcome.value,
        "message": result.message,
        "finding": finding_text(result.finding),
        "retry": result.retry.value,
        "details": json_text(result.details),
        "proof": result.proof,
    }
    transaction.connection.execute(update(item).where(*where).values(**values))
    _apply_to_work(transaction, held, row, result)
    detail = {"message": result.message, "proof": result.proof, "timestamp": str(held.timestamp)}
    transaction.note(held.target, EventKind(result.outcome), submission=held.id, doi=result.doi, detail=detail)


def _apply_to_work(transaction: Transaction, held: Submission, row: Any, result: DoiOutcome) -> None:
    mine = and_(work.c.target == held.target, work.c.doi == result.doi.key)
    old = transaction.connection.execute(select(work).where(mine).with_for_update()).mappings().one()
    values: dict[str, Any] = {}
    latest = old["item"] == row["id"]
    newer = old["registered_timestamp"] is None or held.timestamp > old["registered_timestamp"]
    if result.outcome.is_registered and newer:
        values = {
            # Since when, and what proved it, belong together: an update renews neither.
            "registered_at": old["registered_at"] or transaction.now,
            "registered_proof": old["registered_proof"] or result.proof,
            "registered_fingerprint": row["fingerprint"],
            "registered_timestamp": held.timestamp,
            "registered_landing_page": row["landing_page"],
        }
        if latest:
            values["last_update_failed"] = False
    elif not result.outcome.is_registered and latest:
        values = {"last_update_failed": old["registered_at"] is not None}
    if result.registered_timestamp is not None and _fits(result.registered_timestamp, old["timestamp"]):
        values["timestamp"] = result.registered_timestamp
    if values:
        transaction.connection.execute(update(work).where(mine).values(**values))


def _fits(value: int, old: int | None) -> bool:
    return value < 2**63 and (old is None or value > old)
