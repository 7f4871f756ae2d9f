"""Moments planned by a clock that was wrong: without this they would hold everything up until they come."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, and_, exists, or_, select, update

from doideposit.deposits.ledger.entries import OPEN
from doideposit.deposits.ledger.tables import attempt, submission, upload_lock
from doideposit.deposits.ledger.transaction import Transaction

__all__ = ["FARTHEST", "is_too_far", "pull_back"]

# Nothing is planned farther ahead: a server may make us wait for a day, and everything else is shorter.
FARTHEST: Final = timedelta(days=2)


def is_too_far(connection: Connection, target: str, now: datetime) -> bool:
    """Tell whether a lease, a pause or a question is planned for a time that only a wrong clock can have meant."""
    too_far = now + FARTHEST
    locked = exists().where(
        upload_lock.c.target == target, or_(upload_lock.c.lease_until > too_far, upload_lock.c.pause_until > too_far)
    )
    planned = (submission.c.lease_until, submission.c.not_before, submission.c.next_poll_at)
    of_files = exists().where(_unfinished_of(target), or_(*(column > too_far for column in planned)))
    of_uploads = exists().where(attempt.c.next_poll_at > too_far, attempt.c.submission.in_(_submissions_of(target)))
    return bool(connection.execute(select(or_(locked, of_files, of_uploads))).scalar_one())


def pull_back(transaction: Transaction) -> None:
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
