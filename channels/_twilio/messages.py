"""What SMS and WhatsApp by Twilio share: the same webhooks, REST and receipts.

Whether a message went out is told in three ways, each enough by itself: the answer to
the request, the status callbacks (they carry our own key, so they settle even a
message whose answer was lost), and a look-up in Twilio's list.
"""

from abc import abstractmethod
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Literal
from urllib.parse import urlencode

from pydantic import Field
from twilio.twiml.messaging_response import MessagingResponse

from channels import _wishes
from channels._twilio import checking
from channels._twilio.checking import Line, Webhook, probe_url
from channels._twilio.client import (
    Listed,
    Numbers,
    TwilioSettings,
    phone_number,
    query_value,
    required,
    signed_fields,
)
from channels._twilio.lookup import ListedMessage, sent_since, the_one_that_says
from channels._twilio.rest import TwilioRest
from channels._twilio.words import MESSAGE_STATES, OVERFLOW, PASSING, cause, reason
from channels._wishes import OUR_WORDS, TWILIO_WORDS, Words
from channels.base import Adapter, Means, Place
from hub.contracts import (
    DeliveryReceipt,
    DeliveryState,
    Finding,
    HookAnswer,
    InboundMessage,
    OutboundMessage,
    Outcome,
    Received,
    SendResult,
    Trial,
    WebhookRequest,
    Wish,
)
from hub.errors import (
    PayloadError,
    PermanentSendError,
    TransientSendError,
    UncertainSendError,
)

_NOTHING_TO_SAY = str(MessagingResponse()).encode()
#: Twilio notes times by whole seconds.
WHOLE_SECONDS = timedelta(seconds=2)
#: More pictures than one message can hold.
MOST_MEDIA = 20
WHATSAPP = "whatsapp:"

Form = list[tuple[str, str]]


#: Twilio reacts to no word by WhatsApp, and "cancel" or "end" may well be about an order.
WHATSAPP_WORDS: Mapping[Wish, tuple[str, ...]] = {
    Wish.STOP: ("stop", "unsubscribe", *OUR_WORDS[Wish.STOP]),
    Wish.START: ("start", *OUR_WORDS[Wish.START]),
    Wish.HELP: ("help", *OUR_WORDS[Wish.HELP]),
}
#: For what a messaging service brings to the address of SMS.
BY_WHATSAPP = Words.of(*(WHATSAPP_WORDS[wish] for wish in Wish))


def _words(wish: Wish) -> tuple[str, ...]:
    return (*TWILIO_WORDS[wish], *OUR_WORDS[wish])


class MessageSettings(TwilioSettings):
    """What both channels are told beside the account."""

    #: Our own numbers, the one to use first in front, or short codes.
    numbers: Numbers = ()
    #: Sends from a pool of numbers instead of ``numbers``; Twilio picks one.
    messaging_service_sid: str | None = Field(None, pattern=r"^MG[0-9a-fA-F]{32}$")
    #: Twilio tells us how far each message has come. Off: only whether it was taken.
    receipts: bool = True
    #: How long Twilio may take to list a message it has accepted, in seconds; before,
    #: "not in the list" proves nothing.
    settle: float = Field(15, ge=0)
    #: How many pages of 100 messages to one client a look-up reads at most.
    lookup_pages: int = Field(10, ge=1)
    #: Messages that are nothing but one of these words end the writing to a number.
    stop_words: Listed = _words(Wish.STOP)
    #: These allow it again, after a stop. At other times they are ordinary messages.
    start_words: Listed = _words(Wish.START)
    #: These are told who we are and how to stop.
    help_words: Listed = _words(Wish.HELP)
    #: Which of those words we answer: ``ours``: those that Twilio does not answer by
    #: itself; ``all``: when its own answers are switched off; ``none``.
    answer_wishes: Literal["ours", "all", "none"] = "ours"
    #: Media types of clients' files that are fetched, as ``image/*``; empty: all.
    accepted_media: Listed = ()


class Messages(Adapter):
    """One Twilio account's messages of one kind."""

    reaches = "phone"
    #: Before numbers, in everything that Twilio is told and tells.
    prefix: ClassVar[str] = ""
    #: Twilio itself reacts to its words on this channel.
    twilio_reacts: ClassVar[bool] = True

    def __init__(self, settings: MessageSettings, place: Place) -> None:
        self._settings = settings
        self._place = place
        self._rest = TwilioRest(settings)
        self._wishes = Words.of(
            settings.stop_words, settings.start_words, settings.help_words
        )
        self._now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def receive(self, request: WebhookRequest) -> Received:
        """See ``Adapter.receive``."""
        fields = signed_fields(request, self._settings)
        match request.path:
            case "":
                return Received((self._message(fields),))
            case "status":
                return Received(self._receipts(request, fields))
            case _:
                raise PayloadError(f"{self.name}: nothing is known of {request.path!r}")

    def respond(
        self, request: WebhookRequest, outcomes: Sequence[Outcome]
    ) -> HookAnswer:
        """See ``Adapter.respond``. An answer is never given here: the outbox sends it."""
        if request.path == "status":
            return super().respond(request, outcomes)
        return HookAnswer(body=_NOTHING_TO_SAY, content_type="text/xml")

    async def send(self, message: OutboundMessage) -> SendResult:
        """See ``Adapter.send``."""
        form: Form = [
            ("To", f"{self.prefix}{message.recipient}"),
            *self._from(message),
            *self._content(message),
        ]
        if self._settings.receipts:
            form.append(("StatusCallback", self._callback(message.key)))
        taken = await self._rest.create("Messages.json", form)
        sid = taken.get("sid")
        if not isinstance(sid, str) or not sid:
            raise UncertainSendError("twilio: took it, but did not say as what")
        return SendResult(external_id=sid)

    async def find(self, message: OutboundMessage) -> SendResult | None:
        """See ``Adapter.find``.

        Twilio hands our key back only in status callbacks, so here a message is known
        by who, to whom, what and when; those that we know as other messages of ours
        are left aside. Where two fit, or Twilio does not keep the words, it cannot
        tell.
        """
        if message.tried_at is None:
            raise UncertainSendError(f"{self.name}: when it was tried is not known")
        if self._now() - message.tried_at < timedelta(seconds=self._settings.settle):
            raise TransientSendError(
                f"{self.name}: Twilio may not list it yet",
                retry_after=self._settings.settle,
            )
        listed = await sent_since(
            self._rest,
            f"{self.prefix}{message.recipient}",
            message.tried_at.replace(microsecond=0) - WHOLE_SECONDS,
            pages=self._settings.lookup_pages,
        )
        others = set(message.others)
        ours = [
            one for one in listed if one.sid not in others and self._may_be_ours(one)
        ]
        found = the_one_that_says(ours, message.text)
        return SendResult(external_id=found.sid, state=found.state) if found else None

    async def fetch(self, url: str) -> bytes:
        """See ``Adapter.fetch``."""
        return await self._rest.download(url, accepts=self._settings.accepted_media)

    @property
    def addresses(self) -> Sequence[str]:
        """See ``Adapter.addresses``."""
        return self._settings.numbers

    def check(self, means: Means) -> AsyncIterator[Finding]:
        """See ``Adapter.check``."""
        hook = f"{self._place.public_url}/hooks/{self.name}"
        line = Line(
            settings=self._settings,
            place=self._place,
            ability="sms",
            webhooks=(Webhook(field="sms", url=hook),),
            probe_url=probe_url(self._place, self.name),
            apart=bool(self.prefix),
            service_sid=self._settings.messaging_service_sid,
        )
        return checking.check(line, means)

    def trials(self, recipient: str, mark: str) -> Sequence[Trial]:
        """See ``Adapter.trials``."""
        returns = self._settings.receipts
        return checking.trials(self.name, self._place, recipient, mark, returns=returns)

    async def close(self) -> None:
        """See ``Adapter.close``."""
        await self._rest.close()

    @abstractmethod
    def _from(self, message: OutboundMessage) -> Form:
        """Say whom a message comes from, as parameters."""

    def _content(self, message: OutboundMessage) -> Form:
        """Say what is in a message, as parameters."""
        if any(not one.url for one in message.attachments):
            raise PermanentSendError(
                f"{self.name}: a file has no public address", cause="media_unreachable"
            )
        pictures = [("MediaUrl", one.url) for one in message.attachments]
        return [("Body", message.text), *pictures] if message.text else pictures

    # --- Twilio's callbacks

    def _message(self, fields: Mapping[str, str]) -> InboundMessage:
        by_whatsapp = _is_whatsapp(required(fields, "From"))
        sender = phone_number(fields["From"])
        if not sender:
            raise PayloadError("twilio: nobody is named as the sender")
        text = _text(fields)
        wish, answered = self._wish(fields, text, by_whatsapp=by_whatsapp)
        replied = fields.get("OriginalRepliedMessageSid", "")
        return InboundMessage(
            # One service may bring both kinds to one address.
            channel="whatsapp" if by_whatsapp else "sms",
            external_id=fields.get("MessageSid") or required(fields, "SmsSid"),
            sender=sender,
            sender_kind="phone",
            recipient=phone_number(fields.get("To", "")),
            sender_name=fields.get("ProfileName", ""),
            text=text,
            media=tuple(_media(fields)),
            references=(replied,) if replied else (),
            wish=wish,
            wish_answered=answered,
        )

    def _wish(
        self, fields: Mapping[str, str], text: str, *, by_whatsapp: bool
    ) -> tuple[Wish | None, bool]:
        told = fields.get("OptOutType", "").lower()
        if told in set(Wish):
            # Twilio's "advanced opt-out" read the word and has answered it.
            return Wish(told), True
        words = BY_WHATSAPP if by_whatsapp and not self.prefix else self._wishes
        wish = words.read(text)
        match self._settings.answer_wishes:
            case "none":
                return wish, True
            case "all":
                return wish, False
            case "ours":
                return wish, not by_whatsapp and _wishes.is_twilio_s(text)

    def _receipts(
        self, request: WebhookRequest, fields: Mapping[str, str]
    ) -> tuple[DeliveryReceipt, ...]:
        word = fields.get("MessageStatus") or required(fields, "SmsStatus")
        state = MESSAGE_STATES.get(word)
        if state is None:
            return ()
        failed = state is DeliveryState.FAILED
        to = fields.get("To", "")
        return (
            DeliveryReceipt(
                # Each message of ours names its own callback; a service may name one
                # for all of its senders.
                channel="whatsapp" if _is_whatsapp(to) else self.name,
                state=state,
                external_id=fields.get("MessageSid") or required(fields, "SmsSid"),
                reference=query_value(request, "ref"),
                reason=_failure(word, fields) if failed else "",
                recipient=phone_number(to),
                cause=cause(_code(fields)) if failed else "",
                status=fields.get("ErrorCode", "") if failed else "",
            ),
        )

    # --- what is ours

    def _may_be_ours(self, listed: ListedMessage) -> bool:
        # A messaging service picks the number itself, so any number may be ours.
        if self._settings.messaging_service_sid:
            return True
        return listed.sender.removeprefix(self.prefix) in self._senders()

    def _senders(self) -> tuple[str, ...]:
        """List everything that a message of ours may come from."""
        return self._settings.numbers

    def _callback(self, key: str) -> str:
        query = urlencode({"ref": key})
        return f"{self._place.public_url}/hooks/{self.name}/status?{query}"


def _media(fields: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Yield the address and the type of each picture that came along."""
    try:
        count = int(fields.get("NumMedia") or 0)
    except ValueError as error:
        raise PayloadError("twilio: NumMedia is not a number") from error
    for index in range(min(count, MOST_MEDIA)):
        url = required(fields, f"MediaUrl{index}")
        yield url, fields.get(f"MediaContentType{index}", "application/octet-stream")


def _is_whatsapp(address: str) -> bool:
    return address.strip().lower().startswith(WHATSAPP)


def _text(fields: Mapping[str, str]) -> str:
    """Give what a client said, or what he tapped instead of writing."""
    tapped = fields.get("ButtonText", "") or fields.get("ListTitle", "")
    return fields.get("Body", "") or tapped or _place(fields)


def _place(fields: Mapping[str, str]) -> str:
    """Write down a place that a WhatsApp client shared instead of words."""
    latitude, longitude = fields.get("Latitude", ""), fields.get("Longitude", "")
    if not latitude or not longitude:
        return ""
    called = (fields.get("Label", ""), fields.get("Address", ""))
    return "\n".join(part for part in (*called, f"{latitude}, {longitude}") if part)


def _code(fields: Mapping[str, str]) -> int | None:
    given = fields.get("ErrorCode", "")
    code = int(given) if given.isdecimal() else None
    return OVERFLOW if code in PASSING else code


def _failure(word: str, fields: Mapping[str, str]) -> str:
    why = reason(_code(fields), fields.get("ErrorMessage", ""))
    if why:
        return why
    return "It was called back before it was sent" if word == "canceled" else ""
