"""Node's own socket.io server, as a process that the fan-out bench talks to."""

import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

#: Kept from run to run; below the system's folder for what passes.
PLACE = Path(tempfile.gettempdir()) / "rozmova-bench-node"
SERVER = Path(__file__).with_name("node_server.cjs")
VERSION = "4.8"
#: Seconds that npm may take.
PATIENCE = 60


async def installed() -> bool:
    """Install the server unless it is there; tell whether it is now."""
    if (PLACE / "node_modules/socket.io").is_dir():
        return True
    if shutil.which("npm") is None or shutil.which("node") is None:
        return False
    PLACE.mkdir(exist_ok=True)
    npm = await asyncio.create_subprocess_exec(
        "npm", "install", f"socket.io@{VERSION}", "--no-audit", "--no-fund",
        "--loglevel=error", "--prefix", str(PLACE),
        stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        return await asyncio.wait_for(npm.wait(), PATIENCE) == 0
    except TimeoutError:
        npm.kill()
        await npm.wait()
        return False


class Node:
    """The running server."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.port = port
        self._process = process

    async def send(self, number: int) -> None:
        """Emit the event to the room."""
        self._tell(str(number))

    async def cpu(self) -> float:
        """Tell the seconds of CPU that it has spent."""
        self._tell("cpu")
        assert self._process.stdout is not None
        return int(await self._process.stdout.readline()) / 1e6

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())


@asynccontextmanager
async def serving(event: Mapping[str, Any]) -> AsyncIterator[Node]:
    """Run the server; every send emits this event."""
    process = await asyncio.create_subprocess_exec(
        "node", str(SERVER), json.dumps(event),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "NODE_PATH": str(PLACE / "node_modules")},
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield Node(process, int(await process.stdout.readline()))
    finally:
        process.terminate()
        await process.wait()
