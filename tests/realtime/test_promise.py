"""Promise 4, on the screen: no event is missed, doubled or swapped, whatever breaks."""

import asyncio
import random

from tests.realtime.stand import Counted, Screen

WRITERS, EACH, SCREENS = 40, 12, 5


async def test_no_event_is_missed_under_forty_writers_and_broken_lines(stand) -> None:
    last = WRITERS * EACH
    chance = random.Random(20260514)  # noqa: S311 - repeatable on purpose

    async def write(writer: int) -> None:
        for number in range(EACH):
            await stand.log(Counted(number=writer * EACH + number))

    async def watch(who: str) -> list[int]:
        cursor, seen = 0, []
        while cursor < last:
            async with Screen() as screen:
                await screen.connect(stand, who)
                assert (await screen.follow(cursor))["ok"]
                # It sees a little and then its line breaks, in the middle of it all.
                await screen.until(min(last, cursor + chance.randint(1, 80)))
            cursor = screen.cursor
            seen += [event["seq"] for event in screen.events]
        return seen

    watching = [asyncio.create_task(watch(str(one + 1))) for one in range(SCREENS)]
    await asyncio.gather(*(write(writer) for writer in range(WRITERS)))

    for task in watching:
        assert await task == list(range(1, last + 1))
