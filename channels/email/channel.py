"""The email channel: what the hub knows of it."""

import hashlib
import hmac
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.errors import MessageError
from email.message import Message

from channels import _trials
from channels._checking import Names
from channels.base import Adapter, Deliver, Keep, Means, Place, Specimen
from channels.email import trials
from channels.email.checks import check
from channels.email.checks.senders import Witness
from channels.email.glimpses import glimpse_of
from channels.email.inbound.listeners import lmtp_listener, smtp_listener
from channels.email.inbound.mailbox import Reader, reading_mailbox
from channels.email.inbound.ways import (
    WHOLE_SIZE_HEADER,
    envelope_of,
    header,
    sending_of,
)
from channels.email.oauth import NoTokenError, Wallet
from channels.email.outbound.answers import nobody
from channels.email.outbound.composing import compose
from channels.email.outbound.relays import Relay
from channels.email.outbound.sending import NeedsAsciiError, hand_over
from channels.email.outbound.sent import look_for
from channels.email.parsing.reading import NOBODY, Envelope, inbound, own_key, parse
from channels.email.parsing.sameness import fingerprint
from channels.email.reports.bounces import receipts, report, unwrapped
from channels.email.senders import authenticity
from channels.email.settings import Settings, SmtpSettings
from hub.contracts import (
    Attachment,
    DeliveryReceipt,
    Finding,
    Glimpse,
    InboundItem,
    InboundMessage,
    OutboundMessage,
    Received,
    Receiver,
    SendResult,
    Trial,
    WebhookRequest,
)
from hub.errors import (
    PayloadError,
    SignatureError,
    TransientSendError,
    UncertainSendError,
)

log = logging.getLogger(__name__)

#: What the standard library raises over mails that break its expectations.
_DAMAGE = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
    MessageError,
)
SIGNATURE_HEADER = "X-Rozmova-Signature"


class Channel(Adapter):
    """One address of ours."""

    name = "email"
    reaches = "email"

    def __init__(self, settings: Settings, place: Place) -> None:
        self._settings = settings
        self._place = place
        self._wallet = Wallet(place.secret)
        self._witness = Witness()
        senders = settings.senders
        self._names = Names(
            Means(
                patience=timedelta(seconds=senders.timeout),
                name_servers=senders.name_servers,
            )
        )
        self._relay = None if settings.smtp is None else self._relay_of(settings.smtp)
        self._readers: list[Reader] = []
        self._listening_since: datetime | None = None
        if settings.hook_secret is not None:
            # A mail comes whole, with its attachments.
            self.largest_delivery = None

    def receive(self, request: WebhookRequest) -> Received:
        """See ``Adapter.receive``; the body is the mail as it came (RFC 5322)."""
        self._check(request)
        envelope = envelope_of(request, self._settings)
        try:
            message = parse(request.body)
            return _whole(self._read(message, envelope), message, request)
        except _DAMAGE as error:
            # Damage that no rule above foresaw: the mail is kept for a person.
            raise PayloadError(f"email: {error!r}") from error

    async def authenticate(
        self, request: WebhookRequest, received: Received
    ) -> Received:
        """See ``Adapter.authenticate``: DKIM, SPF and DMARC, by the DNS."""
        if not self._settings.checks_senders:
            return received
        letters = [one for one in map(_letter_in, received.items) if one is not None]
        if not letters or not authenticity.waits(given := letters[0].authenticity):
            return received
        try:
            found = await authenticity.found_out(
                self._names,
                request.body,
                given,
                sending_of(request),
                limit=self._settings.senders.timeout,
            )
        except Exception:  # the rim: whatever is in it, the mail must be kept
            log.exception("who sent a mail could not be looked into")
            return received
        return _changed(received, lambda letter: replace(letter, authenticity=found))

    def glimpse(self, request: WebhookRequest) -> Glimpse:
        """See ``Adapter.glimpse``."""
        try:
            return glimpse_of(request.body)
        except (*_DAMAGE, PayloadError):
            return super().glimpse(request)

    async def send(self, message: OutboundMessage) -> SendResult:
        """See ``Adapter.send``; the result names the mail's Message-ID."""
        relay = self._relay
        if relay is None:
            raise TransientSendError("email: channels.email.smtp is not set")
        try:
            return await self._send(message, relay)
        except NeedsAsciiError:
            if not message.copies:
                raise
            # Whoever can be named in ASCII gets it all the same.
            return await self._send(message, relay, ascii_only=True)

    async def _send(
        self, message: OutboundMessage, relay: Relay, *, ascii_only: bool = False
    ) -> SendResult:
        mail = compose(message, self._settings, self._place, ascii_only=ascii_only)
        if not mail.recipients:
            raise nobody(list(mail.refused))
        refused = await hand_over(mail, relay, helo=mail.sender.rpartition("@")[2])
        return SendResult(
            external_id=mail.message_id, refused=(*mail.refused, *refused)
        )

    async def find(self, message: OutboundMessage) -> SendResult | None:
        """See ``Adapter.find``: looked for where the provider keeps what was sent."""
        smtp, inboxes = self._settings.smtp, self._settings.inboxes
        if smtp is None or not smtp.sent_folder or not inboxes:
            raise UncertainSendError("email: nobody can tell whether it went out")
        message_id = compose(message, self._settings, self._place).message_id
        tokens = self._wallet.tokens(inboxes[0].oauth)
        await look_for(message_id, inboxes[0], smtp.sent_folder, tokens)
        return SendResult(external_id=message_id)

    async def close(self) -> None:
        """See ``Adapter.close``: no connection to the relay is left open."""
        if self._relay is not None:
            await self._relay.close()

    @asynccontextmanager
    async def listening(self, deliver: Deliver, keep: Keep) -> AsyncIterator[None]:
        """See ``Adapter.listening``: SMTP, LMTP and the IMAP mailboxes, as set.

        Raises:
            ChannelError: A port cannot be listened on; it names the setting.
        """
        settings = self._settings
        async with AsyncExitStack() as receivers:
            if settings.smtp_listen is not None:
                await receivers.enter_async_context(smtp_listener(settings, deliver))
            if settings.lmtp_listen is not None:
                await receivers.enter_async_context(lmtp_listener(settings, deliver))
            self._readers = []
            for imap in settings.inboxes:
                tokens = self._wallet.tokens(imap.oauth)
                reading = reading_mailbox(settings, imap, deliver, keep, tokens)
                self._readers.append(await receivers.enter_async_context(reading))
            self._wallet.remember_in(keep)
            self._listening_since = datetime.now(UTC)
            yield

    @property
    def addresses(self) -> Sequence[str]:
        """See ``Adapter.addresses``."""
        return (self._settings.address,)

    def receivers(self) -> Sequence[Receiver]:
        """See ``Adapter.receivers``."""
        settings, since = self._settings, self._listening_since
        ports = {"smtp": settings.smtp_listen, "lmtp": settings.lmtp_listen}
        listening = [
            Receiver(name=name, state="receiving", where=where, since=since)
            for name, where in ports.items()
            if where is not None and since is not None
        ]
        reading = [
            Receiver(
                name="imap",
                state=one.state,
                where=f"{imap.host}/{imap.folder}",
                since=one.since,
                code=one.code,
                trouble=one.trouble,
            )
            for imap, one in zip(settings.inboxes, self._readers, strict=False)
        ]
        return [*listening, *reading]

    def check(self, means: Means) -> AsyncIterator[Finding]:
        """See ``Adapter.check``."""
        return check.check(self._settings, self._wallet, means, self._witness)

    def trials(self, recipient: str, mark: str) -> Sequence[Trial]:
        """See ``Adapter.trials``."""
        return trials.trials(self._settings, self._place, recipient, mark)

    @classmethod
    def specimen(cls) -> Specimen:
        """See ``Adapter.specimen``."""
        secret = "only-for-the-specimen"  # noqa: S105 - signs nothing real
        settings = Settings.model_validate(
            {
                "address": "support@shop.example",
                "hook_secret": secret,
                # Nothing listens on the discard port.
                "smtp": {"host": "127.0.0.1", "port": 9, "tls": "none", "timeout": 2},
            }
        )
        place = Place(
            public_url="https://hub.shop.example",
            company="Shop",
            country="UA",
            secret=b"specimen",
        )
        return Specimen(
            adapter=cls(settings, place),
            genuine=_posted(_SPECIMEN, _sign(_SPECIMEN, secret)),
            forged=_posted(_SPECIMEN, _sign(_SPECIMEN, "somebody else's key")),
            unreadable=_posted(b"\x00\xff", _sign(b"\x00\xff", secret)),
            outbound=OutboundMessage(
                channel="email",
                key="specimen-1",
                recipient="olena@client.example",
                subject="Your order",
                text="It is on its way.",
            ),
        )

    def _check(self, request: WebhookRequest) -> None:
        if request.trusted:
            return
        secret = self._settings.hook_secret
        if secret is None:
            raise SignatureError("email: channels.email.hook_secret is not set")
        given = header(request, SIGNATURE_HEADER).strip().encode("utf-8", "replace")
        expected = _sign(request.body, secret.get_secret_value())
        if not hmac.compare_digest(given, expected.encode()):
            raise SignatureError("email")

    def _read(self, message: Message, envelope: Envelope) -> Received:
        if key := own_key(message, self._place.secret):
            # Our own mail has come back to us; it is on the timeline already, or one
            # of those by which the channel is tried.
            return Received(_trials.came_back(self.name, key))
        told = unwrapped(message, envelope.sender)
        fates = report(told, envelope.sender)
        letter = self._letter(message, envelope, is_report=bool(fates))
        secret = self._place.secret
        if fates and (found := receipts(told, fates, secret, letter)):
            return Received(found, unclaimed="" if letter else NOBODY)
        if letter is None:
            raise PayloadError(NOBODY)
        return Received((letter,))

    def _letter(
        self, message: Message, envelope: Envelope, *, is_report: bool
    ) -> InboundMessage | None:
        try:
            letter = inbound(message, envelope, self._settings)
        except PayloadError:
            # A report may come from nobody at all.
            return None
        self._witness.saw(message, letter.authenticity)
        # Some say of themselves that they were answered automatically, as notes of
        # absence do, which are folded away.
        return (
            replace(letter, automatic=True, machine="bounce") if is_report else letter
        )

    def _relay_of(self, smtp: SmtpSettings) -> Relay:
        tokens = self._wallet.tokens(smtp.oauth)
        if tokens is None:
            return Relay(smtp)

        async def token() -> str:
            try:
                return await tokens.token()
            except NoTokenError as error:
                # Once somebody has put it right, the mail can go.
                raise TransientSendError(f"email: {error}") from None

        return Relay(smtp, token, tokens.refused)


def _whole(received: Received, message: Message, request: WebhookRequest) -> Received:
    """Put the mail as it came beside what was read in it."""
    said = header(request, WHOLE_SIZE_HEADER) if request.trusted else ""
    whole_size = int(said or 0)
    original = Attachment(
        name="message.eml", media_type="message/rfc822", content=request.body
    )

    def whole(letter: InboundMessage) -> InboundMessage:
        return replace(
            letter,
            digest=fingerprint(message, letter.sender),
            original=None if whole_size else original,
            whole_size=whole_size,
        )

    return _changed(received, whole)


def _changed(
    received: Received, change: Callable[[InboundMessage], InboundMessage]
) -> Received:
    """Change the mails in it, also those that are first of all a report."""
    items: list[InboundItem] = []
    for item in received.items:
        if isinstance(item, InboundMessage):
            items.append(change(item))
        elif isinstance(item, DeliveryReceipt) and item.letter is not None:
            items.append(replace(item, letter=change(item.letter)))
        else:
            items.append(item)
    return replace(received, items=tuple(items))


def _letter_in(item: InboundItem) -> InboundMessage | None:
    if isinstance(item, DeliveryReceipt):
        return item.letter
    return item if isinstance(item, InboundMessage) else None


def _sign(body: bytes, secret: str) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _posted(body: bytes, signature: str) -> WebhookRequest:
    return WebhookRequest(
        url="https://hub.shop.example/hooks/email",
        body=body,
        headers={SIGNATURE_HEADER: signature},
    )


_SPECIMEN = b"""\
From: Olena <olena@client.example>\r
To: support@shop.example\r
Subject: Where is my order?\r
Message-ID: <specimen-1@client.example>\r
Date: Fri, 20 Nov 2026 10:00:00 +0200\r
\r
Hello, where is order 1001?\r
"""
