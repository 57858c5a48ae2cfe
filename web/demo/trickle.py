"""Somebody gets in touch every now and then, by the providers' real ways.

Mails go over SMTP, SMS and calls come as signed webhooks, forms are posted: nothing
here touches the hub but from outside.
"""

import asyncio
import itertools
import random
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import structlog
from aiohttp import web

from channels.simulator import Simulator
from channels.simulator.calls import Move
from channels.simulator.state import Call, Stage
from config import Settings
from realtime.loops import Loop
from web.demo import forms, words
from web.demo.matters import MATTERS, fill_in
from web.demo.people import REGULARS, Person, people

log = structlog.get_logger(__name__)

#: What comes, in turn.
KINDS = ("mail", "sms", "form", "mail", "call", "sms")
_VIA = {"mail": "m", "sms": "s", "form": "f", "call": "s"}
#: So often it is looked after those who are on the phone.
TENDS = timedelta(seconds=2)
#: How long somebody speaks to the machine, and to an agent, before he hangs up.
MESSAGE = timedelta(seconds=7)
TALK = timedelta(minutes=3)
#: A pause is longer or shorter by up to this share.
SPREAD = 1 / 3
#: Clients who are known from the history, and strangers.
KNOWN, STRANGERS = 60, 40


class Trickle:
    """Plays clients, one after the other."""

    def __init__(
        self, stage: Simulator, settings: Settings, *, hub_url: str, seed: int = 1
    ) -> None:
        """Prepare it; ``start`` runs it, unless the settings have it off.

        Args:
            stage: What plays the providers.
            settings: The hub's.
            hub_url: Where forms are posted to.
            seed: The company's, so that its clients are known.
        """
        self.is_paused = False
        self._stage = stage
        self._hub_url = hub_url
        self._every = settings.simulator.trickle
        self._lasts = settings.simulator.trickle_for
        self._zone = ZoneInfo(settings.timezone)
        form = settings.channels.get("webform", {})
        self._form_key = str(form.get("key", ""))
        self._has_forms = form.get("forms") == forms.FORMS
        self._chance = random.Random()  # noqa: S311 - nothing to keep secret
        known = people(KNOWN, seed=seed)[len(REGULARS) :]
        self._people = [*known, *people(STRANGERS, seed=seed + 1)[len(REGULARS) :]]
        self._kinds = itertools.cycle(KINDS)
        self._calls: list[Call] = []
        self._loop = Loop("trickle", self._step, pause=TENDS)
        self._ends_at = self._next_at = 0.0
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Begin, unless it is off."""
        now = asyncio.get_running_loop().time()
        self._ends_at = now + self._lasts.total_seconds()
        self._next_at = now + self._pause()
        if self._every:
            await self._loop.__aenter__()

    async def stop(self) -> None:
        """End it; who is on the phone hangs up."""
        if self._every:
            await self._loop.__aexit__(None, None, None)
        for call in self._calls:
            self._stage.twilio.calls.do(call, Move.CALLER_HANGS_UP)
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def contact(self, kind: str | None = None) -> Person:
        """Let somebody get in touch.

        Args:
            kind: One of ``KINDS``; the next in turn unless given.

        Returns:
            Who it was. His words are with the hub, or were refused by it.
        """
        kind = kind or next(self._kinds)
        if kind == "form" and not self._has_forms:
            kind = "mail"
        person = self._chance.choice(self._people)
        subject, text = self._words(person, _VIA[kind])
        match kind:
            case "mail":
                letter = words.clients_letter(person, text, chance=self._chance)
                await self._stage.mails.write(
                    person.email, subject, letter, name=person.name
                )
            case "sms":
                await self._stage.twilio.texts.write(person.phone, text)
            case "form":
                await self._submit(person, text)
            case _:
                twilio = self._stage.twilio
                self._calls.append(twilio.calls.ring(person.phone, twilio.numbers[0]))
        log.debug("somebody gets in touch", kind=kind)
        return person

    def routes(self) -> list[web.RouteDef]:
        """List what pauses it, below where the simulator is mounted."""

        async def switch(request: web.Request) -> web.StreamResponse:
            # As for the rest of the page: a foreign page cannot set a header.
            if "X-Simulator" not in request.headers:
                raise web.HTTPForbidden
            said = await request.json()
            if not isinstance(said, dict) or not isinstance(said.get("on"), bool):
                raise web.HTTPUnprocessableEntity(text='wants {"on": true or false}')
            self.is_paused = not said["on"]
            return web.json_response({"on": not self.is_paused})

        return [web.post("/trickle", switch)]

    async def _step(self) -> timedelta | None:
        self._tend()
        now = asyncio.get_running_loop().time()
        if self.is_paused or now > self._ends_at:
            return None
        if now >= self._next_at:
            self._next_at = now + self._pause()
            await self.contact()
        return timedelta(seconds=max(0.001, self._next_at - now))

    def _pause(self) -> float:
        spread = 1 + SPREAD * (2 * self._chance.random() - 1)
        return self._every.total_seconds() * spread

    def _tend(self) -> None:
        """Let those on the phone do what people do."""
        now = datetime.now(UTC)
        for call in list(self._calls):
            lasts = now - call.since
            if call.is_over:
                self._calls.remove(call)
            elif call.stage is Stage.RECORDING and lasts > MESSAGE:
                self._stage.twilio.calls.do(call, Move.MESSAGE_SAID)
            elif call.stage is Stage.TALKING and lasts > TALK:
                self._stage.twilio.calls.do(call, Move.CALLER_HANGS_UP)

    def _words(self, person: Person, via: str) -> tuple[str, str]:
        fitting = [one for one in MATTERS[person.locale] if via in one.via]
        matter = self._chance.choice(fitting)
        slots = words.slots_for(
            person,
            datetime.now(UTC),
            str(self._chance.randint(1200, 1990)),
            zone=self._zone,
            chance=self._chance,
        )
        said = [self._chance.choice(matter.says)]
        if via == "m" and matter.more:
            said.append(matter.more)
        texts = [
            fill_in(one, slots, female=person.female) for one in (matter.subject, *said)
        ]
        return texts[0], "\n\n".join(texts[1:])

    async def _submit(self, person: Person, text: str) -> None:
        name, answers = words.form_answers(person, text, chance=self._chance)
        given: dict[str, Any] = dict(answers)
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=15)
            )
        try:
            async with self._session.post(
                f"{self._hub_url}/hooks/webform/{name}",
                json=given,
                headers={"X-Form-Key": self._form_key},
            ) as response:
                response.raise_for_status()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.info("a form was not taken", reason=type(error).__name__)
