"""The page on which people play a client: ``/simulator``.

The page asks for the state again and again; an answer waits until something has
changed. What a person does is posted with a header that no foreign page can send.
"""

import base64
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import jinja2
from aiohttp import web

from channels.simulator.behaviour import Behaviour
from channels.simulator.calls import Move
from channels.simulator.mail import Mails
from channels.simulator.state import Call, Mail, Stage, Text, World
from channels.simulator.twilio import Twilio
from channels.simulator.words import CODES, WORDS

HERE = Path(__file__).parent
#: How long an answer waits for a change, in seconds.
PATIENCE = 20
#: The largest picture of a played client.
MOST_BYTES = 5 * 1024 * 1024
#: How many items of a kind the page shows.
MOST_SHOWN = 100
#: The lengths of the pause between callbacks, in milliseconds.
DELAYS = (0, 600, 3000, 15000)
SWITCHES = (
    "duplicate",
    "swap",
    "unreachable",
    "down",
    "drop_before_accept",
    "drop_after_accept",
    "bounce_mail",
    "refuse_mail",
)
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
        " img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
Said = Mapping[str, Any]


class Page:
    """The page, its state, and what can be done on it."""

    def __init__(
        self, world: World, twilio: Twilio, mails: Mails, behaviour: Behaviour
    ) -> None:
        self._world = world
        self._twilio = twilio
        self._mails = mails
        self._behaviour = behaviour
        templates = jinja2.FileSystemLoader(HERE / "templates")
        environment = jinja2.Environment(loader=templates, autoescape=True)
        self._template = environment.get_template("simulator.html")

    def routes(self) -> list[web.AbstractRouteDef]:
        """List the page's addresses, below where the simulator is mounted."""
        return [
            web.get("", self._show),
            web.get("/", self._show),
            web.get("/state", self._state),
            web.post("/text", self._done(self._text)),
            web.post("/read", self._done(self._read)),
            web.get("/picture/{sid}", self._picture),
            web.post("/again", self._done(self._again)),
            web.post("/mail", self._done(self._mail)),
            web.post("/ring", self._done(self._ring)),
            web.post("/move", self._done(self._move)),
            web.post("/knobs", self._done(self._knobs)),
            web.static("/static", HERE / "static"),
        ]

    async def _show(self, request: web.Request) -> web.StreamResponse:
        locale = request.query.get("lang", "en")
        locale = locale if locale in WORDS else "en"
        page = self._template.render(
            base=request.path.rstrip("/"),
            locale=locale,
            other_locale="en" if locale == "uk" else "uk",
            words=WORDS[locale],
            words_json=json.dumps(WORDS[locale], ensure_ascii=False),
            personas=self._world.personas,
            codes=CODES,
            delays=DELAYS,
            switches=SWITCHES,
        )
        return web.Response(text=page, content_type="text/html", headers=HEADERS)

    async def _state(self, request: web.Request) -> web.StreamResponse:
        seen = request.query.get("after", "")
        if seen.isdecimal():
            await self._world.after(int(seen), patience=PATIENCE)
        phone = request.query.get("phone", "")
        address = request.query.get("email", "")
        call = self._world.call_of(phone)
        knobs = asdict(self._behaviour)
        knobs["delay"] = round(self._behaviour.delay.total_seconds() * 1000)
        return web.json_response(
            {
                "version": self._world.version,
                "closed": self._world.closed,
                "texts": [
                    _text(one) for one in self._world.texts_of(phone)[-MOST_SHOWN:]
                ],
                "mails": [
                    _mail(one) for one in self._world.mails_of(address)[-MOST_SHOWN:]
                ],
                "call": _call(call) if call else None,
                "agents": [
                    _call(one)
                    for one in self._world.calls
                    if one.stage in {Stage.DIALING, Stage.TALKING}
                ],
                "knobs": knobs,
            },
            headers={"Cache-Control": "no-store"},
        )

    def _done(
        self, act: Callable[[Said], Awaitable[None]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def checked(request: web.Request) -> web.StreamResponse:
            # A form on a foreign page cannot set a header, nor a script without asking.
            if "X-Simulator" not in request.headers:
                raise web.HTTPForbidden
            try:
                said = await request.json()
                await act(said)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise web.HTTPUnprocessableEntity(text=repr(error)) from error
            return web.json_response({})

        return checked

    async def _text(self, said: Said) -> None:
        """Write as the client; a picture comes as its type and its bytes in base64."""
        media = []
        if picture := said.get("picture"):
            content = base64.b64decode(str(picture["content"]), validate=True)
            kind = str(picture["type"])
            if not kind.startswith("image/") or len(content) > MOST_BYTES:
                msg = "a picture of at most 5 MB"
                raise ValueError(msg)
            media.append((kind, content))
        phone = _number(said["phone"])
        await self._twilio.texts.write(
            phone,
            str(said["body"]),
            media=media,
            by_whatsapp=said.get("way") == "whatsapp",
            name=self._name_of_phone(phone),
        )

    async def _read(self, said: Said) -> None:
        await self._twilio.texts.read(_number(said["phone"]))

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        found = self._twilio.texts.picture(request.match_info["sid"])
        if found is None or not found[0].startswith("image/") or "svg" in found[0]:
            raise web.HTTPNotFound
        return web.Response(body=found[1], content_type=found[0], headers=HEADERS)

    async def _again(self, said: Said) -> None:
        await self._twilio.texts.again(str(said["id"]))

    async def _mail(self, said: Said) -> None:
        answered = [one for one in self._world.mails if one.id == said.get("answer_to")]
        answer_to = answered[0] if answered else None
        subject = str(said["subject"])
        if answer_to is not None:
            known = re.match(r"(?i)re:", answer_to.subject)
            subject = answer_to.subject if known else f"Re: {answer_to.subject}"
        await self._mails.write(
            str(said["email"]),
            subject,
            str(said["text"]),
            name=self._name_of(str(said["email"])),
            answer_to=answer_to,
        )

    async def _ring(self, said: Said) -> None:
        phone = _number(said["phone"])
        call = self._world.call_of(phone)
        if call is None or call.is_over:
            self._twilio.calls.ring(phone, self._twilio.numbers[0])

    async def _move(self, said: Said) -> None:
        for call in self._world.calls:
            if call.sid == said["call"]:
                self._twilio.calls.do(call, Move(said["move"]))

    async def _knobs(self, said: Said) -> None:
        for name in SWITCHES:
            if name in said:
                setattr(self._behaviour, name, bool(said[name]))
        if "delay" in said:
            self._behaviour.delay = timedelta(milliseconds=int(said["delay"]))
        if "fail_next_code" in said:
            code = said["fail_next_code"]
            self._behaviour.fail_next_code = int(code) if code else None
        self._world.changed()

    def _name_of_phone(self, phone: str) -> str:
        names = [one.name for one in self._world.personas if one.phone == phone]
        return names[0] if names else ""

    def _name_of(self, email: str) -> str:
        names = [one.name for one in self._world.personas if one.email == email]
        return names[0] if names else ""


def _number(given: Any) -> str:
    """Read a typed number; the hub knows numbers only as Twilio writes them."""
    number = re.sub(r"[^\d+]", "", str(given))
    if not re.fullmatch(r"\+[1-9]\d{5,14}", number):
        msg = "a number like +380501112233"
        raise ValueError(msg)
    return number


def _text(text: Text) -> dict[str, Any]:
    return {
        "id": text.sid,
        "body": text.body,
        "mine": text.from_client,
        "whatsapp": text.by_whatsapp,
        "pictures": [{"type": kind, "where": where} for kind, where in text.pictures],
        "status": text.status,
        "at": text.at.isoformat(),
    }


def _mail(mail: Mail) -> dict[str, Any]:
    return {
        "id": mail.id,
        "subject": mail.subject,
        "text": mail.text,
        "mine": mail.from_client,
        "sender": mail.sender,
        "status": mail.status,
        "at": mail.at.isoformat(),
    }


def _call(call: Call) -> dict[str, Any]:
    return {
        "id": call.sid,
        "phone": call.phone,
        "stage": call.stage,
        "said": call.said[-6:],
        "agent": call.agent_number,
        "since": call.since.isoformat(),
        "over": call.is_over,
    }
