"""People who were erased, and what outlives that."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.tables.base import Base, one_of

ERASURE_STATES = ("running", "done")


class Erasure(Base):
    """One client is erased, a bounded unit at a time."""

    __tablename__ = "erasures"

    client_id: Mapped[int] = mapped_column(
        ForeignKey("clients.id"), primary_key=True, autoincrement=False
    )
    state: Mapped[str] = mapped_column(server_default="running")
    at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    #: What is gone through now, and how far.
    stage: Mapped[str]
    after: Mapped[int] = mapped_column(server_default=text("0"))
    #: His addresses, to be found where no key leads; emptied at the end.
    needles: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    #: What lists showed of him in conversations of others, by conversation; emptied too.
    lines: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    #: How much of what was gone through, by name.
    counts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    ended_at: Mapped[datetime | None]

    __table_args__ = (one_of("state", ERASURE_STATES),)


class KeptRefusal(Base):
    """Somebody who was erased had said that he is not to be written to.

    The address is not kept, but a keyed hash of it: who knows the address can ask, who
    has the table alone cannot read it.
    """

    __tablename__ = "kept_refusals"

    #: See ``hub/clients/refusals.py``.
    hash: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
