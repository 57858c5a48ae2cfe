"""What each account wants to be told and how, and the browsers that it is told by."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.tables.base import Base, Key


class NoticeWishes(Base):
    """How one account is told things. No row: as everybody is."""

    __tablename__ = "notice_wishes"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    #: ``hub.notices.rules.Wishes``, as JSON.
    wishes: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    updated_at: Mapped[datetime]


class PushSubscription(Base):
    """A browser that takes pushes for an account."""

    __tablename__ = "push_subscriptions"

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    #: Where its push service takes them; whoever knows it can reach the browser.
    endpoint: Mapped[str] = mapped_column(unique=True)
    #: The browser's public key and its secret, base64url.
    p256dh: Mapped[str]
    auth: Mapped[str]
    #: What the browser calls itself.
    program: Mapped[str]
    created_at: Mapped[datetime]


class NoticeProgress(Base):
    """The one row that says how far the log was read for notices."""

    __tablename__ = "notice_progress"

    one: Mapped[bool] = mapped_column(primary_key=True, server_default=text("true"))
    #: The last event that was minded; None before the first.
    seq: Mapped[int | None]

    __table_args__ = (CheckConstraint("one", name="only_one"),)
