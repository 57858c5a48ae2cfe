"""What clients said of being written to, each statement a row for ever."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.tables.base import Base, Key, one_of

CONSENT_STATES = ("given", "refused")
CONSENT_SOURCES = ("message", "form", "agent", "provider", "import")


class Consent(Base):
    """One statement about one address; the newest of its kind holds.

    It is kept by address and not by client: whoever the address comes to belong to,
    its reader has said no.
    """

    __tablename__ = "consents"

    id: Mapped[Key]
    #: Of the address, as in ``addresses``.
    kind: Mapped[str]
    value: Mapped[str]
    #: The channel that it is about; "" for a matter that belongs to none.
    channel: Mapped[str] = mapped_column(server_default="")
    #: What is allowed: ``contact``, or a company's own word from a form.
    purpose: Mapped[str] = mapped_column(server_default="contact")
    state: Mapped[str]
    source: Mapped[str]
    #: The words that the client read or wrote.
    wording: Mapped[str] = mapped_column(server_default="")
    #: Why a colleague recorded it.
    note: Mapped[str] = mapped_column(server_default="")
    #: Whose address it was then.
    client_id: Mapped[int | None] = mapped_column(ForeignKey("clients.id"), index=True)
    #: The entry of the timeline that says it.
    item_id: Mapped[int | None] = mapped_column(ForeignKey("timeline.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    at: Mapped[datetime]

    __table_args__ = (
        one_of("kind", ("email", "phone")),
        one_of("state", CONSENT_STATES),
        one_of("source", CONSENT_SOURCES),
        Index(None, "kind", "value", "channel", "purpose", "id"),
    )
