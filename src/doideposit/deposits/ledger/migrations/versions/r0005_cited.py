"""DOIs that references name, and which agency has each, so that nobody is asked twice."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "cited",
        sa.Column("target", sa.String(length=32), nullable=False),
        sa.Column("doi", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("asked_at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("target", "doi", name="pk_cited"),
    )
