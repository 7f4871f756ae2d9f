"""What planning reads, and the first thing the ledger writes: the exact bytes, before anything is sent."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from doideposit.deposits.ledger.entries import KnownWork, NewItem, NewSubmission, OpenDeposit, PastFailure
from doideposit.deposits.ledger.rows import finding_of
from doideposit.deposits.ledger.tables import content, item, submission, work
from doideposit.deposits.ledger.transaction import Transaction
from doideposit.lifecycle import EventKind, Outcome, RetryClass, State, is_open
from doideposit.records.identifiers import Doi

__all__ = ["known", "prepare"]

AT_ONCE = 400  # SQLite takes a limited number of values in one statement.


def chunks(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    """The keys in parts small enough for one statement."""
    return (keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE))


def known(connection: Connection, target: str, dois: Sequence[Doi]) -> dict[str, KnownWork]:
    """What the ledger knows of these DOIs, by `Doi.key`; one never seen has no entry."""
    found: dict[str, KnownWork] = {}
    for part in chunks(sorted({doi.key for doi in dois})):
        statement = (
            select(
                work,
                *(
                    item.c[name].label(f"item_{name}")
                    for name in ("fingerprint", "outcome", "message", "finding", "retry")
                ),
                submission.c.id.label("sub_id"),
                submission.c.state,
                submission.c.reason,
                submission.c.finished_at,
            )
            .select_from(
                work.outerjoin(item, item.c.id == work.c.item).outerjoin(
                    submission, submission.c.id == item.c.submission
                )
            )
            .where(work.c.target == target, work.c.doi.in_(part))
        )
        for row in connection.execute(statement).mappings():
            found[row["doi"]] = _known(connection, row)
    return found


def _known(connection: Connection, row: RowMapping) -> KnownWork:
    state = State(row["state"]) if row["state"] else None
    waiting = OpenDeposit(row["sub_id"], state, row["item_fingerprint"]) if state and is_open(state) else None
    return KnownWork(
        doi=Doi(row["printed"]),
        record_type=row["record_type"],
        timestamp=row["timestamp"],
        registered=row["registered_at"] is not None,
        registered_fingerprint=row["registered_fingerprint"],
        open=waiting,
        failure=_failure(connection, row, state),
        latest=row["item"],
    )


def _failure(connection: Connection, row: RowMapping, state: State | None) -> PastFailure | None:
    failed = row["item_outcome"] in {Outcome.FAILED, Outcome.MISSING}
    if not failed and state is not State.REFUSED:
        return None
    finding = finding_of(row["item_finding"])
    same = (item.c.target == row["target"], item.c.doi == row["doi"], item.c.fingerprint == row["item_fingerprint"])
    times = select(func.count()).select_from(item).where(*same, item.c.outcome.in_(["failed", "missing"]))
    return PastFailure(
        fingerprint=row["item_fingerprint"],
        at=row["finished_at"],
        code=finding.code if finding else "refused",
        retry=RetryClass(row["item_retry"] or RetryClass.NEVER),
        message=finding.message if finding else row["item_message"] or row["reason"],
        times=connection.execute(times).scalar_one(),
    )


def prepare(transaction: Transaction, new: NewSubmission) -> int | None:
    """Record the file and what it holds; None when another process was quicker with one of its DOIs.

    The gate is held meanwhile, so that of two that want the same DOI exactly one gets here first.
    """
    transaction.lock_gate(new.target)
    works = _works(transaction, new)
    if any(_overtaken(new, one, works.get(one.doi.key)) for one in new.items):
        return None
    key = _insert_submission(transaction, new)
    for position, one in enumerate(new.items):
        row = _insert_item(transaction, new, key, position, one)
        _point_work(transaction, new, one, row, works.get(one.doi.key))
    detail = {
        "batch_id": new.batch_id,
        "timestamp": str(new.timestamp),
        "dois": str(len(new.items)),
        "sha256": new.sha256,
    }
    transaction.note(new.target, EventKind.PREPARED, submission=key, detail=detail)
    return key


def _works(transaction: Transaction, new: NewSubmission) -> dict[str, RowMapping]:
    rows: dict[str, RowMapping] = {}
    for part in chunks(sorted(one.doi.key for one in new.items)):
        statement = select(work).where(work.c.target == new.target, work.c.doi.in_(part)).order_by(work.c.doi)
        rows |= {row["doi"]: row for row in transaction.all(statement.with_for_update())}
    return rows


def _overtaken(new: NewSubmission, one: NewItem, row: Mapping[Any, Any] | None) -> bool:
    if row is None:
        return one.after is not None
    return row["item"] != one.after or (row["timestamp"] is not None and row["timestamp"] >= new.timestamp)


def _insert_submission(transaction: Transaction, new: NewSubmission) -> int:
    values = {
        "target": new.target,
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


def _insert_item(transaction: Transaction, new: NewSubmission, key: int, position: int, one: NewItem) -> int:
    values = {
        "submission": key,
        "position": position,
        "target": new.target,
        "doi": one.doi.key,
        "printed": one.doi.printed,
        "fingerprint": one.fingerprint,
        "record_type": one.record_type,
        "title": one.title,
        "source": one.source,
        "landing_page": one.landing_page,
        "open": True,
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
        transaction.connection.execute(insert(work).values(target=new.target, doi=one.doi.key, **values))
    else:
        mine = update(work).where(work.c.target == new.target, work.c.doi == one.doi.key)
        transaction.connection.execute(mine.values(**values))
