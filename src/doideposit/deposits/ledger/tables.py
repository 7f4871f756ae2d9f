"""The ledger's tables, the same on SQLite and PostgreSQL.

Moments are texts of fixed width in UTC, so that they sort, compare and export alike everywhere. Timestamps are exact
64-bit integers. `migrations` makes these tables; a test keeps the two in step.
"""

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeEngine

__all__ = [
    "METADATA",
    "adopted",
    "attempt",
    "cited",
    "content",
    "event",
    "hook",
    "item",
    "log",
    "observed",
    "submission",
    "upload_lock",
    "watch",
    "work",
]

# Texts of one length in UTC sort as the moments do, on every database.
MOMENT_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"
MOMENT_LENGTH = 27
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
# Python's calendar ends with the year 9999.
LAST_YEAR = 9_000


class _UtcDateTime(TypeDecorator[datetime]):
    """Store an aware datetime in UTC, as text of fixed width: ``2026-09-01T12:00:00.000000Z``."""

    impl = String(MOMENT_LENGTH)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy
        """Write the moment in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise RuntimeError("the ledger takes aware datetimes only")
        return value.astimezone(UTC).strftime(MOMENT_FORMAT)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy
        """Read the moment back; raise `ValueError` for one that no clock gave."""
        if value is None:
            return None
        if not _MOMENT.fullmatch(value):
            raise ValueError("a time that doideposit did not write")
        # Ten times as fast as strptime, and a list of 5,000 DOIs has 30,000 moments; but it reads other forms as well.
        moment = datetime.fromisoformat(value)
        # Nothing can be added to a moment at the end of the calendar, and every deadline is such a sum.
        if moment.year > LAST_YEAR:
            raise ValueError("a time outside of the calendar")
        return moment


class _CheckedText(TypeDecorator[str]):
    """Store a text, of a greatest length or none, and read nothing else back: SQLite keeps whatever it is given."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type in the database."""
        return dialect.type_descriptor(String(self._length) if self._length else Text())

    def __init__(self, length: int | None = None) -> None:
        super().__init__()
        self._length = length

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy
        """Return the text; raise `ValueError` for a value of another type."""
        if value is None or isinstance(value, str):
            return value
        raise _wrong_type(value, "str")


class _CheckedInteger(TypeDecorator[int]):
    """Store a whole number, and read nothing else back."""

    impl = Integer
    cache_ok = True

    def process_result_value(self, value: Any | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy
        """Return the number; raise `ValueError` for a value of another type."""
        if value is None or isinstance(value, int):
            return value
        raise _wrong_type(value, "int")


class _CheckedBigInteger(_CheckedInteger):
    """Store a whole number of up to 64 bits, and read nothing else back."""

    impl = BigInteger
    cache_ok = True


class _StoredBytes(TypeDecorator[bytes]):
    """Store bytes, and read bytes back: SQLite returns a text where somebody wrote one, whose hash will differ."""

    impl = LargeBinary
    cache_ok = True

    def process_result_value(self, value: Any | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002 - SQLAlchemy
        """Return the bytes."""
        if value is None:
            return None
        return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else bytes(value)


# The tests of the types stand in the methods above: a list of 5,000 DOIs asks them 300,000 times, and a call of its own
# for each took as long as all else that they do.
def _wrong_type(value: object, kind: str) -> ValueError:
    return ValueError(f"a column holds {type(value).__name__} where {kind} was written")


# Names of indexes and constraints are the same on every database, so that a migration can name them.
METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Key = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only for INTEGER PRIMARY KEY.


def _empty_default() -> Any:
    return text("''")


# One file for Crossref, as it is now; the events say how it came there.
submission = Table(
    "submission",
    METADATA,
    Column("id", Key, primary_key=True),
    Column("target", _CheckedText(32), nullable=False),
    Column("series", _CheckedText, nullable=False),
    Column("container", _CheckedText, nullable=False),
    Column("schema_version", _CheckedText(64), nullable=False),
    Column("batch_id", _CheckedText(100), nullable=False, unique=True),
    Column("timestamp", _CheckedBigInteger, nullable=False),
    Column("sha256", _CheckedText(64), nullable=False),
    Column("state", _CheckedText(16), nullable=False),
    Column("created_at", _UtcDateTime, nullable=False),
    Column("file_name", _CheckedText(100)),
    Column("submission_id", _CheckedText),
    Column("sent_at", _UtcDateTime),
    Column("accepted_at", _UtcDateTime),
    Column("accepted_proof", _CheckedText, nullable=False, server_default=_empty_default()),
    Column("finished_at", _UtcDateTime),
    Column("finished_proof", _CheckedText, nullable=False, server_default=_empty_default()),
    Column("not_before", _UtcDateTime),
    Column("next_poll_at", _UtcDateTime),
    Column("polls", _CheckedInteger, nullable=False, server_default="0"),
    Column("failures", _CheckedInteger, nullable=False, server_default="0"),
    Column("lease_owner", _CheckedText),
    Column("lease_until", _UtcDateTime),
    Column("doubt", Boolean, nullable=False, server_default=text("false")),
    Column("reason", _CheckedText, nullable=False, server_default=_empty_default()),
    Column("hint", _CheckedText, nullable=False, server_default=_empty_default()),
    Column("overdue", _CheckedText(16), nullable=False, server_default=_empty_default()),
    # An update in several steps is one file for each; a step goes only when the one it follows has taken effect.
    Column("step", _CheckedInteger, nullable=False, server_default="1"),
    Column("steps", _CheckedInteger, nullable=False, server_default="1"),
    Column("follows", Key),
    Column("empties", _CheckedText, nullable=False, server_default=_empty_default()),
    Index(None, "target", "state", "next_poll_at"),
    Index(None, "target", "state", "not_before"),
    Index(None, "target", "container", "state"),
)

# The exact bytes that go out, apart from the row above so that looking through it stays cheap.
content = Table(
    "content",
    METADATA,
    Column("submission", Key, ForeignKey("submission.id"), primary_key=True),
    Column("xml", _StoredBytes, nullable=False),
)

# Each upload under its own name; a name is never used again.
attempt = Table(
    "attempt",
    METADATA,
    Column("id", Key, primary_key=True),
    Column("submission", Key, ForeignKey("submission.id"), nullable=False, index=True),
    Column("file_name", _CheckedText(100), nullable=False, unique=True),
    Column("sent_at", _UtcDateTime, nullable=False),
    Column("status", _CheckedText(16), nullable=False),
    Column("next_poll_at", _UtcDateTime),
    Index(
        "ix_attempt_late",
        "next_poll_at",
        # The revisions write the same condition for PostgreSQL; here it would load that dialect for every ledger.
        sqlite_where=text("next_poll_at IS NOT NULL"),
    ),
)

# Result logs as they came, whole.
log = Table(
    "log",
    METADATA,
    Column("id", Key, primary_key=True),
    Column("submission", Key, ForeignKey("submission.id"), nullable=False, index=True),
    Column("file_name", _CheckedText(100), nullable=False),
    Column("fetched_at", _UtcDateTime, nullable=False),
    Column("sha256", _CheckedText(64), nullable=False),
    Column("answer", _StoredBytes, nullable=False),
)

# One DOI of one file. `open` holds while the end of the file's story is unknown: at most one such row for a DOI.
item = Table(
    "item",
    METADATA,
    Column("id", Key, primary_key=True),
    Column("submission", Key, ForeignKey("submission.id"), nullable=False, index=True),
    Column("position", _CheckedInteger, nullable=False),
    Column("target", _CheckedText(32), nullable=False),
    Column("doi", _CheckedText, nullable=False),
    Column("printed", _CheckedText, nullable=False),
    Column("fingerprint", _CheckedText(64), nullable=False),
    Column("record_type", _CheckedText, nullable=False),
    Column("title", _CheckedText, nullable=False, server_default=_empty_default()),
    Column("source", _CheckedText, nullable=False, server_default=_empty_default()),
    Column("landing_page", _CheckedText),
    Column("open", Boolean, nullable=False),
    Column("outcome", _CheckedText(32)),
    Column("message", _CheckedText, nullable=False, server_default=_empty_default()),
    Column("finding", _CheckedText),
    Column("retry", _CheckedText(16), nullable=False, server_default=_empty_default()),
    Column("details", _CheckedText),
    Column("proof", _CheckedText, nullable=False, server_default=_empty_default()),
    UniqueConstraint("submission", "doi"),
    Index(None, "target", "doi"),
    Index("uq_item_open", "target", "doi", unique=True, sqlite_where=text("open")),
)

# One DOI on one target, and what is proved of it.
work = Table(
    "work",
    METADATA,
    Column("target", _CheckedText(32), primary_key=True),
    Column("doi", _CheckedText, primary_key=True),
    Column("printed", _CheckedText, nullable=False),
    Column("series", _CheckedText, nullable=False),
    Column("container", _CheckedText, nullable=False),
    Column("record_type", _CheckedText, nullable=False),
    Column("title", _CheckedText, nullable=False, server_default=_empty_default()),
    Column("timestamp", _CheckedBigInteger),
    Column("item", Key, ForeignKey("item.id")),
    Column("registered_at", _UtcDateTime),
    Column("registered_proof", _CheckedText, nullable=False, server_default=_empty_default()),
    Column("registered_fingerprint", _CheckedText(64)),
    Column("registered_timestamp", _CheckedBigInteger),
    Column("registered_landing_page", _CheckedText),
    Column("last_update_failed", Boolean, nullable=False, server_default=text("false")),
    Column("resolves_at", _UtcDateTime),
    Column("resolves_proof", _CheckedText, nullable=False, server_default=_empty_default()),
    Column("indexed_at", _UtcDateTime),
    Column("indexed_proof", _CheckedText, nullable=False, server_default=_empty_default()),
    Column("acknowledged_at", _UtcDateTime),
    Column("acknowledged_reason", _CheckedText),
    Index(None, "target", "container", "registered_at"),
    Index(None, "item"),
)

# What Crossref showed of one registered DOI, when it is asked next, and what others changed of it. `since` is when our
# latest deposit took effect, `deposited` what the REST API said of the last change, `matched` the references for which
# Crossref found a DOI. A row is missing for what earlier versions registered, until the first pass that looks.
observed = Table(
    "observed",
    METADATA,
    Column("target", _CheckedText(32), primary_key=True),
    Column("doi", _CheckedText, primary_key=True),
    Column("since", _UtcDateTime, nullable=False),
    Column("next_read_at", _UtcDateTime),
    Column("reads", _CheckedInteger, nullable=False, server_default="0"),
    Column("read_at", _UtcDateTime),
    # A text: numbers of other tools have up to 24 digits.
    Column("timestamp", _CheckedText, nullable=False, server_default=_empty_default()),
    Column("last_update", _CheckedText, nullable=False, server_default=_empty_default()),
    Column("intended_at", _UtcDateTime),
    Column("intended_proof", _CheckedText, nullable=False, server_default=_empty_default()),
    Column("listed_at", _UtcDateTime),
    Column("deposited", _CheckedText, nullable=False, server_default=_empty_default()),
    Column("changes", _CheckedText, nullable=False, server_default=text("'[]'")),
    Column("changed_at", _UtcDateTime),
    Column("accepted", _CheckedText, nullable=False, server_default=text("'[]'")),
    Column("accepted_at", _UtcDateTime),
    Column("matched", _CheckedText, nullable=False, server_default=text("'{}'")),
    Index(None, "target", "next_read_at"),
    Index(None, "target", "listed_at"),
)

# What was registered elsewhere, as Crossref had it when it was taken over, with the whole answer.
adopted = Table(
    "adopted",
    METADATA,
    Column("target", _CheckedText(32), primary_key=True),
    Column("doi", _CheckedText, primary_key=True),
    Column("adopted_at", _UtcDateTime, nullable=False),
    # A text: numbers of other tools have up to 24 digits.
    Column("timestamp", _CheckedText, nullable=False, server_default=_empty_default()),
    Column("created", _CheckedText, nullable=False, server_default=_empty_default()),
    Column("last_update", _CheckedText, nullable=False, server_default=_empty_default()),
    Column("doi_type", _CheckedText, nullable=False, server_default=_empty_default()),
    Column("owner_prefix", _CheckedText, nullable=False, server_default=_empty_default()),
    Column("member", _CheckedText, nullable=False, server_default=_empty_default()),
    Column("file", _CheckedText, nullable=False, server_default=_empty_default()),
    Column("answer", _StoredBytes, nullable=False),
)

# DOIs of other works that references name: which agency has each, an empty name for none, and when that was asked.
cited = Table(
    "cited",
    METADATA,
    Column("target", _CheckedText(32), primary_key=True),
    Column("doi", _CheckedText, primary_key=True),
    Column("agency", _CheckedText, nullable=False, server_default=_empty_default()),
    Column("asked_at", _UtcDateTime, nullable=False),
)

# How far each hook has come: the last event that it no longer needs, and when it is due; a process that calls it moves
# that moment into the future. `tries` failed since then, the first one at `failing_since`.
hook = Table(
    "hook",
    METADATA,
    Column("target", _CheckedText(32), primary_key=True),
    Column("name", _CheckedText(64), primary_key=True),
    Column("event", _CheckedBigInteger, nullable=False),
    Column("due_at", _UtcDateTime, nullable=False),
    Column("tries", _CheckedInteger, nullable=False, server_default="0"),
    Column("failing_since", _UtcDateTime),
    Column("reason", _CheckedText, nullable=False, server_default=_empty_default()),
    Column("told", _CheckedInteger, nullable=False, server_default="0"),
)

# One row for each target: since when the services that are read cannot be asked, so that it is said once.
watch = Table(
    "watch",
    METADATA,
    Column("target", _CheckedText(32), primary_key=True),
    Column("away_since", _UtcDateTime),
    Column("away_reason", _CheckedText, nullable=False, server_default=_empty_default()),
    Column("not_before", _UtcDateTime),
)

# One row for each target: who uploads now, and until when nobody should.
upload_lock = Table(
    "upload_lock",
    METADATA,
    Column("target", _CheckedText(32)),
    Column("lease_owner", _CheckedText),
    Column("lease_until", _UtcDateTime),
    Column("last_upload_at", _UtcDateTime),
    Column("pause_until", _UtcDateTime),
    Column("pause_reason", _CheckedText, nullable=False, server_default=_empty_default()),
    Column("failures", _CheckedInteger, nullable=False, server_default="0"),
    # The table was called so when its key got a name.
    PrimaryKeyConstraint("target", name="pk_gate"),
)

# Everything that happened, in order, never changed.
event = Table(
    "event",
    METADATA,
    Column("id", Key, primary_key=True),
    Column("at", _UtcDateTime, nullable=False),
    Column("target", _CheckedText(32), nullable=False),
    Column("kind", _CheckedText(32), nullable=False),
    Column("submission", Key, ForeignKey("submission.id"), index=True),
    Column("doi", _CheckedText),
    Column("detail", _CheckedText, nullable=False, server_default=text("'{}'")),
    Index(None, "target", "doi"),
    sqlite_autoincrement=True,
)
