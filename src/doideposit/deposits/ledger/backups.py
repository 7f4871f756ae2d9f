"""Names of backups, and which of them are no longer kept."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from doideposit.errors import UsageError
from doideposit.files import disk_errors

__all__ = ["backup_path", "remove_older"]

# Made here and nowhere else, so that no other file of a folder is ever removed. Names in UTC sort by their age.
_MADE_HERE: Final = re.compile(r"doideposit-\d{8}T\d{6}Z\.(?:sqlite3|jsonl)")
# Endings of SQLite files as people name them.
_DATABASES: Final = frozenset({".sqlite3", ".sqlite", ".db"})
_EXPORTS: Final = frozenset({".jsonl", ".json"})


def backup_path(given: Path, now: datetime, *, is_file: bool) -> Path:
    """Return the path of a backup: the given file, or in the given folder a name with the moment in UTC.

    Raises `UsageError` for a name that would lie: a copy of a database is no JSON, and an export no database.
    """
    ending = ".sqlite3" if is_file else ".jsonl"
    if given.is_dir():
        return given / f"doideposit-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}{ending}"
    if given.suffix.lower() in (_EXPORTS if is_file else _DATABASES):
        what = "a copy of the SQLite database" if is_file else "an export in JSON Lines"
        raise UsageError(f"the backup is {what}, and {given.name} says otherwise", hint=f"name it {given.stem}{ending}")
    return given


def remove_older(folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest backups that were named here, and return them; raises `DiskError`."""
    # Symbolic links are never removed: what they point to belongs to somebody else.
    made = sorted(path for path in folder.iterdir() if _MADE_HERE.fullmatch(path.name) and not path.is_symlink())
    older = made[:-keep]
    for path in older:
        with disk_errors(path, "cannot be removed"):
            path.unlink()
    return older
