"""Put a backup in the place of a SQLite ledger, and keep the one that was there."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import create_engine

from doideposit.deposits.ledger import audit, export
from doideposit.deposits.ledger.engine import LedgerLocation
from doideposit.deposits.ledger.migrate import Revisions
from doideposit.deposits.ledger.migrations import REVISIONS
from doideposit.errors import DiskError, LedgerDamaged, LedgerUnavailable, UsageError
from doideposit.files import as_typed, disk_errors, open_input

__all__ = ["Restored"]

# What SQLite keeps beside a ledger. Left beside another file of that name, it would be replayed into it.
SIDE_FILES = ("-wal", "-shm")
# Long enough for a command that is about to end, short enough for a person to wait.
BUSY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Restored:
    """Tell what a restore did: where the ledger is, how many DOIs it knows, and where the one before lies now."""

    place: Path
    dois: int
    kept: Path | None

    @staticmethod
    def from_backup(url: str, backup: Path, now: datetime, *, password: SecretStr | None = None) -> "Restored":
        """Check a backup, and put a copy of it in the place of the ledger at `url`; nothing is lost.

        The ledger that was there, with its side files, is kept beside it under a name with the moment. A run that dies
        in the middle leaves either ledger under a name of its own, and can be given again. Raises `UsageError` for a
        ledger in PostgreSQL and for a file that is an export, `LedgerDamaged` for a backup that is damaged,
        `LedgerTooNew`, `LedgerUnavailable` while another program has the ledger open, and `DiskError`.
        """
        place = LedgerLocation(url, password)
        if place.path is None:
            hint = "make an empty database, and run `doideposit ledger import FILE` with an export"
            raise UsageError(f"the ledger {place.name} is not a file, and cannot be replaced by one", hint=hint)
        _check_kind(backup, place.path)
        # Beside the ledger, so that taking its place is one step of the file system.
        fresh = place.path.with_name(f".{place.path.name}.restore")
        with disk_errors(fresh, "cannot be written"):
            fresh.unlink(missing_ok=True)
            try:
                dois = _copy_checked(backup, fresh)
                _require_no_other_user(place.path)
                # From here until the next line there is no ledger: a run that dies leaves both under their names.
                kept = _put_aside(place.path, now)
                fresh.replace(place.path)
            finally:
                for name in (fresh, *_side_files(fresh)):
                    name.unlink(missing_ok=True)
        return Restored(place.path, dois, kept)


def _check_kind(backup: Path, ledger: Path) -> None:
    try:
        with open_input(backup) as stream:
            # The header of a SQLite file has a hundred bytes.
            start = stream.read(100)
    except OSError as error:
        raise DiskError(f"{backup} cannot be read: {error.strerror}", hint="check its name and permissions") from None
    if ledger.exists() and backup.samefile(ledger):
        raise UsageError(f"{backup} is the ledger itself", hint="name a backup: `doideposit ledger backup` makes one")
    if start.startswith(b"{") and export.FORMAT.encode() in start:
        hint = f"name a new file with [ledger] url, and run `doideposit ledger import {as_typed(backup)}`"
        raise UsageError(f"{backup} is an export, not a backup", hint=hint)


def _copy_checked(backup: Path, fresh: Path) -> int:
    """Copy the backup, and return how many DOIs the copy knows, once it agrees with itself."""
    other = "choose another backup; neither this one nor the ledger was changed"
    try:
        with closing(sqlite3.connect(f"{backup.absolute().as_uri()}?mode=ro", uri=True)) as source:
            export.LedgerCopy(fresh).of_database(source)
        with closing(sqlite3.connect(fresh)) as copy:
            dois = int(copy.execute("SELECT count(*) FROM work").fetchone()[0])
    # SQLite notices damage only when it reads a table.
    except sqlite3.Error:
        raise LedgerDamaged(f"{backup} is damaged, or is not a ledger", hint=other) from None
    engine = create_engine(LedgerLocation(f"sqlite:///{fresh}").url)
    place = LedgerLocation(f"sqlite:///{backup}")
    try:
        with place.reading(engine) as connection:
            # An older ledger is upgraded when it is next opened, and can be checked only then.
            is_current = Revisions(place).found(connection) == REVISIONS[-1]
            findings = tuple(audit.audit(connection)) if is_current else ()
    finally:
        engine.dispose()
    if findings:
        raise LedgerDamaged(f"{backup} is inconsistent: {findings[0].message}", hint=other)
    return dois


def _require_no_other_user(ledger: Path) -> None:
    """Require that no other program has the ledger open: its later writes would be lost."""
    if not ledger.exists():
        return
    try:
        with closing(sqlite3.connect(ledger, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
            # In WAL mode BEGIN EXCLUSIVE still lets others read; this locking mode does not.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
    # An exclusive lock is what shows that no other program has the file open.
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            hint = "stop `doideposit serve`, the scheduled job and every other command, and run this one again"
            raise LedgerUnavailable(f"another program has the ledger {ledger} open", hint=hint) from None
    except sqlite3.Error:
        # It is damaged: that is why it is replaced.
        return


def _put_aside(ledger: Path, now: datetime) -> Path | None:
    """Rename the ledger and its side files, the ledger last, so that a killed command can be repeated."""
    stamp = f"{now:%Y%m%dT%H%M%S%f}"
    kept = ledger.with_name(f"{ledger.stem}.before-restore-{stamp}{ledger.suffix}")
    for side, path in zip(SIDE_FILES, _side_files(ledger), strict=True):
        if path.exists():
            path.rename(kept.with_name(kept.name + side))
    if not ledger.exists():
        return None
    ledger.rename(kept)
    return kept


def _side_files(path: Path) -> tuple[Path, ...]:
    return tuple(path.with_name(path.name + side) for side in SIDE_FILES)
