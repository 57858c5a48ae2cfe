"""Setting up: what channels found out about themselves, and news of test messages."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make what this room needs."""
    op.create_table(
        "channel_checks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("recipient", sa.Text(), server_default="", nullable=False),
        sa.Column("started_at", _WHEN, nullable=False),
        sa.Column("ended_at", _WHEN, nullable=True),
        sa.Column("findings", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_channel_checks_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_checks")),
    )
    op.create_index(
        op.f("ix_channel_checks_channel_id"), "channel_checks", ["channel", "id"]
    )
    op.create_index(
        "uq_channel_checks_running",
        "channel_checks",
        ["channel"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "trial_news",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("at", _WHEN, nullable=False),
        sa.PrimaryKeyConstraint("key", "state", name=op.f("pk_trial_news")),
    )


def downgrade() -> None:
    """Drop it again."""
    op.drop_table("trial_news")
    op.drop_table("channel_checks")
