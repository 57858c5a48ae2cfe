"""Slow readers cost the hub nothing: they are cut off, and catch up when back."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.realtime.stand import PATIENCE, Stand, Whispered

LARGE = Whispered(to=("staff",), text="x" * 200_000)


@asynccontextmanager
async def reading_nothing(stand: Stand) -> AsyncIterator[asyncio.StreamReader]:
    """Follow the log from its start and then take nothing more from the line."""
    ours = socket.socket()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    ours.setblocking(False)
    await asyncio.get_running_loop().sock_connect(ours, ("127.0.0.1", stand.port))
    reader, writer = await asyncio.open_connection(sock=ours, limit=4096)
    writer.write(
        b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
        b"Host: desk\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Cookie: rozmova_session=1\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        b"\r\n"
    )
    for said in ("40/agents,", '42/agents,0["follow",{"cursor":0}]'):
        # A client must mask; with zeros, that changes nothing.
        writer.write(bytes((0x81, 0x80 | len(said), 0, 0, 0, 0)) + said.encode())
    async with asyncio.timeout(PATIENCE):
        await reader.readuntil(b'43/agents,0[{"head":0,"ok":true}]')
    try:
        yield reader
    finally:
        writer.transport.abort()


async def log_until_cut(stand: Stand, reason: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while not stand.count("cuts", reason=reason):
            await stand.log(LARGE)


async def test_a_slow_reader_is_cut_off_and_others_are_not(run, screen) -> None:
    stand = await run(max_pending=8)
    desk = await screen(stand, "2")
    await desk.follow(0)

    async with reading_nothing(stand) as line:
        await log_until_cut(stand, "slow")
        async with asyncio.timeout(PATIENCE):
            ended = await drained(line)

    last = await stand.head()
    assert ended
    assert await desk.until(last) == list(range(1, last + 1))
    assert not desk.gone.is_set()


async def test_who_was_cut_off_catches_up_when_he_is_back(run, screen) -> None:
    stand = await run(max_pending=8)
    async with reading_nothing(stand):
        await log_until_cut(stand, "slow")
    last = await stand.head()

    desk = await screen(stand)
    answer = await desk.follow(3)

    assert answer["ok"]
    assert await desk.until(last) == list(range(4, last + 1))


async def test_who_falls_too_far_behind_is_cut_and_then_told_to_load_afresh(
    run, screen
) -> None:
    stand = await run(max_behind=100, max_pending=10_000)
    async with reading_nothing(stand):
        async with asyncio.timeout(PATIENCE):
            # First the line must be full; then small events are enough.
            while not stand.count("behind"):
                await stand.log(LARGE)
        small = [Whispered(to=("staff",)) for _ in range(101)]
        async with asyncio.timeout(PATIENCE):
            while not stand.count("cuts", reason="behind"):
                await stand.log(*small)
    desk = await screen(stand)

    assert await desk.follow(0) == {"ok": False, "code": "cursor_lost"}


async def test_who_was_slow_for_a_moment_gets_everything_in_order(run) -> None:
    stand = await run(max_pending=10_000)
    async with reading_nothing(stand) as line:
        async with asyncio.timeout(PATIENCE):
            while not stand.count("behind"):
                await stand.log(LARGE)
        await stand.log(Whispered(to=("staff",), text="the last"))

        seen = await read_events_until(line, "the last")

    assert [event["seq"] for event in seen] == list(range(1, len(seen) + 1))


async def test_asking_without_taking_the_answers_ends_too(run) -> None:
    stand = await run(max_pending=8)
    async with reading_nothing(stand) as reader:
        (line,) = stand.live.server.eio.lines.values()
        while line.ready:
            line.send(bytes(1 << 20))

        for _ in range(8):
            line.send(b"an answer")

        assert stand.count("cuts", reason="slow") == 1
        assert await drained(reader)


async def drained(reader: asyncio.StreamReader) -> bool:
    """Read what is left; tell whether the connection ended."""
    try:
        while await reader.read(1 << 16):
            pass
    except ConnectionResetError:
        return True
    return reader.at_eof()


async def read_events_until(reader: asyncio.StreamReader, last: str) -> list[dict]:
    """Take frames from the line until the event with this text is there."""
    seen: list[dict] = []
    async with asyncio.timeout(PATIENCE):
        while not seen or seen[-1]["data"]["text"] != last:
            text = await _frame(reader)
            if text.startswith('42/agents,["events",'):
                seen += json.loads(text[len("42/agents,") :])[1]["events"]
    return seen


async def _frame(reader: asyncio.StreamReader) -> str:
    _, size = await reader.readexactly(2)
    if size >= 126:
        size = int.from_bytes(await reader.readexactly(2 if size == 126 else 8))
    return (await reader.readexactly(size)).decode()
