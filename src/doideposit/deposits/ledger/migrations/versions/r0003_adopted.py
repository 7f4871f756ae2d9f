"""What was registered elsewhere, as Crossref had it when it was taken over."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

MOMENT = sa.String(length=27)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)


def upgrade() -> None:
    op.create_table(
        "adopted",
        sa.Column("target", sa.String(length=32), nullable=False),
        sa.Column("doi", sa.Text(), nullable=False),
        sa.Column("adopted_at", MOMENT, nullable=False),
        _text("timestamp"),
        _text("created"),
        _text("last_update"),
        _text("doi_type"),
        _text("owner_prefix"),
        _text("member"),
        _text("file"),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("target", "doi", name="pk_adopted"),
    )
