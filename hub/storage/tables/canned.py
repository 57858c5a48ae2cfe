"""Ready answers, macros, and what macros did."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.tables.base import Base, Key


class CannedAnswer(Base):
    """An answer that is ready, in one or more languages."""

    __tablename__ = "canned_answers"

    id: Mapped[Key]
    #: Whose own it is; None: the team's.
    account_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounts.id"), index=True
    )
    title: Mapped[str]
    folder: Mapped[str] = mapped_column(server_default="")
    #: Kinds of channels that it fits; empty: all.
    channels: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=sql("'{}'"))
    #: Variants: ``locale``, ``subject``, ``text``, ``html``.
    texts: Mapped[list[Any]]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class CannedUse(Base):
    """How often somebody took a ready answer."""

    __tablename__ = "canned_uses"

    answer_id: Mapped[int] = mapped_column(
        ForeignKey("canned_answers.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    count: Mapped[int]
    at: Mapped[datetime]


class Macro(Base):
    """Several things that are done to a conversation at once."""

    __tablename__ = "macros"

    id: Mapped[Key]
    #: Whose own it is; None: the team's.
    account_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounts.id"), index=True
    )
    title: Mapped[str]
    #: In the order in which they are done; see ``hub/answers/steps.py``.
    steps: Mapped[list[Any]]
    used: Mapped[int] = mapped_column(server_default=sql("0"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class MacroRun(Base):
    """What a macro did, so that it can be taken back."""

    __tablename__ = "macro_runs"

    id: Mapped[Key]
    macro_id: Mapped[int | None] = mapped_column(
        ForeignKey("macros.id", ondelete="SET NULL"), index=True
    )
    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversations.id"), index=True
    )
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    at: Mapped[datetime]
    #: The press that it was run by; a repeat is not a second run.
    key: Mapped[UUID] = mapped_column(unique=True)
    #: How the conversation stood, and stands since: what differs, by name.
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    item_id: Mapped[int | None] = mapped_column(ForeignKey("timeline.id"))
    note_id: Mapped[int | None] = mapped_column(ForeignKey("timeline.id"))
    task_id: Mapped[int | None] = mapped_column(
        ForeignKey("tasks.id", ondelete="SET NULL")
    )
    undone_at: Mapped[datetime | None]
