"""Where a receiver under test keeps how far it has come."""

import asyncio


class Kept:
    """What ``channels.base.Keep`` asks for, in memory."""

    def __init__(self) -> None:
        self.values = {}
        #: Raised instead of keeping, while it is set.
        self.error = None
        #: Called before a value is kept.
        self.before = lambda: None
        self._noted = asyncio.Event()

    async def get(self, name):
        return self.values.get(name)

    async def put(self, name, value):
        self.before()
        if self.error is not None:
            raise self.error
        self.values[name] = value
        self._noted.set()

    async def until_noted(self):
        """Wait until anything was kept."""
        async with asyncio.timeout(10):
            await self._noted.wait()
