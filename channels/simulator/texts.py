"""Twilio's Messages, played: takes ours, brings the clients', by SMS and by WhatsApp."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from uuid import uuid4

from channels.simulator.behaviour import Behaviour
from channels.simulator.errands import Errands
from channels.simulator.hooks import Announcer, HubLine
from channels.simulator.state import Text, World

#: Codes from here on are met after a message was taken, those below at once.
FIRST_LATE_CODE = 30000
#: Twilio's own words for the refusals that it makes by itself here.
STOPPED = 21610
OFF = 30003
#: Too long since the client wrote by WhatsApp, and no template.
WINDOW_CLOSED = 63016
WINDOW = timedelta(hours=24)
STOP_WORDS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit"})
START_WORDS = frozenset({"start", "yes", "unstop"})
WHATSAPP = "whatsapp:"


@dataclass(slots=True, kw_only=True)
class Message:
    """One message as Twilio's REST knows it."""

    sid: str
    sender: str
    recipient: str
    body: str
    direction: str
    status: str
    callback: str = ""
    service_sid: str | None = None
    error_code: int | None = None
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    sent_at: datetime | None = None
    updated_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    #: Pictures: (sid, media type, content).
    media: tuple[tuple[str, str, bytes], ...] = ()
    #: The name of a WhatsApp client.
    profile_name: str = ""

    def as_json(self, account_sid: str) -> dict[str, Any]:
        """Write it as Twilio's REST does."""
        uri = f"/2010-04-01/Accounts/{account_sid}/Messages/{self.sid}"
        return {
            "account_sid": account_sid,
            "api_version": "2010-04-01",
            "body": self.body,
            "date_created": format_datetime(self.created_at),
            "date_sent": format_datetime(self.sent_at) if self.sent_at else None,
            "date_updated": format_datetime(self.updated_at),
            "direction": self.direction,
            "error_code": self.error_code,
            "error_message": None,
            "from": self.sender,
            "messaging_service_sid": self.service_sid,
            "num_media": str(len(self.media)),
            "num_segments": "1",
            "price": None,
            "price_unit": None,
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": self.recipient,
            "uri": f"{uri}.json",
        }


class Texts:
    """Every message that went through this Twilio."""

    def __init__(
        self,
        world: World,
        line: HubLine,
        behaviour: Behaviour,
        errands: Errands,
        *,
        account_sid: str,
        numbers: Sequence[str],
    ) -> None:
        self.messages: list[Message] = []
        #: The account's address in the REST, where pictures are kept.
        self.rest = ""
        self._world = world
        self._line = line
        self._behaviour = behaviour
        self._errands = errands
        self._account_sid = account_sid
        self._numbers = numbers
        self._stopped: set[str] = set()
        #: When each client wrote by WhatsApp last; nobody else may be written to.
        self.wrote_at: dict[str, datetime] = {}
        #: The words of approved templates, by their content SID.
        self.templates: dict[str, str] = {}

    def refusal(self, recipient: str, *, has_template: bool = False) -> int | None:
        """Return the code or HTTP status that a message to him meets at once, if any."""
        if self._behaviour.down:
            return 503
        code = self._behaviour.fail_next_code
        if code is not None and code < FIRST_LATE_CODE:
            self._behaviour.fail_next_code = None
            return code
        if recipient.startswith(WHATSAPP) and not has_template:
            wrote_at = self.wrote_at.get(recipient.removeprefix(WHATSAPP))
            if wrote_at is None or datetime.now(UTC) - wrote_at > WINDOW:
                return WINDOW_CLOSED
        return STOPPED if recipient in self._stopped else None

    def take(
        self,
        form: Mapping[str, str],
        media: Sequence[tuple[str, bytes]] = (),
    ) -> Message:
        """Take a message of the hub's with its pictures, and let it go its way."""
        to_whatsapp = form["To"].startswith(WHATSAPP)
        message = Message(
            sid=f"SM{uuid4().hex}",
            sender=form.get("From")
            or f"{WHATSAPP if to_whatsapp else ''}{self._numbers[0]}",
            recipient=form["To"],
            body=self._words(form),
            direction="outbound-api",
            status="queued",
            callback=form.get("StatusCallback", ""),
            service_sid=form.get("MessagingServiceSid"),
            media=_kept(media),
        )
        self.messages.append(message)
        self._errands.start(self._deliver(message, self._fate()))
        return message

    async def write(
        self,
        phone: str,
        body: str,
        *,
        to: str | None = None,
        media: Sequence[tuple[str, bytes]] = (),
        by_whatsapp: bool = False,
        name: str = "",
    ) -> Text:
        """Write to the hub as a client; return what his phone shows of it.

        Args:
            phone: The client's number.
            body: What he writes.
            to: Which of our numbers he writes to; the first if not given.
            media: Pictures: (media type, content).
            by_whatsapp: He writes by WhatsApp.
            name: What his WhatsApp profile calls him.
        """
        word = body.strip().lower()
        prefix = WHATSAPP if by_whatsapp else ""
        if by_whatsapp:
            self.wrote_at[phone] = datetime.now(UTC)
        elif word in STOP_WORDS:
            self._stopped.add(phone)
        elif word in START_WORDS:
            self._stopped.discard(phone)
        message = Message(
            sid=f"{'MM' if media else 'SM'}{uuid4().hex}",
            sender=f"{prefix}{phone}",
            recipient=f"{prefix}{to or self._numbers[0]}",
            body=body,
            direction="inbound",
            status="received",
            sent_at=datetime.now(UTC),
            profile_name=name if by_whatsapp else "",
            media=_kept(media),
        )
        self.messages.append(message)
        text = Text(
            sid=message.sid,
            phone=phone,
            body=body,
            from_client=True,
            by_whatsapp=by_whatsapp,
            pictures=_shown(message),
            status="sending",
        )
        self._world.texts.append(text)
        await self._bring(message, text)
        return text

    async def again(self, sid: str) -> None:
        """Bring a client's message once more, under the id that it had."""
        found = [one for one in self._world.texts if one.sid == sid and one.from_client]
        message = next((one for one in self.messages if one.sid == sid), None)
        if found and message is not None:
            await self._bring(message, found[0])

    async def _bring(self, message: Message, text: Text) -> None:
        """Bring a message to the hub; twice when callbacks are doubled."""
        text.status = "sending"
        self._world.changed()
        fields = self._incoming(message)
        way = "whatsapp" if text.by_whatsapp else "sms"
        reply = await self._line.post(self._line.hook(way), fields)
        if self._behaviour.duplicate:
            await self._line.post(self._line.hook(way), fields)
        text.status = "sent" if reply.taken else "failed"
        self._world.changed()

    def _incoming(self, message: Message) -> dict[str, str]:
        fields = {
            "AccountSid": self._account_sid,
            "ApiVersion": "2010-04-01",
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "SmsStatus": "received",
            "From": message.sender,
            "To": message.recipient,
            "Body": message.body,
            "NumSegments": "1",
            "NumMedia": str(len(message.media)),
        }
        if message.profile_name:
            fields["ProfileName"] = message.profile_name
        for index, (sid, kind, _content) in enumerate(message.media):
            where = f"{self.rest}/Messages/{message.sid}/Media/{sid}"
            fields |= {f"MediaUrl{index}": where, f"MediaContentType{index}": kind}
        return fields

    def _fate(self) -> int | None:
        """Return the code that the message ends with, or None when it arrives."""
        code = self._behaviour.fail_next_code
        self._behaviour.fail_next_code = None
        if code is not None:
            return code
        return OFF if self._behaviour.unreachable else None

    async def _deliver(self, message: Message, fate: int | None) -> None:
        announcer = Announcer(self._line, self._behaviour)
        text = Text(
            sid=message.sid,
            phone=message.recipient.removeprefix(WHATSAPP),
            body=message.body,
            from_client=False,
            by_whatsapp=message.recipient.startswith(WHATSAPP),
            pictures=_shown(message),
            status="queued",
        )
        for status in ("queued", "sent", "undelivered" if fate else "delivered"):
            if status != "queued":
                await asyncio.sleep(self._behaviour.delay.total_seconds())
            message.status = text.status = status
            message.updated_at = datetime.now(UTC)
            if status == "sent":
                message.sent_at = message.updated_at
            if status == "undelivered":
                message.error_code = fate
            if status == "delivered":
                # Now, and not earlier, the client's phone shows it.
                text.at = message.updated_at
                self._world.texts.append(text)
            self._world.changed()
            await announcer.tell(message.callback, self._status(message))
        await announcer.finish()

    async def read(self, phone: str) -> None:
        """Let a client look at what came by WhatsApp: its senders hear that it was read."""
        told = Announcer(self._line, self._behaviour)
        for message in self.messages:
            if (
                message.recipient == f"{WHATSAPP}{phone}"
                and message.status == "delivered"
            ):
                message.status = "read"
                await told.tell(message.callback, self._status(message))
        for text in self._world.texts_of(phone):
            if text.by_whatsapp and not text.from_client and text.status == "delivered":
                text.status = "read"
        await told.finish()
        self._world.changed()

    def picture(self, sid: str) -> tuple[str, bytes] | None:
        """Give a picture by its id: (media type, content)."""
        for message in self.messages:
            for known, kind, content in message.media:
                if known == sid:
                    return kind, content
        return None

    def _words(self, form: Mapping[str, str]) -> str:
        """Give the words of a message; those of a template with its values put in."""
        sid = form.get("ContentSid", "")
        if not sid:
            return form.get("Body", "")
        text = self.templates.get(sid, "")
        for name, value in json.loads(form.get("ContentVariables") or "{}").items():
            text = text.replace("{{" + name + "}}", str(value))
        return text

    def _status(self, message: Message) -> dict[str, str]:
        fields = {
            "AccountSid": self._account_sid,
            "ApiVersion": "2010-04-01",
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "MessageStatus": message.status,
            "SmsStatus": message.status,
            "From": message.sender,
            "To": message.recipient,
        }
        if message.error_code is not None:
            fields["ErrorCode"] = str(message.error_code)
        return fields


def _kept(media: Sequence[tuple[str, bytes]]) -> tuple[tuple[str, str, bytes], ...]:
    """Give each picture an id, as Twilio does."""
    return tuple((f"ME{uuid4().hex}", kind, content) for kind, content in media)


def _shown(message: Message) -> tuple[tuple[str, str], ...]:
    """Say where the page finds the pictures of a message."""
    return tuple((kind, f"picture/{sid}") for sid, kind, _ in message.media)
