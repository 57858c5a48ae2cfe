"""What a person said in another's conversation stands in that one's row of lists, too."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make what this room needs."""
    op.add_column(
        "erasures",
        sa.Column("lines", JSONB, nullable=False, server_default=sa.text("'{}'")),
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_column("erasures", "lines")
