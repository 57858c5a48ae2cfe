"""Tell an open page that something of its own has changed.

``/portal/live?cursor=`` is a stream of server-sent events with the number and the kind
of each event that the page's owner may know of, and nothing more: the page fetches
itself again. Its cursor moves on with events of others too, so a line that breaks is
taken up where it stood. Without a script nobody asks for it and nothing is missed but
the freshness.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from aiohttp import web

from hub.errors import CursorLostError, NotFoundError
from hub.log import feed as log
from hub.log.audience import Viewer, may_see
from hub.log.events import order_topic
from hub.log.feed import Feed, Logged
from hub.orders.access import access_order_by_link
from hub.orders.links import read_token
from web.keys import DATABASE, FEED
from web.portal import session
from web.portal.pages import PORTAL

#: A line of nothing now and then, so that nobody on the way takes the line for dead.
HEARTBEAT = timedelta(seconds=20)
#: A stream ends by itself after so long; the page asks anew and is judged anew.
LONGEST = timedelta(minutes=10)
#: Streams of one owner at once in one process; a page without one is as good, but old.
MOST_STREAMS = 20

_CLOSING = web.AppKey("portal_closing", asyncio.Event)
_STREAMS: web.AppKey[dict[Viewer, int]] = web.AppKey("portal_streams")


def add(app: web.Application) -> None:
    """Mount the stream; when the hub stops, all of them end at once."""
    app[_CLOSING] = asyncio.Event()
    app[_STREAMS] = {}
    app.router.add_get("/portal/live", live)

    async def close(app: web.Application) -> None:
        app[_CLOSING].set()

    app.on_shutdown.append(close)


async def live(request: web.Request) -> web.StreamResponse:
    """Stream the numbers of the viewer's events after a cursor."""
    viewer = await _viewer(request)
    cursor = await _cursor(request)
    streams = request.app[_STREAMS]
    if streams.get(viewer, 0) >= MOST_STREAMS:
        raise web.HTTPTooManyRequests(headers={"Retry-After": "60"})
    streams[viewer] = streams.get(viewer, 0) + 1
    try:
        return await _stream(request, viewer, cursor)
    finally:
        streams[viewer] -= 1
        if not streams[viewer]:
            del streams[viewer]


async def _viewer(request: web.Request) -> Viewer:
    token = request.query.get("order")
    if token is None:
        return (await session.signed_in(request)).viewer
    db = request.app[DATABASE]
    link = read_token(request.app[PORTAL].shop.link_key, token, now=db.clock())
    async with db.read() as reading:
        order = await access_order_by_link(reading, link)
    return Viewer(frozenset({order_topic(order.id)}))


async def _cursor(request: web.Request) -> int | None:
    """Give where to go on; None when the log does not reach back there."""
    # What a browser saw last counts for more than what the page began with.
    given = request.headers.get("Last-Event-ID") or request.query.get("cursor", "")
    if not (given.isascii() and given.isdigit() and len(given) < 19):  # noqa: PLR2004
        raise NotFoundError("cursor")
    try:
        async with request.app[DATABASE].read() as reading:
            await log.reach(reading, int(given))
    except CursorLostError:
        return None
    return int(given)


async def _stream(
    request: web.Request, viewer: Viewer, cursor: int | None
) -> web.StreamResponse:
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/event-stream; charset=utf-8",
            "Cache-Control": "no-store",
            # Proxies that gather answers before they pass them on.
            "X-Accel-Buffering": "no",
        }
    )
    await response.prepare(request)
    # Somebody who closed the page is no failure of ours.
    with suppress(ConnectionResetError):
        if cursor is None:
            await response.write(b"event: reload\ndata: {}\n\n")
        else:
            async for frame in _frames(request, viewer, cursor):
                await response.write(frame)
    return response


async def _frames(
    request: web.Request, viewer: Viewer, cursor: int
) -> AsyncIterator[bytes]:
    feed, closing = request.app[FEED], request.app[_CLOSING]
    ends = asyncio.get_running_loop().time() + LONGEST.total_seconds()
    # Said at once: a browser counts the line as open from the first byte.
    yield b"retry: 2000\n\n"
    async with _waiting(closing) as closed:
        while not closing.is_set() and asyncio.get_running_loop().time() < ends:
            events = await feed.after(cursor)
            if events:
                cursor = events[-1].seq
                yield _frame(cursor, (one for one in events if _his(viewer, one)))
                continue
            yield b": still here\n\n" if await _quiet(feed, cursor, closed) else b""


def _his(viewer: Viewer, event: Logged) -> bool:
    return may_see(viewer, event.topics)


def _frame(cursor: int, events: Iterable[Logged]) -> bytes:
    told = [{"seq": one.seq, "kind": one.kind} for one in events]
    if not told:
        # A number without data moves the browser's cursor and wakes nobody.
        return f"id: {cursor}\n\n".encode()
    said = json.dumps({"events": told, "cursor": cursor})
    return f"id: {cursor}\nevent: changed\ndata: {said}\n\n".encode()


async def _quiet(feed: Feed, cursor: int, closed: asyncio.Task[object]) -> bool:
    """Wait for the log to grow, the hub to stop, or a while; True after a while."""
    grown = asyncio.create_task(feed.beyond(cursor))
    try:
        done, _ = await asyncio.wait(
            {grown, closed},
            timeout=HEARTBEAT.total_seconds(),
            return_when=asyncio.FIRST_COMPLETED,
        )
    finally:
        # It waits for a condition and holds nothing, so it may be cancelled.
        grown.cancel()
        with suppress(asyncio.CancelledError):
            await grown
    return not done


@asynccontextmanager
async def _waiting(closing: asyncio.Event) -> AsyncIterator[asyncio.Task[object]]:
    task: asyncio.Task[object] = asyncio.create_task(closing.wait())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
