"""A server and screens for every test here."""

from contextlib import AsyncExitStack

import pytest_asyncio

from hub.storage.database import Database, connect
from tests.realtime.stand import Line, Screen, standing


@pytest_asyncio.fixture
async def other_db(database_url, clock):
    """The database as another process has it."""
    database = Database(connect(database_url, pool=5), clock=clock)
    yield database
    await database.close()


@pytest_asyncio.fixture
async def stack(db, other_db):
    """Closes what a test opens, last to first, and before the databases."""
    async with AsyncExitStack() as opened:
        yield opened


@pytest_asyncio.fixture
async def run(db, stack):
    """Start a process of the hub, with settings."""

    async def start(on=None, **settings):
        return await stack.enter_async_context(standing(on or db, **settings))

    return start


@pytest_asyncio.fixture
async def stand(run):
    """One process of the hub."""
    return await run()


@pytest_asyncio.fixture
async def screen(stack):
    """Open an agent's screen: ``await screen(stand, "3")``."""

    async def open_screen(stand, who: str = "1", namespace="/agents", **more) -> Screen:
        one = await stack.enter_async_context(Screen(namespace))
        return await one.connect(stand, who, **more)

    return open_screen


@pytest_asyncio.fixture
async def line(stack):
    """Open a raw connection that is let in: ``await line(stand)``."""

    async def open_line(stand, who: str = "1") -> Line:
        one = await stack.enter_async_context(Line())
        await one.open(stand, who)
        await one.enter()
        return one

    return open_line
