"""The hub runs on uvloop, whose transports are of another make."""

import asyncio

import uvloop

from hub.storage.database import Database, connect
from tests.realtime.stand import PATIENCE, Counted, Line, Screen, standing
from tests.realtime.test_slow import log_until_cut, reading_nothing


def test_screens_are_served_and_slow_ones_cut_on_uvloop(database_url, clock) -> None:
    async def story() -> None:
        db = Database(connect(database_url), clock=clock)
        async with standing(db, max_pending=8) as stand, Screen() as desk:
            await desk.connect(stand, "2")
            assert (await desk.follow(0))["ok"]
            async with reading_nothing(stand):
                await log_until_cut(stand, "slow")
            await stand.log(Counted(number=1))
            last = await stand.head()
            assert await desk.until(last) == list(range(1, last + 1))

            async with Line() as line:
                await line.open(stand)
                await line.enter()
                async with asyncio.timeout(PATIENCE):
                    await stand.live.hang_up()
                    assert await line.ended() == 1001
        await db.close()

    uvloop.run(story())
