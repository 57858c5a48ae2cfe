"""Tasks and promises, the calendars that show them, meetings on the timeline."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_OLD_NOTICES = "kind IN ('mentioned', 'assigned', 'not_sent', 'uncertain')"
_NOTICES = (
    "kind IN ('mentioned', 'assigned', 'not_sent', 'uncertain', 'task_assigned',"
    " 'task_reminder', 'task_due', 'promise_late', 'date_ahead')"
)
_OLD_ITEMS = "kind IN ('message', 'call', 'form', 'note', 'change')"
_ITEMS = "kind IN ('message', 'call', 'form', 'note', 'change', 'promise', 'meeting')"


def upgrade() -> None:
    """Make what this room needs."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "tasks",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), server_default="", nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=True),
        sa.Column("conversation_id", sa.BigInteger(), nullable=True),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.Column("assignee_id", sa.BigInteger(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("priority", sa.Text(), server_default="normal", nullable=False),
        sa.Column("due_at", moment, nullable=True),
        sa.Column("all_day", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("remind_at", moment, nullable=True),
        sa.Column("repeat", sa.Text(), server_default="none", nullable=False),
        sa.Column("repeat_day", sa.BigInteger(), nullable=True),
        sa.Column("previous_id", sa.BigInteger(), nullable=True),
        sa.Column("deed", sa.Text(), server_default="do", nullable=False),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("attribute", sa.Text(), server_default="", nullable=False),
        sa.Column("origin", sa.Text(), nullable=True),
        sa.Column("revision", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("updated_at", moment, nullable=False),
        sa.Column("done_at", moment, nullable=True),
        sa.Column("done_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('task', 'promise', 'contact', 'date')", name="ck_tasks_kind"
        ),
        sa.CheckConstraint(
            "state IN ('open', 'late', 'done', 'cancelled')", name="ck_tasks_state"
        ),
        sa.CheckConstraint(
            "priority IN ('low', 'normal', 'high', 'urgent')", name="ck_tasks_priority"
        ),
        sa.CheckConstraint(
            "repeat IN ('none', 'daily', 'weekly', 'monthly')", name="ck_tasks_repeat"
        ),
        sa.CheckConstraint("deed IN ('do', 'send', 'call')", name="ck_tasks_deed"),
        sa.CheckConstraint(
            "channel IN ('phone', 'email', 'sms', 'meeting')", name="ck_tasks_channel"
        ),
        *[
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=f"fk_tasks_{column}"
            )
            for column, table in (
                ("client_id", "clients"),
                ("conversation_id", "conversations"),
                ("item_id", "timeline"),
                ("entry_id", "timeline"),
                ("assignee_id", "accounts"),
                ("created_by", "accounts"),
                ("done_by", "accounts"),
            )
        ],
        sa.ForeignKeyConstraint(
            ["previous_id"],
            ["tasks.id"],
            name="fk_tasks_previous_id",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_tasks"),
        sa.UniqueConstraint("previous_id", name="uq_tasks_previous_id"),
        sa.UniqueConstraint("origin", name="uq_tasks_origin"),
    )
    for columns in (
        ["assignee_id", "state", "due_at", "id"],
        ["state", "due_at", "id"],
        ["client_id", "id"],
        ["conversation_id"],
    ):
        op.create_index(f"ix_tasks_{'_'.join(columns)}", "tasks", columns)
    op.create_table(
        "calendar_feeds",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_calendar_feeds_account_id"
        ),
        sa.PrimaryKeyConstraint("account_id", name="pk_calendar_feeds"),
        sa.UniqueConstraint("token_hash", name="uq_calendar_feeds_token_hash"),
    )
    op.alter_column("notifications", "conversation_id", nullable=True)
    op.add_column("notifications", sa.Column("task_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "notifications",
        sa.Column("about", sa.Text(), server_default="", nullable=False),
    )
    op.create_foreign_key(
        "fk_notifications_task_id", "notifications", "tasks", ["task_id"], ["id"]
    )
    _allow("notifications", _NOTICES)
    _allow("timeline", _ITEMS)


def downgrade() -> None:
    """Take it away again, with what the older hub has no word for."""
    op.execute("DELETE FROM notifications WHERE task_id IS NOT NULL")
    op.execute("DELETE FROM notifications WHERE conversation_id IS NULL")
    op.execute(
        "DELETE FROM notifications WHERE item_id IN"
        " (SELECT id FROM timeline WHERE kind IN ('promise', 'meeting'))"
    )
    _allow("notifications", _OLD_NOTICES)
    op.drop_constraint("fk_notifications_task_id", "notifications")
    op.drop_column("notifications", "about")
    op.drop_column("notifications", "task_id")
    op.alter_column("notifications", "conversation_id", nullable=False)
    op.drop_table("calendar_feeds")
    op.drop_table("tasks")
    op.execute("DELETE FROM timeline WHERE kind IN ('promise', 'meeting')")
    _allow("timeline", _OLD_ITEMS)


def _allow(table: str, words: str) -> None:
    # The names are made by the naming convention, so they are not made again.
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_kind")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_kind CHECK ({words})")
