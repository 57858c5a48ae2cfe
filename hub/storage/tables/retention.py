"""How long things are kept."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.tables.base import Base, one_of

KEPT_KINDS = (
    "bodies",
    "recordings",
    "mails",
    "quarantine",
    "drafts",
    "notices",
    "log",
    "files",
)


class RetentionRule(Base):
    """How long one kind of things is kept, as somebody chose; else the settings say."""

    __tablename__ = "retention_rules"

    kind: Mapped[str] = mapped_column(primary_key=True)
    #: None: for ever.
    days: Mapped[int | None]
    changed_at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    #: When it was last gone through, and how much went in all.
    ran_at: Mapped[datetime | None]
    removed: Mapped[int] = mapped_column(server_default=sql("0"))

    __table_args__ = (one_of("kind", KEPT_KINDS),)
