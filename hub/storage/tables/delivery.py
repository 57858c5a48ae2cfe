"""Due rows (what is owed to the outside or to the clock) and idempotency keys."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.tables.base import Base, Key


class DueRow(Base):
    """Something that must happen at a time: a message to send, a timer to fire.

    ``hub/storage/due.py`` is the only reader. A settled row is deleted: the log has
    the fact.
    """

    __tablename__ = "due_rows"

    id: Mapped[Key]
    kind: Mapped[str]
    #: Names the one row of this matter, so that it can be moved or dropped.
    key: Mapped[str] = mapped_column(unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    #: A claimed row is due again when its lease ends.
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    first_tried_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (Index(None, "kind", "due_at"), Index(None, "due_at"))


class IdempotencyKey(Base):
    """The answer that a request with this key was given."""

    __tablename__ = "idempotency_keys"

    #: Who asked: keys of two callers never meet.
    owner: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    #: Of method, path and body; another request under the same key is refused.
    digest: Mapped[str]
    status: Mapped[int]
    answer: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(index=True)
