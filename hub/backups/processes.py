"""Run PostgreSQL's programs, and stop them whatever happens."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from hub.backups.manifest import BackupError

CHUNK = 1024 * 1024
#: Lines of a program's complaint that are shown.
LINES = 5


class Running:
    """A program that was started, and what it complains of."""

    def __init__(self, name: str, process: Process) -> None:
        self._name = name
        self._process = process
        # Read all the time: a program whose complaints nobody reads stands still.
        self._complaint = asyncio.ensure_future(self._listen())

    async def read(self) -> AsyncIterator[bytes]:
        """Give what it writes, until its end.

        Raises:
            BackupError: It failed.
        """
        assert self._process.stdout is not None  # noqa: S101 - it was started so
        while chunk := await self._process.stdout.read(CHUNK):
            yield chunk
        await self.succeed()

    async def write(self, chunk: bytes) -> None:
        """Hand it more to read.

        Raises:
            BackupError: It has ended meanwhile.
        """
        assert self._process.stdin is not None  # noqa: S101 - it was started so
        try:
            self._process.stdin.write(chunk)
            await self._process.stdin.drain()
        except ConnectionError:
            await self.succeed()
            raise BackupError(f"{self._name} ended too early.") from None

    def close(self) -> None:
        """Tell it that nothing more comes."""
        assert self._process.stdin is not None  # noqa: S101 - it was started so
        self._process.stdin.close()

    async def succeed(self) -> None:
        """Wait for its end.

        Raises:
            BackupError: It failed; with its own words.
        """
        status = await self._process.wait()
        if status != 0:
            said = (await self._complaint).strip().splitlines()
            words = "\n".join(said[:LINES])
            raise BackupError(f"{self._name} failed ({status}): {words}")

    async def stop(self) -> None:
        """End it, if it has not ended."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        await self._complaint

    async def _listen(self) -> str:
        assert self._process.stderr is not None  # noqa: S101 - it was started so
        return (await self._process.stderr.read()).decode(errors="replace")


@asynccontextmanager
async def started(
    program: str, arguments: Sequence[str], environment: Mapping[str, str]
) -> AsyncIterator[Running]:
    """Run a program while the block lasts.

    Raises:
        BackupError: It cannot be started.
    """
    name = program.rpartition("/")[2]
    try:
        process = await asyncio.create_subprocess_exec(
            program, *arguments, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment
        )
    except OSError as error:
        raise BackupError(f"{name} cannot be started: {error.strerror}.") from error
    running = Running(name, process)
    try:
        yield running
    finally:
        await running.stop()
