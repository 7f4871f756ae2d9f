"""Recording a sealed file: the exact bytes and what they are about, before anything is sent."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping, insert, select, update

from doideposit.deposits.ledger.entries import NewItem, NewSubmission
from doideposit.deposits.ledger.tables import content, item, submission, work
from doideposit.deposits.ledger.transaction import Transaction
from doideposit.lifecycle import EventKind, State

__all__ = ["AT_ONCE", "chunks", "prepare"]

AT_ONCE = 400  # SQLite takes a limited number of values in one statement.


def chunks(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    """Return the keys in parts small enough for one statement."""
    return (keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE))


def prepare(transaction: Transaction, new: NewSubmission) -> int | None:
    """Record the file and what it holds; None when another process was quicker with one of its DOIs.

    The upload lock is held meanwhile, so that of two that want the same DOI exactly one gets here first.
    """
    transaction.lock_uploads()
    works = _works(transaction, new)
    if any(_overtaken(new, one, works.get(one.doi.key)) for one in new.items):
        return None
    key = _insert_submission(transaction, new)
    for position, one in enumerate(new.items):
        row = _insert_item(transaction, key, position, one)
        _point_work(transaction, new, one, row, works.get(one.doi.key))
    detail = {
        "batch_id": new.batch_id,
        "timestamp": str(new.timestamp),
        "dois": str(len(new.items)),
        "sha256": new.sha256,
        **({"compared": new.compared.isoformat()} if new.compared else {}),
        **({"may_lose": ", ".join(new.may_lose)} if new.may_lose else {}),
        **({"unseen": new.unseen} if new.unseen else {}),
    }
    transaction.note(EventKind.PREPARED, submission=key, detail=detail)
    return key


def _works(transaction: Transaction, new: NewSubmission) -> dict[str, RowMapping]:
    rows: dict[str, RowMapping] = {}
    for part in chunks(sorted(one.doi.key for one in new.items)):
        statement = select(work).where(work.c.target == transaction.target, work.c.doi.in_(part)).order_by(work.c.doi)
        rows |= {row["doi"]: row for row in transaction.all(statement.with_for_update())}
    return rows


def _overtaken(new: NewSubmission, one: NewItem, row: Mapping[Any, Any] | None) -> bool:
    if row is None:
        return one.after is not None
    return row["item"] != one.after or (
        not one.reset and row["timestamp"] is not None and row["timestamp"] >= new.timestamp
    )


def _insert_submission(transaction: Transaction, new: NewSubmission) -> int:
    values = {
        "target": transaction.target,
        "series": new.series,
        "container": new.container,
        "schema_version": new.schema_version,
        "batch_id": new.batch_id,
        "timestamp": new.timestamp,
        "sha256": new.sha256,
        "state": State.PREPARED.value,
        "created_at": transaction.now,
    }
    key = transaction.connection.execute(insert(submission).values(**values).returning(submission.c.id)).scalar_one()
    transaction.connection.execute(insert(content).values(submission=key, xml=new.xml))
    return int(key)


def _insert_item(transaction: Transaction, key: int, position: int, one: NewItem) -> int:
    about = (item.c.target == transaction.target, item.c.doi == one.doi.key, item.c.open.is_(True))
    earlier = select(item.c.id).where(*about).subquery()
    values = {
        "submission": key,
        "position": position,
        "target": transaction.target,
        "doi": one.doi.key,
        "printed": one.doi.printed,
        "fingerprint": one.fingerprint,
        "record_type": one.record_type,
        "title": one.title,
        "source": one.source,
        "landing_page": one.landing_page,
        # One that waits for an earlier deposit of its DOI takes its place when it is sent.
        "open": transaction.connection.execute(select(earlier).limit(1)).first() is None,
    }
    return int(transaction.connection.execute(insert(item).values(**values).returning(item.c.id)).scalar_one())


def _point_work(transaction: Transaction, new: NewSubmission, one: NewItem, row: int, old: RowMapping | None) -> None:
    values = {
        "printed": one.doi.printed,
        "series": new.series,
        "container": new.container,
        "record_type": one.record_type,
        "title": one.title,
        "timestamp": new.timestamp,
        "item": row,
        "acknowledged_at": None,
        "acknowledged_reason": None,
    }
    if old is None:
        transaction.connection.execute(insert(work).values(target=transaction.target, doi=one.doi.key, **values))
    else:
        mine = update(work).where(work.c.target == transaction.target, work.c.doi == one.doi.key)
        transaction.connection.execute(mine.values(**values))
