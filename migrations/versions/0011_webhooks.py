"""Business hours, webhooks out, and the audit's index by who did it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make what this room needs."""
    _calendars()
    _webhooks()
    op.create_index(
        "ix_events_actor_id",
        "events",
        ["actor_id", "seq"],
        postgresql_where=sa.text("actor_kind IN ('agent', 'program')"),
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_index("ix_events_actor_id", "events")
    op.drop_table("webhook_tries")
    op.drop_table("webhooks")
    op.drop_column("first_responses", "promised")
    op.drop_column("first_responses", "counted_from")
    op.drop_column("queues", "calendar_id")
    op.drop_table("calendars")


def _calendars() -> None:
    op.create_table(
        "calendars",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("week", JSONB(), nullable=False),
        sa.Column("holidays", JSONB(), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_calendars"),
        sa.UniqueConstraint("name", name="uq_calendars_name"),
    )
    op.add_column("queues", sa.Column("calendar_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        "fk_queues_calendar_id", "queues", "calendars", ["calendar_id"], ["id"]
    )
    op.create_index("ix_queues_calendar_id", "queues", ["calendar_id"])
    op.add_column("first_responses", sa.Column("counted_from", _WHEN, nullable=True))
    op.add_column(
        "first_responses", sa.Column("promised", sa.Interval(), nullable=True)
    )


def _webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kinds", ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("secret_no", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("old_until", _WHEN, nullable=True),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("failing_since", _WHEN, nullable=True),
        sa.Column("disabled_at", _WHEN, nullable=True),
        sa.Column("disabled_because", sa.Text(), server_default="", nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["accounts.id"], name="fk_webhooks_created_by"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
    )
    op.create_table(
        "webhook_tries",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("webhook_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("at", _WHEN, nullable=False),
        sa.Column("took_ms", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["webhook_id"],
            ["webhooks.id"],
            name="fk_webhook_tries_webhook_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_tries"),
    )
    op.create_index(
        "ix_webhook_tries_webhook_id_id", "webhook_tries", ["webhook_id", "id"]
    )
