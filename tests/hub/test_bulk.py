"""One thing done to many conversations, once each, and put back exactly."""

from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from hub.conversations import changes
from hub.conversations.entries import lock
from hub.errors import InvalidError, NotFoundError
from hub.lists import bulk, bulk_undo
from hub.lists.bulk import BulkRules
from hub.lists.bulk_deeds import BulkGiven
from hub.storage.tables import (
    Account,
    BulkChange,
    Conversation,
    DueRow,
    FirstResponse,
    Queue,
    TimelineItem,
)
from hub.storage.timers import fire_due
from tests.hub.conftest import sms
from tests.hub.desks import applied, events, head, tables
from web.work import timers

RULES = BulkRules(batch=3, kept=timedelta(days=7))


@pytest_asyncio.fixture
async def floor(db, agent, take, rules):  # noqa: C901 - the parts of one stage
    """Seven conversations that wait, an agent, and the hub's timers in parts of three."""
    nadia = await agent("Nadia")
    for number in range(7):
        await take(sms(f"Text {number}", f"+38050111222{number}", f"SM{number}"))
    handlers = timers(rules.shop, rules.settings) | {
        bulk.GO_ON: lambda uow, claim: bulk_undo.proceed(uow, claim, rules=RULES)
    }
    async with db.read() as session:
        ids = list(
            await session.scalars(select(Conversation.id).order_by(Conversation.id))
        )

    class Floor:
        who = nadia
        all = ids

        async def go(self):
            await fire_due(db, handlers)

        async def begin(self, do, chosen=ids, **more):
            given = BulkGiven(do=do, **more)
            return await db.run(
                lambda uow: bulk.begin(uow, chosen, given, rules=RULES), nadia
            )

        async def act(self, do, chosen=ids, **more):
            begun = await self.begin(do, chosen, **more)
            await self.go()
            return await self.view(begun.id)

        async def view(self, bulk_id):
            async with db.read() as session:
                row = await bulk.access_bulk(session, bulk_id, nadia.id)
                return await bulk.bulk_view(session, row)

        async def undo(self, bulk_id):
            await db.run(lambda uow: bulk_undo.undo(uow, bulk_id), nadia)
            await self.go()
            return await self.view(bulk_id)

        async def rows(self):
            async with db.read() as session:
                rows = await session.scalars(
                    select(Conversation).order_by(Conversation.id)
                )
                return [
                    {
                        part.key: getattr(row, part.key)
                        for part in Conversation.__table__.columns
                    }
                    for row in rows
                ]

        async def clocks(self):
            async with db.read() as session:
                clocks = await session.execute(
                    select(FirstResponse.__table__).order_by(FirstResponse.id)
                )
                owed = await session.scalars(
                    select(DueRow.key)
                    .where(DueRow.key.startswith("sla"))
                    .order_by(DueRow.key)
                )
                return [tuple(one) for one in clocks], list(owed)

        async def hand(self, at, work):
            async def doing(uow):
                await work(uow, await lock(uow, ids[at]))

            await db.run(doing, nadia)

    return Floor()


async def a_queue(db) -> int:
    async with db.begin() as uow:
        row = Queue(
            name="Other",
            channels=[],
            first_response=timedelta(hours=3),
            goal=0.8,
            created_at=uow.now,
        )
        uow.session.add(row)
        await uow.session.flush()
        return row.id


@pytest.mark.parametrize(
    ("do", "more"),
    [
        ("resolve", {}),
        ("snooze", {"until": True}),
        ("assign", {"assignee_id": True}),
        ("move", {"queue_id": True}),
        ("prioritise", {"priority": "urgent"}),
        ("tag", {"tags": ("vip",)}),
    ],
)
async def test_undo_puts_back_exactly_what_was_and_screens_follow(
    db, floor, clock, do, more
) -> None:
    asked = {
        "until": clock() + timedelta(hours=5),
        "assignee_id": floor.who.id,
        "queue_id": await a_queue(db),
    }
    more = {key: asked[key] if value is True else value for key, value in more.items()}
    await floor.hand(2, lambda uow, row: changes.tag(uow, row, ["old"]))
    clock.move(minutes=5)
    before, clocks = await floor.rows(), await floor.clocks()
    shown, cursor = await tables(db), await head(db)

    done = await floor.act(do, **more)
    assert (done.state, done.reached, done.changed, done.refused) == ("done", 7, 7, {})
    assert await floor.rows() != before
    assert applied(shown, await events(db, cursor)) == await tables(db)

    clock.move(minutes=5)
    undone = await floor.undo(done.id)

    assert (undone.state, undone.restored, undone.kept) == ("undone", 7, 0)
    assert await floor.rows() == before
    assert await floor.clocks() == clocks
    assert applied(shown, await events(db, cursor)) == await tables(db)


async def test_where_something_happened_since_it_stays_as_it_is(
    floor, take, clock
) -> None:
    done = await floor.act("resolve")
    clock.move(minutes=1)
    await take(sms("And again", "+380501112224", "SM-again"))
    await floor.hand(5, lambda uow, row: changes.prioritise(uow, row, "high"))

    undone = await floor.undo(done.id)

    assert (undone.restored, undone.kept) == (5, 2)
    rows = await floor.rows()
    assert [row["state"] for row in rows].count("resolved") == 1
    assert rows[5]["state"] == "resolved"


async def test_what_was_somebodys_who_left_is_not_put_back_by_halves(
    db, agent, floor
) -> None:
    taras = await agent("Taras")
    mine = floor.all[:1]
    await floor.act("assign", mine, assignee_id=taras.id)
    await floor.act("prioritise", mine, priority="urgent")
    done = await floor.act("resolve", mine)
    async with db.begin() as uow:
        (await uow.session.get_one(Account, taras.id)).active = False
        row = await lock(uow, mine[0])
        await changes.prioritise(uow, row, "low")
        last = await bulk.last_entry(uow, row.id)
        change = await uow.session.get_one(BulkChange, (done.id, mine[0]))
        change.item_id = last
    before = (await floor.rows())[0]

    undone = await floor.undo(done.id)

    assert (undone.restored, undone.kept) == (0, 1)
    assert (await floor.rows())[0] == before


async def test_what_refuses_is_left_and_counted_and_what_is_so_stays(db, floor) -> None:
    await floor.hand(0, lambda uow, row: changes.set_state(uow, row, "resolved"))

    until = (await floor.rows())[0]["last_at"] + timedelta(hours=5)
    snoozed = await floor.act("snooze", until=until)
    assert snoozed.refused == {"wrong_state": 1}
    assert snoozed.changed == 6
    resolved = await floor.act("resolve", [*floor.all, 999_999])
    assert (resolved.total, resolved.changed, resolved.refused) == (7, 6, {})
    async with db.read() as session:
        outcomes = dict(
            (
                await session.execute(
                    select(BulkChange.outcome, func.count())
                    .where(BulkChange.bulk_id == resolved.id)
                    .group_by(BulkChange.outcome)
                )
            ).all()
        )
    assert outcomes == {"changed": 6, "same": 1}


async def test_each_is_changed_once_however_often_the_timer_comes(db, floor) -> None:
    begun = await floor.begin("tag", tags=("vip",))
    await floor.go()
    await db.run(
        lambda uow: uow.owe(
            bulk.GO_ON, "again", at=uow.now, payload={"bulk_id": begun.id}
        )
    )
    await floor.go()

    async with db.read() as session:
        entries = await session.scalar(
            select(func.count()).where(TimelineItem.kind == "change")
        )
    assert entries == 7


async def test_an_action_that_is_undone_under_way_goes_no_further(db, floor) -> None:
    begun = await floor.begin("tag", tags=("vip",))
    await db.run(lambda uow: bulk_undo.undo(uow, begun.id), floor.who)
    await floor.go()

    view = await floor.view(begun.id)
    assert (view.state, view.reached, view.changed) == ("undone", 0, 0)
    assert not any(row["tags"] for row in await floor.rows())


async def test_progress_is_told_to_whoever_asked_and_to_nobody_else(
    db, floor, agent
) -> None:
    other = await agent("Olena")
    done = await floor.act("prioritise", priority="high")

    told = [one for one in await events(db) if one["kind"] == "bulk.moved"]
    assert [one["state"]["bulk"]["reached"] for one in told] == [0, 3, 6, 7]
    with pytest.raises(NotFoundError):
        await db.run(lambda uow: bulk_undo.undo(uow, done.id), other)


@pytest.mark.parametrize(
    ("given", "place"),
    [
        (BulkGiven(do="assign", assignee_id=999), "assignee_id"),
        (BulkGiven(do="move"), "queue_id"),
        (BulkGiven(do="prioritise", priority="huge"), "priority"),
        (BulkGiven(do="snooze"), "until"),
        (BulkGiven(do="tag"), "tags"),
        (BulkGiven(do="tag", tags=("x" * 99,)), "tags"),
    ],
)
async def test_what_every_one_would_refuse_is_refused_at_once(
    db, floor, given, place
) -> None:
    with pytest.raises(InvalidError) as refused:
        await db.run(
            lambda uow: bulk.begin(uow, floor.all, given, rules=RULES), floor.who
        )

    assert set(refused.value.details["errors"]) == {place}


async def test_what_can_be_undone_no_more_is_forgotten(db, floor, clock) -> None:
    done = await floor.act("tag", tags=("vip",))
    clock.move(days=8)
    await floor.act("untag", tags=("vip",))

    with pytest.raises(NotFoundError):
        await floor.view(done.id)
