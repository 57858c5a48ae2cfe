"""Forms: their definitions, every version of them, and what was sent by them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make what this room needs."""
    op.create_table(
        "forms",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("definition", JSONB(), nullable=False),
        sa.Column("queue_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["queue_id"], ["queues.id"], name="fk_forms_queue_id"),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["accounts.id"], name="fk_forms_updated_by"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_forms"),
        sa.UniqueConstraint("name", name="uq_forms_name"),
    )
    op.create_table(
        "form_versions",
        sa.Column("form_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("definition", JSONB(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["form_id"], ["forms.id"], name="fk_form_versions_form_id"
        ),
        sa.PrimaryKeyConstraint("form_id", "version", name="pk_form_versions"),
    )
    op.create_table(
        "form_answers",
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("form_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["timeline.id"], name="fk_form_answers_item_id"
        ),
        sa.ForeignKeyConstraint(
            ["form_id"], ["forms.id"], name="fk_form_answers_form_id"
        ),
        sa.PrimaryKeyConstraint("item_id", name="pk_form_answers"),
    )
    op.create_index("ix_form_answers_form_id_at", "form_answers", ["form_id", "at"])


def downgrade() -> None:
    """Drop it again."""
    op.drop_table("form_answers")
    op.drop_table("form_versions")
    op.drop_table("forms")
