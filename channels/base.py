"""What a channel is.

Adding one is adding a file here (``channels/telegram.py``) or, from another package,
an entry point in the group ``rozmova.channels``. The module names two things:
``Channel``, an ``Adapter``, and ``Settings``, the pydantic model of its section
``[channels.<name>]``. The contract tests find it by listing the folder.
"""

import hmac
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar, Protocol

from channels._glimpses import glimpse
from hub.contracts import (
    Finding,
    Glimpse,
    HookAnswer,
    OutboundMessage,
    Outcome,
    Received,
    Receiver,
    SendingRules,
    SendResult,
    Trial,
    WebhookRequest,
)
from hub.errors import PermanentSendError, UncertainSendError

#: Takes one delivery in and returns after the commit. Raises ``SignatureError`` for a
#: forged one; an unreadable one is in quarantine when it returns.
Deliver = Callable[[WebhookRequest], Awaitable[Sequence[Outcome]]]


class Keep(Protocol):
    """Where a channel's receiver keeps how far it has come, across restarts.

    Small values under names, each channel its own. A value that was put is safe when
    ``put`` returns; what it says must be true by then, so it is put after ``Deliver``
    has returned and never before.
    """

    async def get(self, name: str) -> str | None:
        """Give what was put last, or None."""
        ...

    async def put(self, name: str, value: str) -> None:
        """Keep a value in place of the one before."""
        ...


#: Below the hub's address: says ``Place.proof`` of what comes after it.
HERE = "/hooks/-/here/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the hub is and what it is called, which every channel may need."""

    #: The hub's address as the world sees it, without a slash at the end.
    public_url: str
    #: The company's name, for mails and greetings.
    company: str
    #: ISO 3166 code; how phone numbers without a country are read.
    country: str
    #: Keys the channel may sign its own tokens with; never shown or logged.
    secret: bytes = field(repr=False)

    def proof(self, nonce: str) -> str:
        """Give what only this hub can say to ``nonce``.

        Whoever asks our public address hears it, and so knows that it leads here.
        """
        return hmac.digest(self.secret, f"here\n{nonce}".encode(), "sha256").hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a check may use."""

    #: How long one question may take.
    patience: timedelta
    #: Who is asked for names, as ``host`` or ``host:port``; empty: the machine's own.
    name_servers: tuple[str, ...] = ()
    #: The hub runs, so that its own ports and its public address should answer.
    running: bool = True
    #: The open forms that the hub keeps, each with the sites that may show it; None
    #: where that is not known.
    forms: Mapping[str, tuple[str, ...]] | None = None


class Adapter(ABC):
    """One configured channel.

    An adapter translates, and does nothing else: no database, no routing, no
    retries. It says what happened in the hub's words, or raises a ``ChannelError``.
    """

    #: The channel's name in the configuration, in URLs and on the timeline.
    name: ClassVar[str]
    #: The kind of address that it reaches clients at (``email``, ``phone``), or None
    #: when nothing can be sent by it.
    reaches: ClassVar[str | None] = None
    #: Bytes of a delivery over HTTP; a stranger can send as many before anybody has
    #: looked at his signature. None: twice the largest file, for what carries files.
    largest_delivery: int | None = 256 * 1024

    @property
    def sending_rules(self) -> SendingRules:
        """What it can take; agents are told before they send."""
        return SendingRules()

    @abstractmethod
    def __init__(self, settings: Any, place: Place) -> None: ...

    @abstractmethod
    def receive(self, request: WebhookRequest) -> Received:
        """Check the signature, then translate. Pure: no I/O.

        Raises:
            SignatureError: Not from the provider. Nothing is kept.
            PayloadError: From the provider, but unreadable. The raw body is kept.
            InvalidError: A person typed what cannot be taken (a form without an
                address); ``details["errors"]`` says what is wrong with which field.
            NotFoundError: The path names nothing of this channel.
        """

    async def authenticate(
        self,
        request: WebhookRequest,  # noqa: ARG002 - part of the contract
        received: Received,
    ) -> Received:
        """Find out who really sent it, where that takes asking others.

        Nothing is kept before it returns, so it has a limit of time; and it raises
        nothing: what cannot be found out is told so.
        """
        return received

    def respond(
        self,
        request: WebhookRequest,  # noqa: ARG002 - part of the contract
        outcomes: Sequence[Outcome],  # noqa: ARG002 - part of the contract
    ) -> HookAnswer:
        """Say what the provider wants to hear once the delivery is committed."""
        return HookAnswer()

    def glimpse(self, request: WebhookRequest) -> Glimpse:
        """Read what can be read of a delivery that was kept raw. Pure; never raises."""
        return glimpse(request)

    async def send(self, message: OutboundMessage) -> SendResult:
        """Hand one message to the provider.

        Raises:
            TransientSendError: The outbox tries again later.
            PermanentSendError: The agent is told it failed.
            UncertainSendError: It may have gone out; ``find`` is asked later.
        """
        raise PermanentSendError(f"nothing can be sent by {message.channel}")

    async def find(self, message: OutboundMessage) -> SendResult | None:
        """Look up at the provider whether an uncertain message went out.

        Returns:
            What the provider took, or None when it surely has not taken it.

        Raises:
            UncertainSendError: The provider cannot tell; a person must decide.
            TransientSendError: It may be able to tell later.
        """
        raise UncertainSendError(message.channel)

    async def fetch(self, url: str) -> bytes:  # noqa: ARG002 - part of the contract
        """Fetch what a delivery only pointed to (a recording), with our credentials.

        Raises:
            TransientSendError: It may be there later.
            PermanentSendError: It will never be there.
        """
        raise PermanentSendError(f"nothing can be fetched by {self.name}")

    @asynccontextmanager
    async def listening(
        self,
        deliver: Deliver,  # noqa: ARG002 - part of the contract
        keep: Keep,  # noqa: ARG002 - part of the contract
    ) -> AsyncIterator[None]:
        """Run the channel's own receivers (SMTP, IMAP) while the block lasts."""
        yield

    @property
    def addresses(self) -> Sequence[str]:
        """Our own addresses on it: what clients write to or call."""
        return ()

    def receivers(self) -> Sequence[Receiver]:
        """Say how each way in fares, in this process."""
        return ()

    async def check(
        self,
        means: Means,  # noqa: ARG002 - part of the contract
    ) -> AsyncIterator[Finding]:
        """Try all that the channel needs, from the outside in, and tell it as it goes.

        Asks only servers that the settings name, sends nothing to anybody, takes
        nothing in, and raises nothing: what goes wrong is a finding.
        """
        findings: tuple[Finding, ...] = ()
        for finding in findings:
            yield finding

    def trials(
        self,
        recipient: str,  # noqa: ARG002 - part of the contract
        mark: str,  # noqa: ARG002 - part of the contract
    ) -> Sequence[Trial]:
        """Give the test messages that show whether it really sends and receives.

        Args:
            recipient: Whom the asker named, or "".
            mark: Begins every key; a key may go on with letters, digits and ``-``.

        Raises:
            InvalidError: The recipient is no address of this channel's.
        """
        return ()

    async def close(self) -> None:  # noqa: B027 - many channels have nothing to close
        """Close what was opened (an HTTP session)."""

    @classmethod
    @abstractmethod
    def specimen(cls) -> "Specimen":
        """Give what the contract tests need to try this channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Specimen:
    """A configured channel and deliveries to try it with."""

    adapter: Adapter
    #: Signed and readable.
    genuine: WebhookRequest
    #: The same without a valid signature.
    forged: WebhookRequest
    #: Signed, but nothing that can be understood.
    unreadable: WebhookRequest
    #: What may be sent, or None for a channel that only receives. The adapter's
    #: provider is an address at which nothing listens.
    outbound: OutboundMessage | None = None
