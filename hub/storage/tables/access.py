"""Accounts, sign-ins, tokens, and what waits for one person's eyes."""

from datetime import datetime

from sqlalchemy import ARRAY, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.tables.base import Base, Key, one_of


class Account(Base):
    """Somebody who works here."""

    __tablename__ = "accounts"

    id: Mapped[Key]
    #: Lower case; what he signs in with.
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    #: The key of a role: one of the built-in ones or of ``Role``.
    role: Mapped[str]
    #: argon2id; None cannot sign in by password.
    password_hash: Mapped[str | None]
    locale: Mapped[str] = mapped_column(server_default="uk")
    #: Conversations at once; None: as the settings say.
    capacity: Mapped[int | None]
    #: E.164; where calls are put through to.
    outside_number: Mapped[str | None]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    created_at: Mapped[datetime]


class Role(Base):
    """A role of this company's own; the built-in ones are in ``hub/access/rights.py``.

    Accounts and invitations name it by its key. Who gives it locks its row (``SHARE``),
    and so does who changes or removes it (``UPDATE``): nobody is left with a role that
    is gone, or at work that he may not do any more.
    """

    __tablename__ = "roles"

    #: Made of its first name; it never changes.
    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    #: Where it stands, after the built-in ones.
    place: Mapped[int]
    rights: Mapped[list[str]] = mapped_column(ARRAY(Text))
    revision: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime]


class Session(Base):
    """One signed-in browser."""

    __tablename__ = "sessions"

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    #: SHA-256 of the cookie's secret: the table is of no use to a thief.
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    remote: Mapped[str]
    program: Mapped[str]


class ApiToken(Base):
    """A key for a program."""

    __tablename__ = "api_tokens"

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    name: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    #: Rights, each within what its account may do.
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    #: The token that made this one, which ends with it; none when a person did.
    made_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("api_tokens.id"), index=True
    )


class Throttle(Base):
    """Tries of one thing from one place, within a window."""

    __tablename__ = "throttles"

    #: What is tried and by whom, such as ``sign-in:203.0.113.7``.
    key: Mapped[str] = mapped_column(primary_key=True)
    tries: Mapped[int]
    window_ends: Mapped[datetime] = mapped_column(index=True)


class PortalCode(Base):
    """A link or code by which a client proves that an address is his."""

    __tablename__ = "portal_codes"

    id: Mapped[Key]
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"), index=True)
    #: SHA-256 of the link's secret or of the code with a salt.
    code_hash: Mapped[str] = mapped_column(index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    used_at: Mapped[datetime | None]


class PortalSession(Base):
    """A client's signed-in browser."""

    __tablename__ = "portal_sessions"

    id: Mapped[Key]
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


#: What an account is told of.
NOTIFICATION_KINDS = (
    "mentioned",
    "assigned",
    "not_sent",
    "uncertain",
    "task_assigned",
    "task_reminder",
    "task_due",
    "promise_late",
    "date_ahead",
    "message",
    "queue_message",
    "offer",
    "sla_risk",
    "sla_breached",
    "webhook_disabled",
)


class Notification(Base):
    """Something that one account should look at."""

    __tablename__ = "notifications"

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[str]
    #: Where it happened, if that is in a conversation.
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("timeline.id"))
    #: What is to be done, if it is about that.
    task_id: Mapped[int | None] = mapped_column(ForeignKey("tasks.id"))
    #: In its maker's words, where there is no message to show.
    about: Mapped[str] = mapped_column(server_default="")
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    #: How many times it happened before it was read.
    count: Mapped[int] = mapped_column(server_default=text("1"))
    #: What happens again under the same name is the same notice until it is read.
    group_key: Mapped[str | None]
    #: When it was last pushed to browsers, and when a mail told of it.
    pushed_at: Mapped[datetime | None]
    digested_at: Mapped[datetime | None]

    __table_args__ = (
        Index(None, "account_id", "at"),
        # What is moved or erased takes the notices of it along.
        Index(None, "item_id"),
        Index(
            "uq_notifications_group",
            "account_id",
            "group_key",
            unique=True,
            postgresql_where=text("read_at IS NULL AND group_key IS NOT NULL"),
        ),
        Index(
            "ix_notifications_unread",
            "account_id",
            "conversation_id",
            postgresql_where=text("read_at IS NULL"),
        ),
        Index(
            "ix_notifications_mentions",
            "account_id",
            "conversation_id",
            postgresql_where=text("kind = 'mentioned'"),
        ),
        one_of("kind", NOTIFICATION_KINDS),
    )
