"""Work that goes on beside the requests."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from types import TracebackType
from typing import Self

import structlog

log = structlog.get_logger(__name__)

#: Does what there is to do; may say after how long it wants to be called again.
Step = Callable[[], Awaitable[timedelta | None]]


class Loop:
    """Runs ``step`` when nudged, and every ``pause`` in any case.

    A step is never cancelled: half-way through a transaction that would drop a
    database connection. It ends between two steps.
    """

    def __init__(
        self, name: str, step: Step, *, pause: timedelta, rest: timedelta = timedelta()
    ) -> None:
        """Prepare it; ``async with`` runs it.

        Args:
            name: For the log.
            step: What to do.
            pause: The longest time from one step to the next.
            rest: The shortest; nudges that come within it cost one step together.
        """
        self._name = name
        self._step = step
        self._pause = pause
        self._rest = rest
        self._nudged = asyncio.Event()
        self._stopped = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def nudge(self) -> None:
        """Ask for a step soon."""
        self._nudged.set()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name=self._name)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopped.set()
        self._nudged.set()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while not self._stopped.is_set():
            self._nudged.clear()
            wish = None
            try:
                wish = await self._step()
            except Exception:
                # A loop that dies in silence is worse than any step.
                log.exception("step failed", loop=self._name)
            await _wait(self._stopped, self._rest)
            pause = self._pause if wish is None else min(wish, self._pause)
            await _wait(self._nudged, pause - self._rest)


async def _wait(event: asyncio.Event, span: timedelta) -> None:
    if span > timedelta():
        with suppress(TimeoutError):
            async with asyncio.timeout(span.total_seconds()):
                await event.wait()
