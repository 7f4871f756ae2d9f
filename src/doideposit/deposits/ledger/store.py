"""Keep the memory of all deposits: opening it, looking after it, and the ledger of one target in it."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import SecretStr
from sqlalchemy import Engine

from doideposit.deposits.ledger import audit, export
from doideposit.deposits.ledger.engine import LedgerLocation, make_engine, reading, translated, writing
from doideposit.deposits.ledger.migrate import migrate
from doideposit.deposits.ledger.session import Session, Step, quiet
from doideposit.deposits.ledger.target import TargetLedger
from doideposit.findings import Finding

__all__ = ["Ledger"]


class Ledger:
    """Keep the memory of all deposits, in one SQLite file or one PostgreSQL database.

    Safe from several threads and processes. Everything the database raises leaves as a `LedgerError`.
    """

    def __init__(self, place: LedgerLocation, engine: Engine, step: Step = quiet) -> None:
        self._place = place
        self._engine = engine
        self._step = step

    @classmethod
    def open(cls, url: str, *, password: SecretStr | None = None, step: Step = quiet) -> "Ledger":
        """Open the ledger, making or upgrading it where needed.

        `url` is ``sqlite:///path`` or ``postgresql+psycopg://...``; a password of the database is better handed over
        apart from it. Raises `LedgerUnavailable`, `LedgerTooNew` (and leaves the ledger untouched), `LedgerDamaged`, or
        `ConfigurationError` for an address that cannot be one.
        """
        place = LedgerLocation(url, password)
        engine = make_engine(place)
        try:
            migrate(engine, place, step)
        except BaseException:
            engine.dispose()
            raise
        return cls(place, engine, step)

    @property
    def place(self) -> str:
        """Return where it is, without any password."""
        return self._place.name

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def on(self, target: str, clock: Callable[[], datetime]) -> "TargetLedger":
        """Return what the ledger holds of one target; whatever is written there carries the time of `clock`."""
        return TargetLedger(Session(self._place, self._engine, self._step, target, clock))

    def check(self) -> tuple[Finding, ...]:
        """Return every way in which the ledger contradicts itself; nothing is changed."""
        with reading(self._engine, self._place) as connection:
            return tuple(audit.audit(connection))

    def backup(self, path: Path) -> None:
        """Copy the ledger while it is in use: the SQLite file itself, or an export where it lives in PostgreSQL.

        Raises `UsageError` when `path` exists, `DiskError` when it cannot be written.
        """
        if self._place.path is None:
            export.write_lines(path, self.export_lines())
            return
        with translated(self._place):
            export.copy_file(self._place.path, path)

    def export_lines(self) -> Iterator[str]:
        """Yield the whole ledger as lines of JSON, as it stands at one moment."""
        with reading(self._engine, self._place, repeatable=True) as connection:
            yield from export.lines(connection)

    def import_lines(self, lines: Iterable[str]) -> int:
        """Take an export into this ledger, which must be empty; all of it or nothing. Returns the number of rows."""
        with writing(self._engine, self._place) as connection:
            return export.take_in(connection, lines)
