"""A hub, and people before real screens of it.

One Chromium serves all tests of a worker, so these tests and their fixtures share the
session's event loop; the hub, its database and the windows are each test's own.
"""

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright

from tests.browser.screens import UI, Screens, launch
from tests.databases import copy
from tests.flows.stage import inhabit, standing


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium():
    """The browser."""
    assert UI.is_file(), "The workspace is not built. Run: make ui"
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def stage(database_url, tmp_path):
    """A running hub, its providers, and nobody in it yet."""
    async with standing(database_url, tmp_path) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def company(postgres, template, worker_id, tmp_path_factory):
    """A hub with the whole demo company and its "boss", for a file that only looks."""
    url = await copy(postgres, template, f"company_{worker_id}")
    folder = tmp_path_factory.mktemp("company")
    # Fewer clients of no name; whatever can be seen is there.
    await inhabit(url, folder, clients=40)
    async with standing(url, folder) as running:
        running.boss = await running.employ("Root", role="admin")
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def screens(chromium, stage):
    """Opens pages; at the end none of them may have had anything to complain of."""
    opened = Screens(chromium, stage)
    yield opened
    await opened.close()
    assert opened.witness.complaints == []


@pytest.fixture
def witness(screens):
    """What the pages complain of."""
    return screens.witness
