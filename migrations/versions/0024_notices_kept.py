"""Notices that were read are kept for a time, and are found by what they are about."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_KINDS = "'bodies', 'recordings', 'mails', 'quarantine', 'drafts', {}'log', 'files'"


def _may_be(more: str) -> None:
    # It was made under a name that says its table twice.
    for name in (
        "ck_retention_rules_ck_retention_rules_kind",
        "ck_retention_rules_kind",
    ):
        op.execute(f"ALTER TABLE retention_rules DROP CONSTRAINT IF EXISTS {name}")
    op.create_check_constraint(
        op.f("ck_retention_rules_kind"),
        "retention_rules",
        f"kind IN ({_KINDS.format(more)})",
    )


def upgrade() -> None:
    """Make what this room needs. A program of before goes on: it keeps all of them."""
    _may_be("'notices', ")
    op.create_index(op.f("ix_notifications_item_id"), "notifications", ["item_id"])


def downgrade() -> None:
    """Take it away again; what was chosen for notices is forgotten."""
    op.drop_index(op.f("ix_notifications_item_id"), "notifications")
    op.execute("DELETE FROM retention_rules WHERE kind = 'notices'")
    _may_be("")
