"""What search looks things up in; see ``hub/search/filling.py``."""

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.tables.base import Base, one_of

#: What can be found: entries of timelines, clients, orders.
FOUND_KINDS = ("item", "client", "order")


class SearchEntry(Base):
    """The words of one thing that can be found.

    By its own id, so that a merge of clients or a move of entries changes nothing
    here: whose it is, is read where it stands.
    """

    __tablename__ = "search_entries"

    kind: Mapped[str] = mapped_column(primary_key=True)
    row_id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    words: Mapped[Any] = mapped_column(TSVECTOR)

    __table_args__ = (
        one_of("kind", FOUND_KINDS),
        Index(
            "ix_search_entries_words",
            "words",
            postgresql_using="gin",
            # What waits to be sorted in is read through by every search.
            postgresql_with={"gin_pending_list_limit": "1024"},
        ),
    )


class SearchWord(Base):
    """A word that was met, for words that are begun or mistyped."""

    __tablename__ = "search_words"

    word: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    stem: Mapped[str] = mapped_column(index=True)
    #: How many things it was met in.
    uses: Mapped[int]
    #: See ``hub/search/spelling.py``.
    keys: Mapped[list[int]] = mapped_column(ARRAY(Integer))

    __table_args__ = (
        Index("ix_search_words_keys", "keys", postgresql_using="gin"),
        {"postgresql_with": {"fillfactor": "80"}},
    )


class SearchProgress(Base):
    """The one row that says how far search has come."""

    __tablename__ = "search_progress"

    one: Mapped[bool] = mapped_column(primary_key=True, server_default=text("true"))
    #: The last event of the log that was minded; None before the first.
    seq: Mapped[int | None]
    #: What was there before, by kind: the ids below are still to be read.
    below: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    #: Words known.
    words: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))

    __table_args__ = (CheckConstraint("one", name="only_one"),)
