"""Views that people keep, and what was done to many conversations at once."""

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.tables.base import Base, Key, one_of

BULK_STATES = ("running", "done", "undoing", "undone")


class SavedView(Base):
    """A filter that somebody keeps under a name, for himself or for all."""

    __tablename__ = "saved_views"

    id: Mapped[Key]
    #: Whose; a shared one is everybody's, and this is who made it.
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    shared: Mapped[bool] = mapped_column(server_default=text("false"))
    name: Mapped[str]
    icon: Mapped[str]
    #: As ``hub/lists/filters.py`` gives it.
    filter: Mapped[dict[str, Any]]
    sort: Mapped[str]
    #: Where it stands among the others.
    place: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    #: Kept a while, so that deleting can be undone.
    deleted_at: Mapped[datetime | None]

    __table_args__ = (
        Index(None, "account_id", "place"),
        Index("ix_saved_views_shared", "place", postgresql_where=text("shared")),
    )


class BulkAction(Base):
    """One thing that is done to many conversations, a unit at a time."""

    __tablename__ = "bulk_actions"

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    #: What is done, as it was asked for.
    action: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(server_default="running")
    #: To which conversations; fixed when it was asked for.
    conversation_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    #: How many of them were gone through.
    reached: Mapped[int] = mapped_column(server_default=text("0"))
    changed: Mapped[int] = mapped_column(server_default=text("0"))
    #: Of those that were changed: put back, and left since something happened there.
    restored: Mapped[int] = mapped_column(server_default=text("0"))
    kept: Mapped[int] = mapped_column(server_default=text("0"))
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (one_of("state", BULK_STATES), Index(None, "account_id", "id"))


class BulkChange(Base):
    """What a bulk action did to one conversation."""

    __tablename__ = "bulk_changes"

    bulk_id: Mapped[int] = mapped_column(
        ForeignKey("bulk_actions.id"), primary_key=True
    )
    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversations.id"), primary_key=True
    )
    #: ``changed``, ``same``, ``refused``; then ``restored`` or ``kept``.
    outcome: Mapped[str]
    #: Why it was refused or kept, as a stable word.
    reason: Mapped[str] = mapped_column(server_default="")
    #: What it replaced.
    before: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    #: The last entry of the conversation's timeline then; a later one says that
    #: something happened since.
    item_id: Mapped[int | None]

    __table_args__ = (
        one_of("outcome", ("changed", "same", "refused", "restored", "kept")),
        Index(None, "conversation_id"),
    )
