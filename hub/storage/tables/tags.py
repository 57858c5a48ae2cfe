"""Tags that conversations may have, and what is known of clients by definition."""

from datetime import datetime
from typing import Any

from sqlalchemy import Text
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.tables.base import Base, Key, one_of

ATTRIBUTE_KINDS = ("text", "number", "date", "yes_no", "choice", "link")
#: Who changes a value: whoever may change clients, who has the right ``attributes``,
#: or programs alone.
EDITORS = ("everyone", "managers", "programs")
REMINDS = ("never", "once", "yearly")


class Tag(Base):
    """A tag. Conversations carry its name."""

    __tablename__ = "tags"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True)
    #: A token of the screens' colours; empty: none.
    colour: Mapped[str] = mapped_column(server_default="")
    description: Mapped[str] = mapped_column(server_default="")
    #: What it was called before, and what was merged into it.
    former: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=sql("'{}'"))
    #: It is offered no more since then; where it is, it stays.
    archived_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class AttributeDefinition(Base):
    """What is known of clients under one name, and how it is asked for."""

    __tablename__ = "attribute_definitions"

    id: Mapped[Key]
    #: The key in ``clients.attributes``; it never changes.
    name: Mapped[str] = mapped_column(unique=True)
    #: As people read it, by language.
    labels: Mapped[dict[str, Any]] = mapped_column(server_default=sql("'{}'"))
    kind: Mapped[str]
    #: Of a ``choice``: ``value`` and ``labels`` of each, in order.
    choices: Mapped[list[Any]] = mapped_column(server_default=sql("'[]'"))
    required: Mapped[bool] = mapped_column(server_default=sql("false"))
    place: Mapped[int]
    editors: Mapped[str] = mapped_column(server_default="everyone")
    #: Of a ``date``: whether the team is reminded of it, and so many days ahead.
    reminds: Mapped[str] = mapped_column(server_default="never")
    ahead_days: Mapped[int] = mapped_column(server_default=sql("0"))
    revision: Mapped[int] = mapped_column(server_default=sql("0"))
    created_at: Mapped[datetime]

    __table_args__ = (
        one_of("kind", ATTRIBUTE_KINDS),
        one_of("editors", EDITORS),
        one_of("reminds", REMINDS),
    )
