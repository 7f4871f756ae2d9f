"""The database of one ledger: opened, upgraded, and made only when something is to be remembered."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable

from doideposit.deposits.ledger.engine import LedgerLocation
from doideposit.deposits.ledger.migrate import Revisions
from doideposit.deposits.ledger.tables import METADATA
from doideposit.errors import LedgerError, LedgerTooNew, UsageError

__all__ = ["Database"]


def _make_empty_engine() -> Engine:
    """Make an engine that reads as a ledger in which nothing was written yet; it leaves nothing on the disk."""
    # Without a file SQLite has a database for each connection, and SQLAlchemy a connection for each thread.
    # Another thread closes them at the end.
    engine = create_engine("sqlite://", connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _make_empty_tables)
    return engine


def _make_empty_tables(connection: sqlite3.Connection, _record: Any) -> None:
    for table in METADATA.sorted_tables:
        connection.execute(str(CreateTable(table).compile(dialect=sqlite.dialect())))


class Database:
    """Open transactions on the ledger of one place, upgraded where needed.

    A file of SQLite that is not there is made by the first transaction that writes, and `begun` is called with its
    name. Until then readers see an empty ledger: anyone who only looks leaves nothing behind. Raises `LedgerError`.
    """

    def __init__(self, place: LedgerLocation, step: Callable[[str], None], begun: Callable[[str], None]) -> None:
        self.place = place
        self._revisions = Revisions(place)
        self._step = step
        self._begun = begun
        self._lock = Lock()
        self._engine: Engine | None = None
        self._closed = False
        self._empty: Engine | None = None
        if self.is_there:
            place.check_kind()
            self._open_engine()
        elif place.path is not None:
            LedgerLocation.check_folder(place.path)

    @property
    def is_there(self) -> bool:
        """Tell whether there is a database: a server always counts, a file of SQLite once it is made."""
        return self.place.exists()

    def dispose(self) -> None:
        """Close every connection; later calls raise an error instead of opening new ones."""
        self._closed = True
        for engine in (self._engine, self._empty):
            if engine is not None:
                engine.dispose()

    @contextmanager
    def reading(self, *, repeatable: bool = False) -> Iterator[Connection]:
        """Open a transaction that only reads; with `repeatable` all of it sees one moment."""
        self._check_open()
        # Another process may have made the file since the last look.
        engine = self._engine or (self._open_engine() if self.is_there else self._empty_engine())
        with self._told_of_upgrades(engine), self.place.reading(engine, repeatable=repeatable) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that writes, committed when the block ends."""
        self._check_open()
        engine = self._engine or self._open_engine()
        with self._told_of_upgrades(engine), self.place.writing(engine) as connection:
            # Another host may have upgraded the ledger since this process opened it: what this version would write may
            # mean something else there. Beside the disk, for which a commit waits, the question costs nothing.
            self._revisions.require_newest(connection)
            yield connection

    def require_newest(self) -> None:
        """Raise `LedgerTooNew` where a newer doideposit upgraded the ledger since it was opened here."""
        if self._engine is not None:
            with self.place.reading(self._engine) as connection:
                self._revisions.require_newest(connection)

    @contextmanager
    def _told_of_upgrades(self, engine: Engine) -> Iterator[None]:
        """Replace the error of a query by `LedgerTooNew` where a newer doideposit renamed what it asks for."""
        try:
            yield
        except LedgerError as error:
            newer: LedgerTooNew | None = None
            if engine is not self._empty and not isinstance(error, LedgerTooNew):
                with suppress(LedgerError):
                    newer = self._upgraded_by_others(engine)
            if newer is None:
                raise
            raise newer from None

    def _upgraded_by_others(self, engine: Engine) -> LedgerTooNew | None:
        try:
            with self.place.reading(engine) as connection:
                self._revisions.require_newest(connection)
        except LedgerTooNew as error:
            return error
        return None

    def _check_open(self) -> None:
        if self._closed:
            hint = "open it again with `doideposit.open`, or do everything inside the `with` block"
            raise UsageError(f"the ledger {self.place.name} is closed, and so is its depositor", hint=hint)

    def _open_engine(self) -> Engine:
        with self._lock:
            if self._engine is None:
                path = self.place.path
                begins = path is not None and not (path.exists() and path.stat().st_size)
                engine = self.place.engine()
                try:
                    self._revisions.migrate(engine, self._step)
                # A connection that stays open would keep the file locked on Windows.
                except BaseException:
                    engine.dispose()
                    raise
                self._engine = engine
                if begins:
                    self._begun(self.place.name)
            return self._engine

    def _empty_engine(self) -> Engine:
        with self._lock:
            self._empty = self._empty or _make_empty_engine()
            return self._empty
