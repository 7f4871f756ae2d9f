"""Which works of the ledger are wanted, as conditions on their rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import and_, false, or_

from doideposit.deposits.ledger.entries import OPEN
from doideposit.deposits.ledger.tables import item, observed, submission, work
from doideposit.deposits.ledger.warning_events import was_warned
from doideposit.lifecycle import Milestone, State

__all__ = ["WorkFilter"]


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
            yield or_(unread, ended_badly, waiting, was_warned(), and_(work.c.registered_at.is_not(None), shown))
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
