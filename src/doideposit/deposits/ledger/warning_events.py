"""The events that Crossref's warnings are made of, beside the works that they are about."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection, and_, exists, or_, select

from doideposit.deposits.ledger.entries import LedgerEvent, LedgerWork
from doideposit.deposits.ledger.rows import LedgerRow
from doideposit.deposits.ledger.tables import event, work
from doideposit.deposits.reading_back import ResultDetails
from doideposit.lifecycle import EventKind

__all__ = ["was_warned", "with_warning_events"]

WARNED: Final = (EventKind.REGISTERED_WITH_WARNING.value, EventKind.WARNED.value)
# The kinds of events that warnings are made of: what Crossref said, and what people decided about it.
WARNING_EVENTS: Final = (
    *WARNED,
    EventKind.REGISTERED.value,
    EventKind.WARNING_DISMISSED.value,
    EventKind.ACKNOWLEDGED.value,
)


def was_warned() -> Any:
    """Return the condition that Crossref ever warned of a work."""
    return exists().where(event.c.target == work.c.target, event.c.doi == work.c.doi, _is_warning())


def _is_warning() -> Any:
    notices = and_(event.c.kind == EventKind.REGISTERED.value, event.c.detail.like('%"notices"%'))
    return or_(event.c.kind.in_(WARNED), notices)


def with_warning_events(connection: Connection, target: str, works: Sequence[LedgerWork]) -> tuple[LedgerWork, ...]:
    """Return the works, each with the events of its warnings; most have none, and cost one look at an index."""
    mine = (event.c.target == target, event.c.doi.in_([ledger_work.doi.key for ledger_work in works]))
    warned = select(event.c.doi).where(*mine, _is_warning()).distinct()
    keys = list(connection.execute(warned).scalars())
    if not keys:
        return tuple(works)
    found: dict[str, list[LedgerEvent]] = defaultdict(list)
    wanted = select(event).where(event.c.target == target, event.c.doi.in_(keys), event.c.kind.in_(WARNING_EVENTS))
    for row in connection.execute(wanted.order_by(event.c.id)).mappings():
        found[row["doi"]].append(LedgerRow(row).event())
    # All events are gone through for it, so that it is asked only where there is a conflict.
    named = any(ledger_event.detail.get("conflict_id") for events in found.values() for ledger_event in events)
    settled = _settled_conflicts(connection, target) if named else frozenset()
    return tuple(
        replace(ledger_work, warning_events=tuple(found[ledger_work.doi.key]), settled=settled)
        if ledger_work.doi.key in found
        else ledger_work
        for ledger_work in works
    )


def _settled_conflicts(connection: Connection, target: str) -> frozenset[str]:
    """Return the numbers of all conflicts that a result log named as resolved, and that no later log named again."""
    named = or_(event.c.detail.like('%"resolved_conflicts"%'), event.c.detail.like('%"conflict_id"%'))
    rows = connection.execute(select(event).where(event.c.target == target, named).order_by(event.c.id)).mappings()
    settled: set[str] = set()
    for ledger_event in (LedgerRow(row).event() for row in rows):
        details = ResultDetails.read(ledger_event.detail)
        # Another deposit of one side can open a conflict again, under the same number.
        settled = (settled | set(details.resolved_conflicts)) - {details.conflict_id}
    return frozenset(settled)
