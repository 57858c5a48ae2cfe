"""Tasks and promises: due at their second, kept or late, and never closed in silence."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from hub.clients import merging, unmerging
from hub.clients.layers import Choice
from hub.collaboration import lists
from hub.collaboration.lists import TaskFilter
from hub.collaboration.meetings import MeetingGiven, note_meeting
from hub.collaboration.states import MOVES
from hub.conversations import changes
from hub.conversations.entries import lock
from hub.errors import InvalidError, PromiseOpenError, StateError
from hub.log import feed
from hub.storage.tables import Conversation, Task, TimelineItem
from hub.storage.tables.collaboration import TASK_STATES
from hub.storage.timers import fire_due, next_due
from tests.hub.conftest import mail, sms
from tests.hub.tasking import Desk
from web.work import timers


@pytest.fixture
async def desk(db, clock, take, agent, rules) -> Desk:
    await take(sms())
    async with db.read() as session:
        conversation = (await session.scalars(select(Conversation))).one()
    return Desk(
        db, clock, rules, await agent("Nadia"), await agent("Olena"), conversation
    )


async def test_a_promise_is_late_at_its_second_and_tells_its_owner(desk) -> None:
    promise = await desk.make("promise", hours=2)

    await desk.fire(hours=1, minutes=59, seconds=59)
    before = (await desk.task(promise)).state
    told_before = await desk.told()
    await desk.fire(seconds=1)

    assert (before, told_before) == ("open", ["task_reminder"])
    assert (await desk.task(promise)).state == "late"
    assert await desk.told() == ["task_reminder", "promise_late"]


async def test_the_next_timer_is_awaited_to_the_second(desk) -> None:
    due_at = desk.clock() + timedelta(minutes=20)
    await desk.make("promise", hours=None, due_at=due_at)

    assert await next_due(desk.db, {"task.due": None}) == due_at


async def test_a_timer_that_fell_due_while_the_hub_was_off_fires_once_at_its_start(
    desk,
) -> None:
    promise = await desk.make("promise", hours=2)

    # Two processes come back at once, a day later.
    desk.clock.move(days=1)
    again = timers(desk.rules.shop, desk.rules.settings)
    await asyncio.gather(fire_due(desk.db, desk.timers), fire_due(desk.db, again))
    # One that the other had in hand (for its reminder) is looked at again.
    await desk.fire(seconds=1)

    assert (await desk.task(promise)).state == "late"
    assert (await desk.told()).count("promise_late") == 1


async def test_a_task_is_due_first_and_late_a_while_after(desk) -> None:
    task = await desk.make("contact", hours=2, client_id=desk.client_id)

    await desk.fire(hours=2)
    due = (await desk.task(task)).state
    told = await desk.told()
    await desk.fire(minutes=15)

    assert (due, told) == ("open", ["task_due"])
    assert (await desk.task(task)).state == "late"
    assert await desk.told() == ["task_due"]


async def test_what_is_done_or_put_off_does_not_fire_at_its_old_time(desk) -> None:
    done = await desk.make("promise", hours=2)
    put_off = await desk.make("promise", hours=2)
    await desk.change(done, state="done")
    await desk.change(put_off, due_at=desk.clock() + timedelta(hours=5))

    await desk.fire(hours=3)

    assert [(await desk.task(one)).state for one in (done, put_off)] == ["done", "open"]
    assert await desk.told() == []


async def test_a_late_promise_that_is_put_off_is_open_again(desk) -> None:
    promise = await desk.make("promise", hours=1)
    await desk.fire(hours=2)

    await desk.change(promise, due_at=desk.clock() + timedelta(hours=1))

    assert (await desk.task(promise)).state == "open"
    await desk.fire(hours=1)
    assert (await desk.task(promise)).state == "late"


async def test_it_reminds_when_it_was_asked_to(desk) -> None:
    remind_at = desk.clock() + timedelta(minutes=10)
    await desk.make(hours=2, remind_at=remind_at, by=desk.olena)

    await desk.fire(minutes=10)

    assert await desk.told(desk.olena) == ["task_reminder"]


async def test_a_colleague_who_gets_a_task_is_told_and_oneself_is_not(desk) -> None:
    task = await desk.make(assignee_id=desk.olena.id)
    await desk.change(task, assignee_id=desk.nadia.id)

    assert await desk.told(desk.olena) == ["task_assigned"]
    assert await desk.told(desk.nadia) == []


async def test_a_conversation_with_an_open_promise_is_not_resolved_in_silence(
    desk,
) -> None:
    promise = await desk.make("promise", title="Send the label")

    with pytest.raises(PromiseOpenError) as refused:
        await desk.resolve()

    (named,) = refused.value.details["promises"]
    assert (named["task_id"], named["title"]) == (promise, "Send the label")
    await desk.change(promise, state="done")
    await desk.resolve()


async def test_it_can_be_resolved_anyway_and_a_mere_task_never_hinders(desk) -> None:
    await desk.make(conversation_id=desk.conversation_id)
    await desk.resolve()
    await desk.db.run(desk_reopens(desk), desk.nadia)
    await desk.make("promise")

    await desk.resolve(anyway=True)

    async with desk.db.read() as session:
        row = await session.get_one(Conversation, desk.conversation_id)
    assert row.state == "resolved"


def desk_reopens(desk):
    async def work(uow):
        row = await lock(uow, desk.conversation_id)
        await changes.set_state(uow, row, "open")

    return work


async def test_a_promise_made_while_it_is_resolved_is_seen_or_comes_after(desk) -> None:
    made, resolved = await asyncio.gather(
        desk.make("promise"), desk.resolve(), return_exceptions=True
    )

    async with desk.db.read() as session:
        row = await session.get_one(Conversation, desk.conversation_id)
        events = [one.kind for one in await feed.after(session, 0)]
    assert isinstance(made, int)
    if isinstance(resolved, PromiseOpenError):
        assert row.state == "open"
    else:
        at = events.index("conversation.state_changed")
        assert events.index("task.added") > at


async def test_a_promise_stands_on_the_timeline_and_its_entry_follows_it(desk) -> None:
    promise = await desk.make("promise")
    await desk.change(promise, title="Send both labels", assignee_id=desk.olena.id)
    await desk.change(promise, state="done")

    async with desk.db.read() as session:
        item = await session.scalar(
            select(TimelineItem).where(TimelineItem.kind == "promise")
        )
    assert item.text == "Send both labels"
    assert item.data["state"] == "done"
    assert item.data["owner_name"] == "Olena"
    assert item.data["kept_at"] == desk.clock().isoformat()
    assert item.conversation_id == desk.conversation_id


async def test_many_who_get_it_done_at_once_do_it_once(desk) -> None:
    task = await desk.make(repeat="daily")

    await asyncio.gather(*(desk.change(task, state="done") for _ in range(10)))

    async with desk.db.read() as session:
        every = list(await session.scalars(select(Task).order_by(Task.id)))
        kinds = [one.kind for one in await feed.after(session, 0)]
    assert [row.state for row in every] == ["done", "open"]
    assert kinds.count("task.moved") == 1


async def test_a_change_and_the_timer_do_not_wait_for_each_other(desk) -> None:
    promises = [await desk.make("promise", hours=1) for _ in range(10)]
    desk.clock.move(hours=1)

    async with asyncio.timeout(20):
        await asyncio.gather(
            *(desk.change(one, state="done") for one in promises),
            *(fire_due(desk.db, desk.timers) for _ in range(3)),
        )
    # Those that were in hand are looked at again.
    await desk.fire(seconds=1)

    assert {(await desk.task(one)).state for one in promises} == {"done"}
    assert await next_due(desk.db, {"task.due": None}) is None


async def test_what_repeats_is_made_anew_when_done_and_not_when_that_is_undone(
    desk,
) -> None:
    kyiv = ZoneInfo("Europe/Kyiv")
    # Clocks go forward on the 29th of March 2026: ten o'clock stays ten o'clock.
    desk.clock.now = datetime(2026, 3, 27, 10, tzinfo=UTC)
    due_at = datetime(2026, 3, 28, 10, tzinfo=kyiv)
    task = await desk.make(hours=None, due_at=due_at, repeat="daily")
    desk.clock.now = datetime(2026, 3, 28, 9, tzinfo=UTC)

    await desk.change(task, state="done")
    async with desk.db.read() as session:
        made = await session.scalar(select(Task).where(Task.previous_id == task))
    await desk.change(task, state="open")
    undone = await desk.task(made.id)
    await desk.change(task, state="done")

    assert made.due_at == datetime(2026, 3, 29, 10, tzinfo=kyiv)
    assert made.due_at - due_at.astimezone(UTC) == timedelta(hours=23)
    assert undone.state == "cancelled"
    assert (await desk.task(made.id)).state == "open"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "promise", "hours": None}, "due_at"),
        ({"kind": "promise", "conversation_id": None}, "client_id"),
        ({"kind": "promise", "assignee_id": None}, "assignee_id"),
        ({"kind": "promise", "repeat": "daily"}, "repeat"),
        ({"kind": "contact"}, "client_id"),
        ({"kind": "task", "hours": -1}, "due_at"),
        ({"kind": "task", "title": "  "}, "title"),
        ({"kind": "task", "assignee_id": 9999}, "assignee_id"),
        ({"kind": "task", "repeat": "weekly", "hours": None}, "due_at"),
        ({"kind": "task", "channel": "phone"}, "channel"),
    ],
)
async def test_what_lacks_something_is_refused_with_the_field(
    desk, given, field
) -> None:
    with pytest.raises(InvalidError) as refused:
        await desk.make(**given)

    assert field in refused.value.details["errors"]


async def test_every_move_of_a_task_is_allowed_or_refused_as_the_table_says(
    desk,
) -> None:
    for was in TASK_STATES:
        for to in ("done", "cancelled"):
            task = await desk.make(hours=None)
            async with desk.db.begin() as uow:
                (await uow.session.get_one(Task, task)).state = was
            if to == was or to in MOVES[was]:
                await desk.change(task, state=to)
                assert (await desk.task(task)).state == to
            else:
                with pytest.raises(StateError):
                    await desk.change(task, state=to)


async def test_lists_go_by_time_and_those_without_one_come_last(desk) -> None:
    never = await desk.make(hours=None, title="Some day")
    late = await desk.make(hours=9)
    soon = await desk.make(hours=1)
    other = await desk.make(hours=3, by=desk.olena)
    done = await desk.make(hours=4)
    await desk.change(done, state="done")

    wanted = TaskFilter(assignee_id=desk.nadia.id)
    found, after = [], None
    async with desk.db.read() as session:
        while page := await lists.page(session, wanted, limit=1, after=after):
            found += [one.id for one in page]
            after = lists.place(page[-1])
        team = await lists.page(session, TaskFilter(), limit=10)

    assert found == [soon, late, never]
    assert [one.id for one in team] == [soon, other, late, never]


async def test_tasks_go_with_a_merged_client_and_home_again(desk, take) -> None:
    await take(mail(sender="other@client.test", id="<o@client.test>"))
    async with desk.db.read() as session:
        other = await session.scalar(
            select(Conversation).where(Conversation.id != desk.conversation_id)
        )
    free = await desk.make(client_id=other.client_id)
    tied = await desk.make("promise", conversation_id=other.id)

    async def owners():
        return [(await desk.task(one)).client_id for one in (free, tied)]

    made = await desk.db.run(
        lambda uow: merging.merge(uow, desk.client_id, other.client_id, Choice()),
        desk.nadia,
    )
    merged = await owners()
    await desk.db.run(lambda uow: unmerging.undo(uow, made.id), desk.nadia)

    assert merged == [desk.client_id] * 2
    assert await owners() == [other.client_id] * 2


async def test_a_meeting_stands_on_the_timeline_at_its_own_time(desk) -> None:
    at = desk.clock() - timedelta(days=2)
    given = MeetingGiven(
        client_id=desk.client_id,
        at=at,
        place="Our shop, Lviv",
        people=[desk.olena.id],
        said="He wants the larger boiler.",
    )
    key = uuid4()
    noting = partial(note_meeting, given=given, key=key)
    first = await desk.db.run(noting, desk.nadia)
    again = await desk.db.run(noting, desk.nadia)

    assert first.id == again.id
    assert (first.kind, first.at, first.text) == ("meeting", at, given.said)
    assert first.data == {
        "place": "Our shop, Lviv",
        "people": [{"id": desk.olena.id, "name": "Olena"}],
    }


async def test_a_meeting_that_is_yet_to_come_is_planned_instead(desk) -> None:
    given = MeetingGiven(
        client_id=desk.client_id, at=desk.clock() + timedelta(hours=1), said="x"
    )
    with pytest.raises(InvalidError) as refused:
        await desk.db.run(lambda uow: note_meeting(uow, given, key=uuid4()), desk.nadia)

    assert "at" in refused.value.details["errors"]
