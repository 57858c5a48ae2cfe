"""Notices as each wants them, offers, wrap-up, and what a conversation weighs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_WHEN = sa.DateTime(timezone=True)
_OLD = (
    "'mentioned', 'assigned', 'not_sent', 'uncertain', 'task_assigned',"
    " 'task_reminder', 'task_due', 'promise_late', 'date_ahead'"
)
_NEW = (
    "'message', 'queue_message', 'offer', 'sla_risk', 'sla_breached',"
    " 'webhook_disabled'"
)


def upgrade() -> None:
    """Make what this room needs."""
    _notices()
    _queues()
    _offers()


def downgrade() -> None:
    """Take it away again, with what the older hub has no word for."""
    op.drop_table("channel_weights")
    op.drop_table("offers")
    op.drop_column("conversations", "disposition")
    for name in ("wrap_conversation_id", "wrap_until", "active_at", "reason"):
        op.drop_column("agent_states", name)
    op.drop_constraint("ck_queues_mode", "queues")
    for name in (
        "wrap_for",
        "disposition_required",
        "dispositions",
        "offer_for",
        "mode",
    ):
        op.drop_column("queues", name)
    op.drop_table("notice_progress")
    op.drop_table("push_subscriptions")
    op.drop_table("notice_wishes")
    op.drop_index("ix_notifications_unread", "notifications")
    op.drop_index("uq_notifications_group", "notifications")
    for name in ("digested_at", "pushed_at", "group_key", "count"):
        op.drop_column("notifications", name)
    op.execute(f"DELETE FROM notifications WHERE kind IN ({_NEW})")  # noqa: S608 - ours
    _allow(_OLD)


def _notices() -> None:
    _allow(f"{_OLD}, {_NEW}")
    for column in (
        sa.Column("count", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("group_key", sa.Text(), nullable=True),
        sa.Column("pushed_at", _WHEN, nullable=True),
        sa.Column("digested_at", _WHEN, nullable=True),
    ):
        op.add_column("notifications", column)
    op.create_index(
        "uq_notifications_group",
        "notifications",
        ["account_id", "group_key"],
        unique=True,
        postgresql_where=sa.text("read_at IS NULL AND group_key IS NOT NULL"),
    )
    op.create_index(
        "ix_notifications_unread",
        "notifications",
        ["account_id", "conversation_id"],
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_table(
        "notice_wishes",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("wishes", JSONB(), server_default="{}", nullable=False),
        sa.Column("updated_at", _WHEN, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_notice_wishes_account_id"
        ),
        sa.PrimaryKeyConstraint("account_id", name="pk_notice_wishes"),
    )
    op.create_table(
        "push_subscriptions",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("p256dh", sa.Text(), nullable=False),
        sa.Column("auth", sa.Text(), nullable=False),
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_push_subscriptions_account_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_push_subscriptions"),
        sa.UniqueConstraint("endpoint", name="uq_push_subscriptions_endpoint"),
    )
    op.create_index(
        "ix_push_subscriptions_account_id", "push_subscriptions", ["account_id"]
    )
    op.create_table(
        "notice_progress",
        sa.Column("one", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("one", name="ck_notice_progress_only_one"),
        sa.PrimaryKeyConstraint("one", name="pk_notice_progress"),
    )
    op.execute("INSERT INTO notice_progress DEFAULT VALUES")


def _queues() -> None:
    for column in (
        sa.Column("mode", sa.Text(), server_default="assign", nullable=False),
        sa.Column(
            "offer_for", sa.Interval(), server_default="30 seconds", nullable=False
        ),
        sa.Column(
            "dispositions", ARRAY(sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column(
            "disposition_required",
            sa.Boolean(),
            server_default="false",
            nullable=False,
        ),
        sa.Column(
            "wrap_for", sa.Interval(), server_default="0 seconds", nullable=False
        ),
    ):
        op.add_column("queues", column)
    op.create_check_constraint(
        op.f("ck_queues_mode"), "queues", "mode IN ('assign', 'offer')"
    )
    op.add_column(
        "conversations",
        sa.Column("disposition", sa.Text(), server_default="", nullable=False),
    )
    for column in (
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("active_at", _WHEN, nullable=True),
        sa.Column("wrap_until", _WHEN, nullable=True),
        sa.Column("wrap_conversation_id", sa.BigInteger(), nullable=True),
    ):
        op.add_column("agent_states", column)
    op.create_foreign_key(
        "fk_agent_states_wrap_conversation_id",
        "agent_states",
        "conversations",
        ["wrap_conversation_id"],
        ["id"],
    )


def _offers() -> None:
    op.create_table(
        "offers",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("queue_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("offered_at", _WHEN, nullable=False),
        sa.Column("ends_at", _WHEN, nullable=False),
        sa.Column("ended_at", _WHEN, nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'declined', 'expired', 'withdrawn')",
            name="ck_offers_state",
        ),
        *[
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=f"fk_offers_{column}"
            )
            for column, table in (
                ("conversation_id", "conversations"),
                ("queue_id", "queues"),
                ("account_id", "accounts"),
            )
        ],
        sa.PrimaryKeyConstraint("id", name="pk_offers"),
    )
    op.create_index(
        "uq_offers_open",
        "offers",
        ["conversation_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_offers_open_account",
        "offers",
        ["account_id"],
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_offers_conversation_id_ended_at", "offers", ["conversation_id", "ended_at"]
    )
    op.create_table(
        "channel_weights",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "weight BETWEEN 1 AND 100", name="ck_channel_weights_weight"
        ),
        sa.PrimaryKeyConstraint("channel", name="pk_channel_weights"),
    )


def _allow(kinds: str) -> None:
    # The names are made by the naming convention, so they are not made again.
    op.execute("ALTER TABLE notifications DROP CONSTRAINT ck_notifications_kind")
    op.execute(
        "ALTER TABLE notifications ADD CONSTRAINT ck_notifications_kind"
        f" CHECK (kind IN ({kinds}))"
    )
