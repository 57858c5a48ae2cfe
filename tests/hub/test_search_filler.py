"""Search stands aside in a flood of messages, but only for so long."""

from datetime import timedelta

import pytest

from hub.search import filling
from hub.search.filler import LOOK_AGAIN, Filler
from tests.hub.conftest import sms

BEHIND = timedelta(seconds=2)


class Flood:
    """Whether more comes than is taken in."""

    now = False


@pytest.fixture
async def flood(db) -> tuple[Filler, Flood]:
    flood = Flood()
    filler = Filler(db, most_words=1000, behind=BEHIND, is_pressed=lambda: flood.now)
    while await filler.step() is not None:
        pass
    return filler, flood


async def is_behind(db) -> bool:
    async with db.read() as session:
        return await filling.is_behind(session)


async def test_what_comes_alone_is_taken_in_at_once(db, flood, take) -> None:
    filler, _ = flood
    await take(sms())

    await filler.step()

    assert not await is_behind(db)


async def test_in_a_flood_it_waits_and_then_takes_in_all(
    db, flood, take, clock
) -> None:
    filler, now = flood
    now.now = True
    await take(sms())

    wish = await filler.step()
    waited = await is_behind(db)
    clock.now += BEHIND
    await filler.step()

    assert (wish, waited) == (LOOK_AGAIN, True)
    assert not await is_behind(db)


async def test_when_the_flood_has_passed_it_waits_no_longer(db, flood, take) -> None:
    filler, now = flood
    now.now = True
    await take(sms())
    await filler.step()

    now.now = False
    await filler.step()

    assert not await is_behind(db)
