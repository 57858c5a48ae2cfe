"""A token that another token made ends with it: so it is written down which."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make what this room needs."""
    op.add_column("api_tokens", sa.Column("made_by_id", sa.BigInteger))
    op.create_foreign_key(
        "fk_api_tokens_made_by_id",
        "api_tokens",
        "api_tokens",
        ["made_by_id"],
        ["id"],
    )
    op.create_index("ix_api_tokens_made_by_id", "api_tokens", ["made_by_id"])


def downgrade() -> None:
    """Take it away again."""
    op.drop_column("api_tokens", "made_by_id")
