"""Mail out: signatures, what goes along with a mail, and who else is written to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make what this room needs."""
    op.add_column(
        "drafts",
        sa.Column("mail", JSONB(), server_default=sa.text("'{}'"), nullable=False),
    )
    _signatures()
    _letter_parts()
    _participants()


def downgrade() -> None:
    """Drop it again."""
    for table in ("participants", "letter_parts", "signatures"):
        op.drop_table(table)
    op.drop_column("drafts", "mail")


def _signatures() -> None:
    op.create_table(
        "signatures",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("queue_id", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "overrules", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
        sa.Column("updated_at", _WHEN, nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(account_id, queue_id) = 1", name=op.f("ck_signatures_owner")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_signatures_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["queue_id"], ["queues.id"], name=op.f("fk_signatures_queue_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signatures")),
        sa.UniqueConstraint("account_id", name=op.f("uq_signatures_account_id")),
        sa.UniqueConstraint("queue_id", name=op.f("uq_signatures_queue_id")),
    )


def _letter_parts() -> None:
    references = ("quotes_id", "forwards_id", "answers_id")
    op.create_table(
        "letter_parts",
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("signature", sa.Text(), server_default="", nullable=False),
        sa.Column("signature_html", sa.Text(), server_default="", nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in references),
        *(
            sa.ForeignKeyConstraint(
                [name], ["timeline.id"], name=op.f(f"fk_letter_parts_{name}")
            )
            for name in ("item_id", *references)
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_letter_parts")),
    )


def _participants() -> None:
    op.create_table(
        "participants",
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("added_at", _WHEN, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_participants_conversation_id"),
        ),
        sa.PrimaryKeyConstraint(
            "conversation_id", "address", name=op.f("pk_participants")
        ),
    )
    op.create_index(op.f("ix_participants_address"), "participants", ["address"])
