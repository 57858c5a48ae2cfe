"""What channels found out about themselves, and news of their test messages."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.tables.base import Base, Key


class ChannelCheck(Base):
    """One time that somebody had a channel tried."""

    __tablename__ = "channel_checks"

    id: Mapped[Key]
    channel: Mapped[str]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    #: Whom a test message was to go to, if he named somebody.
    recipient: Mapped[str] = mapped_column(server_default="")
    started_at: Mapped[datetime]
    #: None while it runs.
    ended_at: Mapped[datetime | None]
    #: As they came: check, grade, code, facts.
    findings: Mapped[list[Any]] = mapped_column(server_default=sql("'[]'"))

    __table_args__ = (
        Index(None, "channel", "id"),
        Index(
            "uq_channel_checks_running",
            "channel",
            unique=True,
            postgresql_where=sql("ended_at IS NULL"),
        ),
    )


class TrialNews(Base):
    """How far a test message has come; whichever process heard of it."""

    __tablename__ = "trial_news"

    key: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(server_default="")
    at: Mapped[datetime]
