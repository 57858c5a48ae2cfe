"""Views that people keep, lists by urgency, actions on many conversations at once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Whole milliseconds since 1970; what waits is behind what is due, the rest behind both.
# Through times without a zone, since only those make a function that never changes.
_URGENCY = """
CREATE FUNCTION urgency(answered timestamptz, due timestamptz, waits timestamptz,
    touched timestamptz)
RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN answered IS NULL AND due IS NOT NULL
            THEN floor(extract(epoch FROM due AT TIME ZONE 'UTC') * 1000)::bigint
        WHEN waits IS NOT NULL THEN 10000000000000000
            + floor(extract(epoch FROM waits AT TIME ZONE 'UTC') * 1000)::bigint
        ELSE 30000000000000000
            - floor(extract(epoch FROM touched AT TIME ZONE 'UTC') * 1000)::bigint
    END
$$
"""
_CALL = sa.text("urgency(first_responded_at, respond_by, waiting_since, last_at)")
_AT_HAND = sa.text("state IN ('open', 'pending', 'snoozed')")


def upgrade() -> None:
    """Make what this room needs."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "saved_views",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("shared", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("icon", sa.Text(), nullable=False),
        sa.Column("filter", postgresql.JSONB(), nullable=False),
        sa.Column("sort", sa.Text(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("updated_at", moment, nullable=False),
        sa.Column("deleted_at", moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_saved_views_account_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_saved_views"),
    )
    op.create_index(
        "ix_saved_views_account_id_place", "saved_views", ["account_id", "place"]
    )
    op.create_index(
        "ix_saved_views_shared",
        "saved_views",
        ["place"],
        postgresql_where=sa.text("shared"),
    )
    _make_bulk(moment)
    op.execute(_URGENCY)
    op.create_index(
        "ix_conversations_urgency",
        "conversations",
        [_CALL, "id"],
        postgresql_where=_AT_HAND,
    )
    op.create_index(
        "ix_conversations_own_urgency",
        "conversations",
        ["assignee_id", _CALL, "id"],
        postgresql_where=_AT_HAND,
    )
    op.create_index("ix_conversations_last_at_id", "conversations", ["last_at", "id"])
    op.create_index(
        "ix_conversations_created_at_id", "conversations", ["created_at", "id"]
    )
    op.create_index(
        "ix_conversations_tags",
        "conversations",
        ["tags"],
        postgresql_using="gin",
        postgresql_where=sa.text("tags <> '{}'"),
    )
    op.create_index(
        "ix_notifications_mentions",
        "notifications",
        ["account_id", "conversation_id"],
        postgresql_where=sa.text("kind = 'mentioned'"),
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_index("ix_notifications_mentions", "notifications")
    for name in ("tags", "created_at_id", "last_at_id", "own_urgency", "urgency"):
        op.drop_index(f"ix_conversations_{name}", "conversations")
    op.execute(
        "DROP FUNCTION urgency(timestamptz, timestamptz, timestamptz, timestamptz)"
    )
    for table in ("bulk_changes", "bulk_actions", "saved_views"):
        op.drop_table(table)


def _make_bulk(moment: sa.DateTime) -> None:
    op.create_table(
        "bulk_actions",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("action", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.Text(), server_default="running", nullable=False),
        sa.Column("conversation_ids", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("reached", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("changed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("restored", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("kept", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.CheckConstraint(
            "state IN ('running', 'done', 'undoing', 'undone')",
            name="ck_bulk_actions_state",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_bulk_actions_account_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bulk_actions"),
    )
    op.create_index(
        "ix_bulk_actions_account_id_id", "bulk_actions", ["account_id", "id"]
    )
    op.create_table(
        "bulk_changes",
        sa.Column("bulk_id", sa.BigInteger(), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("before", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('changed', 'same', 'refused', 'restored', 'kept')",
            name="ck_bulk_changes_outcome",
        ),
        sa.ForeignKeyConstraint(
            ["bulk_id"], ["bulk_actions.id"], name="fk_bulk_changes_bulk_id"
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name="fk_bulk_changes_conversation_id",
        ),
        sa.PrimaryKeyConstraint("bulk_id", "conversation_id", name="pk_bulk_changes"),
    )
    op.create_index(
        "ix_bulk_changes_conversation_id", "bulk_changes", ["conversation_id"]
    )
