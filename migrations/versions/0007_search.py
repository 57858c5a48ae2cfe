"""Search: the words of all that can be found, the words known, and how far it is.

What stands already is read by the hub itself, in batches, once it runs.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "search_entries",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("row_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", TSVECTOR(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('item', 'client', 'order')", name=op.f("ck_search_entries_kind")
        ),
        sa.PrimaryKeyConstraint("kind", "row_id", name=op.f("pk_search_entries")),
    )
    op.create_index(
        "ix_search_entries_words",
        "search_entries",
        ["words"],
        postgresql_using="gin",
        postgresql_with={"gin_pending_list_limit": "1024"},
    )
    op.create_table(
        "search_words",
        sa.Column("word", sa.Text(collation="C"), nullable=False),
        sa.Column("stem", sa.Text(), nullable=False),
        sa.Column("uses", sa.BigInteger(), nullable=False),
        sa.Column("keys", sa.ARRAY(sa.Integer()), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_search_words")),
        postgresql_with={"fillfactor": "80"},
    )
    op.create_index(op.f("ix_search_words_stem"), "search_words", ["stem"])
    op.create_index(
        "ix_search_words_keys", "search_words", ["keys"], postgresql_using="gin"
    )
    op.create_table(
        "search_progress",
        sa.Column("one", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("below", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("words", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("one", name=op.f("ck_search_progress_only_one")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_search_progress")),
    )
    op.execute("INSERT INTO search_progress DEFAULT VALUES")


def downgrade() -> None:
    """Take it back; it can be made again from what stands."""
    for table in ("search_progress", "search_words", "search_entries"):
        op.drop_table(table)
