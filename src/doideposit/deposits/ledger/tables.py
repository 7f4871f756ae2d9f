"""The ledger's tables, the same on SQLite and PostgreSQL.

Moments are texts of fixed width in UTC, so that they sort, compare and export alike everywhere. Timestamps are exact
64-bit integers. `migrations` makes these tables; a test keeps the two in step.
"""

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
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

__all__ = [
    "METADATA",
    "UtcDateTime",
    "adopted",
    "attempt",
    "content",
    "event",
    "item",
    "log",
    "observed",
    "submission",
    "upload_lock",
    "watch",
    "work",
]

MOMENT_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"
MOMENT_LENGTH = 27


class UtcDateTime(TypeDecorator[datetime]):
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
        """Read the moment back."""
        return None if value is None else datetime.strptime(value, MOMENT_FORMAT).replace(tzinfo=UTC)


METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Key = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only for INTEGER PRIMARY KEY.


def _nothing() -> Any:
    return text("''")


# One file for Crossref, as it stands now; the events say how it came there.
submission = Table(
    "submission",
    METADATA,
    Column("id", Key, primary_key=True),
    Column("target", String(32), nullable=False),
    Column("series", Text, nullable=False),
    Column("container", Text, nullable=False),
    Column("schema_version", String(64), nullable=False),
    Column("batch_id", String(100), nullable=False, unique=True),
    Column("timestamp", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("file_name", String(100)),
    Column("submission_id", Text),
    Column("sent_at", UtcDateTime),
    Column("accepted_at", UtcDateTime),
    Column("accepted_proof", Text, nullable=False, server_default=_nothing()),
    Column("finished_at", UtcDateTime),
    Column("finished_proof", Text, nullable=False, server_default=_nothing()),
    Column("not_before", UtcDateTime),
    Column("next_poll_at", UtcDateTime),
    Column("polls", Integer, nullable=False, server_default="0"),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("lease_owner", Text),
    Column("lease_until", UtcDateTime),
    Column("doubt", Boolean, nullable=False, server_default=text("false")),
    Column("reason", Text, nullable=False, server_default=_nothing()),
    Column("hint", Text, nullable=False, server_default=_nothing()),
    Column("overdue", String(16), nullable=False, server_default=_nothing()),
    # An update in several steps is one file for each; a step goes only when the one it follows has taken effect.
    Column("step", Integer, nullable=False, server_default="1"),
    Column("steps", Integer, nullable=False, server_default="1"),
    Column("follows", Key),
    Column("empties", Text, nullable=False, server_default=_nothing()),
    Index(None, "target", "state", "next_poll_at"),
    Index(None, "target", "state", "not_before"),
    Index(None, "target", "container", "state"),
)

# The exact bytes that go out, apart from the row above so that looking through it stays cheap.
content = Table(
    "content",
    METADATA,
    Column("submission", Key, ForeignKey("submission.id"), primary_key=True),
    Column("xml", LargeBinary, nullable=False),
)

# Each upload under its own name; a name is never used again.
attempt = Table(
    "attempt",
    METADATA,
    Column("id", Key, primary_key=True),
    Column("submission", Key, ForeignKey("submission.id"), nullable=False, index=True),
    Column("file_name", String(100), nullable=False, unique=True),
    Column("sent_at", UtcDateTime, nullable=False),
    Column("status", String(16), nullable=False),
    Column("next_poll_at", UtcDateTime),
    Index(
        "ix_attempt_late",
        "next_poll_at",
        sqlite_where=text("next_poll_at IS NOT NULL"),
        postgresql_where=text("next_poll_at IS NOT NULL"),
    ),
)

# Result logs as they came, whole.
log = Table(
    "log",
    METADATA,
    Column("id", Key, primary_key=True),
    Column("submission", Key, ForeignKey("submission.id"), nullable=False, index=True),
    Column("file_name", String(100), nullable=False),
    Column("fetched_at", UtcDateTime, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("answer", LargeBinary, nullable=False),
)

# One DOI of one file. `open` holds while the end of the file's story is unknown: at most one such row for a DOI.
item = Table(
    "item",
    METADATA,
    Column("id", Key, primary_key=True),
    Column("submission", Key, ForeignKey("submission.id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("target", String(32), nullable=False),
    Column("doi", Text, nullable=False),
    Column("printed", Text, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("record_type", Text, nullable=False),
    Column("title", Text, nullable=False, server_default=_nothing()),
    Column("source", Text, nullable=False, server_default=_nothing()),
    Column("landing_page", Text),
    Column("open", Boolean, nullable=False),
    Column("outcome", String(32)),
    Column("message", Text, nullable=False, server_default=_nothing()),
    Column("finding", Text),
    Column("retry", String(16), nullable=False, server_default=_nothing()),
    Column("details", Text),
    Column("proof", Text, nullable=False, server_default=_nothing()),
    UniqueConstraint("submission", "doi"),
    Index(None, "target", "doi"),
    Index("uq_item_open", "target", "doi", unique=True, sqlite_where=text("open"), postgresql_where=text("open")),
)

# One DOI on one target, and what is proved of it.
work = Table(
    "work",
    METADATA,
    Column("target", String(32), primary_key=True),
    Column("doi", Text, primary_key=True),
    Column("printed", Text, nullable=False),
    Column("series", Text, nullable=False),
    Column("container", Text, nullable=False),
    Column("record_type", Text, nullable=False),
    Column("title", Text, nullable=False, server_default=_nothing()),
    Column("timestamp", BigInteger),
    Column("item", Key, ForeignKey("item.id")),
    Column("registered_at", UtcDateTime),
    Column("registered_proof", Text, nullable=False, server_default=_nothing()),
    Column("registered_fingerprint", String(64)),
    Column("registered_timestamp", BigInteger),
    Column("registered_landing_page", Text),
    Column("last_update_failed", Boolean, nullable=False, server_default=text("false")),
    Column("resolves_at", UtcDateTime),
    Column("resolves_proof", Text, nullable=False, server_default=_nothing()),
    Column("indexed_at", UtcDateTime),
    Column("indexed_proof", Text, nullable=False, server_default=_nothing()),
    Column("acknowledged_at", UtcDateTime),
    Column("acknowledged_reason", Text),
    Index(None, "target", "container", "registered_at"),
    Index(None, "item"),
)

# What Crossref showed of one registered DOI, when it is asked next, and what others changed of it. `since` is when our
# latest deposit took effect, `deposited` what the REST API said of the last change, `matched` the references for which
# Crossref found a DOI. A row is missing for what earlier versions registered, until the first pass that looks.
observed = Table(
    "observed",
    METADATA,
    Column("target", String(32), primary_key=True),
    Column("doi", Text, primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column("next_read_at", UtcDateTime),
    Column("reads", Integer, nullable=False, server_default="0"),
    Column("read_at", UtcDateTime),
    # A text: numbers of other tools have up to 24 digits.
    Column("timestamp", Text, nullable=False, server_default=_nothing()),
    Column("last_update", Text, nullable=False, server_default=_nothing()),
    Column("intended_at", UtcDateTime),
    Column("intended_proof", Text, nullable=False, server_default=_nothing()),
    Column("listed_at", UtcDateTime),
    Column("deposited", Text, nullable=False, server_default=_nothing()),
    Column("changes", Text, nullable=False, server_default=text("'[]'")),
    Column("changed_at", UtcDateTime),
    Column("accepted", Text, nullable=False, server_default=text("'[]'")),
    Column("accepted_at", UtcDateTime),
    Column("matched", Text, nullable=False, server_default=text("'{}'")),
    Index(None, "target", "next_read_at"),
    Index(None, "target", "listed_at"),
)

# What was registered elsewhere, as Crossref had it when it was taken over, with the whole answer.
adopted = Table(
    "adopted",
    METADATA,
    Column("target", String(32), primary_key=True),
    Column("doi", Text, primary_key=True),
    Column("adopted_at", UtcDateTime, nullable=False),
    # A text: numbers of other tools have up to 24 digits.
    Column("timestamp", Text, nullable=False, server_default=_nothing()),
    Column("created", Text, nullable=False, server_default=_nothing()),
    Column("last_update", Text, nullable=False, server_default=_nothing()),
    Column("doi_type", Text, nullable=False, server_default=_nothing()),
    Column("owner_prefix", Text, nullable=False, server_default=_nothing()),
    Column("member", Text, nullable=False, server_default=_nothing()),
    Column("file", Text, nullable=False, server_default=_nothing()),
    Column("answer", LargeBinary, nullable=False),
)

# One row for each target: since when the services that are read cannot be asked, so that it is said once.
watch = Table(
    "watch",
    METADATA,
    Column("target", String(32), primary_key=True),
    Column("away_since", UtcDateTime),
    Column("away_reason", Text, nullable=False, server_default=_nothing()),
    Column("not_before", UtcDateTime),
)

# One row for each target: who uploads now, and until when nobody should.
upload_lock = Table(
    "upload_lock",
    METADATA,
    Column("target", String(32), primary_key=True),
    Column("lease_owner", Text),
    Column("lease_until", UtcDateTime),
    Column("last_upload_at", UtcDateTime),
    Column("pause_until", UtcDateTime),
    Column("pause_reason", Text, nullable=False, server_default=_nothing()),
    Column("failures", Integer, nullable=False, server_default="0"),
)

# Everything that happened, in order, never changed.
event = Table(
    "event",
    METADATA,
    Column("id", Key, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("target", String(32), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("submission", Key, ForeignKey("submission.id"), index=True),
    Column("doi", Text),
    Column("detail", Text, nullable=False, server_default=text("'{}'")),
    Index(None, "target", "doi"),
    sqlite_autoincrement=True,
)
