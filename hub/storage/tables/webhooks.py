"""Endpoints of others that are told what happens here, and what was tried there."""

from datetime import datetime

from sqlalchemy import ARRAY, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.tables.base import Base, Key


class Webhook(Base):
    """An address that events are sent to, and how far it has got in the log.

    No secret is kept: it is derived from the hub's own, the id, ``salt`` and the
    number of the secret (``hub/webhooks/signing.py``).
    """

    __tablename__ = "webhooks"

    id: Mapped[Key]
    name: Mapped[str]
    url: Mapped[str]
    #: Kinds of events that it is sent; none: all.
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    salt: Mapped[str]
    #: Which secret signs now; the one before it signs as well until ``old_until``.
    secret_no: Mapped[int] = mapped_column(server_default=text("1"))
    old_until: Mapped[datetime | None]
    #: The last event that it has taken, or that was not for it.
    cursor: Mapped[int]
    #: Since when every try has failed; None while it takes what it is sent.
    failing_since: Mapped[datetime | None]
    #: Nothing is sent any more; ``disabled_because`` says why.
    disabled_at: Mapped[datetime | None]
    #: ``failed``, ``gone`` or ``person``.
    disabled_because: Mapped[str] = mapped_column(server_default="")
    #: Grows with each change by a person.
    revision: Mapped[int] = mapped_column(server_default=text("0"))
    created_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime]


class WebhookTry(Base):
    """One request to an endpoint; of each only the last ones are kept."""

    __tablename__ = "webhook_tries"

    id: Mapped[Key]
    webhook_id: Mapped[int] = mapped_column(
        ForeignKey("webhooks.id", ondelete="CASCADE")
    )
    #: None for a test.
    seq: Mapped[int | None]
    kind: Mapped[str]
    attempt: Mapped[int]
    at: Mapped[datetime]
    took_ms: Mapped[int]
    #: None when there was no answer.
    status: Mapped[int | None]
    #: The beginning of the answer, or why there was none.
    answer: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (Index(None, "webhook_id", "id"),)
