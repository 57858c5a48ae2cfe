"""Links by which people come in who have no password yet, or have lost it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.tables.base import Base, Key, one_of

PURPOSES = ("invitation", "password")


class Invitation(Base):
    """A link that was sent to an address. The link itself is kept nowhere."""

    __tablename__ = "invitations"

    id: Mapped[Key]
    purpose: Mapped[str]
    #: Lower case.
    email: Mapped[str]
    #: What an invited colleague will be.
    role: Mapped[str] = mapped_column(server_default="")
    locale: Mapped[str] = mapped_column(server_default="uk")
    #: Whose password it is about, or who came of it.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    #: Links that were sent; only the last one opens.
    number: Mapped[int] = mapped_column(server_default=sql("1"))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("purpose", PURPOSES),
        Index(
            "uq_invitations_open",
            "purpose",
            "email",
            unique=True,
            postgresql_where=sql("used_at IS NULL AND withdrawn_at IS NULL"),
        ),
    )
