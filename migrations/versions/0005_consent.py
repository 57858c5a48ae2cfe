"""Consent: what clients said of being written to; why a message did not arrive."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_STATES = (
    "held",
    "queued",
    "sending",
    "sent",
    "delivered",
    "failed",
    "bounced",
    "uncertain",
    "cancelled",
)


def upgrade() -> None:
    """Make the table of consents; let a message be read and fail for a known reason."""
    _consents()
    op.add_column(
        "timeline",
        sa.Column("delivery_code", sa.Text(), server_default="", nullable=False),
    )
    _delivery_is_one_of((*_STATES, "read"))


def downgrade() -> None:
    """Take it back."""
    op.execute("UPDATE timeline SET delivery = 'delivered' WHERE delivery = 'read'")
    _delivery_is_one_of(_STATES)
    op.drop_column("timeline", "delivery_code")
    op.drop_table("consents")


def _delivery_is_one_of(states: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{one}'" for one in states)
    op.drop_constraint(op.f("ck_timeline_delivery"), "timeline", type_="check")
    op.create_check_constraint(
        op.f("ck_timeline_delivery"), "timeline", f"delivery IN ({listed})"
    )


def _consents() -> None:
    text, number = sa.Text(), sa.BigInteger()
    op.create_table(
        "consents",
        sa.Column("id", number, sa.Identity(), nullable=False),
        sa.Column("kind", text, nullable=False),
        sa.Column("value", text, nullable=False),
        sa.Column("channel", text, server_default="", nullable=False),
        sa.Column("purpose", text, server_default="contact", nullable=False),
        sa.Column("state", text, nullable=False),
        sa.Column("source", text, nullable=False),
        sa.Column("wording", text, server_default="", nullable=False),
        sa.Column("note", text, server_default="", nullable=False),
        sa.Column("client_id", number, nullable=True),
        sa.Column("item_id", number, nullable=True),
        sa.Column("account_id", number, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('email', 'phone')", name=op.f("ck_consents_kind")),
        sa.CheckConstraint(
            "state IN ('given', 'refused')", name=op.f("ck_consents_state")
        ),
        sa.CheckConstraint(
            "source IN ('message', 'form', 'agent', 'provider', 'import')",
            name=op.f("ck_consents_source"),
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("fk_consents_client_id")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["timeline.id"], name=op.f("fk_consents_item_id")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_consents_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index(op.f("ix_consents_client_id"), "consents", ["client_id"])
    op.create_index(
        op.f("ix_consents_kind_value_channel_purpose_id"),
        "consents",
        ["kind", "value", "channel", "purpose", "id"],
    )
