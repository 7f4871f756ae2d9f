"""How many DOIs of a file a hook was told of, so that it continues with the next after it failed."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("hook", sa.Column("told", sa.Integer(), server_default="0", nullable=False))
