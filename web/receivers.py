"""Run what the channels listen with themselves: SMTP, LMTP, IMAP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

from aiohttp import web

from web.hooks.taking import Taking


class Receivers:
    """The channels' own receivers.

    They live in a task of their own, so that they can be told to end as soon as the
    hub is: while HTTP finishes what is under way there, they do here.
    """

    def __init__(self, taking: Taking) -> None:
        self._taking = taking
        self._told_to_end = asyncio.Event()

    async def context(self, _: web.Application) -> AsyncIterator[None]:
        """Run them; they stop taking before anything else ends."""
        listening = asyncio.Event()
        task = asyncio.create_task(self._listen(listening), name="receivers")
        ready = asyncio.create_task(listening.wait())
        await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if task.done():
            # One cannot listen, and says why.
            await task
        yield
        self._told_to_end.set()
        await task

    async def end(self, _: web.Application) -> None:
        """Let them begin to end."""
        self._told_to_end.set()

    async def _listen(self, listening: asyncio.Event) -> None:
        taking = self._taking
        async with AsyncExitStack() as stack:
            for adapter in taking.adapters.values():
                await stack.enter_async_context(
                    adapter.listening(
                        taking.deliver_for(adapter), taking.keep_for(adapter)
                    )
                )
            listening.set()
            await self._told_to_end.wait()
