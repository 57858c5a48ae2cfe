"""The Socket.IO server, put together; ``build`` makes it and starts nothing."""

import logging
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import orjson
from aiohttp import web
from prometheus_client import CollectorRegistry

from config.settings import LiveSettings
from hub.log.events import client_topic
from hub.log.feed import Feed, Logged
from hub.storage.database import Database
from realtime.agents import AgentNamespace
from realtime.doors import Behind
from realtime.frames import AGENTS, PORTAL
from realtime.loops import Loop
from realtime.metrics import LiveMetrics
from realtime.notify import Notices
from realtime.portal import PortalNamespace
from realtime.presence import Presence
from realtime.pump import Pump
from realtime.screens import Screens
from realtime.viewers import AuthenticateAgent, AuthenticatePortal, ScreenWatcher
from realtime.wire import Server

#: Events after which somebody may have lost his right to an open connection, and the
#: one after which a client has.
SUSPICIOUS = ("account.", "role.", "session.", "token.")
SIGNED_OUT = "portal.signed_out"
#: How often typing and other processes' words are looked at for having faded.
SWEEP = timedelta(seconds=1)
#: How often unused connections are looked for.
TIDY = timedelta(seconds=5)


def build(
    feed: Feed,
    db: Database,
    *,
    authenticate_agent: AuthenticateAgent,
    authenticate_portal: AuthenticatePortal,
    settings: LiveSettings,
    public_url: str,
    watcher: ScreenWatcher | None = None,
    registry: CollectorRegistry | None = None,
) -> "Live":
    """Put the live server together.

    Args:
        feed: Followed by this server, which also does its steps: nobody else has to.
        db: Its commits nudge the feed, here and in the other processes.
        authenticate_agent: Tells who an agent's connection is.
        authenticate_portal: Tells what a client's connection may follow.
        settings: Limits and spans.
        public_url: The hub's address; pages of its origin may connect, and pages of
            the host that the connection is made to.
        watcher: Wants to know whose screens are open.
        registry: Where the counters are shown.
    """
    return Live(
        feed,
        db,
        authenticate_agent=authenticate_agent,
        authenticate_portal=authenticate_portal,
        settings=settings,
        public_url=public_url,
        watcher=watcher,
        metrics=LiveMetrics(registry),
    )


class Live:
    """The live screens of one process."""

    def __init__(
        self,
        feed: Feed,
        db: Database,
        *,
        authenticate_agent: AuthenticateAgent,
        authenticate_portal: AuthenticatePortal,
        settings: LiveSettings,
        public_url: str,
        watcher: ScreenWatcher | None,
        metrics: LiveMetrics,
    ) -> None:
        self._settings = settings
        self._feed = feed
        #: Names this process among all that share the database.
        self.node = secrets.token_hex(6)
        self.metrics = metrics
        self.server = _server(settings, public_url, metrics)
        self.pump = Pump(
            feed,
            metrics=metrics,
            clock=db.clock,
            max_pending=settings.max_pending,
            max_behind=settings.max_behind,
            max_bytes=settings.max_frame_bytes,
        )
        self.reader = Loop("log", feed.step, pause=settings.poll)
        self._deliverer = Loop(
            "deliver", self.pump.step, pause=settings.poll, rest=settings.tick
        )
        self.presence = Presence(
            clock=db.clock,
            typing=settings.typing,
            fades=3 * settings.announce,
            tell=self._tell,
        )
        self.notices = Notices(
            db.engine.url,
            node=self.node,
            on_log=self.reader.nudge,
            on_presence=self.presence.heard,
        )
        self.screens = Screens(watcher)
        behind = Behind(
            server=self.server,
            pump=self.pump,
            db=db,
            metrics=metrics,
            max_behind=settings.max_behind,
            nudge=self._deliverer.nudge,
        )
        self.agents = AgentNamespace(
            behind, authenticate_agent, presence=self.presence, screens=self.screens
        )
        self.portal = PortalNamespace(behind, authenticate_portal)
        self.server.register_namespace(self.agents)
        self.server.register_namespace(self.portal)

        self._suspected: set[int] = set()
        self._clients_suspected: set[str] = set()
        self._everybody_suspected = False
        self._guard = Loop("rights", self.check_suspects, pause=settings.recheck)
        self._reporter = Loop("screens", self.screens.report, pause=TIDY)
        self.screens.on_change(self._reporter.nudge)
        self._speaker = Loop("notices", self.notices.step, pause=settings.announce)
        self.notices.on_something_to_say(self._speaker.nudge)
        self.pump.on_events(self._suspect)
        feed.on_growth(self._deliverer.nudge)
        db.on_events(self.reader.nudge)
        if settings.notify:
            db.on_events(self.notices.log_grew)

    def attach(self, app: web.Application) -> None:
        """Serve ``/socket.io/``, run with the application, and end with it."""
        self.server.attach(app, socketio_path="socket.io")
        app.cleanup_ctx.append(self._with)
        # Before the server waits for requests to end: connections are requests.
        app.on_shutdown.append(self._hang_up)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Follow the log and keep everything up to date, as long as the block runs."""
        settings = self._settings
        # From here on nothing is overlooked: what is logged before anybody connects
        # is before his cursor, and what is logged after it is read.
        await self._feed.step()
        async with AsyncExitStack() as stack:
            if settings.notify:
                stack.push_async_callback(self.notices.close)
                await stack.enter_async_context(self._speaker)
            for loop in (
                self.reader,
                self._deliverer,
                self._guard,
                self._reporter,
                Loop("cursors", self.pump.tell_cursors, pause=settings.cursor_every),
                Loop("recheck", self.check_everybody, pause=settings.recheck),
                Loop("heartbeat", self.screens.beat, pause=settings.heartbeat),
                Loop("announce", self._announce, pause=settings.announce),
                Loop("sweep", self.presence.sweep, pause=SWEEP),
                Loop("tidy", self._tidy, pause=TIDY),
            ):
                await stack.enter_async_context(loop)
            yield
            self.presence.farewell()

    async def check_suspects(self) -> None:
        """Ask again who those are whose accounts or sessions have changed."""
        everybody, self._everybody_suspected = self._everybody_suspected, False
        suspected, self._suspected = self._suspected, set()
        clients, self._clients_suspected = self._clients_suspected, set()
        if everybody:
            await self.check_everybody()
            return
        if clients:
            await self.portal.check(
                [
                    one
                    for one in self.portal.connections()
                    if not one.viewer.topics.isdisjoint(clients)
                ]
            )
        if suspected:
            await self.agents.check(
                [
                    one
                    for one in self.agents.connections()
                    if one.viewer.account_id in suspected
                ]
            )

    async def check_everybody(self) -> None:
        """Ask again who is at the other end of each connection."""
        await self.agents.check()
        await self.portal.check()

    async def hang_up(self) -> None:
        """Let nobody in any more, and end all connections.

        Their clients are told only that the server goes away, and come back by
        themselves, to this one or to another.
        """
        if self.server.eio.closing:
            return
        self.server.eio.closing = True
        # Those screens will be back in a moment, and nobody has left his desk.
        self.screens.fall_silent()
        for line in list(self.server.eio.lines.values()):
            line.close()
        await self.server.shutdown()

    async def _with(self, _: web.Application) -> AsyncIterator[None]:
        async with self.running():
            yield

    async def _hang_up(self, _: web.Application) -> None:
        await self.hang_up()

    async def _announce(self) -> None:
        self.presence.announce()

    async def _tidy(self) -> None:
        self.server.cut_unused(self._settings.join_within)

    def _tell(self, notice: Any) -> None:
        if self._settings.notify:
            self.notices.tell(notice)

    def _suspect(self, events: Sequence[Logged]) -> None:
        for event in events:
            if event.kind == SIGNED_OUT:
                client_id = orjson.loads(event.wire)["client_id"]
                self._clients_suspected.add(client_topic(client_id))
                self._guard.nudge()
            elif event.kind.startswith(SUSPICIOUS):
                account_id = orjson.loads(event.wire)["data"].get("account_id")
                if isinstance(account_id, int):
                    self._suspected.add(account_id)
                else:
                    self._everybody_suspected = True
                self._guard.nudge()


def _server(settings: LiveSettings, public_url: str, metrics: LiveMetrics) -> Server:
    return Server(
        async_mode="aiohttp",
        # One after the other: "follow" twice must not run at once.
        async_handlers=False,
        # The default one would let anybody in.
        namespaces=[AGENTS, PORTAL],
        transports=["websocket"],
        allow_upgrades=False,
        cors_allowed_origins=_origins(public_url),
        max_http_buffer_size=settings.max_message_bytes,
        ping_interval=settings.ping.total_seconds(),
        ping_timeout=settings.pong.total_seconds(),
        # Loggers of their own: at "info" theirs would write what clients send.
        logger=_quiet("realtime.socketio"),
        engineio_logger=_quiet("realtime.engineio"),
        max_pending=settings.max_pending,
        on_cut=metrics.count_cut,
        on_garbage=metrics.garbage.inc,
    )


def _origins(public_url: str) -> Any:
    public = urlsplit(public_url)
    own = f"{public.scheme}://{public.netloc}"

    def allowed(origin: str, environ: dict[str, Any]) -> bool:
        # A page cannot choose these headers. X-Forwarded-* do not count: behind a
        # proxy that changes Host, the public address is what pages come from.
        host = urlsplit(origin).netloc
        return origin == own or (bool(host) and host == environ.get("HTTP_HOST"))

    return allowed


def _quiet(name: str) -> logging.Logger:
    logger = logging.getLogger(name)
    logger.setLevel(logging.ERROR)
    return logger
