"""Which works of the ledger are wanted, as conditions on their rows, and the events of warnings that come with them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, and_, exists, false, or_, select

from doideposit.deposits.ledger.entries import OPEN, LedgerEvent, LedgerWork
from doideposit.deposits.ledger.rows import LedgerRow
from doideposit.deposits.ledger.tables import event, item, observed, submission, work
from doideposit.deposits.reading_back import ResultDetails
from doideposit.lifecycle import EventKind, Milestone, State

__all__ = ["WorkFilter", "with_warning_events"]

WARNED: Final = (EventKind.REGISTERED_WITH_WARNING.value, EventKind.WARNED.value)
# The kinds of events that warnings are made of: what Crossref said, and what people decided about it.
WARNING_EVENTS: Final = (
    *WARNED,
    EventKind.REGISTERED.value,
    EventKind.WARNING_DISMISSED.value,
    EventKind.ACKNOWLEDGED.value,
)


@dataclass(frozen=True, slots=True)
class WorkFilter:
    """Say which works are wanted: by state, series or DOI, unfinished, such that may need a person, or after a DOI.

    `unproved` wants those that are registered and not seen yet to resolve and to be indexed, where these are among it.
    """

    state: State | None = None
    series: str | None = None
    outstanding: bool = False
    attention: bool = False
    unproved: frozenset[Milestone] | None = None
    keys: tuple[str, ...] | None = None
    after: str = ""

    def conditions(self) -> Iterator[Any]:
        """Yield what the rows of the wanted works fulfil."""
        if self.state is not None:
            yield submission.c.state == self.state.value
        if self.series is not None:
            yield work.c.series == self.series
        if self.outstanding:
            yield submission.c.state.in_(OPEN)
        if self.attention:
            unread = and_(item.c.finding.is_not(None), work.c.acknowledged_at.is_(None))
            ended_badly = item.c.outcome.in_(["failed", "missing"])
            # Whatever may be overdue is among them too; how long it may take is not for the ledger to know.
            waiting = submission.c.state.in_([*OPEN, State.REFUSED.value])
            # What nobody looked up yet needs a look-up first, and no person: then each DOI of a ledger would be judged.
            unseen = or_(*(and_(at.is_(None), proof != "") for at, proof in _LOOK_UPS.values()))
            shown = or_(unseen, observed.c.changed_at.is_not(None))
            yield or_(unread, ended_badly, waiting, _was_warned(), and_(work.c.registered_at.is_not(None), shown))
        if self.unproved is not None:
            looked_for = self.unproved - {Milestone.AS_INTENDED}
            unseen = or_(false(), *(_LOOK_UPS[milestone][0].is_(None) for milestone in looked_for))
            yield and_(work.c.registered_at.is_not(None), unseen)


# When a look-up showed each milestone, and what the last one said; empty where there was none.
_LOOK_UPS: Final = {
    Milestone.RESOLVES: (work.c.resolves_at, work.c.resolves_proof),
    Milestone.INDEXED: (work.c.indexed_at, work.c.indexed_proof),
    Milestone.AS_INTENDED: (observed.c.intended_at, observed.c.intended_proof),
}


def _was_warned() -> Any:
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
