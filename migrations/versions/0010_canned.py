"""Ready answers, macros, drafts with a look and taken over."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_NOBODY = {"server_default": "", "nullable": False}


def upgrade() -> None:
    """Make what this room needs."""
    op.create_table(
        "canned_answers",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), **_NOBODY),
        sa.Column(
            "channels",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("texts", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_canned_answers"),
        _refers("canned_answers", "account_id", "accounts"),
    )
    op.create_index("ix_canned_answers_account_id", "canned_answers", ["account_id"])
    op.create_table(
        "canned_uses",
        sa.Column("answer_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("answer_id", "account_id", name="pk_canned_uses"),
        _refers("canned_uses", "answer_id", "canned_answers", ondelete="CASCADE"),
        _refers("canned_uses", "account_id", "accounts"),
    )
    op.create_table(
        "macros",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("steps", postgresql.JSONB(), nullable=False),
        sa.Column("used", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_macros"),
        _refers("macros", "account_id", "accounts"),
    )
    op.create_index("ix_macros_account_id", "macros", ["account_id"])
    op.create_table(
        "macro_runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("macro_id", sa.BigInteger(), nullable=True),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.Column("after", postgresql.JSONB(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.Column("note_id", sa.BigInteger(), nullable=True),
        sa.Column("task_id", sa.BigInteger(), nullable=True),
        sa.Column("undone_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_macro_runs"),
        sa.UniqueConstraint("key", name="uq_macro_runs_key"),
        _refers("macro_runs", "macro_id", "macros", ondelete="SET NULL"),
        _refers("macro_runs", "conversation_id", "conversations"),
        _refers("macro_runs", "account_id", "accounts"),
        _refers("macro_runs", "item_id", "timeline"),
        _refers("macro_runs", "note_id", "timeline"),
        _refers("macro_runs", "task_id", "tasks", ondelete="SET NULL"),
    )
    op.create_index("ix_macro_runs_macro_id", "macro_runs", ["macro_id"])
    op.create_index("ix_macro_runs_conversation_id", "macro_runs", ["conversation_id"])
    op.add_column("attachments", sa.Column("canned_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        "fk_attachments_canned_id",
        "attachments",
        "canned_answers",
        ["canned_id"],
        ["id"],
    )
    op.create_index("ix_attachments_canned_id", "attachments", ["canned_id"])
    for column in (
        sa.Column("html", sa.Text(), **_NOBODY),
        sa.Column(
            "attachment_ids",
            postgresql.ARRAY(sa.BigInteger()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("taken_by", sa.BigInteger(), nullable=True),
        sa.Column("taken_at", _MOMENT, nullable=True),
        sa.Column("taken_reason", sa.Text(), **_NOBODY),
    ):
        op.add_column("drafts", column)
    op.create_foreign_key(
        "fk_drafts_taken_by", "drafts", "accounts", ["taken_by"], ["id"]
    )


def downgrade() -> None:
    """Take it away again, with the files that only ready answers have."""
    op.drop_constraint("fk_drafts_taken_by", "drafts")
    for column in ("taken_reason", "taken_at", "taken_by", "attachment_ids", "html"):
        op.drop_column("drafts", column)
    op.execute("DELETE FROM attachments WHERE canned_id IS NOT NULL")
    op.drop_constraint("fk_attachments_canned_id", "attachments")
    op.drop_column("attachments", "canned_id")
    for table in ("macro_runs", "macros", "canned_uses", "canned_answers"):
        op.drop_table(table)


def _refers(
    table: str, column: str, other: str, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=f"fk_{table}_{column}", ondelete=ondelete
    )
