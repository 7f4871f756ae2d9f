"""The first ledger: submissions, uploads, logs, DOIs, the gate and the events."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.String(length=27)


def upgrade() -> None:
    _gate()
    _submission()
    _attempt()
    _content()
    _event()
    _item()
    _log()
    _work()


def _gate() -> None:
    op.create_table(
        "gate",
        sa.Column("target", sa.String(length=32), nullable=False),
        sa.Column("lease_owner", sa.Text()),
        sa.Column("lease_until", MOMENT),
        sa.Column("last_upload_at", MOMENT),
        sa.Column("pause_until", MOMENT),
        sa.Column("pause_reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("target", name="pk_gate"),
    )


def _submission() -> None:
    op.create_table(
        "submission",
        sa.Column("id", KEY, nullable=False),
        sa.Column("target", sa.String(length=32), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("container", sa.Text(), nullable=False),
        sa.Column("schema_version", sa.String(length=64), nullable=False),
        sa.Column("batch_id", sa.String(length=100), nullable=False),
        sa.Column("timestamp", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("file_name", sa.String(length=100)),
        sa.Column("submission_id", sa.Text()),
        sa.Column("sent_at", MOMENT),
        sa.Column("accepted_at", MOMENT),
        sa.Column("accepted_proof", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("finished_at", MOMENT),
        sa.Column("finished_proof", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("not_before", MOMENT),
        sa.Column("next_look_at", MOMENT),
        sa.Column("looks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_owner", sa.Text()),
        sa.Column("lease_until", MOMENT),
        sa.Column("doubt", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("hint", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("alarm", sa.String(length=16), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_submission"),
        sa.UniqueConstraint("batch_id", name="uq_submission_batch_id"),
    )
    op.create_index("ix_submission_target_container_state", "submission", ["target", "container", "state"])
    op.create_index("ix_submission_target_state_next_look_at", "submission", ["target", "state", "next_look_at"])
    op.create_index("ix_submission_target_state_not_before", "submission", ["target", "state", "not_before"])


def _attempt() -> None:
    op.create_table(
        "attempt",
        sa.Column("id", KEY, nullable=False),
        sa.Column("submission", KEY, nullable=False),
        sa.Column("file_name", sa.String(length=100), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("fate", sa.String(length=16), nullable=False),
        sa.Column("next_look_at", MOMENT),
        sa.ForeignKeyConstraint(["submission"], ["submission.id"], name="fk_attempt_submission"),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
        sa.UniqueConstraint("file_name", name="uq_attempt_file_name"),
    )
    op.create_index(
        "ix_attempt_late",
        "attempt",
        ["next_look_at"],
        sqlite_where=sa.text("next_look_at IS NOT NULL"),
        postgresql_where=sa.text("next_look_at IS NOT NULL"),
    )
    op.create_index("ix_attempt_submission", "attempt", ["submission"])


def _content() -> None:
    op.create_table(
        "content",
        sa.Column("submission", KEY, nullable=False),
        sa.Column("xml", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["submission"], ["submission.id"], name="fk_content_submission"),
        sa.PrimaryKeyConstraint("submission", name="pk_content"),
    )


def _event() -> None:
    op.create_table(
        "event",
        sa.Column("id", KEY, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("target", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("submission", KEY),
        sa.Column("doi", sa.Text()),
        sa.Column("detail", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.ForeignKeyConstraint(["submission"], ["submission.id"], name="fk_event_submission"),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_submission", "event", ["submission"])
    op.create_index("ix_event_target_doi", "event", ["target", "doi"])


def _item() -> None:
    op.create_table(
        "item",
        sa.Column("id", KEY, nullable=False),
        sa.Column("submission", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("target", sa.String(length=32), nullable=False),
        sa.Column("doi", sa.Text(), nullable=False),
        sa.Column("printed", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("record_type", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("landing_page", sa.Text()),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(length=32)),
        sa.Column("message", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("finding", sa.Text()),
        sa.Column("retry", sa.String(length=16), server_default=sa.text("''"), nullable=False),
        sa.Column("details", sa.Text()),
        sa.Column("proof", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.ForeignKeyConstraint(["submission"], ["submission.id"], name="fk_item_submission"),
        sa.PrimaryKeyConstraint("id", name="pk_item"),
        sa.UniqueConstraint("submission", "doi", name="uq_item_submission_doi"),
    )
    op.create_index("ix_item_submission", "item", ["submission"])
    op.create_index("ix_item_target_doi", "item", ["target", "doi"])
    op.create_index(
        "uq_item_open",
        "item",
        ["target", "doi"],
        unique=True,
        sqlite_where=sa.text("open"),
        postgresql_where=sa.text("open"),
    )


def _log() -> None:
    op.create_table(
        "log",
        sa.Column("id", KEY, nullable=False),
        sa.Column("submission", KEY, nullable=False),
        sa.Column("file_name", sa.String(length=100), nullable=False),
        sa.Column("fetched_at", MOMENT, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["submission"], ["submission.id"], name="fk_log_submission"),
        sa.PrimaryKeyConstraint("id", name="pk_log"),
    )
    op.create_index("ix_log_submission", "log", ["submission"])


def _work() -> None:
    op.create_table(
        "work",
        sa.Column("target", sa.String(length=32), nullable=False),
        sa.Column("doi", sa.Text(), nullable=False),
        sa.Column("printed", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("container", sa.Text(), nullable=False),
        sa.Column("record_type", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("timestamp", sa.BigInteger()),
        sa.Column("item", KEY),
        sa.Column("registered_at", MOMENT),
        sa.Column("registered_proof", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("registered_fingerprint", sa.String(length=64)),
        sa.Column("registered_timestamp", sa.BigInteger()),
        sa.Column("registered_landing_page", sa.Text()),
        sa.Column("last_update_failed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("resolves_at", MOMENT),
        sa.Column("resolves_proof", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("indexed_at", MOMENT),
        sa.Column("indexed_proof", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("acknowledged_at", MOMENT),
        sa.Column("acknowledged_reason", sa.Text()),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name="fk_work_item"),
        sa.PrimaryKeyConstraint("target", "doi", name="pk_work"),
    )
    op.create_index("ix_work_item", "work", ["item"])
    op.create_index("ix_work_target_container_registered_at", "work", ["target", "container", "registered_at"])
