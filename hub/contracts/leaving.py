"""What leaves, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.contracts.arriving import Attachment, DeliveryState


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A message that a provider has approved beforehand."""

    #: The provider's id of it.
    id: str
    #: As agents call it.
    name: str
    #: As the client reads it, with ``{{1}}`` or ``{{name}}`` where values are put in.
    text: str
    #: ISO 639 code, or "" for any.
    locale: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingRules:
    """What a channel can take, so that agents know before they send."""

    #: After a client's message one may write freely for so long; later only by a
    #: template. None: always.
    window: timedelta | None = None
    templates: tuple[Template, ...] = ()
    #: Letters of one message.
    max_text: int | None = None
    #: Parts of one SMS; None: no matter, or no SMS.
    max_segments: int | None = None
    #: It is counted and paid by parts.
    counts_segments: bool = False
    #: Files of one message; None: as many as the hub allows.
    max_files: int | None = None
    #: The largest file of each kind, in bytes, by media type or family (``image/*``),
    #: the first that fits; a kind that is not here cannot be sent. Empty: any.
    files: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """Somebody beside ``OutboundMessage.recipient`` who gets the same message."""

    address: str
    name: str = ""
    #: ``to``, ``cc`` or ``bcc``.
    role: str = "cc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """An earlier message below a new one: what it answers, or hands on."""

    text: str
    #: Sanitised.
    html: str = ""
    sender: str = ""
    at: datetime | None = None
    subject: str = ""
    #: It is handed on to somebody who does not know it.
    forwarded: bool = False
    #: In which its heading is written.
    locale: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundMessage:
    """A message that a channel is to hand to its provider."""

    channel: str
    #: Ours, unique for ever; the same at every try of the same message.
    key: str
    recipient: str
    text: str
    recipient_name: str = ""
    html: str = ""
    subject: str = ""
    attachments: tuple[Attachment, ...] = ()
    #: Ids of the messages that this one answers, nearest first.
    references: tuple[str, ...] = ()
    #: To be carried in the reply address, so that the answer finds its conversation.
    reply_token: str = ""
    #: Who signs: an agent's or the company's name.
    sender_name: str = ""
    #: Written by a machine: marked so that no other machine answers it.
    automatic: bool = False
    #: When it was handed over first, for ``Adapter.find``.
    tried_at: datetime | None = None
    #: Our own address that the client wrote to last, so that he is answered from it.
    sender: str = ""
    #: The template that it is made from, and what is put into it, by name.
    template_id: str = ""
    template_values: Mapping[str, str] = field(default_factory=dict)
    #: The provider's ids of other messages of ours to him, lately: none of them is this
    #: one, however much alike they are.
    others: tuple[str, ...] = ()
    #: Who else is named in it, for channels that can.
    copies: tuple[Copy, ...] = ()
    #: Whom this try is for, out of ``recipient`` and ``copies``; empty: all of them.
    only: tuple[str, ...] = ()
    #: What stands below the text, plain and as HTML.
    signature: str = ""
    signature_html: str = ""
    quote: Quote | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One of several recipients was not taken."""

    recipient: str
    reason: str
    #: What that comes down to, as in ``DeliveryReceipt.cause``.
    cause: str = ""
    #: It may be taken later.
    later: bool = False
    #: When the provider wishes to be asked again, in seconds.
    retry_after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """The provider took the message."""

    #: The provider's id, by which receipts will speak of it.
    external_id: str
    state: DeliveryState = DeliveryState.SENT
    #: Who of several recipients did not get it; all others did.
    refused: tuple[Refusal, ...] = ()
