"""How far each hook has come in the events of a target: what it was told, and what it is told again later."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, insert, or_, select, update

from doideposit.deposits.ledger.session import Session
from doideposit.deposits.ledger.tables import event, hook

__all__ = ["HookProgress", "HookStates"]

# How long a hook belongs to the process that calls it, counted again with each call; a call takes 10 minutes at most.
LEASE: Final = timedelta(minutes=15)
# No pause is longer: a moment beyond comes from a clock that was ahead.
FARTHEST: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class HookProgress:
    """Say how far a hook has come: `event` is the last one that it no longer needs, `tries` failed since then.

    `told` counts the DOIs of the event after it that the hook was told of: one about a file has many. `failing_since`
    is when the first of the tries was, and `reason` why the last one failed.
    """

    event: int
    tries: int = 0
    failing_since: datetime | None = None
    reason: str = ""
    told: int = 0


class HookStates:
    """Keep how far each hook has come, for one target."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def begin(self, names: tuple[str, ...]) -> None:
        """Start new hooks at the newest event, so that they are not called for the past."""
        if not names or not self._session.database.is_there:
            return
        with self._session.reading() as connection:
            known = set(connection.execute(select(hook.c.name).where(self._is_mine())).scalars())
            newest = connection.execute(select(func.max(event.c.id))).scalar() or 0
        if missing := [name for name in names if name not in known]:
            with self._session.writing("hook") as transaction:
                fresh = {"target": self._session.target, "event": newest, "due_at": transaction.now}
                transaction.connection.execute(insert(hook), [{**fresh, "name": name} for name in missing])

    def progress(self, name: str) -> HookProgress | None:
        """Return how far a hook has come; None for one that has not begun."""
        if not self._session.database.is_there:
            return None
        with self._session.reading() as connection:
            row = connection.execute(select(hook).where(self._is_mine(name))).mappings().first()
        if row is None:
            return None
        return HookProgress(row["event"], row["tries"], row["failing_since"], row["reason"], row["told"])

    def lease(self, name: str) -> HookProgress | None:
        """Lease a due hook to this process until `settle`; return None if it is not due, or leased by another."""
        before = self.progress(name)
        with self._session.writing("hook") as transaction:
            leased = {"due_at": transaction.now + LEASE}
            if before is None:
                fresh = {"target": self._session.target, "name": name, "event": 0}
                transaction.connection.execute(insert(hook).values(**fresh, **leased))
                return HookProgress(0)
            is_due = or_(hook.c.due_at <= transaction.now, hook.c.due_at > transaction.now + FARTHEST)
            due = update(hook).where(self._is_mine(name), is_due)
            return before if transaction.connection.execute(due.values(**leased)).rowcount else None

    def settle(self, name: str, now: HookProgress, due_at: datetime) -> None:
        """Write down how far a hook has come, and when it is due again."""
        with self._session.writing("hook") as transaction:
            values = {"event": now.event, "told": now.told, "tries": now.tries, "reason": now.reason}
            values |= {"failing_since": now.failing_since}
            transaction.connection.execute(update(hook).where(self._is_mine(name)).values(**values, due_at=due_at))

    def _is_mine(self, name: str | None = None) -> Any:
        mine = hook.c.target == self._session.target
        return mine if name is None else mine & (hook.c.name == name)
