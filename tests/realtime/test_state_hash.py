"""Promise 3 at length: cut off at random, a screen ends up with what the server has."""

import asyncio
import hashlib
import random
from dataclasses import dataclass
from typing import ClassVar

import orjson
import pytest
from sqlalchemy import text

from hub.log.events import Event
from tests.realtime.stand import PATIENCE, Screen

EVENTS = 5000
ROWS = 50
WRITERS = 20
#: Events that a screen sees between two cuts, at the most.
LONGEST = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChanged(Event):
    """A row looks different now; its state says how."""

    kind: ClassVar[str] = "test.row_changed"
    by: int


class Shown:
    """What a person sees, however often the line of his screen is cut."""

    def __init__(self) -> None:
        self.rows: dict[int, dict] = {}
        self.cursor = 0
        self.seen: list[int] = []

    def apply(self, screen: Screen) -> None:
        """Apply all that came over one line."""
        for event in screen.events:
            self.seen.append(event["seq"])
            row = event["state"]["row"]
            self.rows[row["id"]] = row
        self.cursor = screen.cursor


@pytest.fixture
async def rows(db) -> None:
    """A table of the test's own, whose rows the events speak of."""
    async with db.begin() as uow:
        await uow.session.execute(
            text("CREATE TABLE test_rows (id int PRIMARY KEY, turn int, words text)")
        )
        await uow.session.execute(
            text("INSERT INTO test_rows SELECT n, 0, '' FROM generate_series(1, :n) n"),
            {"n": ROWS},
        )


@pytest.mark.usefixtures("rows")
async def test_after_many_cuts_the_screens_state_is_the_servers(db, run) -> None:
    stand = await run()
    chance = random.Random(42)  # noqa: S311 - the same cuts every time
    shown = Shown()
    cuts = 0

    async with asyncio.TaskGroup() as writers:
        for number in range(WRITERS):
            writers.create_task(_write(db, number, EVENTS // WRITERS))
        while shown.cursor < EVENTS:
            async with Screen() as screen:
                await screen.connect(stand)
                assert (await screen.follow(shown.cursor))["ok"]
                goal = shown.cursor + chance.randint(1, LONGEST)
                await screen.until(min(goal, EVENTS))
                # The line breaks, nobody says good-bye, and what is on it is lost.
                if screen.cursor < EVENTS:
                    cuts += 1
                    _cut(screen)
                    async with asyncio.timeout(PATIENCE):
                        await screen.gone.wait()
                shown.apply(screen)

    assert cuts >= 10
    assert shown.seen == list(range(1, EVENTS + 1))
    assert _hash(shown.rows) == _hash(await _stored(db))


async def _write(db, number: int, units: int) -> None:
    """Change rows, each in a unit of its own, as a hub's action does."""
    chance = random.Random(number)  # noqa: S311
    for unit in range(units):
        row_id = chance.randint(1, ROWS)
        words = f"{number}:{unit}"

        async def change(uow, row_id=row_id, words=words) -> None:
            changed = await uow.session.execute(
                text(
                    "UPDATE test_rows SET turn = turn + 1, words = :words "
                    "WHERE id = :id RETURNING id, turn, words"
                ),
                {"id": row_id, "words": words},
            )
            row = dict(changed.mappings().one())
            uow.record(RowChanged(by=number, state={"row": row}))

        await db.run(change)


def _cut(screen: Screen) -> None:
    """Break the connection below the WebSocket."""
    screen._io.eio.ws._response.connection.transport.abort()


async def _stored(db) -> dict[int, dict]:
    async with db.read() as session:
        found = await session.execute(text("SELECT id, turn, words FROM test_rows"))
        return {row["id"]: dict(row) for row in found.mappings() if row["turn"]}


def _hash(rows: dict[int, dict]) -> str:
    packed = orjson.dumps(sorted(rows.items()), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(packed).hexdigest()
