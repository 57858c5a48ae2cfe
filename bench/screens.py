"""Agents' screens: bare WebSockets in a process of their own, which follow the log.

Started by other benches: reads one line of JSON (``url``, ``secrets``, ``expect``) and
says ``ready`` when all sockets follow. With ``expect`` it leaves when every socket has
seen so many texts, and prints when each came: ``{last word: [time of each screen]}`` by
the machine's monotonic clock, which all processes share. Without, it stays until it is
terminated.

Real screens have a machine each. Here all of them and the hub share one, so a frame is
only counted and put aside when it comes, and read when all are there.
"""

import asyncio
import json
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import uvloop

from web.security import COOKIE

SPACE = "/agents"


class Watching:
    """What the screens have seen."""

    def __init__(self, screens: int, expect: int) -> None:
        self.done = asyncio.Event()
        #: When each frame came to each screen; the same one comes to all.
        self._frames: dict[str, list[float]] = defaultdict(list)
        self._left = screens * expect
        self._endless = not expect

    def take(self, frame: str) -> None:
        """Put aside a frame that came to a screen."""
        if self._endless:
            return
        self._frames[frame].append(time.monotonic())
        self._left -= frame.count('"interaction.added"')
        if self._left <= 0:
            self.done.set()

    def seen(self) -> dict[str, list[float]]:
        """Tell when each text came to each screen."""
        found: dict[str, list[float]] = defaultdict(list)
        for frame, times in self._frames.items():
            for event in json.loads(frame)[1]["events"]:
                if event["kind"] == "interaction.added":
                    said = event["state"]["item"]["text"]
                    found[said.rpartition(" ")[2]] += times
        return found


async def _watch(
    http: aiohttp.ClientSession,
    url: str,
    secret: str,
    watching: Watching,
    ready: asyncio.Event,
) -> None:
    cookie = {"Cookie": f"{COOKIE}={secret}"}
    async with http.get(f"{url}/api/v1/sync", headers=cookie) as response:
        response.raise_for_status()
        cursor = (await response.json())["cursor"]
    async with http.ws_connect(
        f"{url}/socket.io/?EIO=4&transport=websocket", headers=cookie
    ) as line:
        await line.receive_str()
        await line.send_str(f"40{SPACE},")
        await line.receive_str()
        asked = json.dumps(["follow", {"cursor": cursor}])
        await line.send_str(f"42{SPACE},1{asked}")
        async for message in line:
            said = str(message.data)
            if said == "2":
                await line.send_str("3")
            elif said.startswith(f"43{SPACE},1"):
                answer = json.loads(said[len(f"43{SPACE},1") :])[0]
                if not answer["ok"]:
                    raise RuntimeError(f"A screen may not follow: {answer}")
                ready.set()
            elif said.startswith(f'42{SPACE},["events"'):
                watching.take(said[len(f"42{SPACE},") :])


async def _run() -> None:
    given = json.loads(sys.stdin.readline())
    secrets = given["secrets"]
    watching = Watching(len(secrets), given["expect"])
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar()
    ) as http:
        tasks = []
        for secret in secrets:
            ready = asyncio.Event()
            tasks.append(
                asyncio.create_task(_watch(http, given["url"], secret, watching, ready))
            )
            async with asyncio.timeout(30):
                await ready.wait()
        print("ready", flush=True)
        done = asyncio.create_task(watching.done.wait())
        ended, _ = await asyncio.wait(
            [done, *tasks], return_when=asyncio.FIRST_COMPLETED
        )
        if done not in ended:
            raise SystemExit("A screen lost its connection")
        print(json.dumps(watching.seen()), flush=True)
        for one in tasks:
            one.cancel()


@asynccontextmanager
async def open_screens(
    url: str, secrets: list[str], *, expect: int = 0
) -> AsyncIterator[asyncio.StreamReader]:
    """Open a screen for each signed-in agent; give what the process prints.

    Args:
        url: Of the hub.
        secrets: Of the agents' cookies.
        expect: Texts after which it tells when they came; 0: never.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.screens",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        limit=1 << 28,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    asked = {"url": url, "secrets": secrets, "expect": expect}
    process.stdin.write(json.dumps(asked).encode() + b"\n")
    try:
        if await process.stdout.readline() != b"ready\n":
            raise RuntimeError("The screens did not come up")
        yield process.stdout
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


if __name__ == "__main__":
    uvloop.run(_run())
