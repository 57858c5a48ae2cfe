"""The simulator put together: Twilio, mail, the clients, and a page to play them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from channels.simulator.behaviour import Behaviour
from channels.simulator.hooks import HubLine
from channels.simulator.mail import Mails
from channels.simulator.page import Page
from channels.simulator.state import Persona, World
from channels.simulator.twilio import Twilio

#: Where the simulator stands in the hub's own site.
PREFIX = "/simulator"

PERSONAS = (
    Persona(
        name="Оксана Мельник",
        phone="+380503382065",
        email="oksana.melnyk@client.simulator.test",
        locale="uk",
    ),
    Persona(
        name="Andrew Marsh",
        phone="+380672144117",
        email="andrew.marsh@client.simulator.test",
    ),
    Persona(
        name="Тарас Бойко",
        phone="+380931205544",
        email="taras.boiko@client.simulator.test",
        locale="uk",
    ),
    Persona(
        name="Emma Clarke",
        phone="+447700900142",
        email="emma.clarke@client.simulator.test",
    ),
)


class Simulator:
    """Stand-ins for every provider of one hub. For demonstrations and tests only."""

    def __init__(
        self,
        world: World,
        twilio: Twilio,
        mails: Mails,
        behaviour: Behaviour,
        line: HubLine,
    ) -> None:
        self.world = world
        self.twilio = twilio
        self.mails = mails
        self.behaviour = behaviour
        #: To be mounted at ``PREFIX`` of the hub's application.
        self.app = web.Application()
        self._line = line
        self.app.add_routes(twilio.routes("/twilio"))
        self.app.add_routes(Page(world, twilio, mails, behaviour).routes())
        self.app.on_shutdown.append(self._let_go)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Simulator"]:
        """Let the relay listen and callbacks go out while the block lasts."""
        async with self.mails.running():
            try:
                yield self
            finally:
                await self.twilio.errands.close()
                await self._line.close()
                await self.world.close()

    @asynccontextmanager
    async def alone(
        self, host: str = "127.0.0.1", port: int = 0
    ) -> AsyncIterator["Simulator"]:
        """Serve it by itself, for tests; ``rest_url`` tells where it stands."""
        site = web.Application()
        site.add_subapp(PREFIX, self.app)
        runner = web.AppRunner(site, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, host, port).start()
        bound = runner.addresses[0][1]
        self.reached_at(f"http://{host}:{bound}")
        try:
            async with self.running():
                yield self
        finally:
            await runner.cleanup()

    def reached_at(self, site_url: str) -> None:
        """Remember the site that it is mounted in, for the addresses it gives out."""
        self.twilio.mounted_at(f"{site_url.rstrip('/')}{PREFIX}/twilio")

    @property
    def rest_url(self) -> str:
        """The setting ``api_base_url`` for the hub's channels by Twilio."""
        return self.twilio.account_url.partition("/2010-04-01")[0]

    def twilio_settings(self) -> dict[str, Any]:
        """Return what the sections ``sms`` and ``phone`` need to reach this Twilio."""
        return {
            "account_sid": self.twilio.account_sid,
            "auth_token": self.twilio.auth_token,
            "numbers": list(self.twilio.numbers),
            "api_base_url": self.rest_url,
        }

    async def settled(self) -> None:
        """Wait until no callback, call or bounce is under way."""
        await self.twilio.errands.settled()
        await self.mails.errands.settled()

    async def _let_go(self, _app: web.Application) -> None:
        await self.world.close()


def build(
    hub_url: str,
    account_sid: str,
    auth_token: str,
    *,
    numbers: Sequence[str],
    support: str,
    public_url: str | None = None,
    smtp: tuple[str, int] = ("127.0.0.1", 0),
    personas: Sequence[Persona] = PERSONAS,
    behaviour: Behaviour | None = None,
) -> Simulator:
    """Make a simulator; nothing runs yet.

    Args:
        hub_url: Where the hub answers; the simulator is expected to be mounted there.
        account_sid: The account that the hub believes to have at Twilio.
        auth_token: Its key.
        numbers: The hub's numbers, the main one in front.
        support: The hub's mail address.
        public_url: The hub's public address, if it is another; signatures use it.
        smtp: Where the relay for the hub's mail listens (host, port).
        personas: The clients who can be played.
        behaviour: The knobs to begin with.
    """
    knobs = behaviour or Behaviour()
    world = World(personas)
    line = HubLine(hub_url, public_url or hub_url, auth_token)
    twilio = Twilio(
        world,
        line,
        knobs,
        account_sid=account_sid,
        auth_token=auth_token,
        numbers=numbers,
    )
    mails = Mails(world, knobs, support=support, listen=smtp)
    simulator = Simulator(world, twilio, mails, knobs, line)
    simulator.reached_at(hub_url)
    return simulator
