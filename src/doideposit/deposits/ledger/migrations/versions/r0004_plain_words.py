"""Columns in the words of the code: polls, the status of an upload, what is overdue, and the upload lock."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

RENAMED = (
    ("submission", "next_look_at", "next_poll_at"),
    ("submission", "looks", "polls"),
    ("submission", "alarm", "overdue"),
    ("attempt", "next_look_at", "next_poll_at"),
    ("attempt", "fate", "status"),
)


def upgrade() -> None:
    # Indexes keep their names when a column gets another one, so this one is made again.
    op.drop_index("ix_submission_target_state_next_look_at", "submission")
    for table, old, new in RENAMED:
        op.execute(sa.text(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}"))
    op.create_index("ix_submission_target_state_next_poll_at", "submission", ["target", "state", "next_poll_at"])
    op.rename_table("gate", "upload_lock")
