"""A whole hub on loopback: real database, real ports, simulated providers."""

import pytest_asyncio

from tests.flows.stage import Stage, standing


@pytest_asyncio.fixture
async def stage(database_url, tmp_path) -> Stage:
    """A running hub, its providers, and nobody in it yet."""
    async with standing(database_url, tmp_path) as running:
        yield running
