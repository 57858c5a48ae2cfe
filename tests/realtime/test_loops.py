"""Work beside the requests."""

import asyncio
from datetime import timedelta

from realtime.loops import Loop

LONG, SHORT = timedelta(hours=1), timedelta(milliseconds=1)


async def test_it_steps_at_once_and_when_nudged() -> None:
    steps = asyncio.Queue()

    async def step() -> None:
        steps.put_nowait("step")

    async with asyncio.timeout(20), Loop("test", step, pause=LONG) as loop:
        await steps.get()
        loop.nudge()
        await steps.get()


async def test_it_steps_when_nobody_nudges() -> None:
    steps = asyncio.Queue()

    async def step() -> None:
        steps.put_nowait("step")

    async with asyncio.timeout(20), Loop("test", step, pause=SHORT):
        for _ in range(3):
            await steps.get()


async def test_a_step_may_ask_for_the_next_one() -> None:
    steps = asyncio.Queue()

    async def step() -> timedelta:
        steps.put_nowait("step")
        return SHORT

    async with asyncio.timeout(20), Loop("test", step, pause=LONG):
        for _ in range(3):
            await steps.get()


async def test_a_step_that_fails_is_not_the_last() -> None:
    tries = asyncio.Queue()

    async def step() -> None:
        tries.put_nowait("try")
        raise OSError

    async with asyncio.timeout(20), Loop("test", step, pause=SHORT):
        for _ in range(3):
            await tries.get()


async def test_it_ends_after_its_step_and_not_within() -> None:
    begun, go_on, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def step() -> None:
        begun.set()
        await go_on.wait()
        ended.set()

    async with asyncio.timeout(20):
        loop = Loop("test", step, pause=LONG)
        async with loop:
            await begun.wait()
            asyncio.get_running_loop().call_soon(go_on.set)

    assert ended.is_set()


async def test_nudges_within_the_rest_cost_one_step() -> None:
    steps = 0
    stepped = asyncio.Event()

    async def step() -> None:
        nonlocal steps
        steps += 1
        stepped.set()

    async with asyncio.timeout(20):
        async with Loop("test", step, pause=LONG, rest=LONG) as loop:
            await stepped.wait()
            for _ in range(10):
                loop.nudge()

    assert steps == 1
