"""Bring a ledger to the newest revision, or refuse one that is newer than this program."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from doideposit.deposits.ledger.engine import WRITES, LedgerLocation
from doideposit.deposits.ledger.migrations import REVISIONS
from doideposit.errors import LedgerDamaged, LedgerTooNew, LedgerUnavailable

__all__ = ["NEWEST", "Revisions"]

NEWEST = REVISIONS[-1]
VERSION = text("SELECT version_num FROM alembic_version")
LOCK = 0x646F6964  # "doid": the number of PostgreSQL's advisory lock under which revisions are run.


@dataclass(frozen=True, slots=True)
class Revisions:
    """Bring the ledger of a place to the newest revision, or refuse one that is newer than this program."""

    place: LedgerLocation

    def migrate(self, engine: Engine, step: Callable[[str], None]) -> None:
        """Create or upgrade the tables; a SQLite file is copied beside itself first.

        `step` is called around the commit. Raises `LedgerTooNew` for a ledger of a newer program, which is left as it
        is, and `LedgerDamaged` for a database that holds something else.
        """
        path = self.place.path
        with self.place.translated():
            with engine.connect() as connection:
                found = self.found(connection)
            if found == NEWEST:
                return
            if path is not None and found is None:
                # The mode is kept in the file; it is set once, while the file is empty.
                with closing(sqlite3.connect(path, isolation_level=None)) as connection_of_file:
                    connection_of_file.execute("PRAGMA journal_mode = WAL")
            elif path is not None and found is not None:
                self.copy_beside(path, found)
            step("ledger migrate: begin")
            with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
                self._upgrade_to_newest(connection)
                step("ledger migrate: commit")
            step("ledger migrate: committed")

    def found(self, connection: Connection) -> str | None:
        """Return the revision of the ledger, None for an empty database."""
        tables = set(inspect(connection).get_table_names())
        if "alembic_version" not in tables:
            if tables and self.place.is_sqlite:
                message = f"{self.place.name} is the database of another program"
                raise LedgerDamaged(message, hint="choose another file with [ledger] url")
            return None
        found = connection.execute(VERSION).scalar()
        if found is not None and found not in REVISIONS:
            raise self._too_new(found)
        return None if found is None else str(found)

    def require_newest(self, connection: Connection) -> None:
        """Raise an error where the ledger changed its revision since this process opened it.

        That is `LedgerTooNew` where another host upgraded it in the meantime, and `LedgerUnavailable` for an older one,
        which somebody restored.
        """
        found = connection.execute(VERSION).scalar()
        if found == NEWEST:
            return
        if found not in REVISIONS:
            raise self._too_new(found)
        message = f"the ledger {self.place.name} was replaced by an older one (revision {found})"
        hint = "start the command or service again: it brings the ledger up to date"
        raise LedgerUnavailable(message, hint=hint)

    @staticmethod
    def upgrade(connection: Connection, revision: str) -> None:
        """Run Alembic's revisions up to `revision` inside the caller's transaction."""
        # Alembic costs a tenth of a second to import, and most commands find a ledger that is up to date.
        from alembic import command  # noqa: PLC0415
        from alembic.config import Config  # noqa: PLC0415

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    @staticmethod
    def copy_beside(path: Path, revision: str) -> Path:
        """Copy the file to ``NAME.before-NEWEST-was-REVISION`` with SQLite's own backup, for its owner alone."""
        copy = path.with_name(f"{path.name}.before-{NEWEST}-was-{revision}")
        copy.touch(mode=0o600)
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        return copy

    def _too_new(self, found: object) -> LedgerTooNew:
        return LedgerTooNew(f"the ledger {self.place.name} was written by a newer doideposit (revision {found})")

    def _upgrade_to_newest(self, connection: Connection) -> None:
        if not self.place.is_sqlite:
            # SQLite has the lock already, from BEGIN IMMEDIATE; PostgreSQL would let two processes create the same
            # tables.
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        # Another process may have been quicker.
        if self.found(connection) != NEWEST:
            self.upgrade(connection, NEWEST)
