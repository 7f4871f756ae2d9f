"""The door to the database: one engine, pragmas, file permissions, and errors in our own words.

Whatever SQLAlchemy or a driver raises leaves here as a `LedgerError` without its cause: such exceptions carry
statements, values and addresses.
"""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoResultFound, NoSuchModuleError, SQLAlchemyError

from doideposit.errors import ConfigurationError, LedgerDamaged, LedgerError, LedgerUnavailable

__all__ = ["LedgerLocation"]

BUSY_SECONDS = 30.0  # How long a writer waits for another one; every transaction here takes milliseconds.
# SQLAlchemy's names of the drivers; any other driver was never tried.
SQLITE_DRIVERS, POSTGRES_DRIVERS = ("sqlite", "sqlite+pysqlite"), ("postgresql+psycopg",)
# The name under which a connection is marked as one that writes.
WRITES = "doideposit_writes"


class LedgerLocation:
    """Say where a ledger is: `name` is what people are told, without any password; `path` the file, for SQLite."""

    def __init__(self, address: str, password: SecretStr | None = None) -> None:
        self.url = _parse_address(address)
        if password is not None:
            self.url = self.url.set(password=password.get_secret_value())
        self.path = Path(self.url.database or "") if self.url.drivername in SQLITE_DRIVERS else None
        self.name = str(self.path) if self.path else self.url.render_as_string(hide_password=True)

    @property
    def is_sqlite(self) -> bool:
        """Tell whether it is a file on this machine."""
        return self.path is not None

    def engine(self) -> Engine:
        """Make an engine for the place; raise `LedgerUnavailable` when its driver or its folder is missing."""
        if self.path is not None:
            _make_file(self.path)
            engine = create_engine(self.url, connect_args={"timeout": BUSY_SECONDS})
            event.listen(engine, "connect", _set_up_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
            return engine
        try:
            # A server that was restarted has closed the pooled connections: `pool_pre_ping` notices before they are
            # used.
            return create_engine(self.url, pool_pre_ping=True, connect_args={"connect_timeout": 10})
        except (ModuleNotFoundError, NoSuchModuleError):
            hint = "install doideposit with its extra: pip install 'doideposit[postgres]'"
            raise LedgerUnavailable("a ledger in PostgreSQL needs psycopg, which is not installed", hint=hint) from None

    @staticmethod
    def check_folder(path: Path) -> None:
        """Raise `LedgerUnavailable` unless there is a folder for the ledger's file.

        Where a disk is away, an empty ledger in its place would hide everything outstanding.
        """
        if not path.parent.is_dir():
            hint = "check that its disk or network drive is connected; to use a new folder, create it first"
            raise LedgerUnavailable(f"there is no folder {path.parent} for the ledger {path.name}", hint=hint)

    def exists(self) -> bool:
        """Tell whether there is a database: a server always counts, a file of SQLite once it is made.

        Raises `LedgerUnavailable` where that cannot be known, as in a folder that this user may not enter.
        """
        if self.path is None:
            return True
        try:
            self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            hint = "let this user enter the folders above it, or set another file as [ledger] url"
            why = error.strerror or "unknown reason"
            raise LedgerUnavailable(f"the ledger {self.path} cannot be reached: {why}", hint=hint) from None
        return True

    def check_kind(self) -> None:
        """Raise `LedgerUnavailable` where a pipe, a device or a folder has the name of the ledger's file."""
        if self.path is not None and not self.path.is_file():
            raise LedgerUnavailable(f"the ledger {self.path} is not a file", hint="set a file as [ledger] url")

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn every exception of the database into a `LedgerError` that names the place."""
        try:
            yield
        except DBAPIError as error:
            raise _ledger_error(self, error.orig) from None
        # A row that must be there and is not was removed by hand, or lost with a page of the file.
        except NoResultFound:
            raise LedgerDamaged(f"a part of the ledger {self.name} is missing") from None
        except SQLAlchemyError as error:
            raise LedgerError(f"the ledger {self.name} failed: {type(error).__name__}") from None
        except sqlite3.Error as error:
            raise _ledger_error(self, error) from None
        except (ValueError, TypeError, OverflowError, RecursionError):
            # A state, a moment or a text of JSON that nobody but doideposit writes, and that doideposit never wrote;
            # the drivers say the same of bytes that are not text, already when they connect.
            raise LedgerDamaged(f"the ledger {self.name} contains a value that cannot be read") from None

    @contextmanager
    def reading(self, engine: Engine, *, repeatable: bool = False) -> Iterator[Connection]:
        """Open a transaction that only reads; with `repeatable` all of it sees one moment. Raises `LedgerError`.

        SQLite reads one moment in every transaction; PostgreSQL has to be told.
        """
        options = {"isolation_level": "REPEATABLE READ"} if repeatable and not self.is_sqlite else {}
        with self.translated(), engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, engine: Engine) -> Iterator[Connection]:
        """Open a transaction that writes, committed when the block ends; raises `LedgerError`.

        It is announced to SQLite at its beginning: a reader that turned writer later could be refused half-way.
        """
        with self.translated(), engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
            yield connection


def _parse_address(address: str) -> URL:
    hint = "write sqlite:///path/to/file.sqlite3 or postgresql+psycopg://user@host/database"
    try:
        url = make_url(address)
    # `make_url` raises both, for a text that is not an address and for a port that is not a number.
    except (ArgumentError, ValueError):
        raise ConfigurationError("the address of the ledger cannot be read", hint=hint) from None
    if url.drivername not in SQLITE_DRIVERS + POSTGRES_DRIVERS:
        raise ConfigurationError(f"{url.drivername} is not supported for the ledger", hint=hint)
    if url.drivername in SQLITE_DRIVERS and url.database in {None, "", ":memory:"}:
        raise ConfigurationError("the ledger needs a file, so that it is kept after this run", hint=hint)
    return url


def _make_file(path: Path) -> None:
    """Create the file for its owner alone; SQLite gives its side files the same permissions."""
    LedgerLocation.check_folder(path)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    # Another process was quicker, and its file is the ledger.
    except FileExistsError:
        return
    except OSError as error:
        raise _not_a_file(path, error.strerror or "unknown reason") from None


def _not_a_file(path: Path, why: str) -> LedgerUnavailable:
    hint = "set another place as [ledger] url, or allow this user to write there"
    return LedgerUnavailable(f"the ledger {path} cannot be created: {why}", hint=hint)


def _set_up_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # Transactions are begun by `_begin_sqlite`; the driver must not begin its own.
    connection.isolation_level = None
    # SQLite ignores foreign keys unless each connection asks for them.
    connection.execute("PRAGMA foreign_keys = ON")
    # An intent that was committed must survive a power cut, or a file could go out twice; in WAL mode NORMAL would not
    # do.
    connection.execute("PRAGMA synchronous = FULL")


def _begin_sqlite(connection: Connection) -> None:
    # A writer says so at once: a reader that turns writer later could be refused half-way.
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


# What SQLite says when the file is no longer sound; the text is all that it gives.
DAMAGE = ("malformed", "not a database", "disk image", "corrupt", "could not decode", "datatype mismatch")
SQLITE_CAUSES = (
    ("full", "the disk is full", "free some space; nothing is lost, and the same command can be run again"),
    ("readonly", "it is read-only", "allow this user to write the file and its folder"),
    ("read-only", "it is read-only", "allow this user to write the file and its folder"),
    ("locked", "another program holds it", "close the program that has the file open, and try again"),
    ("unable to open", "it cannot be opened", "check that it is a file, and the permissions of its folder"),
    # So says SQLite also where the disk is too full for the files it keeps beside the ledger.
    (
        "i/o error",
        "the disk is full, or it failed",
        "free some space and try again; if that was not it, `doideposit ledger check` says whether the ledger is whole",
    ),
)


# What SQLite says where rights are missing; the file system tells which.
CLOSED = ("readonly", "read-only", "unable to open")


def _closed_place(path: Path | None) -> tuple[str, str] | None:
    """Return why this user cannot write a ledger, and what to do; None where the file system does not tell."""
    if path is None or not path.parent.is_dir():
        return None
    # Windows has no such call.
    if hasattr(os, "statvfs") and os.statvfs(path.parent).f_flag & os.ST_RDONLY:
        hint = "mount it with write access, or set another place as [ledger] url"
        return f"the file system of {path.parent} is read-only", hint
    # SQLite's journals have the owner that wrote last, such as root after a command by hand.
    beside = [path, *(path.with_name(f"{path.name}{ending}") for ending in ("-wal", "-shm"))]
    closed = [each for each in beside if each.exists() and not os.access(each, os.R_OK | os.W_OK)]
    if closed:
        names = " ".join(map(str, closed))
        why = f"this user may not write {'it' if closed == [path] else names}"
        # Windows, where nothing has an owner of this kind, has no numbers of users.
        owner = getattr(os, "geteuid", lambda: "USER")()
        return why, f"give it to this user, as root: chown {owner} {names}"
    if not os.access(path.parent, os.W_OK | os.X_OK):
        hint = "let this user write there: SQLite writes temporary files beside the ledger"
        return f"this user may not write into the folder {path.parent}", hint
    return None


def _ledger_error(place: LedgerLocation, cause: BaseException | None) -> LedgerError:
    words = str(cause).lower()
    if place.is_sqlite:
        if any(sign in words for sign in DAMAGE):
            return LedgerDamaged(f"the ledger {place.name} is damaged, or is not a ledger")
        if any(sign in words for sign in CLOSED) and (closed := _closed_place(place.path)) is not None:
            return LedgerUnavailable(f"the ledger {place.name} cannot be used: {closed[0]}", hint=closed[1])
        for sign, why, hint in SQLITE_CAUSES:
            if sign in words:
                return LedgerUnavailable(f"the ledger {place.name} cannot be used: {why}", hint=hint)
        return LedgerError(f"the ledger {place.name} failed: {type(cause).__name__}")
    why, hint = _postgres_cause(getattr(cause, "sqlstate", None) or "", words)
    return LedgerUnavailable(f"the ledger {place.name} cannot be used: {why or type(cause).__name__}", hint=hint)


RIGHTS = "let its owner grant this role CREATE and USAGE on the schema, and all rights on the tables"
AGAIN = "nothing to do: nothing is lost, and the next run tries again"
# SQLSTATE, whole or its first letters: PostgreSQL documentation, appendix A.
SQLSTATES = (
    ("28P01", "the server does not accept the password", "check [ledger] password, and the user in [ledger] url"),
    (
        "28",
        "the server does not let this user in",
        "check the user in [ledger] url, and pg_hba.conf on the server",
    ),
    (
        "3D000",
        "there is no such database on the server",
        "make it with `createdb`, or correct its name in [ledger] url",
    ),
    ("42501", "this user lacks the permission", RIGHTS),
    ("25006", "the database is read-only, as a standby is", "name the primary server in [ledger] url"),
    ("53100", "the disk of the server is full", "free some space there; nothing is lost"),
    (
        "53300",
        "the server has too many connections",
        f"{AGAIN}; if it continues, raise the limit of the server or the role",
    ),
    ("57P03", "the server is starting, stopping or in recovery", AGAIN),
    ("57P", "the server was stopped", "start it again; nothing is lost"),
    ("40", "two processes blocked each other", AGAIN),
    ("55P03", "another process has locked what is needed", AGAIN),
    ("08", "the connection to the server was interrupted", AGAIN),
    ("42P01", "its tables are missing", "restore a backup, or name the right database in [ledger] url"),
)
# A connection that never came about has no SQLSTATE: what the client library says in English is all there is.
POSTGRES_WORDS = (
    ("password authentication failed", "28P01"),
    ("no password supplied", "28P01"),
    ("no pg_hba.conf entry", "28000"),
    ("starting up", "57P03"),
    ("shutting down", "57P03"),
    ("recovery mode", "57P03"),
    ("not accepting connections", "57P03"),
    ("not permitted to log in", "28000"),
    ("too many clients", "53300"),
    ("too many connections", "53300"),
)
POSTGRES_AWAY = (
    ("refused", "the server refused the connection", "check that the database server runs, and its host and port"),
    ("could not translate host", "there is no server of this name", "check the host in [ledger] url, and the DNS"),
    (
        "name or service not known",
        "there is no server of this name",
        "check the host in [ledger] url, and the DNS",
    ),
    ("resolve host", "there is no server of this name", "check the host in [ledger] url, and the DNS"),
    (
        "no such file or directory",
        "there is no server at this socket",
        "check that the database server runs on this machine, and the folder after host= in [ledger] url",
    ),
    ("invalid response", "the program that answers there is not PostgreSQL", "check host and port in [ledger] url"),
    ("timeout", "the server does not answer", "check that the server is running; a firewall must let the port through"),
    ("ssl", "the encrypted connection failed", "check sslmode and the certificates in [ledger] url"),
    ("certificate", "the encrypted connection failed", "check sslmode and the certificates in [ledger] url"),
    ("closed the connection", "the connection to the server was interrupted", AGAIN),
)
_MISSING = re.compile(r'database "[^"]*" does not exist')
_NO_ROLE = re.compile(r'role "[^"]*" does not exist')


def _postgres_cause(state: str, words: str) -> tuple[str, str]:
    """Return what PostgreSQL refused, and what to do; an empty reason for unknown states."""
    if not state:
        state = next((each for sign, each in POSTGRES_WORDS if sign in words), "")
    if not state and (_MISSING.search(words) or _NO_ROLE.search(words)):
        state = "3D000" if _MISSING.search(words) else "28000"
    for beginning, why, hint in SQLSTATES if state else ():
        if state.startswith(beginning):
            return why, hint
    away = next(((why, hint) for sign, why, hint in POSTGRES_AWAY if sign in words and not state), None)
    return away or ("", "check that the database server runs and accepts this user; nothing is lost")
