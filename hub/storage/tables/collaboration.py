"""What we have to do and what we promised, and the calendars that show it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.tables.base import Base, Key, one_of
from hub.storage.tables.conversations import PRIORITIES

#: What is to be done: something, what a client was promised, getting in touch with
#: him, minding a day of his.
TASK_KINDS = ("task", "promise", "contact", "date")
TASK_STATES = ("open", "late", "done", "cancelled")
REPEATS = ("none", "daily", "weekly", "monthly")
#: How a promise is kept, for the words that its client reads.
DEEDS = ("do", "send", "call")
#: How somebody is to be reached.
WAYS = ("phone", "email", "sms", "meeting")


class Task(Base):
    """Somebody has to do something, maybe by a time."""

    __tablename__ = "tasks"

    id: Mapped[Key]
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="open")
    title: Mapped[str]
    notes: Mapped[str] = mapped_column(server_default="")
    client_id: Mapped[int | None] = mapped_column(ForeignKey("clients.id"))
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"))
    #: What it was made from.
    item_id: Mapped[int | None] = mapped_column(ForeignKey("timeline.id"))
    #: Where it stands on the timeline; promises only.
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("timeline.id"))
    #: Whose it is; None: the team's.
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    created_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    priority: Mapped[str] = mapped_column(server_default="normal")
    due_at: Mapped[datetime | None]
    #: It is about the whole day of ``due_at``.
    all_day: Mapped[bool] = mapped_column(server_default=text("false"))
    remind_at: Mapped[datetime | None]
    repeat: Mapped[str] = mapped_column(server_default="none")
    #: The day of the month of the first one, for those that repeat monthly.
    repeat_day: Mapped[int | None]
    #: The one that it repeats.
    previous_id: Mapped[int | None] = mapped_column(
        ForeignKey("tasks.id", ondelete="SET NULL"), unique=True
    )
    deed: Mapped[str] = mapped_column(server_default="do")
    channel: Mapped[str | None]
    #: Of a day of a client: which of his attributes says it.
    attribute: Mapped[str] = mapped_column(server_default="")
    #: Names what made it, so that it is made once.
    origin: Mapped[str | None] = mapped_column(unique=True)
    #: Counts its changes, for calendars.
    revision: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))

    __table_args__ = (
        one_of("kind", TASK_KINDS),
        one_of("state", TASK_STATES),
        one_of("priority", PRIORITIES),
        one_of("repeat", REPEATS),
        one_of("deed", DEEDS),
        one_of("channel", WAYS),
        Index(None, "assignee_id", "state", "due_at", "id"),
        Index(None, "state", "due_at", "id"),
        Index(None, "client_id", "id"),
        Index(None, "conversation_id"),
    )


class CalendarFeed(Base):
    """The secret address of an account's calendar."""

    __tablename__ = "calendar_feeds"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
