"""What the log says of old matters is gone through once, and not every night."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make what this room needs."""
    op.add_column(
        "events",
        sa.Column("thinned", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.drop_column("retention_rules", "after")


def downgrade() -> None:
    """Take it away again."""
    op.add_column(
        "retention_rules",
        sa.Column("after", sa.BigInteger, nullable=False, server_default="0"),
    )
    op.drop_column("events", "thinned")
