"""Clients and the addresses that reach them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.tables.base import Base, Key, one_of


class Client(Base):
    """A person or firm served."""

    __tablename__ = "clients"

    id: Mapped[Key]
    name: Mapped[str]
    locale: Mapped[str | None]
    #: Whatever the company keeps of a client; keys and values are its own.
    attributes: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    created_at: Mapped[datetime]
    #: Who he turned out to be. Nothing is his while that stands, and his own fields
    #: rest as they were, for the day on which the merge is undone.
    merged_into: Mapped[int | None] = mapped_column(
        ForeignKey("clients.id"), index=True
    )
    #: When he was erased and by which colleague; what stands here says nothing of him.
    erased_at: Mapped[datetime | None]
    erased_by: Mapped[str | None]

    __table_args__ = (Index(None, "name"),)


class Address(Base):
    """One way to reach a client."""

    __tablename__ = "addresses"

    id: Mapped[Key]
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"), index=True)
    kind: Mapped[str]
    #: Normalised: E.164 for phones, ``hub/clients/addresses.py`` for mail.
    value: Mapped[str]
    #: As its owner writes it.
    display: Mapped[str]
    #: When the client proved that it is his (a link or code that he got there).
    verified_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        one_of("kind", ("email", "phone")),
        UniqueConstraint("kind", "value"),
        # Under one number or name in other clothes; see ``hub/clients/duplicates.py``.
        Index("ix_addresses_alike", text("alike(kind, value)")),
    )


class Merge(Base):
    """Two clients were found to be one; until ``undone_at`` that stands."""

    __tablename__ = "merges"

    id: Mapped[Key]
    #: Who goes on.
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"), index=True)
    #: Who became a part of him.
    merged_id: Mapped[int] = mapped_column(ForeignKey("clients.id"))
    at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    by_name: Mapped[str]
    #: What it changed of the one who goes on: [before, after] by field; see
    #: ``hub/clients/layers.py``.
    fields: Mapped[dict[str, Any]]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))

    __table_args__ = (
        Index(
            "uq_merges_standing",
            "merged_id",
            unique=True,
            postgresql_where=text("undone_at IS NULL"),
        ),
    )


class Home(Base):
    """Whose a thing is when no merge stands.

    Only for things that a merge brought to another client; all others are at home.
    """

    __tablename__ = "homes"

    #: The table, and the row's key in it.
    kind: Mapped[str] = mapped_column(primary_key=True)
    row_id: Mapped[int] = mapped_column(primary_key=True)
    home_id: Mapped[int] = mapped_column(ForeignKey("clients.id"), index=True)


class ClientPair(Base):
    """Two clients who may be one, or surely are not."""

    __tablename__ = "client_pairs"

    #: The lower id of the two, and the higher one.
    one_id: Mapped[int] = mapped_column(ForeignKey("clients.id"), primary_key=True)
    other_id: Mapped[int] = mapped_column(
        ForeignKey("clients.id"), primary_key=True, index=True
    )
    #: Why they may be one; "" when a person only said that they are not.
    reason: Mapped[str]
    #: The address that it is about.
    detail: Mapped[str] = mapped_column(server_default="")
    at: Mapped[datetime]
    #: When somebody said that they are two.
    dismissed_at: Mapped[datetime | None]
    dismissed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
