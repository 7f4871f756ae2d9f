"""What the sandbox remembers: submissions, registrations and title records, in memory or in one file.

SQLite from the standard library serves both: the file survives a kill at any moment, and several processes share it
without losing anything, because every request is one immediate transaction. No password is ever stored.
"""

import errno
import json
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock

from doideposit.errors import DiskError
from doideposit.sandbox.entries import ReceivedFile, Registration, TitleRecord

__all__ = ["SandboxArchive"]

# SQLite keeps this number in `user_version`; `_prepare` brings older files up to it and refuses newer ones.
FORMAT = 3
# Several processes may share the file, so a transaction waits for its turn before it fails as locked.
BUSY_SECONDS = 60.0
# Takes the lock for writing at once: a transaction that reads first fails when another one has written in the meantime.
WRITING = "BEGIN IMMEDIATE"

_TABLES = """
CREATE TABLE submissions (
    id INTEGER PRIMARY KEY, file_name TEXT NOT NULL, operation TEXT NOT NULL, login TEXT NOT NULL,
    content BLOB NOT NULL, received REAL NOT NULL, visible REAL NOT NULL, started REAL NOT NULL, due REAL NOT NULL,
    stuck TEXT, polls INTEGER NOT NULL DEFAULT 0, unknown_polls INTEGER NOT NULL DEFAULT 0, batch_id TEXT, log BLOB
);
CREATE INDEX submissions_by_name ON submissions (login, file_name);
CREATE INDEX submissions_by_batch ON submissions (login, batch_id);
CREATE INDEX submissions_waiting ON submissions (due) WHERE log IS NULL;
CREATE INDEX submissions_pending ON submissions (login) WHERE log IS NULL;
CREATE TABLE registrations (
    number INTEGER PRIMARY KEY, doi_key TEXT NOT NULL, doi TEXT NOT NULL, timestamp TEXT NOT NULL, url TEXT NOT NULL,
    login TEXT NOT NULL, record_type TEXT NOT NULL, title TEXT NOT NULL, year TEXT NOT NULL,
    signature TEXT NOT NULL, reference_words TEXT NOT NULL, submission_id INTEGER NOT NULL, applied REAL NOT NULL,
    rest REAL NOT NULL, handle REAL NOT NULL
);
CREATE INDEX registrations_by_doi ON registrations (doi_key, number);
CREATE INDEX registrations_by_signature ON registrations (signature);
CREATE TABLE conflicts (
    id INTEGER PRIMARY KEY, one TEXT NOT NULL, other TEXT NOT NULL, resolved INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX conflicts_by_one ON conflicts (one);
CREATE INDEX conflicts_by_other ON conflicts (other);
CREATE TABLE titles (
    issn TEXT PRIMARY KEY, title TEXT NOT NULL, kind TEXT NOT NULL, owner TEXT NOT NULL, doi TEXT NOT NULL
);
"""
_SUBMISSION = (
    "id, file_name, operation, login, content, received, visible, started, due, stuck, polls, unknown_polls, "
    "batch_id, log"
)
_REGISTRATION = (
    "doi_key, doi, timestamp, url, login, record_type, title, year, signature, reference_words, submission_id, "
    "applied, rest, handle, query, record, owner, member, alias_of"
)
# What the second format has more than the first: the same statements make a new file and bring an older one up to date.
_SECOND = """
ALTER TABLE registrations ADD COLUMN query REAL NOT NULL DEFAULT 0;
ALTER TABLE registrations ADD COLUMN record TEXT NOT NULL DEFAULT '';
ALTER TABLE registrations ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE registrations ADD COLUMN member TEXT NOT NULL DEFAULT '';
ALTER TABLE registrations ADD COLUMN alias_of TEXT NOT NULL DEFAULT '';
CREATE INDEX registrations_by_owner ON registrations (owner)
"""
# The third finds titles by their beginning. A shorter one than this occurs in many references by chance.
SHORTEST_TITLE = 16
# A title begins where a word does, or with a sign in front of one.
_WORD_STARTS = re.compile(r"(?<!\w)\S")
_BEGINNING = f"lower(substr(title, 1, {SHORTEST_TITLE}))"
_THIRD = f";CREATE INDEX registrations_by_title ON registrations ({_BEGINNING})"
# Versions are only ever added: the highest number of a DOI is its current version, the lowest its registration.
_CURRENT = """WHERE number IN (SELECT MAX(number) FROM registrations GROUP BY doi_key)
ORDER BY (SELECT MIN(number) FROM registrations AS first WHERE first.doi_key = registrations.doi_key)"""
# A conflict is found by either of its two DOIs.
_CONFLICTS = """SELECT id, CASE WHEN one = :doi THEN other ELSE one END FROM conflicts
WHERE (one = :doi OR other = :doi) AND NOT resolved ORDER BY id"""


class SandboxArchive:
    """Remember what one sandbox knows. `path` is its file, or None for memory alone.

    The file is made, with mode 0600, by the first transaction that writes: anyone who only looks leaves none behind.
    Every method is to be called inside `transaction`, or inside `snapshot` when it only reads. Raises `DiskError` when
    the file cannot be used.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._lock = RLock()
        self._path = path
        self._place = "memory" if path is None else str(path)
        self._is_kept = path is None
        with self._disk_errors():
            if path is not None and not os.access(path.parent, os.W_OK | os.X_OK) and not path.exists():
                raise PermissionError(f"no file can be made in {path.parent}")
            self._base = self._connect(":memory:")
            self._use_file(make=False)

    def _use_file(self, *, make: bool) -> None:
        """Switch to the file if there is one, or if one is to be made; nothing was written before."""
        if self._is_kept or self._path is None or not (make or self._path.exists()):
            return
        if self._path.exists() and not self._path.is_file():
            raise OSError(errno.EINVAL, "it is not a file")
        # SQLite would go by the umask; the file is made here first, so that nobody else may ever read it.
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        # An older file may have other permissions.
        self._path.chmod(0o600)
        self._base.close()
        self._base = self._connect(str(self._path))
        self._is_kept = True

    def _connect(self, place: str) -> sqlite3.Connection:
        self._base = sqlite3.connect(
            place,
            timeout=BUSY_SECONDS,
            # Python would open transactions of its own otherwise; here `_between` alone decides where they begin.
            isolation_level=None,
            # Threads share the connection, one at a time behind the lock.
            check_same_thread=False,
        )
        # Another process may be switching it at this moment; either mode is safe.
        with suppress(sqlite3.OperationalError):
            self._base.execute("PRAGMA journal_mode = WAL")
        self._base.execute("PRAGMA synchronous = NORMAL")
        self._create_tables()
        return self._base

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._base.close()

    def transaction(self) -> AbstractContextManager[None]:
        """Open a transaction: all or nothing, one at a time across threads and processes."""
        return self._run_transaction(WRITING)

    def snapshot(self) -> AbstractContextManager[None]:
        """Open one consistent view for reading, which waits for no other process."""
        return self._run_transaction("BEGIN")

    @contextmanager
    def _run_transaction(self, begin: str) -> Iterator[None]:
        with self._lock, self._disk_errors():
            self._use_file(make=begin == WRITING)
            self._base.execute(begin)
            try:
                yield
            # An interrupt from the keyboard must not leave a transaction open either.
            except BaseException:
                self._base.execute("ROLLBACK")
                raise
            self._base.execute("COMMIT")

    def next_id(self, step: int) -> int:
        """Return a submission id above every other; ids have ten digits and grow."""
        # The first number only gives ids the ten digits that Crossref's have.
        (highest,) = self._fetch_one("SELECT COALESCE(MAX(id), 1742144298) FROM submissions")
        return int(highest) + step

    def add_submission(self, new: ReceivedFile) -> None:
        """Keep an upload."""
        times = [moment.timestamp() for moment in (new.received, new.visible, new.started, new.due)]
        row = (new.id, new.file_name, new.operation, new.login, new.content, *times, new.stuck, 0, 0, None, None)
        self._insert_row("submissions", _SUBMISSION, row)

    def due(self, now: datetime) -> list[ReceivedFile]:
        """Return the files that the worker should have processed by now, in the order of its queue."""
        return self._select_submissions(
            "WHERE log IS NULL AND stuck IS NULL AND due <= ? ORDER BY due, id", now.timestamp()
        )

    def submissions(self) -> list[ReceivedFile]:
        """Return every submission, oldest first."""
        return self._select_submissions("ORDER BY id")

    def submission(self, number: int) -> ReceivedFile | None:
        """Return the submission of this id."""
        return next(iter(self._select_submissions("WHERE id = ?", number)), None)

    def by_file_name(self, login: str, file_name: str) -> ReceivedFile | None:
        """Return the first match among the caller's own, oldest first: a name used twice finds the older log."""
        found = self._select_submissions("WHERE login = ? AND file_name = ? ORDER BY id LIMIT 1", login, file_name)
        return next(iter(found), None)

    def by_batch_id(self, login: str, batch_id: str) -> ReceivedFile | None:
        """Return the first match by ``doi_batch_id``, which is known only once the file was parsed."""
        found = self._select_submissions("WHERE login = ? AND batch_id = ? ORDER BY id LIMIT 1", login, batch_id)
        return next(iter(found), None)

    def older_log(self, login: str, number: int) -> ReceivedFile | None:
        """Return the oldest completed submission of the account that is another than `number`."""
        where = "WHERE login = ? AND id <> ? AND log IS NOT NULL ORDER BY id LIMIT 1"
        return next(iter(self._select_submissions(where, login, number)), None)

    def pending(self, login: str) -> int:
        """Return how many submissions of this account are not processed yet."""
        (count,) = self._fetch_one("SELECT COUNT(*) FROM submissions WHERE log IS NULL AND login = ?", login)
        return int(count)

    def count_poll(self, number: int) -> None:
        """Count a poll of a submission."""
        self._base.execute(
            "UPDATE submissions SET polls = polls + 1, unknown_polls = MAX(unknown_polls - 1, 0) WHERE id = ?",
            (number,),
        )

    def count_polls(self, at_least: int) -> None:
        """Set the number of polls of every submission to at least this."""
        self._base.execute("UPDATE submissions SET polls = MAX(polls, ?)", (at_least,))

    def hold(self, number: int, *, stuck: str | None = None, unknown_polls: int = 0) -> None:
        """Make a submission stick, or stay unknown for a number of polls."""
        self._base.execute(
            "UPDATE submissions SET stuck = COALESCE(?, stuck), unknown_polls = MAX(unknown_polls, ?) WHERE id = ?",
            (stuck, unknown_polls, number),
        )

    def unstick(self) -> None:
        """Release every stuck submission."""
        self._base.execute("UPDATE submissions SET stuck = NULL")

    def finish(self, number: int, batch_id: str, log: bytes) -> None:
        """Keep the result log; a file that could not be parsed has no batch id."""
        self._base.execute("UPDATE submissions SET batch_id = ?, log = ? WHERE id = ?", (batch_id or None, log, number))

    def register(self, new: Registration) -> None:
        """Keep a version of a DOI; it is the current one from now on."""
        names = (new.doi.casefold(), new.doi, str(new.timestamp), new.url, new.login, new.record_type)
        words = (new.title, new.year, new.signature, new.reference_words, new.submission_id)
        times = [moment.timestamp() for moment in (new.applied, new.rest, new.handle, new.query)]
        more = (new.record, new.owner or new.prefix, new.member, new.alias_of)
        self._insert_row("registrations", _REGISTRATION, (*names, *words, *times, *more))

    def hide(self, doi: str, until: float) -> None:
        """Keep every version of a DOI out of the REST API until that moment, in seconds since 1970."""
        self._base.execute("UPDATE registrations SET rest = ? WHERE doi_key = ?", (until, doi.casefold()))

    def history(self, doi: str) -> list[Registration]:
        """Return every version of a DOI that took effect, oldest first."""
        return self._select_registrations("WHERE doi_key = ? ORDER BY number", doi.casefold())

    def current(self, doi: str) -> Registration | None:
        """Return the current version of a DOI."""
        return next(
            iter(self._select_registrations("WHERE doi_key = ? ORDER BY number DESC LIMIT 1", doi.casefold())), None
        )

    def registrations(self) -> list[Registration]:
        """Return the current version of every DOI, in the order of first registration."""
        return self._select_registrations(_CURRENT)

    def versions(self) -> list[Registration]:
        """Return every version of every DOI, oldest first."""
        return self._select_registrations("ORDER BY number")

    def alike(self, signature: str, doi: str) -> list[str]:
        """Return other DOIs whose current version describes the same work."""
        if not signature:
            return []
        found = self._select_registrations("WHERE signature = ? AND doi_key <> ?", signature, doi.casefold())
        # Each DOI once, and only where its newest version is the one that was found.
        return sorted({registration.doi for registration in found if self.current(registration.doi) == registration})

    def titles_in(self, words: str) -> Registration | None:
        """Return a registered work whose title occurs in `words`."""
        # Asked for by what may be its beginning: comparing with every title takes longer with each one registered. As
        # one value they make one statement, which SQLite compiles once for references of every length.
        starts = [match.start() for match in _WORD_STARTS.finditer(words)]
        beginnings = {words[start : start + SHORTEST_TITLE] for start in starts}
        where = (
            f"WHERE {_BEGINNING} IN (SELECT lower(value) FROM json_each(?)) "  # noqa: S608 - all constants
            f"AND length(title) >= {SHORTEST_TITLE} "
            "AND instr(lower(?), lower(title)) > 0 ORDER BY number DESC LIMIT 1"
        )
        return next(iter(self._select_registrations(where, json.dumps(sorted(beginnings)), words)), None)

    def mentioning(self, doi: str) -> list[Registration]:
        """Return the current versions of other DOIs whose records name this one."""
        found = self._select_registrations(
            "WHERE instr(lower(record), ?) > 0 AND doi_key <> ?", doi.lower(), doi.casefold()
        )
        return [registration for registration in found if self.current(registration.doi) == registration]

    def member_of(self, prefix: str) -> str | None:
        """Return the member that owns a prefix, by the latest version of a DOI of that owner."""
        found = self._select_registrations("WHERE owner = ? ORDER BY number DESC LIMIT 1", prefix)
        return found[0].member if found else None

    def prefixes(self) -> set[str]:
        """Return every prefix that has a registered DOI."""
        rows = self._base.execute("SELECT DISTINCT substr(doi_key, 1, instr(doi_key, '/') - 1) FROM registrations")
        return {str(prefix) for (prefix,) in rows}

    def conflicts(self, doi: str) -> list[tuple[int, str]]:
        """Return the open conflicts of a DOI, each with the other DOI."""
        rows = self._base.execute(_CONFLICTS, {"doi": doi.casefold()})
        return [(int(number), str(other)) for number, other in rows]

    def add_conflict(self, one: str, other: str) -> int:
        """Open a conflict between two DOIs and return its id."""
        cursor = self._base.execute(
            "INSERT INTO conflicts (id, one, other) SELECT COALESCE(MAX(id), 5438805) + 1, ?, ? FROM conflicts",
            (one.casefold(), other.casefold()),
        )
        return int(cursor.lastrowid or 0)

    def resolve(self, number: int) -> None:
        """Close a conflict."""
        self._base.execute("UPDATE conflicts SET resolved = 1 WHERE id = ?", (number,))

    def title(self, issn: str) -> TitleRecord | None:
        """Return the title record of an ISSN."""
        row = self._base.execute("SELECT issn, title, kind, owner, doi FROM titles WHERE issn = ?", (issn,)).fetchone()
        return TitleRecord(*row) if row else None

    def add_title(self, new: TitleRecord) -> None:
        """Keep a title record."""
        self._base.execute(
            "INSERT OR REPLACE INTO titles (issn, title, kind, owner, doi) VALUES (?, ?, ?, ?, ?)",
            (new.issn, new.title, new.kind, new.owner, new.doi),
        )

    @contextmanager
    def _disk_errors(self) -> Iterator[None]:
        try:
            yield
        # Whatever the disk or SQLite fails with, the advice is the same.
        except (OSError, sqlite3.Error) as error:
            raise DiskError(
                f"the sandbox's state in {self._place} cannot be used: {error}",
                hint="check that the file can be written, or delete it to start an empty sandbox",
            ) from None

    def _create_tables(self) -> None:
        # Two processes may open a new file at once: the second waits here, and then finds it made.
        self._base.execute("BEGIN IMMEDIATE")
        (found,) = self._fetch_one("PRAGMA user_version")
        steps = {0: _TABLES + _SECOND + _THIRD, 1: _SECOND + _THIRD, 2: _THIRD.removeprefix(";")}.get(found, "")
        for statement in steps.split(";"):
            self._base.execute(statement)
        if steps:
            self._base.execute(f"PRAGMA user_version = {FORMAT}")
        self._base.execute("COMMIT")
        if found not in range(FORMAT + 1):
            raise sqlite3.DatabaseError(f"it has format {found}, and this version reads format {FORMAT}")

    def _fetch_one(self, query: str, *values: object) -> tuple[int]:
        row: tuple[int] = self._base.execute(query, values).fetchone()
        return row

    def _insert_row(self, table: str, columns: str, row: tuple[object, ...]) -> None:
        marks = ", ".join("?" * len(row))
        self._base.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", row)  # noqa: S608 - all constants

    def _select_submissions(self, where: str, *values: object) -> list[ReceivedFile]:
        query = f"SELECT {_SUBMISSION} FROM submissions {where}"  # noqa: S608 - every caller passes a constant
        rows = self._base.execute(query, values).fetchall()
        # Four columns hold moments, as seconds since 1970.
        return [ReceivedFile(*row[:5], *map(_as_datetime, row[5:9]), *row[9:]) for row in rows]

    def _select_registrations(self, where: str, *values: object) -> list[Registration]:
        query = f"SELECT {_REGISTRATION} FROM registrations {where}"  # noqa: S608 - every caller passes a constant
        rows = self._base.execute(query, values).fetchall()
        return [
            Registration(row[1], int(row[2]), *row[3:11], *map(_as_datetime, row[11:15]), *row[15:]) for row in rows
        ]


def _as_datetime(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
