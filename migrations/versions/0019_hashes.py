"""Whether anything still refers to a content is asked under a lock: no reading of all."""

from alembic import op

revision = "0019"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make what this room needs."""
    op.create_index("ix_attachments_hash", "attachments", ["hash"])


def downgrade() -> None:
    """Take it away again."""
    op.drop_index("ix_attachments_hash", table_name="attachments")
