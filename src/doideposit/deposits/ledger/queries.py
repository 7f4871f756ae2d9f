"""Reading the ledger: one DOI, many, what happened, and what is due next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, and_, case, func, or_, select

from doideposit.deposits.ledger.entries import LedgerEvent, Work
from doideposit.deposits.ledger.rows import SUBMISSION_FIELDS, event_of, item_of, submission_of
from doideposit.deposits.ledger.tables import attempt, event, gate, item, log, submission, work
from doideposit.deposits.ledger.uploads import waits_for_series
from doideposit.lifecycle import State
from doideposit.records.identifiers import Doi

__all__ = ["Wish", "events", "next_due", "of_doi", "one", "outstanding", "page", "result_logs"]

OPEN = [State.PREPARED.value, State.SENDING.value, State.QUEUED.value]
PAGE = 500


@dataclass(frozen=True, slots=True)
class Wish:
    """Which works are wanted: in one state, of one series, unfinished, or such that need a person."""

    state: State | None = None
    series: str | None = None
    outstanding: bool = False
    attention: bool = False


def _works() -> Select[Any]:
    columns = [column.label(f"work_{column.name}") for column in work.c]
    columns += [column.label(f"item_{column.name}") for column in item.c]
    columns += [submission.c[name].label(f"sub_{name}") for name in SUBMISSION_FIELDS]
    joined = work.outerjoin(item, item.c.id == work.c.item).outerjoin(submission, submission.c.id == item.c.submission)
    return select(*columns).select_from(joined)


def _work(row: RowMapping) -> Work:
    names = (
        "target series record_type title timestamp registered_at registered_proof registered_landing_page "
        "last_update_failed resolves_at resolves_proof indexed_at indexed_proof acknowledged_at acknowledged_reason"
    ).split()
    return Work(
        doi=Doi(row["work_printed"]),
        item=item_of(row, "item_") if row["item_id"] is not None else None,
        submission=submission_of(row, "sub_") if row["sub_id"] is not None else None,
        **{name: row[f"work_{name}"] for name in names},
    )


def one(connection: Connection, target: str, doi: Doi) -> Work | None:
    """What is known of the DOI on this target."""
    statement = _works().where(work.c.target == target, work.c.doi == doi.key)
    row = connection.execute(statement).mappings().one_or_none()
    return None if row is None else _work(row)


def of_submissions(connection: Connection, keys: Sequence[int]) -> tuple[Work, ...]:
    """The works whose latest deposit is in one of these submissions."""
    statement = _works().where(item.c.submission.in_(keys)).order_by(item.c.id)
    return tuple(_work(row) for row in connection.execute(statement).mappings())


def page(connection: Connection, target: str, wish: Wish, after: str) -> tuple[Work, ...]:
    """The next works in the order of their DOIs, after the one with that key."""
    statement = _works().where(work.c.target == target, work.c.doi > after, *_conditions(wish))
    rows = connection.execute(statement.order_by(work.c.doi).limit(PAGE)).mappings()
    return tuple(_work(row) for row in rows)


def dois_from(connection: Connection, target: str, beginning: str, most: int) -> tuple[Doi, ...]:
    """The first DOIs at or after a text, in their order."""
    statement = select(work.c.printed).where(work.c.target == target, work.c.doi >= beginning.lower())
    return tuple(Doi(printed) for printed in connection.execute(statement.order_by(work.c.doi).limit(most)).scalars())


def _conditions(wish: Wish) -> Iterator[Any]:
    if wish.state is not None:
        yield submission.c.state == wish.state.value
    if wish.series is not None:
        yield work.c.series == wish.series
    if wish.outstanding:
        yield submission.c.state.in_(OPEN)
    if wish.attention:
        unread = and_(item.c.finding.is_not(None), work.c.acknowledged_at.is_(None))
        ended_badly = item.c.outcome.in_(["failed", "missing"])
        yield or_(unread, ended_badly, submission.c.state == State.REFUSED.value, submission.c.alarm != "")


def outstanding(connection: Connection, target: str) -> int:
    """How many DOIs have a deposit whose end is not known yet."""
    statement = select(func.count()).select_from(item).where(item.c.target == target, item.c.open.is_(True))
    return int(connection.execute(statement).scalar_one())


def oldest_unfinished(connection: Connection, target: str) -> datetime | None:
    """When the oldest deposit was prepared whose end is not known yet."""
    statement = select(func.min(submission.c.created_at))
    found = connection.execute(statement.where(submission.c.target == target, submission.c.state.in_(OPEN)))
    oldest: datetime | None = found.scalar_one()
    return oldest


def next_due(connection: Connection, target: str) -> datetime | None:
    """When it next makes sense to send or to ask; None when nothing is open."""
    mine = submission.c.target == target
    # A file that another run holds cannot be asked about before that run's lease ends.
    held = submission.c.lease_until > submission.c.next_look_at
    free = case((held, submission.c.lease_until), else_=submission.c.next_look_at)
    asks = select(func.min(free)).where(mine, submission.c.state.in_([State.QUEUED.value, State.SENDING.value]))
    late = (
        select(func.min(attempt.c.next_look_at))
        .join(submission, submission.c.id == attempt.c.submission)
        .where(mine, submission.c.state == State.DONE.value)
    )
    moments = [connection.execute(statement).scalar_one() for statement in (asks, late)]
    moments.append(_next_upload(connection, target))
    first: datetime | None = min((moment for moment in moments if moment is not None), default=None)
    pause = connection.execute(select(gate.c.pause_until).where(gate.c.target == target)).scalar_one_or_none()
    return first if first is None or pause is None else max(first, pause)


def _next_upload(connection: Connection, target: str) -> datetime | None:
    ready = func.coalesce(submission.c.not_before, submission.c.created_at)
    where = (submission.c.target == target, submission.c.state == State.PREPARED.value, ~waits_for_series())
    first: datetime | None = connection.execute(select(func.min(ready)).where(*where)).scalar_one()
    if first is None:
        return None
    row = connection.execute(select(gate).where(gate.c.target == target)).mappings().one_or_none()
    lease = row["lease_until"] if row else None
    return first if lease is None else max(first, lease)


def events(connection: Connection, target: str, since: int) -> tuple[LedgerEvent, ...]:
    """The next events after the one with that id."""
    statement = select(event).where(event.c.target == target, event.c.id > since).order_by(event.c.id).limit(PAGE)
    return tuple(event_of(row) for row in connection.execute(statement).mappings())


def of_doi(connection: Connection, target: str, doi: Doi) -> tuple[tuple[LedgerEvent, Any], ...]:
    """Everything that happened to the DOI, oldest first, each with the submission it belongs to (or None)."""
    mine = select(item.c.submission).where(item.c.target == target, item.c.doi == doi.key)
    about = or_(event.c.doi == doi.key, and_(event.c.doi.is_(None), event.c.submission.in_(mine)))
    columns = [submission.c[name].label(f"sub_{name}") for name in SUBMISSION_FIELDS]
    joined = event.outerjoin(submission, submission.c.id == event.c.submission)
    statement = select(*event.c, *columns).select_from(joined).where(event.c.target == target, about)
    rows = connection.execute(statement.order_by(event.c.id)).mappings()
    return tuple((event_of(row), submission_of(row, "sub_") if row["sub_id"] else None) for row in rows)


def result_logs(connection: Connection, target: str, most: int) -> tuple[tuple[str, bytes], ...]:
    """The latest result logs, the newest first, each with the file name it was asked for by."""
    joined = log.join(submission, submission.c.id == log.c.submission)
    statement = select(log.c.file_name, log.c.answer).select_from(joined).where(submission.c.target == target)
    rows = connection.execute(statement.order_by(log.c.id.desc()).limit(most))
    return tuple((str(name), bytes(answer)) for name, answer in rows)
