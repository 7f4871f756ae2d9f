"""The ledger of one target at one clock: every transaction is short, and keeps a single promise or nothing at all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from doideposit.deposits.ledger.database import Database
from doideposit.deposits.ledger.transaction import Transaction

__all__ = ["Session", "Step", "quiet"]

# Called with a name before and after every commit; tests kill the process in it.
Step = Callable[[str], None]


def quiet(_what: object) -> None:
    """Do nothing with what is told: for a caller who does not want to hear of steps or events."""


@dataclass(frozen=True, slots=True)
class Session:
    """Open the way into the ledger for `uploads`, `polls` and `works` of one target.

    Several threads may share one: each transaction has a connection of its own, and none is held across the network.
    """

    database: Database
    step: Step
    target: str
    clock: Callable[[], datetime]

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that only reads; raises `LedgerError`."""
        with self.database.reading() as connection:
            yield connection

    @contextmanager
    def writing(self, name: str) -> Iterator[Transaction]:
        """Open a transaction that writes, and its events with it; raises `LedgerError`."""
        self.step(f"ledger {name}: begin")
        with self.database.writing() as connection:
            transaction = Transaction(connection, self.target, self.clock())
            yield transaction
            transaction.write_events()
            self.step(f"ledger {name}: commit")
        self.step(f"ledger {name}: committed")
