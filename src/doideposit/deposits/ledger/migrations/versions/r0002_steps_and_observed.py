"""Updates in two steps, and what Crossref shows of each DOI after its registration."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.String(length=27)


def upgrade() -> None:
    _steps()
    _observed()
    _watch()


def _steps() -> None:
    op.add_column("submission", sa.Column("step", sa.Integer(), server_default="1", nullable=False))
    op.add_column("submission", sa.Column("steps", sa.Integer(), server_default="1", nullable=False))
    op.add_column("submission", sa.Column("follows", KEY))
    op.add_column("submission", sa.Column("empties", sa.Text(), server_default=sa.text("''"), nullable=False))


def _observed() -> None:
    op.create_table(
        "observed",
        sa.Column("target", sa.String(length=32), nullable=False),
        sa.Column("doi", sa.Text(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("next_read_at", MOMENT),
        sa.Column("reads", sa.Integer(), server_default="0", nullable=False),
        sa.Column("read_at", MOMENT),
        sa.Column("timestamp", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("last_update", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("intended_at", MOMENT),
        sa.Column("intended_proof", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("listed_at", MOMENT),
        sa.Column("deposited", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("changes", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("changed_at", MOMENT),
        sa.Column("accepted", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("accepted_at", MOMENT),
        sa.Column("matched", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.PrimaryKeyConstraint("target", "doi", name="pk_observed"),
    )
    op.create_index("ix_observed_target_next_read_at", "observed", ["target", "next_read_at"])
    op.create_index("ix_observed_target_listed_at", "observed", ["target", "listed_at"])


def _watch() -> None:
    op.create_table(
        "watch",
        sa.Column("target", sa.String(length=32), nullable=False),
        sa.Column("away_since", MOMENT),
        sa.Column("away_reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("not_before", MOMENT),
        sa.PrimaryKeyConstraint("target", name="pk_watch"),
    )
