"""Tags and attributes as managed sets, how long things are kept, invitations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_WHEN = sa.DateTime(timezone=True)
_NONE = sa.text("'{}'")
#: As ``hub/storage/tables/conversations.py`` has it.
_KEPT = (
    "state = 'resolved' AND (emptied_at IS NULL OR emptied_at < resolved_at"
    " OR emptied_at < last_at)"
)


def upgrade() -> None:
    """Make what this room needs, and take in the tags that there are."""
    _tags()
    _attributes()
    _retention()
    _invitations()
    op.execute(
        "INSERT INTO tags (name, created_at)"
        " SELECT DISTINCT tag, now() FROM conversations, unnest(tags) AS tag"
        " WHERE tag <> '' ORDER BY tag"
    )


def downgrade() -> None:
    """Take it away again; the tags on conversations stay."""
    op.drop_table("invitations")
    op.drop_table("retention_rules")
    op.drop_index("ix_conversations_kept", "conversations")
    op.drop_column("conversations", "emptied_at")
    op.drop_table("attribute_definitions")
    op.drop_table("tags")


def _tags() -> None:
    op.create_table(
        "tags",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("colour", sa.Text(), server_default="", nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("former", ARRAY(sa.Text()), server_default=_NONE, nullable=False),
        sa.Column("archived_at", _WHEN),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tags"),
        sa.UniqueConstraint("name", name="uq_tags_name"),
    )


def _attributes() -> None:
    op.create_table(
        "attribute_definitions",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("labels", JSONB(), server_default=_NONE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("choices", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column(
            "required", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("editors", sa.Text(), server_default="everyone", nullable=False),
        sa.Column("reminds", sa.Text(), server_default="never", nullable=False),
        sa.Column("ahead_days", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attribute_definitions"),
        sa.UniqueConstraint("name", name="uq_attribute_definitions_name"),
        sa.CheckConstraint(
            "kind IN ('text', 'number', 'date', 'yes_no', 'choice', 'link')",
            name="ck_attribute_definitions_kind",
        ),
        sa.CheckConstraint(
            "editors IN ('everyone', 'managers', 'programs')",
            name="ck_attribute_definitions_editors",
        ),
        sa.CheckConstraint(
            "reminds IN ('never', 'once', 'yearly')",
            name="ck_attribute_definitions_reminds",
        ),
    )


def _retention() -> None:
    op.add_column("conversations", sa.Column("emptied_at", _WHEN))
    op.create_index(
        "ix_conversations_kept",
        "conversations",
        ["resolved_at", "id"],
        postgresql_where=sa.text(_KEPT),
    )
    op.create_table(
        "retention_rules",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("days", sa.BigInteger()),
        sa.Column("changed_at", _WHEN, nullable=False),
        sa.Column("account_id", sa.BigInteger()),
        sa.Column("after", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("ran_at", _WHEN),
        sa.Column("removed", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("kind", name="pk_retention_rules"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_retention_rules_account_id"
        ),
        sa.CheckConstraint(
            "kind IN ('bodies', 'recordings', 'mails', 'quarantine', 'drafts',"
            " 'log', 'files')",
            name="ck_retention_rules_kind",
        ),
    )


def _invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), server_default="", nullable=False),
        sa.Column("locale", sa.Text(), server_default="uk", nullable=False),
        sa.Column("account_id", sa.BigInteger()),
        sa.Column("invited_by", sa.BigInteger()),
        sa.Column("number", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("sent_at", _WHEN, nullable=False),
        sa.Column("expires_at", _WHEN, nullable=False),
        sa.Column("used_at", _WHEN),
        sa.Column("withdrawn_at", _WHEN),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_invitations_account_id"
        ),
        sa.ForeignKeyConstraint(
            ["invited_by"], ["accounts.id"], name="fk_invitations_invited_by"
        ),
        sa.CheckConstraint(
            "purpose IN ('invitation', 'password')", name="ck_invitations_purpose"
        ),
    )
    op.create_index(
        "uq_invitations_open",
        "invitations",
        ["purpose", "email"],
        unique=True,
        postgresql_where=sa.text("used_at IS NULL AND withdrawn_at IS NULL"),
    )
