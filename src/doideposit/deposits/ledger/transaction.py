"""A short writing transaction: rows first, then the events of it, in an order readers can rely on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, insert, select, text, update
from sqlalchemy.dialects import sqlite

from doideposit.deposits.ledger.entries import (
    AttemptStatus,
    Submission,
)
from doideposit.deposits.ledger.rows import LedgerRow, json_text
from doideposit.deposits.ledger.tables import attempt, event, item, submission, upload_lock, work
from doideposit.lifecycle import EventKind, Move, RetryClass
from doideposit.records.identifiers import Doi

__all__ = ["FREE", "Transaction"]

EVENTS_LOCK = 0x646F6965  # "doie": held while events are written, so that their ids rise in the order of commits.


@dataclass(slots=True)
class Transaction:
    """Write in one transaction about one target at the moment `now`.

    Rows are locked in one order everywhere (upload lock, submission, work, observed, events; those of one table by
    their keys), so that two processes cannot wait for each other. Events are kept back until the end: a reader who goes
    on from the last id it saw must not miss one.
    """

    connection: Connection
    target: str
    now: datetime
    events: list[dict[str, Any]] = field(default_factory=list)

    def note(
        self,
        kind: EventKind,
        *,
        submission: int | None = None,
        doi: Doi | None = None,
        detail: dict[str, str] | None = None,
    ) -> None:
        """Remember an event, to be written with the transaction."""
        self.events.append(
            {
                "at": self.now,
                "target": self.target,
                "kind": kind.value,
                "submission": submission,
                "doi": doi.key if doi else None,
                "detail": json_text(detail or {}),
            }
        )

    def write_events(self) -> None:
        """Write the events down: the last thing before the commit."""
        if not self.events:
            return
        if self.connection.dialect.name == "postgresql":
            self.connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": EVENTS_LOCK})
        self.connection.execute(insert(event), self.events)

    def lock_uploads(self) -> None:
        """Hold the right to upload to the target, and to record new files, until the end of this transaction."""
        made: Any
        first = {"target": self.target, "failures": 0, "pause_reason": ""}
        if self.connection.dialect.name == "sqlite":
            made = sqlite.insert(upload_lock).values(first).on_conflict_do_nothing()
        else:
            from sqlalchemy.dialects import postgresql  # noqa: PLC0415  (it takes long, and most ledgers are SQLite)

            made = postgresql.insert(upload_lock).values(first).on_conflict_do_nothing()
        # Only a row that exists can be locked, and two processes may come to make the first one.
        self.connection.execute(made)
        held = select(upload_lock.c.target).where(upload_lock.c.target == self.target).with_for_update()
        self.connection.execute(held).one()

    def change_upload_lock(self, **values: Any) -> None:
        """Change columns of the upload lock: who holds it, and until when nothing is sent."""
        mine = upload_lock.update().where(upload_lock.c.target == self.target)
        self.connection.execute(mine.values(**values))

    def lock_submission(self, key: int) -> Submission:
        """Return the submission, held by this transaction until its end."""
        found = select(submission).where(submission.c.id == key).with_for_update()
        return LedgerRow(self.connection.execute(found).mappings().one()).submission()

    def change(self, key: int, **values: Any) -> None:
        """Change columns of the submission."""
        self.connection.execute(submission.update().where(submission.c.id == key).values(**values))

    def all(self, statement: Any) -> Sequence[Any]:
        """Return every row of a statement, as mappings."""
        return self.connection.execute(statement).mappings().all()

    def close_submission(
        self, current: Submission, move: Move, reason: str, hint: str, retry: RetryClass = RetryClass.NEVER
    ) -> None:
        """End the submission without a result; its DOIs are free for another deposit."""
        values = {"state": current.state.advance(move).value, "finished_at": self.now, "next_poll_at": None}
        self.change(current.id, **values, **FREE, doubt=False, reason=reason, hint=hint)
        mine = update(item).where(item.c.submission == current.id)
        self.connection.execute(mine.values(open=False, message=reason, retry=retry.value))
        # Whatever an answer, or a person, said of it: an upload that got out may be read by Crossref anyway.
        sent = update(attempt).where(
            attempt.c.submission == current.id, attempt.c.status != AttemptStatus.NOT_RECEIVED.value
        )
        self.connection.execute(sent.values(next_poll_at=self.now))
        failed = select(item.c.id).where(item.c.submission == current.id)
        registered = and_(work.c.item.in_(failed), work.c.registered_at.is_not(None))
        # An update locks rows in the order in which they are stored. Another transaction locks some of them in the
        # order of their DOIs, and then the two would wait for each other.
        self.connection.execute(select(work.c.doi).where(registered).order_by(work.c.doi).with_for_update()).all()
        self.connection.execute(update(work).where(registered).values(last_update_failed=True))


# Values that let go of a lease; several statements set them.
FREE: dict[str, Any] = {"lease_owner": None, "lease_until": None}
