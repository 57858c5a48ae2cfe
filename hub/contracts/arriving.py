"""What arrives, and what the hub decided about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.contracts.calls import CallDirective, CallEvent
from hub.contracts.forms import FormDefinition, FormField, FormSubmission


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRequest:
    """One delivery by a provider, as it came."""

    #: The public URL that the provider called (and signed).
    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"
    #: What follows ``/hooks/<channel>/``, without slashes at the ends.
    path: str = ""
    #: The address of the caller, for throttling; never for trust.
    remote: str = ""
    #: True only when a receiver of the channel's own (SMTP, IMAP) took this in, so
    #: that there is no signature to check. Nothing from HTTP ever sets it.
    trusted: bool = False
    #: The form that was filled in, for the channel of forms: the hub keeps them.
    form: FormDefinition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that came or goes with a message."""

    name: str
    media_type: str
    content: bytes
    #: The Content-ID by which the HTML refers to it, without angle brackets.
    content_id: str | None = None
    #: Where anybody may fetch it for a while: for providers that want an address
    #: instead of the bytes.
    url: str = ""


class Wish(StrEnum):
    """What a client asks with one word of the sending itself."""

    STOP = "stop"
    START = "start"
    HELP = "help"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A date that a message proposes, changes or calls off. Its file is attached too."""

    #: ``invited``, ``cancelled``, ``accepted``, ``declined``, ``tentative``, ``told``.
    what: str
    summary: str = ""
    #: ISO 8601: a day, a time with its offset, or a time where it takes place.
    starts: str = ""
    ends: str = ""
    #: The zone of a time without offset, as its sender calls it.
    zone: str = ""
    location: str = ""
    organizer: str = ""
    #: It repeats.
    repeats: bool = False


class Verdict(StrEnum):
    """Whether a message comes from whom it names."""

    #: Those who run the sender's domain vouch for it.
    GENUINE = "genuine"
    #: Nobody vouches for it, and nobody says that it is forged.
    UNPROVEN = "unproven"
    #: It fails, and those who run the domain say that what fails is not theirs.
    FORGED = "forged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Authenticity:
    """What was found out about who sent a message."""

    verdict: Verdict
    #: The domain that it names, in plain letters.
    domain: str = ""
    #: Why it is not genuine, as ``channels/email/senders/authenticity.py`` lists it.
    why: str = ""
    #: The server that found it out; "" for ourselves.
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """A client said something: a mail, an SMS, a submitted form."""

    channel: str
    #: The provider's id, unique within the channel; made from the content if it has none.
    external_id: str
    #: The client's address as the provider wrote it; the hub normalises it.
    sender: str
    #: Which kind of address ``sender`` is: ``email`` or ``phone``.
    sender_kind: str
    #: Further addresses of the same person, which he gave himself: (kind, value).
    also: tuple[tuple[str, str], ...] = ()
    sender_name: str = ""
    #: Our own address that was written to.
    recipient: str = ""
    #: Who else it was written to, and who has a copy: (name, address), without us.
    to: tuple[tuple[str, str], ...] = ()
    cc: tuple[tuple[str, str], ...] = ()
    #: Where answers are asked for, if not at ``sender``: (name, address). Anybody can
    #: write anything there, so it never tells whose message it is.
    reply_to: tuple[str, str] | None = None
    subject: str = ""
    text: str = ""
    #: As it came; the hub sanitises it before anyone sees it.
    html: str = ""
    #: The client's own words without the quoted rest, where that could be told.
    visible_text: str = ""
    attachments: tuple[Attachment, ...] = ()
    #: Files that the provider keeps for us: (url, media type). ``Adapter.fetch`` gets
    #: their bytes, after the message itself has been kept.
    media: tuple[tuple[str, str], ...] = ()
    #: Answers of a form; empty for anything else.
    fields: tuple[FormField, ...] = ()
    #: Which form it answers, if any.
    submission: FormSubmission | None = None
    #: Ids of earlier messages that this one answers, nearest first.
    references: tuple[str, ...] = ()
    #: The signed part of the address that was replied to, if any.
    reply_token: str | None = None
    #: Written by a machine (out of office, list, bounce): never answered by a machine.
    automatic: bool = False
    #: What kind of machine, where that is told: ``absence``, ``bounce``, ``list``.
    machine: str = ""
    #: Dates in it that a calendar can take.
    invitations: tuple["Invitation", ...] = ()
    #: His one word about being written to at all (``STOP``).
    wish: Wish | None = None
    #: The provider answers that word by itself, or is not to be joined in it.
    wish_answered: bool = False
    #: What the client's program says of the time; the hub keeps its own beside it.
    sent_at: datetime | None = None
    #: The client's language, if he chose one (``uk``, ``en``).
    locale: str | None = None
    #: Told beside ``external_id``: messages of one id but different digests are
    #: different ones (a program that gives every mail the same id, a stranger who
    #: takes another's). Empty: the id alone tells.
    digest: str = ""
    #: Whether it really comes from ``sender``; None where nobody looked.
    authenticity: Authenticity | None = None
    #: All of it as it came, for whoever wants to see the original.
    original: Attachment | None = None
    #: Bytes of the whole where only its beginning was taken; else 0.
    whole_size: int = 0

    @property
    def is_forged(self) -> bool:
        """Whether it only pretends to come from its sender."""
        found = self.authenticity
        return found is not None and found.verdict is Verdict.FORGED


#: Causes after which an address will never do for its channel: nobody is there, and
#: nobody will be tomorrow.
HARD_CAUSES = frozenset(
    {
        "mailbox_unknown",
        "domain_unknown",
        "moved",
        "takes_no_mail",
        "not_a_number",
        "no_such_number",
        "landline",
        "no_sms",
        "no_whatsapp",
    }
)


class DeliveryState(StrEnum):
    """How far a message of ours has come. See ``hub/delivery/states.py``."""

    HELD = "held"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    BOUNCED = "bounced"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReceipt:
    """A provider says how far a message of ours has come."""

    channel: str
    state: DeliveryState
    #: The provider's id of the message, or "" where only ``reference`` is known.
    external_id: str = ""
    #: Our own ``OutboundMessage.key``, where the provider hands it back.
    reference: str = ""
    #: Why, in the provider's words, for the agent.
    reason: str = ""
    #: The client's address that the receipt speaks of, if it says.
    recipient: str = ""
    #: What the provider's words come down to, where that is known. Those of mail stand
    #: in ``channels/email/reports/causes.py``, those of Twilio in ``channels/_twilio/words.py``.
    #: ``opted_out``: the client does not want to be written to there.
    cause: str = ""
    #: The provider's own number for it (RFC 3463 for mail: ``5.1.1``).
    status: str = ""
    #: It has not arrived yet and goes on being tried; the state is ``SENT``.
    is_delayed: bool = False
    #: The message that told it. If nothing of ours is meant, it is taken in instead.
    letter: InboundMessage | None = None

    @property
    def is_hard(self) -> bool:
        """Tell whether the address will never do; else it may another day."""
        has_not_arrived = self.state in {DeliveryState.FAILED, DeliveryState.BOUNCED}
        return has_not_arrived and self.cause in HARD_CAUSES


InboundItem = InboundMessage | DeliveryReceipt | CallEvent


@dataclass(frozen=True, slots=True)
class Received:
    """What one delivery held; often one item, sometimes none, sometimes many."""

    items: tuple[InboundItem, ...] = ()
    #: Why a person should look at it first, because it is like spam; "" for most. It
    #: is set aside whole, and taken in when somebody says that it is genuine.
    suspicion: str = ""
    #: Why it cannot be taken in as a message, if its receipts turn out to speak of
    #: nothing of ours: it is then kept raw instead. "" for a provider's mere callback.
    unclaimed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """What a person may read of a delivery that could not be taken in."""

    #: Name and value, in order. A mail's are ``from``, ``to``, ``subject`` and ``date``;
    #: others are named as their sender named them.
    rows: tuple[tuple[str, str], ...] = ()
    text: str = ""
    #: The names of its files.
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one delivery, after the commit."""

    #: False when the same delivery had been taken before and nothing changed.
    fresh: bool = True
    #: What to do with the call, when the delivery was about one that wants an answer.
    directive: CallDirective | None = None
    #: The client's language, for what a machine says.
    locale: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class HookAnswer:
    """What a provider is told over HTTP."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain"
