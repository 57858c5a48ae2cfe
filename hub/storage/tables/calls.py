"""Phone calls."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.tables.base import Base, Key, one_of

CALL_STATES = ("ringing", "answered", "voicemail", "ended", "missed")


class Call(Base):
    """One call by a client; its entry on the timeline shows the same."""

    __tablename__ = "calls"

    id: Mapped[Key]
    channel: Mapped[str]
    external_id: Mapped[str]
    item_id: Mapped[int] = mapped_column(ForeignKey("timeline.id"), unique=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"))
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    state: Mapped[str]
    caller: Mapped[str]
    called: Mapped[str]
    #: Who is rung or speaks.
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    #: Who was rung before, in order, so that nobody is rung twice.
    rung: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    started_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    #: The provider's id of the recording that was fetched or is being fetched.
    recording_id: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (
        one_of("state", CALL_STATES),
        UniqueConstraint("channel", "external_id"),
        Index(
            "ix_calls_live",
            "agent_id",
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
