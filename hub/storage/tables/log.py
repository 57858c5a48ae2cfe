"""The event log and its head."""

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, CheckConstraint, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.tables.base import Base


class LogHead(Base):
    """The one row that gives events their numbers; see ``hub/log/append.py``."""

    __tablename__ = "log_head"

    one: Mapped[bool] = mapped_column(primary_key=True, server_default=text("true"))
    #: The number of the newest event.
    seq: Mapped[int]
    #: Cursors below it are lost: those events are gone, or never were in this copy.
    floor: Mapped[int]

    __table_args__ = (CheckConstraint("one", name="only_one"),)


class EventRow(Base):
    """One fact. Partitioned by month, so that old months can be moved away."""

    __tablename__ = "events"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    kind: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    client_id: Mapped[int | None]
    conversation_id: Mapped[int | None]
    #: Who may see it; ``hub/log/audience.py``.
    topics: Mapped[list[str]] = mapped_column(ARRAY(Text))
    #: What happened.
    data: Mapped[dict[str, Any]]
    #: How what it changed looks now, by part; a screen needs nothing else.
    state: Mapped[dict[str, Any]]
    #: Names and words were kept long enough, and are gone.
    thinned: Mapped[bool] = mapped_column(server_default=text("false"))

    __table_args__ = (
        Index(None, "conversation_id", "seq"),
        Index(None, "client_id", "seq"),
        # For the audit; what clients and the hub do by themselves is not in it.
        Index(
            "ix_events_actor_id",
            "actor_id",
            "seq",
            postgresql_where=text("actor_kind IN ('agent', 'program')"),
        ),
        {"postgresql_partition_by": "RANGE (at)"},
    )
