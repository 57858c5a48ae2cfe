"""A company makes roles of its own; an account may have one of those."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make what this room needs. A program of before goes on: it knows fewer roles."""
    op.create_table(
        "roles",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("rights", ARRAY(sa.Text()), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_roles"),
        sa.UniqueConstraint("name", name="uq_roles_name"),
    )
    op.drop_constraint(op.f("ck_accounts_role"), "accounts", type_="check")


def downgrade() -> None:
    """Take it away again; who had a role of the company's own answers clients."""
    op.execute(
        "UPDATE accounts SET role = 'agent'"
        " WHERE role NOT IN ('agent', 'manager', 'admin')"
    )
    op.create_check_constraint(
        op.f("ck_accounts_role"), "accounts", "role IN ('agent', 'manager', 'admin')"
    )
    op.drop_table("roles")
