"""What does it cost to put one event onto many screens?

Microseconds of the server process's CPU for each frame that reached a socket, by three
ways in one run: ours (``realtime/``: the pump, and frames that are encoded once and
written to the transports), ``AsyncServer.emit`` to a room of a stock python-socketio
server, and, as the floor, aiohttp's bare ``send_str`` in a loop. Beside them Node's own
socket.io server emits to a room, if ``npm`` can install it into a temporary folder. The
sockets are real ones on loopback; their other ends live in a process of their own,
which tells after each round that all of them have the frame.

    python -m bench.fanout [--sockets 100 500] [--rounds 200] [--uvloop]
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
import socketio
import uvloop
from aiohttp import web

from bench.ground import save
from bench.node import installed, serving
from hub.log.events import STAFF, account_topic
from hub.log.feed import Logged
from realtime.frames import AGENTS
from realtime.metrics import LiveMetrics
from realtime.pump import Follower, Pump
from realtime.wire import Server

WARM_UP = 20
EVENT = {
    "kind": "interaction.added",
    "at": "2026-05-14T09:00:00.000000Z",
    "actor": {"kind": "client", "id": 17, "name": "Олена Коваль"},
    "client_id": 17,
    "conversation_id": 170,
    "data": {
        "was": {"state": "open", "assignee_id": 3, "queue_id": 1, "waiting": True}
    },
    "state": {"item": {"id": 5, "text": "Доброго дня! " * 20, "channel": "sms"}},
}

#: Sends one event to all sockets.
Send = Callable[[int], Awaitable[None]]
#: Tells the seconds of CPU that the server's process has spent.
Cpu = Callable[[], Awaitable[float]]


@dataclass(frozen=True)
class Cost:
    """What one way cost with so many sockets."""

    way: str
    sockets: int
    frames: int
    cpu_us: float


class Log:
    """A feed in memory."""

    def __init__(self) -> None:
        self.events: list[Logged] = []

    @property
    def seq(self) -> int:
        """Tell the number of the newest event."""
        return len(self.events)

    async def after(self, cursor: int) -> list[Logged]:
        """Give the next events after ``cursor``."""
        return self.events[cursor:]

    def grow(self, number: int) -> None:
        """Log one more event."""
        self.events.append(
            Logged(
                self.seq + 1,
                EVENT["kind"],
                (STAFF,),
                json.dumps({"seq": number, **EVENT}),
            )
        )


@asynccontextmanager
async def ours() -> AsyncIterator[tuple[int, Send]]:
    """Serve by ``realtime/``; every socket is an account with a topic of its own."""
    log = Log()
    pump = Pump(
        log,  # type: ignore[arg-type]  # as much of a feed as the pump uses
        metrics=LiveMetrics(),
        clock=lambda: datetime.now(UTC),
        max_pending=512,
        max_behind=10_000,
        max_bytes=1 << 18,
    )
    server = Server(
        async_mode="aiohttp",
        namespaces=[AGENTS],
        transports=["websocket"],
        max_pending=512,
        on_cut=print,
        on_garbage=lambda: None,
    )

    class Agents(socketio.AsyncNamespace):
        async def on_connect(self, sid: str, *_: Any) -> None:
            line = server.line(sid, AGENTS)
            line.join()
            topics = frozenset({STAFF, account_topic(len(server.eio.lines))})
            pump.add(Follower(line, AGENTS, topics, 0))

    server.register_namespace(Agents(AGENTS))

    async def send(number: int) -> None:
        log.grow(number)
        await pump.step()

    app = web.Application()
    server.attach(app)
    async with _serving(app) as port:
        yield port, send
        await server.shutdown()


@asynccontextmanager
async def emit() -> AsyncIterator[tuple[int, Send]]:
    """Serve by a stock python-socketio server, and emit to a room."""
    server = socketio.AsyncServer(
        async_mode="aiohttp", async_handlers=False, transports=["websocket"]
    )

    class Agents(socketio.AsyncNamespace):
        async def on_connect(self, sid: str, *_: Any) -> None:
            await server.enter_room(sid, STAFF, namespace=AGENTS)

    server.register_namespace(Agents(AGENTS))

    async def send(number: int) -> None:
        await server.emit(
            "events",
            {"events": [{"seq": number, **EVENT}], "cursor": number},
            room=STAFF,
            namespace=AGENTS,
        )

    app = web.Application()
    server.attach(app)
    async with _serving(app) as port:
        yield port, send
        await server.shutdown()


@asynccontextmanager
async def bare() -> AsyncIterator[tuple[int, Send]]:
    """Serve by aiohttp alone: no protocol, no rights, nothing for slow readers."""
    lines: list[web.WebSocketResponse] = []

    async def accept(request: web.Request) -> web.WebSocketResponse:
        line = web.WebSocketResponse(compress=False)
        await line.prepare(request)
        await line.send_str("0{}")
        await line.receive()
        await line.send_str("40")
        lines.append(line)
        await line.receive()
        return line

    async def send(number: int) -> None:
        text = json.dumps({"events": [{"seq": number, **EVENT}], "cursor": number})
        for line in lines:
            await line.send_str(f'42{AGENTS},["events",{text}]')

    app = web.Application()
    app.router.add_get("/socket.io/", accept)
    async with _serving(app) as port:
        yield port, send


NODE = "Node socket.io"
WAYS = {"ours": ours, "AsyncServer.emit": emit, "bare send_str": bare}


@asynccontextmanager
async def _serving(app: web.Application) -> AsyncIterator[int]:
    runner = web.AppRunner(app, shutdown_timeout=30, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def _own_cpu() -> float:
    return time.process_time()


@asynccontextmanager
async def _standing(way: str) -> AsyncIterator[tuple[int, Send, Cpu]]:
    if way == NODE:
        async with serving(EVENT) as node:
            yield node.port, node.send, node.cpu
        return
    async with WAYS[way]() as (port, send):
        yield port, send, _own_cpu


async def _cost(way: str, sockets: int, rounds: int) -> Cost:
    async with _standing(way) as (port, send, cpu):
        screens = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.fanout", "--screens", str(port), str(sockets),
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        told = screens.stdout
        assert told is not None
        await told.readline()
        for number in range(1, WARM_UP + 1):
            await send(number)
            await told.readline()
        before = await cpu()
        for number in range(WARM_UP + 1, WARM_UP + rounds + 1):
            await send(number)
            await told.readline()
        spent = await cpu() - before
        screens.terminate()
        await screens.wait()
    frames = sockets * rounds
    return Cost(way, sockets, frames, spent / frames * 1e6)


async def _screens(port: int, count: int) -> None:
    """Be the other ends; say after each round that all have its frame."""
    got: dict[int, int] = {}

    async def watch(http: aiohttp.ClientSession, ready: asyncio.Event) -> None:
        url = f"http://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket"
        async with http.ws_connect(url, compress=0) as line:
            await line.receive_str()
            await line.send_str(f"40{AGENTS},")
            await line.receive_str()
            ready.set()
            rounds = 0
            async for message in line:
                if message.data == "2":
                    await line.send_str("3")
                    continue
                rounds += 1
                got[rounds] = got.get(rounds, 0) + 1
                if got[rounds] == count:
                    print(rounds, flush=True)

    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as http:
        tasks = []
        for _ in range(count):
            ready = asyncio.Event()
            tasks.append(asyncio.create_task(watch(http, ready)))
            await ready.wait()
        print("ready", flush=True)
        await asyncio.gather(*tasks)


async def _measure(sockets: list[int], rounds: int) -> list[Cost]:
    ways = list(WAYS)
    if await installed():
        ways.append(NODE)
    else:
        print("Node's socket.io cannot be had here: left out")
    return [await _cost(way, count, rounds) for count in sockets for way in ways]


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sockets", type=int, nargs="+", default=[100, 500])
    asked.add_argument("--rounds", type=int, default=200)
    asked.add_argument("--uvloop", action="store_true", help="as the hub itself runs")
    asked.add_argument("--screens", type=int, nargs=2, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.screens:
        uvloop.run(_screens(*given.screens))
        return
    run = uvloop.run if given.uvloop else asyncio.run
    costs = run(_measure(given.sockets, given.rounds))
    _print(costs)
    name = "fanout-uvloop" if given.uvloop else "fanout"
    save(name, {"costs": [asdict(one) for one in costs]})


def _print(costs: list[Cost]) -> None:
    print(f"{'way':<18}{'sockets':>8}{'frames':>9}{'µs CPU/frame':>14}{'of emit':>9}")
    emits = {one.sockets: one.cpu_us for one in costs if one.way == "AsyncServer.emit"}
    for one in costs:
        share = one.cpu_us / emits[one.sockets]
        print(
            f"{one.way:<18}{one.sockets:>8}{one.frames:>9}{one.cpu_us:>14.1f}{share:>9.2f}"
        )


if __name__ == "__main__":
    main()
