"""Mail in: how far its receivers have come, originals, and ids used twice."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make what this room needs."""
    op.create_table(
        "kept_values",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", "name", name=op.f("pk_kept_values")),
    )
    op.add_column(
        "attachments",
        sa.Column("original", sa.Boolean(), server_default="false", nullable=False),
    )
    op.add_column(
        "intake_keys",
        sa.Column("digest", sa.Text(), server_default="", nullable=False),
    )


def downgrade() -> None:
    """Drop it again."""
    op.drop_column("intake_keys", "digest")
    op.drop_column("attachments", "original")
    op.drop_table("kept_values")
