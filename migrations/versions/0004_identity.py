"""Identity: merges of clients, pairs that may be one, links and moves."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# What stays of an address when it is written in another way: the end of a number; a
# mail address without dots, and without what follows a plus.
_ALIKE = """
    CREATE FUNCTION alike(kind text, value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN kind = 'phone'
        THEN right(regexp_replace(value, '[^0-9]', '', 'g'), 9)
        ELSE replace(split_part(split_part(value, '@', 1), '+', 1), '.', '') || '@'
            || replace(split_part(value, '@', 2), 'googlemail.com', 'gmail.com')
    END
"""
_TIME = sa.DateTime(timezone=True)
_NUMBER = sa.BigInteger()


def upgrade() -> None:
    """Make the tables; let clients be merged and orders know an address."""
    _grow()
    _merges()
    _homes()
    _pairs()
    _links()
    _moves()


def downgrade() -> None:
    """Take it back; what was merged stays where it is."""
    for table in ("moves", "conversation_links", "client_pairs", "homes", "merges"):
        op.drop_table(table)
    op.drop_column("orders", "address_id")
    op.drop_index("ix_addresses_alike", "addresses")
    op.execute("DROP FUNCTION alike(text, text)")
    op.drop_column("clients", "merged_into")


def _grow() -> None:
    op.add_column("clients", sa.Column("merged_into", _NUMBER, nullable=True))
    op.create_foreign_key(
        op.f("fk_clients_merged_into"), "clients", "clients", ["merged_into"], ["id"]
    )
    op.create_index(op.f("ix_clients_merged_into"), "clients", ["merged_into"])
    op.execute(_ALIKE)
    op.create_index("ix_addresses_alike", "addresses", [sa.text("alike(kind, value)")])
    op.add_column("orders", sa.Column("address_id", _NUMBER, nullable=True))
    op.create_foreign_key(
        op.f("fk_orders_address_id"),
        "orders",
        "addresses",
        ["address_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.create_index(op.f("ix_orders_address_id"), "orders", ["address_id"])


def _merges() -> None:
    op.create_table(
        "merges",
        sa.Column("id", _NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("client_id", _NUMBER, nullable=False),
        sa.Column("merged_id", _NUMBER, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("account_id", _NUMBER, nullable=True),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("fields", JSONB(), nullable=False),
        sa.Column("undone_at", _TIME, nullable=True),
        sa.Column("undone_by", _NUMBER, nullable=True),
        _to("merges", "client_id", "clients"),
        _to("merges", "merged_id", "clients"),
        _to("merges", "account_id", "accounts"),
        _to("merges", "undone_by", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merges")),
    )
    op.create_index(op.f("ix_merges_client_id"), "merges", ["client_id"])
    op.create_index(
        "uq_merges_standing",
        "merges",
        ["merged_id"],
        unique=True,
        postgresql_where=sa.text("undone_at IS NULL"),
    )


def _homes() -> None:
    op.create_table(
        "homes",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("row_id", _NUMBER, nullable=False),
        sa.Column("home_id", _NUMBER, nullable=False),
        _to("homes", "home_id", "clients"),
        sa.PrimaryKeyConstraint("kind", "row_id", name=op.f("pk_homes")),
    )
    op.create_index(op.f("ix_homes_home_id"), "homes", ["home_id"])


def _pairs() -> None:
    op.create_table(
        "client_pairs",
        sa.Column("one_id", _NUMBER, nullable=False),
        sa.Column("other_id", _NUMBER, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("dismissed_at", _TIME, nullable=True),
        sa.Column("dismissed_by", _NUMBER, nullable=True),
        _to("client_pairs", "one_id", "clients"),
        _to("client_pairs", "other_id", "clients"),
        _to("client_pairs", "dismissed_by", "accounts"),
        sa.PrimaryKeyConstraint("one_id", "other_id", name=op.f("pk_client_pairs")),
    )
    op.create_index(op.f("ix_client_pairs_other_id"), "client_pairs", ["other_id"])


def _links() -> None:
    op.create_table(
        "conversation_links",
        sa.Column("one_id", _NUMBER, nullable=False),
        sa.Column("other_id", _NUMBER, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.CheckConstraint(
            "reason IN ('reply_address', 'quoted', 'subject', 'split')",
            name=op.f("ck_conversation_links_reason"),
        ),
        _to("conversation_links", "one_id", "conversations"),
        _to("conversation_links", "other_id", "conversations"),
        sa.PrimaryKeyConstraint(
            "one_id", "other_id", name=op.f("pk_conversation_links")
        ),
    )
    op.create_index(
        op.f("ix_conversation_links_other_id"), "conversation_links", ["other_id"]
    )


def _moves() -> None:
    op.create_table(
        "moves",
        sa.Column("id", _NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("conversation_id", _NUMBER, nullable=False),
        sa.Column("split", sa.Boolean(), nullable=False),
        sa.Column("items", JSONB(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("account_id", _NUMBER, nullable=True),
        sa.Column("undone_at", _TIME, nullable=True),
        _to("moves", "conversation_id", "conversations"),
        _to("moves", "account_id", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moves")),
    )


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}")
    )
