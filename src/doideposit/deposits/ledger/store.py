"""Keep the memory of all deposits: opening it, looking after it, and the ledger of one target in it."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from pydantic import SecretStr
from sqlalchemy import select

from doideposit.deposits.ledger import audit, export
from doideposit.deposits.ledger.database import Database
from doideposit.deposits.ledger.engine import LedgerLocation
from doideposit.deposits.ledger.entries import OPEN
from doideposit.deposits.ledger.session import Session, Step, quiet
from doideposit.deposits.ledger.tables import submission
from doideposit.deposits.ledger.target import TargetLedger
from doideposit.deposits.limits import REHEARSAL
from doideposit.findings import Finding

__all__ = ["Ledger"]

# A job that runs once a day, and fails once, is late by less.
UNATTENDED_AFTER: Final = timedelta(days=2)


class Ledger:
    """Keep the memory of all deposits, in one SQLite file or one PostgreSQL database.

    Safe from several threads and processes. Everything the database raises leaves as a `LedgerError`.
    """

    def __init__(self, database: Database, step: Step) -> None:
        self._database = database
        self._step = step

    @classmethod
    def open(
        cls,
        url: str,
        *,
        password: SecretStr | None = None,
        step: Step = quiet,
        begun: Callable[[str], None] = lambda _place: None,
    ) -> "Ledger":
        """Open the ledger, upgrading it where needed; a file is made when something is first written into it.

        `url` is ``sqlite:///path`` or ``postgresql+psycopg://...``; a password of the database is better handed over
        apart from it. `begun` is told the place of a ledger that is new. Raises `LedgerUnavailable`, `LedgerTooNew`
        (and leaves the ledger untouched), `LedgerDamaged`, or `ConfigurationError` for an address that cannot be one.
        """
        return cls(Database(LedgerLocation(url, password), step, begun), step)

    @property
    def place(self) -> str:
        """Return where it is, without any password."""
        return self._database.place.name

    @property
    def is_there(self) -> bool:
        """Tell whether anything was ever written into it: a file of SQLite is made only then."""
        return self._database.is_there

    def close(self) -> None:
        """Close the database."""
        self._database.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def on(self, target: str, clock: Callable[[], datetime]) -> "TargetLedger":
        """Return what the ledger holds of one target; whatever is written there carries the time of `clock`."""
        return TargetLedger(Session(self._database, self._step, target, clock))

    def unattended(self, target: str, clock: Callable[[], datetime]) -> Mapping[str, int]:
        """Return the targets beside this one where a deposit is due for days, each with its outstanding DOIs.

        Then nobody sends or asks there any more, as after a change of the configuration. A job of its own for another
        target does, and a rehearsal that is given up loses nothing.
        """
        beside = submission.c.target.not_in((target, REHEARSAL))
        with self._database.reading() as connection:
            found = connection.execute(
                select(submission.c.target).where(beside, submission.c.state.in_(OPEN)).distinct()
            )
            names = sorted(found.scalars())
        beside_this = {name: self.on(name, clock) for name in names}
        due = {name: ledger.uploads.next_due() for name, ledger in beside_this.items()}
        before = clock() - UNATTENDED_AFTER
        return {
            name: beside_this[name].works.outstanding() for name, at in due.items() if at is not None and at < before
        }

    def require_newest(self) -> None:
        """Raise `LedgerTooNew` where a newer doideposit upgraded the ledger since it was opened here."""
        self._database.require_newest()

    def check(self) -> tuple[Finding, ...]:
        """Return every way in which the ledger contradicts itself; nothing is changed."""
        with self._database.reading() as connection:
            return tuple(audit.audit(connection))

    @property
    def is_file(self) -> bool:
        """Tell whether the ledger is a file of SQLite, which a backup copies unchanged."""
        return self._database.place.path is not None

    def backup(self, path: Path) -> None:
        """Copy the ledger while it is in use: the SQLite file itself, or an export where it lives in PostgreSQL.

        Raises `UsageError` when `path` exists, `DiskError` when it cannot be written.
        """
        place = self._database.place
        # A server has tools of its own for copies; an export is what can be taken into any ledger.
        if place.path is None:
            export.LedgerCopy(path).of_lines(self.export_lines())
            return
        # SQLite copies a file while it is in use.
        with place.translated(), closing(sqlite3.connect(place.path)) as original:
            export.LedgerCopy(path).of_database(original)

    def export_lines(self) -> Iterator[str]:
        """Yield the whole ledger as lines of JSON, in one consistent snapshot."""
        # One moment for all tables, or an event could name a submission that was not exported yet.
        with self._database.reading(repeatable=True) as connection:
            yield from export.LedgerExport(connection).lines()

    def import_lines(self, lines: Iterable[str]) -> int:
        """Import an export into this ledger, which must be empty, all or nothing; return the number of rows."""
        with self._database.writing() as connection:
            return export.LedgerExport(connection).take_in(lines)
