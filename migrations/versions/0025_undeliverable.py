"""What came back is found by its client, without reading all that was ever said."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make what this room needs."""
    op.create_index(
        "ix_timeline_client_id_delivery_code",
        "timeline",
        ["client_id"],
        postgresql_where=sa.text("delivery_code <> ''"),
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_index("ix_timeline_client_id_delivery_code", "timeline")
