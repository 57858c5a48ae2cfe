"""The undocumented places of python-socketio and python-engineio that we lean on.

When one of these fails after an upgrade, ``realtime/wire.py`` is to be looked at.
"""

import asyncio
import inspect
import re

import engineio
import pytest
import socketio
from aiohttp.web_protocol import RequestHandler
from engineio import packet
from engineio.async_drivers.aiohttp import WebSocket
from engineio.async_socket import AsyncSocket

from realtime.wire import Engine, Line, Outbox, Server, Socket
from tests.realtime.stand import Counted


@pytest.fixture
def server():
    return Server(
        async_mode="aiohttp",
        namespaces=["/agents"],
        max_pending=8,
        on_cut=lambda _: None,
        on_garbage=lambda: None,
    )


def test_the_server_makes_the_engine_that_we_name(server) -> None:
    assert type(server.eio) is Engine
    assert server.namespaces == ["/agents"]


def test_a_socket_takes_its_queue_from_the_engine(server) -> None:
    assert type(AsyncSocket(server.eio, "sid").queue) is Outbox


def test_the_engine_takes_its_websocket_from_the_driver(server) -> None:
    assert server.eio._async["websocket"] is Socket
    assert "self.server._async['websocket'](" in inspect.getsource(AsyncSocket)
    assert list(inspect.signature(WebSocket.__init__).parameters) == [
        "self",
        "handler",
        "server",
    ]


def test_the_driver_is_the_engines_own_for_others(server) -> None:
    assert engineio.AsyncServer(async_mode="aiohttp")._async["websocket"] is WebSocket


def test_every_packet_of_a_socket_goes_through_its_queue() -> None:
    assert "await self.queue.put(pkt)" in inspect.getsource(AsyncSocket.send)


def test_the_server_asks_a_method_of_ours_what_to_do_with_messages(server) -> None:
    assert server.eio.handlers["message"] == server._handle_eio_message
    assert hasattr(socketio.AsyncServer, "_handle_eio_message")


def test_the_protocol_says_when_the_other_side_takes_no_more() -> None:
    assert isinstance(RequestHandler.writing_paused, property)


async def test_messages_do_not_wait_in_the_queue_and_all_else_does(server) -> None:
    class Kept(Line):
        def __init__(self) -> None:
            self.sent: list[bytes] = []

        def send(self, frame: bytes) -> None:
            self.sent.append(frame)

    outbox = AsyncSocket(server.eio, "sid").queue
    outbox.line = Kept()

    await outbox.put(packet.Packet(packet.MESSAGE, data="2[]"))
    await outbox.put(packet.Packet(packet.PING))
    await outbox.put(None)

    assert outbox.line.sent == [b"\x81\x0442[]"]
    assert (outbox.get_nowait().packet_type, outbox.get_nowait()) == (packet.PING, None)


async def test_an_answer_and_the_events_after_it_keep_their_order(stand, line) -> None:
    await stand.log(*(Counted(number=number) for number in range(3)))
    desk = await line(stand)

    await desk.say('42/agents,5["follow",{"cursor":0}]')

    # How far the hub itself has read the log by then is another matter.
    answer = re.compile(r'43/agents,5\[\{"head":[0-3],"ok":true\}\]')
    assert answer.fullmatch(await desk.hear())
    assert (await desk.hear()).startswith('42/agents,["events",')


async def test_pings_go_out_and_their_answers_count(run, line) -> None:
    stand = await run(ping="PT1S", pong="PT1S")
    desk = await line(stand)

    for _ in range(2):
        assert await desk.socket.receive_str() == "2"
        await desk.say("3")
    await desk.say('42/agents,5["follow",{"cursor":0}]')

    assert (await desk.answer(5))["ok"]


async def test_who_does_not_answer_a_ping_is_gone(run, line) -> None:
    stand = await run(ping="PT1S", pong="PT1S")
    desk = await line(stand)

    # It reads, and says nothing.
    await desk.ended()

    async with asyncio.timeout(20):
        while stand.count("connections", namespace="/agents"):  # noqa: ASYNC110
            await asyncio.sleep(0)
