"""Send events to addresses that somebody else runs.

As ``web/fetching.py``: https, the usual port, public addresses only, and the very
address that was judged. Nobody is sent on: the answer counts as it is.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Collection, Mapping
from datetime import timedelta
from functools import partial
from time import monotonic
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from aiohttp.abc import ResolveResult

from hub.errors import InvalidError
from hub.storage.jobs import Job, do_due
from hub.storage.timers import next_due
from hub.webhooks import delivering
from hub.webhooks.delivering import Sending
from hub.webhooks.endpoints import TEST
from hub.webhooks.retries import Answer
from hub.webhooks.views import DELIVER
from realtime.loops import Loop
from web.fetching import NotFetchedError, PublicOnly, allowed

#: How long a claim stands beside the time that a request may take.
LEASE = timedelta(minutes=1)
#: Endpoints that one process sends to at once.
AT_ONCE = 16
POLL = timedelta(seconds=1)
#: Bytes of an answer that are looked at.
_READ = 2000


class Near(PublicOnly):
    """Lets some names of the own network through."""

    def __init__(self, hosts: Collection[str]) -> None:
        super().__init__()
        self._hosts = frozenset(hosts)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Look the name up; only what the settings name may be close by."""
        if f"{host}:{port}" in self._hosts:
            return await self._beneath.resolve(host, port, family)
        return await super().resolve(host, port, family)


def checked(url: str, near: Collection[str]) -> str:
    """Give the address of an endpoint as it is asked.

    Args:
        url: As it was typed.
        near: ``host:port`` of places that need be neither https nor public.

    Raises:
        InvalidError: Nothing may be sent there.
    """
    try:
        parts = urlsplit(url.strip())
        place = (
            f"{parts.hostname}:{parts.port or (80 if parts.scheme == 'http' else 443)}"
        )
        if place in near and parts.scheme in {"http", "https"} and not parts.username:
            return parts._replace(fragment="").geturl()
        place_is_safe = allowed(url)
    except (NotFetchedError, ValueError) as error:
        raise InvalidError("url", errors={"url": str(error) or "unreadable"}) from error
    if parts.scheme != "https":
        raise InvalidError("url", errors={"url": "must begin with https://"})
    return place_is_safe


class Poster:
    """Sends requests, with one set of rules for all."""

    def __init__(self, *, timeout: timedelta, near: Collection[str] = ()) -> None:
        self._timeout = timeout.total_seconds()
        self._near = frozenset(near)
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send one request and say what came back; what goes wrong is an answer."""
        began = monotonic()
        try:
            async with asyncio.timeout(self._timeout):
                status, text = await self._ask(url, body, headers)
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            status, text = None, _told(error)
        except InvalidError as error:
            status, text = None, str(error.details["errors"]["url"])
        return Answer(status, text, timedelta(seconds=monotonic() - began))

    async def context(self, _: web.Application) -> AsyncIterator[None]:
        """Close what was opened when the hub ends."""
        yield
        if self._session is not None:
            await self._session.close()

    async def _ask(
        self, url: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, str]:
        # Judged anew each time: the settings may be others since it was made.
        async with self._open().post(
            checked(url, self._near), data=body, headers=headers, allow_redirects=False
        ) as response:
            start = await response.content.read(_READ)
            return response.status, start.decode("utf-8", "replace")

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(resolver=Near(self._near), limit=20),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "Rozmova"},
            )
        return self._session


class Deliveries:
    """Loops of their own: an endpoint that is slow holds up nothing but the others."""

    def __init__(self, sending: Sending, *, rest: timedelta) -> None:
        self._sending = sending
        self._stopping = False
        self._jobs: dict[str, Job] = {
            DELIVER: partial(delivering.deliver, sending=sending),
            TEST: partial(delivering.send_test, sending=sending),
        }
        self._wakes = Loop("webhooks' wake", self._wake, pause=POLL, rest=rest)
        self._sends = Loop("webhooks", self._send, pause=POLL)
        #: There are endpoints; while there is none, one look each ``POLL`` will do.
        self._asked_for = True
        sending.db.on_events(self._nudge)
        sending.db.on_due(self._sends.nudge)

    async def context(self, _: web.Application) -> AsyncIterator[None]:
        """Work as long as the hub runs; what is on its way at its end is finished."""
        async with self._wakes, self._sends:
            yield
            self._stopping = True

    def _nudge(self) -> None:
        if self._asked_for:
            self._wakes.nudge()

    async def _wake(self) -> timedelta | None:
        self._asked_for = await delivering.is_asked_for(self._sending.db)
        if self._asked_for:
            await delivering.wake(self._sending.db)
        return None

    async def _send(self) -> timedelta | None:
        db = self._sending.db
        await do_due(
            db,
            self._jobs,
            lease=self._sending.lease,
            at_once=AT_ONCE,
            stops=lambda: self._stopping,
        )
        at = await next_due(db, self._jobs)
        return None if at is None else max(timedelta(0), at - db.clock())


def _told(error: Exception) -> str:
    """Say why there was no answer, in words that name nothing of our network."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(
        error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError
    ):
        return "its certificate is not trusted"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "its name is not known, or not a public address"
    if isinstance(error, aiohttp.ClientConnectorError | OSError):
        return "no connection"
    return type(error).__name__
