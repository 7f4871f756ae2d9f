"""One upload at a time: who may send which file now, and what became of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, insert, or_, select, update

from doideposit.deposits.ledger.entries import Attempt, Fate, Submission, Upload
from doideposit.deposits.ledger.rows import bytes_of, submission_of
from doideposit.deposits.ledger.tables import attempt, content, gate, item, submission, work
from doideposit.deposits.ledger.transaction import Transaction
from doideposit.errors import LedgerDamaged
from doideposit.lifecycle import EventKind, Move, RetryClass, State, advance

__all__ = ["Claim", "Turn", "accept", "candidate", "doubt", "obstacle", "refuse", "return_unsent", "start"]

FIRST_OF_SERIES = "waits until the first deposit of its series has completed"


@dataclass(frozen=True, slots=True)
class Turn:
    """Who wants to upload to which target, and how many files may be pending there."""

    target: str
    owner: str
    pending: int


@dataclass(frozen=True, slots=True)
class Claim:
    """The name the file goes out under, and how long the lease on it lasts."""

    file_name: str
    until: datetime


def obstacle(connection: Connection, turn: Turn, now: datetime) -> str | None:
    """Why nothing may be uploaded now, in plain words; None when something may."""
    row = connection.execute(select(gate).where(gate.c.target == turn.target)).mappings().one_or_none()
    if row is None:
        return None
    if row["lease_until"] and row["lease_until"] > now and row["lease_owner"] != turn.owner:
        return "another run is uploading at this moment"
    if row["pause_until"] and row["pause_until"] > now:
        return str(row["pause_reason"])
    if pending(connection, turn.target) >= turn.pending:
        return "too many files are waiting at Crossref already"
    return None


def pending(connection: Connection, target: str) -> int:
    """How many files are at Crossref, or on the way to it, without a result."""
    at_crossref = submission.c.state.in_([State.SENDING.value, State.QUEUED.value])
    statement = select(func.count()).select_from(submission).where(submission.c.target == target, at_crossref)
    return int(connection.execute(statement).scalar_one())


def waits_for_series() -> ColumnElement[bool]:
    """Whether the series has nothing registered yet and another first deposit is under way.

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


def candidate(connection: Connection, target: str, now: datetime) -> tuple[Submission, bytes] | None:
    """The oldest file that may go out now, with its bytes."""
    found = select(submission, content.c.xml).join(content, content.c.submission == submission.c.id)
    ready = or_(submission.c.not_before.is_(None), submission.c.not_before <= now)
    where = (submission.c.target == target, submission.c.state == State.PREPARED.value, ready, ~waits_for_series())
    row = connection.execute(found.where(*where).order_by(submission.c.id).limit(1)).mappings().one_or_none()
    return None if row is None else (submission_of(row), bytes_of(row["xml"]))


def _waits_unsaid(target: str) -> ColumnElement[bool]:
    prepared = and_(submission.c.target == target, submission.c.state == State.PREPARED.value)
    return and_(prepared, submission.c.reason != FIRST_OF_SERIES, waits_for_series())


def is_to_say_why(connection: Connection, target: str) -> bool:
    """Whether a prepared file waits for the first deposit of its series, and does not say so yet."""
    unsaid = select(submission.c.id).where(_waits_unsaid(target)).limit(1)
    return connection.execute(unsaid).first() is not None


def say_why_waiting(transaction: Transaction, target: str) -> None:
    """Write down, for people, which prepared files wait for the first deposit of their series."""
    transaction.connection.execute(update(submission).where(_waits_unsaid(target)).values(reason=FIRST_OF_SERIES))


def start(transaction: Transaction, turn: Turn, key: int, claim: Claim) -> Upload | None:
    """Commit to one upload of one file under a new name; None when it may not go after all.

    Checks again, under the gate's lock, everything `candidate` and `obstacle` saw.
    """
    now = transaction.now
    transaction.lock_gate(turn.target)
    if obstacle(transaction.connection, turn, now) is not None:
        return None
    found = candidate(transaction.connection, turn.target, now)
    if found is None or found[0].id != key:
        return None
    current = transaction.lock_submission(key)
    state = advance(current.state, Move.START)
    row = {"submission": key, "file_name": claim.file_name, "sent_at": now, "fate": Fate.SENDING.value}
    number = transaction.connection.execute(insert(attempt).values(**row).returning(attempt.c.id)).scalar_one()
    lease = {"lease_owner": turn.owner, "lease_until": claim.until}
    values = {
        "state": state.value,
        "file_name": claim.file_name,
        "sent_at": now,
        "doubt": False,
        "reason": "",
        "hint": "",
    }
    transaction.change(key, **values, **lease, next_look_at=claim.until, looks=0)
    transaction.connection.execute(update(gate).where(gate.c.target == turn.target).values(**lease))
    transaction.note(turn.target, EventKind.SENDING, submission=key, detail={"file_name": claim.file_name})
    sent = Attempt(int(number), key, claim.file_name, now, Fate.SENDING)
    return Upload(replace(current, state=state, file_name=claim.file_name, sent_at=now), sent, found[1])


def _end_turn(transaction: Transaction, target: str, **values: Any) -> None:
    mine = update(gate).where(gate.c.target == target)
    transaction.connection.execute(mine.values(lease_owner=None, lease_until=None, **values))


def _fate(transaction: Transaction, upload: Attempt, fate: Fate, **values: Any) -> None:
    mine = update(attempt).where(attempt.c.id == upload.id)
    transaction.connection.execute(mine.values(fate=fate.value, **values))


def _still_sending(transaction: Transaction, upload: Attempt) -> Submission | None:
    """The submission, when this upload is the one it waits for; another run may have settled it meanwhile."""
    current = transaction.lock_submission(upload.submission)
    mine = current.state is State.SENDING and current.file_name == upload.file_name
    return current if mine else None


FREE: dict[str, Any] = {"lease_owner": None, "lease_until": None}


def accept(transaction: Transaction, target: str, upload: Attempt, next_look_at: datetime, proof: str) -> None:
    """Crossref has the file: it said so, or it knew the name when asked."""
    transaction.lock_gate(target)
    current = transaction.lock_submission(upload.submission)
    _fate(transaction, upload, Fate.ACCEPTED)
    if current.state is State.SENDING:
        moved = advance(current.state, Move.ACCEPT)
    elif current.state is State.PREPARED:
        moved = advance(current.state, Move.RECOVER)
    else:
        return
    values = {
        "state": moved.value,
        "file_name": upload.file_name,
        "accepted_at": transaction.now,
        "accepted_proof": proof,
    }
    schedule = {"next_look_at": next_look_at, "not_before": None, "looks": 0, "failures": 0, "alarm": ""}
    transaction.change(current.id, **values, **schedule, **FREE, doubt=False, reason="", hint="")
    detail = {"file_name": upload.file_name, "proof": proof}
    transaction.note(target, EventKind.RECEIVED, submission=current.id, detail=detail)


def end_turn(transaction: Transaction, target: str) -> None:
    """The upload got through: the next one may go."""
    _end_turn(transaction, target, last_upload_at=transaction.now, pause_until=None, pause_reason="", failures=0)


def return_unsent(transaction: Transaction, target: str, upload: Attempt, until: datetime | None, reason: str) -> None:
    """The file certainly did not arrive: it goes back, and nothing is uploaded before `until`."""
    transaction.lock_gate(target)
    current = _still_sending(transaction, upload)
    _fate(transaction, upload, Fate.NOT_RECEIVED)
    _pause(transaction, target, until, reason)
    if current is None:
        return
    values = {"state": advance(current.state, Move.RELEASE).value, "not_before": until, "next_look_at": None}
    transaction.change(current.id, **values, **FREE, failures=current.failures + 1, reason=reason, doubt=False)
    detail = {"file_name": upload.file_name, "reason": reason}
    transaction.note(target, EventKind.NOT_RECEIVED, submission=current.id, detail=detail)


def pause(transaction: Transaction, target: str, until: datetime, reason: str) -> None:
    """Nothing is sent or asked before `until`: Crossref is away, or wants us to wait."""
    transaction.lock_gate(target)
    values = {"pause_until": until, "pause_reason": reason, "failures": gate.c.failures + 1}
    transaction.connection.execute(update(gate).where(gate.c.target == target).values(**values))


def resume(transaction: Transaction, target: str) -> None:
    """Crossref answered again."""
    mine = update(gate).where(gate.c.target == target, gate.c.failures > 0)
    transaction.connection.execute(mine.values(failures=0, pause_until=None, pause_reason=""))


def paused(connection: Connection, target: str) -> tuple[datetime | None, str, int]:
    """Until when nothing should be sent or asked, why, and how many times in a row Crossref was away."""
    row = connection.execute(select(gate).where(gate.c.target == target)).mappings().one_or_none()
    return (None, "", 0) if row is None else (row["pause_until"], row["pause_reason"], row["failures"])


def _pause(transaction: Transaction, target: str, until: datetime | None, reason: str) -> None:
    _end_turn(transaction, target, pause_until=until, pause_reason=reason, failures=gate.c.failures + 1)


def doubt(
    transaction: Transaction, target: str, upload: Attempt, next_look_at: datetime, reason: str, until: datetime | None
) -> None:
    """The file went out and it is not known whether it arrived: only asking can tell."""
    transaction.lock_gate(target)
    current = _still_sending(transaction, upload)
    _pause(transaction, target, until, reason)
    if current is None:
        return
    _fate(transaction, upload, Fate.DOUBT)
    transaction.change(current.id, doubt=True, next_look_at=next_look_at, reason=reason, **FREE)
    transaction.note(
        target, EventKind.DOUBT, submission=current.id, detail={"file_name": upload.file_name, "reason": reason}
    )


def refuse(
    transaction: Transaction, target: str, upload: Attempt, reason: str, hint: str, until: datetime | None
) -> None:
    """Crossref does not take the file: a person has to do something."""
    transaction.lock_gate(target)
    current = _still_sending(transaction, upload)
    _fate(transaction, upload, Fate.REFUSED)
    _pause(transaction, target, until, reason)
    if current is None:
        return
    close(transaction, current, Move.REFUSE, reason, hint)
    detail = {"file_name": upload.file_name, "reason": reason, "hint": hint}
    transaction.note(target, EventKind.REFUSED, submission=current.id, detail=detail)


def close(
    transaction: Transaction,
    current: Submission,
    move: Move,
    reason: str,
    hint: str,
    retry: RetryClass = RetryClass.NEVER,
) -> None:
    """End the submission without a result; its DOIs are free for another deposit."""
    values = {"state": advance(current.state, move).value, "finished_at": transaction.now, "next_look_at": None}
    transaction.change(current.id, **values, **FREE, doubt=False, reason=reason, hint=hint)
    mine = update(item).where(item.c.submission == current.id)
    transaction.connection.execute(mine.values(open=False, message=reason, retry=retry.value))
    failed = select(item.c.id).where(item.c.submission == current.id)
    updates = update(work).where(work.c.item.in_(failed), work.c.registered_at.is_not(None))
    transaction.connection.execute(updates.values(last_update_failed=True))


def lose(transaction: Transaction, target: str, upload: Attempt, next_look_at: datetime) -> None:
    """Crossref still does not know the name after the grace period: the same bytes go out under a new one."""
    current = _still_sending(transaction, upload)
    if current is None:
        return
    _fate(transaction, upload, Fate.LOST, next_look_at=next_look_at)
    reason = "Crossref does not know the file after the grace period; the same file goes out again under a new name"
    values = {"state": advance(current.state, Move.RELEASE).value, "not_before": None, "next_look_at": None}
    transaction.change(current.id, **values, **FREE, reason=reason, doubt=False)
    transaction.note(target, EventKind.LOST, submission=current.id, detail={"file_name": upload.file_name})


def stored(connection: Connection, key: int) -> bytes:
    """The bytes of the submission; raises `LedgerDamaged` when they are gone."""
    xml = connection.execute(select(content.c.xml).where(content.c.submission == key)).scalar_one_or_none()
    if xml is None:
        raise LedgerDamaged(f"the bytes of submission {key} are not in the ledger")
    return bytes_of(xml)
