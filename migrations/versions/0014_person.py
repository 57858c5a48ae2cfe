"""People who were erased, and what outlives that."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make what this room needs."""
    op.add_column("clients", sa.Column("erased_at", _WHEN))
    op.add_column("clients", sa.Column("erased_by", sa.Text()))
    op.create_table(
        "erasures",
        sa.Column("client_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False, server_default="running"),
        sa.Column("at", _WHEN, nullable=False),
        sa.Column("account_id", sa.BigInteger()),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column(
            "after", sa.BigInteger(), nullable=False, server_default=sa.text("0")
        ),
        sa.Column("needles", JSONB(), nullable=False, server_default=sa.text("'[]'")),
        sa.Column("counts", JSONB(), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("ended_at", _WHEN),
        sa.PrimaryKeyConstraint("client_id", name="pk_erasures"),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name="fk_erasures_client_id"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_erasures_account_id"
        ),
        sa.CheckConstraint("state IN ('running', 'done')", name="ck_erasures_state"),
    )
    op.create_table(
        "kept_refusals",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("at", _WHEN, nullable=False),
        sa.PrimaryKeyConstraint("hash", "channel", name="pk_kept_refusals"),
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("kept_refusals")
    op.drop_table("erasures")
    op.drop_column("clients", "erased_by")
    op.drop_column("clients", "erased_at")
