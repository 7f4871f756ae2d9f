"""Copies of the ledger: a backup of the file, and lines of JSON that any ledger of ours can take in."""

import base64
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Integer,
    LargeBinary,
    Table,
    TypeDecorator,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import TypeEngine

from doideposit.deposits.ledger.migrations import REVISIONS
from doideposit.deposits.ledger.tables import (
    METADATA,
    MOMENT_FORMAT,
    adopted,
    attempt,
    cited,
    content,
    event,
    hook,
    item,
    log,
    observed,
    submission,
    upload_lock,
    watch,
    work,
)
from doideposit.errors import DiskError, UsageError

__all__ = ["LedgerCopy", "LedgerExport"]

# Each table after those it refers to.
ORDER: tuple[Table, ...] = (
    upload_lock, submission, content, attempt, log, item, work, observed, adopted, cited, hook, watch, event
)  # fmt: skip
# The first line of an export says what it is, so that no other file is taken in.
FORMAT = "doideposit-ledger"
# Rows that are written together: one transaction for each row would take minutes.
AT_ONCE = 200
_SQLITE = sqlite.dialect()


# Exports of revisions before 0004 have these names; see the migration of that number.
FORMER_TABLES = {"gate": "upload_lock"}
# Columns by the names they had in earlier exports, which can still be taken in.
FORMER_COLUMNS = {
    ("submission", "next_look_at"): "next_poll_at",
    ("submission", "looks"): "polls",
    ("submission", "alarm"): "overdue",
    ("attempt", "next_look_at"): "next_poll_at",
    ("attempt", "fate"): "status",
}


@dataclass(frozen=True, slots=True)
class LedgerCopy:
    """Make a new file with a copy of the ledger, for its owner alone; what cannot be written whole does not stay.

    Every way to fill it raises `UsageError` for a file that exists, and `DiskError` where it cannot be written.
    """

    path: Path

    def of_database(self, original: sqlite3.Connection) -> None:
        """Copy an open SQLite database."""
        self._create()
        try:
            with closing(sqlite3.connect(self.path)) as other:
                original.backup(other)
        # A half-written copy would be mistaken for a backup.
        except sqlite3.Error as error:
            self.path.unlink(missing_ok=True)
            # What SQLite says of a full disk is about the copy: the original is only read.
            if "full" in str(error) or "I/O" in str(error):
                hint = "free some space, or choose a folder on another disk"
                raise DiskError(f"{self.path} cannot be written: the disk is full, or it failed", hint=hint) from None
            raise

    def of_lines(self, written: Iterable[str]) -> None:
        """Write the lines of an export."""
        self._create()
        try:
            with self.path.open("w", encoding="utf-8") as file:
                file.writelines(f"{line}\n" for line in written)
                file.flush()
                # Without it a power cut could leave an empty file that was reported as a backup.
                os.fsync(file.fileno())
        except OSError as error:
            self.path.unlink(missing_ok=True)
            raise DiskError(f"{self.path} cannot be written: {error.strerror}") from None

    def _create(self) -> None:
        try:
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        # O_EXCL decides between two processes that name the same file.
        except FileExistsError:
            raise UsageError(
                f"{self.path} exists already", hint="choose a new file name: a backup never replaces another"
            ) from None
        except OSError as error:
            raise DiskError(f"{self.path} cannot be written: {error.strerror}") from None


@dataclass(frozen=True, slots=True)
class LedgerExport:
    """Give out a ledger as lines of JSON, and take such lines into an empty one, in one transaction."""

    connection: Connection

    def lines(self) -> Iterator[str]:
        """Yield the whole ledger as lines: a head, then one row a line, each table after those it refers to.

        Numbers of more than nine digits and moments are texts, bytes are base64: nothing passes through a float.
        """
        yield _json_line({"format": FORMAT, "revision": REVISIONS[-1]})
        for table in ORDER:
            ordered = select(table).order_by(*table.primary_key.columns)
            # A hundred rows at a time, since each holds a file.
            for row in self.connection.execution_options(yield_per=100).execute(ordered).mappings():
                values = {key: _to_json(table, key, value) for key, value in row.items()}
                yield _json_line({"table": table.name, "row": values})

    def take_in(self, given: Iterable[str]) -> int:
        """Import an export into an empty ledger, all of it or nothing; return the number of rows.

        Raises `UsageError` when the ledger is not empty or a line is not of an export.
        """
        connection = self.connection
        if connection.execute(select(func.count()).select_from(event)).scalar_one():
            raise UsageError("the ledger is not empty", hint="import into a new one: set another file as [ledger] url")
        numbered = enumerate(given, 1)
        _check_head(next(numbered, (1, ""))[1])
        total = 0
        rows = (_parse_row(number, line) for number, line in numbered if line.strip())
        for table, of_table in groupby(rows, key=itemgetter(0)):
            while waiting := [row for _, row in islice(of_table, AT_ONCE)]:
                connection.execute(insert(table), waiting)
                total += len(waiting)
        _reset_sequences(connection)
        return total


def _json_line(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True)


def _to_json(table: Table, name: str, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.strftime(MOMENT_FORMAT)
    kind = _sql_type(table, name)
    if isinstance(kind, LargeBinary):
        return base64.b64encode(value).decode("ascii")
    return str(value) if isinstance(kind, BigInteger) else value


def _from_json(table: Table, name: str, value: Any) -> Any:
    if value is None:
        return None
    kind, plain = table.c[name].type, _sql_type(table, name)
    if isinstance(plain, LargeBinary):
        value = base64.b64decode(value, validate=True)
    elif isinstance(plain, Boolean):
        value = bool(value)
    else:
        value = int(value) if isinstance(plain, Integer) else str(value)
    # A moment is made of its text, and everything else is checked, as when it is read out of a ledger.
    return kind.process_result_value(value, _SQLITE) if isinstance(kind, TypeDecorator) else value


def _sql_type(table: Table, name: str) -> TypeEngine[Any]:
    """Return the type of a column in the database, below what checks its values when they are read."""
    kind = table.c[name].type
    return kind.impl_instance if isinstance(kind, TypeDecorator) else kind


def _check_head(line: str) -> None:
    try:
        head = json.loads(line)
        known = head["format"] == FORMAT and head["revision"] in REVISIONS
    # Anything may be in the first line of a file that somebody names.
    except (ValueError, KeyError, TypeError, RecursionError):
        known = False
    if not known:
        hint = "an export starts with a line that names the format; an export of a newer doideposit needs that version"
        raise UsageError("this is not an export of a ledger", hint=hint)


def _parse_row(number: int, line: str) -> tuple[Table, dict[str, Any]]:
    try:
        data = json.loads(line)
        name = data["table"]
        table = METADATA.tables[FORMER_TABLES.get(name, name)]
        named = {FORMER_COLUMNS.get((name, key), key): value for key, value in data["row"].items()}
        row = {key: _from_json(table, key, value) for key, value in named.items()}
    # An export that was edited by hand is refused whole.
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UsageError(f"line {number} does not belong in an export of a ledger") from None
    return table, row


def _reset_sequences(connection: Connection) -> None:
    """Set PostgreSQL's sequences after the imported rows; SQLite needs none of this."""
    if connection.dialect.name != "postgresql":
        return
    for table in (submission, attempt, log, item, event):
        last = select(func.max(table.c.id)).scalar_subquery()
        name = text(f"pg_get_serial_sequence('{table.name}', 'id')")
        connection.execute(select(func.setval(name, func.coalesce(last, 1), last.is_not(None))))
