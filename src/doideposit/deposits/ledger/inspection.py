"""A look at a ledger that leaves it as it is, also where it proves that it can be written: for `doideposit doctor`."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from pydantic import SecretStr
from sqlalchemy import Engine, insert, text

from doideposit.deposits.ledger.engine import WRITES, LedgerLocation
from doideposit.deposits.ledger.migrate import NEWEST, Revisions
from doideposit.deposits.ledger.tables import hook
from doideposit.errors import LedgerError

__all__ = ["Condition"]


@dataclass(frozen=True, slots=True)
class Condition:
    """Describe how a ledger stands. `revision` is None where there is none yet; `path` is its file, for SQLite.

    `hindrance` is why nothing can be written into it.
    """

    place: str
    path: Path | None
    revision: str | None
    newest: str = NEWEST
    hindrance: LedgerError | None = None

    @property
    def is_current(self) -> bool:
        """Tell whether it can be opened without being upgraded first."""
        return self.revision == self.newest

    @property
    def side_files(self) -> tuple[Path, ...]:
        """Return the file, those SQLite keeps beside it, and the copies made before upgrades."""
        if self.path is None:
            return ()
        # SQLite keeps its journals beside the database, under its name with an ending.
        return tuple(path for path in sorted(self.path.parent.glob(f"{self.path.name}*")) if path.is_file())

    @classmethod
    def of_ledger(cls, url: str, password: SecretStr | None = None) -> Self:
        """Inspect the ledger; raises `LedgerUnavailable`, `LedgerTooNew`, `LedgerDamaged` or `ConfigurationError`."""
        place = LedgerLocation(url, password)
        if not place.exists():
            return cls(place.name, place.path, None)
        engine = place.engine()
        try:
            with place.translated(), engine.connect() as connection:
                revision = Revisions(place).found(connection)
            return cls(place.name, place.path, revision, hindrance=_write_blocker(engine, place, revision))
        finally:
            engine.dispose()


def _write_blocker(engine: Engine, place: LedgerLocation, revision: str | None) -> LedgerError | None:
    """Write a row, or a table where an upgrade has to make some, and roll back; return why that failed.

    SQLite begins a transaction also on a file that it may not write, and PostgreSQL on a standby.
    """
    proof = insert(hook).values(target="doctor", name="doctor", event=0, due_at=datetime.now(UTC))
    try:
        with place.translated():
            writer = engine.connect().execution_options(**{WRITES: True})
            with writer as connection, connection.begin() as transaction:
                if revision == NEWEST:
                    connection.execute(proof)
                else:
                    connection.execute(text("CREATE TABLE doideposit_doctor (one INTEGER)"))
                transaction.rollback()
    except LedgerError as error:
        # The error is what the diagnosis reports, and no failure of it.
        return error
    return None
