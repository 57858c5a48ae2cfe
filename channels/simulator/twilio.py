"""Twilio's REST, played: Messages, pictures and recordings of one account.

Mounted by ``simulator.Simulator``; its addresses are those of the real one, after
whatever stands before ``/2010-04-01``.
"""

import base64
import hmac
import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from channels.simulator.behaviour import Behaviour
from channels.simulator.calls import Calls
from channels.simulator.errands import Errands
from channels.simulator.hooks import HubLine
from channels.simulator.state import World
from channels.simulator.texts import WHATSAPP, Message, Texts

ACCOUNT = "/2010-04-01/Accounts/{account}"
#: The HTTP status of a refusal, where it is not 400.
STATUSES = {20003: 401, 20404: 404, 20429: 429}
#: Letters of one message.
LONGEST = 1600
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Twilio:
    """One account at the stand-in for Twilio."""

    def __init__(
        self,
        world: World,
        line: HubLine,
        behaviour: Behaviour,
        *,
        account_sid: str,
        auth_token: str,
        numbers: Sequence[str],
    ) -> None:
        self.account_sid = account_sid
        self.numbers = numbers
        self.line = line
        self.errands = Errands()
        self.texts = Texts(
            world,
            line,
            behaviour,
            self.errands,
            account_sid=account_sid,
            numbers=numbers,
        )
        self.calls = Calls(world, line, behaviour, self.errands, account_sid)
        self.auth_token = auth_token
        #: What is set otherwise for every number than it should be.
        self.number_settings: dict[str, object] = {}
        self._behaviour = behaviour
        self._line = line

    @property
    def account_url(self) -> str:
        """The account's address in the REST, known once it is mounted somewhere."""
        return self.calls.rest

    def mounted_at(self, base: str) -> None:
        """Remember where the REST can be reached, without ``/2010-04-01``."""
        account = f"{base}/2010-04-01/Accounts/{self.account_sid}"
        self.calls.rest = self.texts.rest = account

    def routes(self, prefix: str) -> list[web.RouteDef]:
        """List the addresses of the REST under a prefix."""
        account = prefix + ACCOUNT
        guarded = self._guarded
        return [
            web.get(f"{account}.json", guarded(self._account)),
            web.get(f"{account}/IncomingPhoneNumbers.json", guarded(self._numbers)),
            web.post(f"{account}/Messages.json", guarded(self._create)),
            web.get(f"{account}/Messages.json", guarded(self._list)),
            web.get(account + "/Messages/{sid}.json", guarded(self._show)),
            web.get(account + "/Messages/{sid}/Media/{media}", guarded(self._picture)),
            web.get(account + "/Recordings/{sid}", guarded(self._recording)),
        ]

    def _guarded(self, handler: Handler) -> Handler:
        pair = f"{self.account_sid}:{self.auth_token}"
        wanted = b"Basic " + base64.b64encode(pair.encode())

        async def checked(request: web.Request) -> web.StreamResponse:
            given = request.headers.get("Authorization", "")
            if not hmac.compare_digest(given.encode(), wanted):
                return refused(20003, "Authenticate")
            if request.match_info["account"] != self.account_sid:
                return refused(20404, "No such account")
            return await handler(request)

        return checked

    async def _account(self, _: web.Request) -> web.StreamResponse:
        if self._behaviour.down:
            return refused(503, "Down")
        return web.json_response(
            {
                "sid": self.account_sid,
                "friendly_name": "Simulator",
                "status": "active",
                "type": "Full",
            }
        )

    async def _numbers(self, request: web.Request) -> web.StreamResponse:
        asked = request.query.get("PhoneNumber")
        hooks = {
            "sms_url": self._line.hook("sms"),
            "sms_method": "POST",
            "voice_url": self._line.hook("phone"),
            "voice_method": "POST",
            "status_callback": self._line.hook("phone/status"),
            "status_callback_method": "POST",
        }
        numbers = [
            {
                "phone_number": number,
                "capabilities": {"voice": True, "sms": True, "mms": True},
                **hooks,
                **self.number_settings,
            }
            for number in self.numbers
            if asked in {None, number}
        ]
        return web.json_response({"incoming_phone_numbers": numbers})

    async def _create(self, request: web.Request) -> web.StreamResponse:
        posted = await request.post()
        form = {name: str(value) for name, value in posted.items()}
        addresses = [str(one) for one in posted.getall("MediaUrl", [])]
        if self._behaviour.drop_before_accept:
            return _hung_up(request)
        wrong = _wrong(form, addresses) or self._unapproved(form)
        wrong = wrong or self.texts.refusal(
            form["To"], has_template="ContentSid" in form
        )
        if wrong is not None:
            return refused(wrong, f"Refused with {wrong}")
        media = [await self.line.fetch(one) for one in addresses]
        fetched = [one for one in media if one is not None]
        if len(fetched) < len(media):
            return refused(21620, "A media URL cannot be fetched")
        message = self.texts.take(form, fetched)
        if self._behaviour.drop_after_accept:
            return _hung_up(request)
        return web.json_response(message.as_json(self.account_sid), status=201)

    def _unapproved(self, form: dict[str, str]) -> int | None:
        sid = form.get("ContentSid")
        return 63027 if sid is not None and sid not in self.texts.templates else None

    async def _list(self, request: web.Request) -> web.StreamResponse:
        if self._behaviour.down:
            return refused(503, "Down")
        query = request.query
        found = [one for one in reversed(self.texts.messages) if _fits(one, query)]
        size = max(1, min(int(query.get("PageSize", "50")), 1000))
        page = int(query.get("Page", "0"))
        shown = found[page * size : (page + 1) * size]
        return web.json_response(
            {
                "page": page,
                "page_size": size,
                "start": page * size,
                "end": page * size + max(len(shown) - 1, 0),
                "uri": self._page_uri(query, page),
                "first_page_uri": self._page_uri(query, 0),
                "previous_page_uri": self._page_uri(query, page - 1) if page else None,
                "next_page_uri": (
                    self._page_uri(query, page + 1)
                    if (page + 1) * size < len(found)
                    else None
                ),
                "messages": [one.as_json(self.account_sid) for one in shown],
            }
        )

    def _page_uri(self, query: Any, page: int) -> str:
        asked = {name: value for name, value in query.items() if name != "Page"}
        path = ACCOUNT.format(account=self.account_sid)
        return f"{path}/Messages.json?{urlencode(asked | {'Page': str(page)})}"

    async def _show(self, request: web.Request) -> web.StreamResponse:
        for message in self.texts.messages:
            if message.sid == request.match_info["sid"]:
                return web.json_response(message.as_json(self.account_sid))
        return refused(20404, "No such message")

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        found = self.texts.picture(request.match_info["media"])
        if found is None:
            return refused(20404, "No such media")
        return web.Response(body=found[1], content_type=found[0])

    async def _recording(self, request: web.Request) -> web.StreamResponse:
        sid = request.match_info["sid"].removesuffix(".wav")
        recording = self.calls.recordings.get(sid)
        if recording is None:
            return refused(20404, "No such recording")
        return web.Response(body=recording.content, content_type="audio/x-wav")


def refused(code: int, words: str) -> web.Response:
    """Refuse as Twilio does; a code below 600 is an HTTP status without a code."""
    if code < 600:  # noqa: PLR2004 - where HTTP's own statuses end
        return web.json_response({"status": code, "message": words}, status=code)
    status = STATUSES.get(code, 400)
    return web.json_response(
        {
            "code": code,
            "message": words,
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        },
        status=status,
    )


#: Pictures that one SMS or one WhatsApp message takes.
MOST_PICTURES = {False: 10, True: 1}


def _wrong(form: dict[str, str], media: Sequence[str]) -> int | None:
    """Return the code with which Twilio refuses what nobody could send."""
    to, sender, body = (form.get(name, "") for name in ("To", "From", "Body"))
    by_whatsapp = to.startswith(WHATSAPP)
    number = to.removeprefix(WHATSAPP)
    tried = {
        21604: not to,
        21603: not sender and not form.get("MessagingServiceSid"),
        21602: not (body or media or form.get("ContentSid")),
        21617: len(body) > LONGEST,
        21623: len(media) > MOST_PICTURES[by_whatsapp],
        21212: bool(sender) and sender.startswith(WHATSAPP) is not by_whatsapp,
        21211: not re.fullmatch(r"\+[1-9]\d{5,14}", number),
    }
    return next((code for code, wrong in tried.items() if wrong), None)


def _fits(message: Message, query: Any) -> bool:
    if query.get("To", message.recipient) != message.recipient:
        return False
    if query.get("From", message.sender) != message.sender:
        return False
    days = {name: query.get(name) for name in ("DateSent", "DateSent<", "DateSent>")}
    if not any(days.values()):
        return True
    if message.sent_at is None:
        return False
    sent = message.sent_at.date()
    return (
        (not days["DateSent"] or sent == _day(days["DateSent"]))
        and (not days["DateSent<"] or sent <= _day(days["DateSent<"]))
        and (not days["DateSent>"] or sent >= _day(days["DateSent>"]))
    )


def _day(given: str) -> date:
    return datetime.fromisoformat(given[:10]).replace(tzinfo=UTC).date()


def _hung_up(request: web.Request) -> web.Response:
    """Break the line without an answer, as a network does."""
    if request.transport is not None:
        request.transport.abort()
    # Nobody reads this any more; a handler has to return something.
    return web.Response(status=500)
