"""Tasks and promises over REST: lists by cursor, changes, refusals, calendars."""

from datetime import timedelta

import pytest_asyncio
from icalendar import Calendar
from sqlalchemy import select, update

from hub.clients import clients
from hub.conversations.entries import open_conversation
from hub.storage.tables import Account, CalendarFeed, Client, Task
from web import calendars


@pytest_asyncio.fixture
async def stage(db, clock, signed_in):
    """An agent, a client with a conversation, and a way to make tasks."""

    class Stage:
        async def make(self, status=201, *, key=None, **given):
            given = {"title": "Send the label"} | given
            headers = {"Idempotency-Key": key} if key else {}
            answer = await self.agent.post("/tasks", json=given, headers=headers)
            found = await answer.json()
            assert answer.status == status, found
            return found

        def at(self, **ahead) -> str:
            return (clock() + timedelta(**ahead)).isoformat()

    async def begin(uow):
        view = await clients.create(
            uow,
            name="Олена Бондар",
            locale="uk",
            ways=[("phone", "+380501112233")],
            country="UA",
        )
        client = await uow.session.get_one(Client, view.id)
        row = await open_conversation(uow, client, channel="sms")
        return client.id, row.id

    stage = Stage()
    stage.agent = await signed_in("agent")
    stage.client_id, stage.conversation_id = await db.run(begin)
    return stage


async def promise(stage, **more):
    return await stage.make(
        kind="promise",
        conversation_id=stage.conversation_id,
        due_at=stage.at(hours=2),
        **more,
    )


async def test_a_list_goes_on_by_its_cursor_over_all_tasks_once(stage) -> None:
    made = [await stage.make(due_at=stage.at(hours=n)) for n in (3, 1, 2)]
    never = await stage.make(title="Some day")

    found, cursor = [], ""
    while True:
        path = f"/tasks?limit=2{f'&cursor={cursor}' if cursor else ''}"
        page = await (await stage.agent.get(path)).json()
        found += [one["id"] for one in page["items"]]
        if not (cursor := page["next"]):
            break

    assert found == [made[1]["id"], made[2]["id"], made[0]["id"], never["id"]]


async def test_lists_are_mine_the_teams_or_a_clients(stage, signed_in) -> None:
    colleague = await signed_in("agent")
    mine = await stage.make()
    nobodys = await stage.make(assignee_id=None)
    his = await stage.make(assignee_id=colleague.account.id, client_id=stage.client_id)
    promised = await promise(stage)

    async def ids(path):
        page = await (await stage.agent.get(path)).json()
        return {one["id"] for one in page["items"]}

    assert await ids("/tasks") == {mine["id"], promised["id"]}
    assert await ids("/tasks?view=unassigned") == {nobodys["id"]}
    assert len(await ids("/tasks?view=team")) == 4
    assert await ids(f"/tasks?assignee_id={colleague.account.id}") == {his["id"]}
    assert await ids(f"/clients/{stage.client_id}/tasks") == {his["id"], promised["id"]}
    assert await ids("/tasks?view=team&kind=promise") == {promised["id"]}
    assert await ids("/tasks?state=done,cancelled") == set()


async def test_a_repeated_key_makes_one_task(stage, db) -> None:
    first = await stage.make(key="k-1")
    again = await stage.make(key="k-1")

    assert first == again
    async with db.read() as session:
        assert len(list(await session.scalars(select(Task)))) == 1


async def test_a_task_is_changed_done_and_taken_up_again(stage) -> None:
    made = await stage.make(due_at=stage.at(hours=1))
    path = f"/tasks/{made['id']}"

    changed = await stage.agent.patch(path, json={"title": "Other", "due_at": None})
    done = await stage.agent.patch(path, json={"state": "done"})
    again = await stage.agent.patch(path, json={"state": "open"})

    assert (await changed.json())["due_at"] is None
    assert (await done.json())["done_by"] == stage.agent.account.id
    assert (await again.json())["state"] == "open"
    assert await (await stage.agent.get(path)).json() == await again.json()


async def test_what_lacks_something_names_its_field(stage) -> None:
    refused = await stage.make(status=422, kind="promise", due_at=stage.at(hours=1))

    assert refused["code"] == "invalid"
    assert "client_id" in str(refused)


async def test_a_conversation_is_not_resolved_in_silence(stage) -> None:
    made = await promise(stage)
    path = f"/conversations/{stage.conversation_id}"

    refused = await stage.agent.patch(path, json={"state": "resolved"})
    anyway = await stage.agent.patch(path, json={"state": "resolved", "anyway": True})

    said = await refused.json()
    assert (refused.status, said["code"]) == (409, "promise_open")
    assert said["promises"][0]["task_id"] == made["id"]
    assert (anyway.status, (await anyway.json())["state"]) == (200, "resolved")


async def test_a_typed_line_is_understood_by_the_companys_clock(stage) -> None:
    answer = await stage.agent.get("/tasks/understood?text=call%20in%202%20h%20!")

    assert await answer.json() == {
        "title": "call",
        "due_at": stage.at(hours=2),
        "priority": "high",
    }


async def test_a_meeting_is_noted_with_those_who_were_there(stage) -> None:
    answer = await stage.agent.post(
        f"/clients/{stage.client_id}/meetings",
        json={"at": stage.at(hours=-1), "place": "Lviv", "said": "Agreed on May"},
    )

    item = await answer.json()
    assert (answer.status, item["kind"]) == (201, "meeting")
    assert [one["id"] for one in item["data"]["people"]] == [stage.agent.account.id]


@pytest_asyncio.fixture
async def outside(build, serve):
    """The hub, with calendars, for programs without a sign-in."""
    app = build()
    calendars.add(app)
    async with serve(app) as client:
        yield client


async def fetch(outside, url):
    return await outside.get("/calendar/" + url.rsplit("/", 1)[1])


async def test_a_calendar_has_ones_own_tasks_at_a_secret_address(
    stage, outside, db, signed_in
) -> None:
    mine = await promise(stage, title="Надіслати наклейку; сьогодні, так")
    await stage.make(due_at=stage.at(hours=5), assignee_id=None)
    gone = await stage.make(due_at=stage.at(hours=3), title="Gone")
    await stage.agent.patch(f"/tasks/{gone['id']}", json={"state": "cancelled"})
    url = (await (await stage.agent.post("/me/calendar")).json())["url"]

    answer = await fetch(outside, url)
    found = Calendar.from_ical(await answer.read())

    assert answer.content_type == "text/calendar"
    assert answer.headers["Cache-Control"] == "private, no-store"
    events = {str(one["UID"]).split("@")[0]: one for one in found.walk("VEVENT")}
    assert set(events) == {f"task-{mine['id']}", f"task-{gone['id']}"}
    assert events[f"task-{mine['id']}"]["SUMMARY"] == mine["title"]
    assert events[f"task-{gone['id']}"]["STATUS"] == "CANCELLED"
    async with db.read() as session:
        kept = await session.scalar(select(CalendarFeed.token_hash))
    assert kept not in url
    assert "cal_" not in kept


async def test_a_renewed_an_ended_or_a_strangers_address_opens_nothing(
    stage, outside, db
) -> None:
    async def make():
        return (await (await stage.agent.post("/me/calendar")).json())["url"]

    old, new = await make(), await make()
    before = (await fetch(outside, old)).status, (await fetch(outside, new)).status
    async with db.begin() as uow:
        await uow.session.execute(update(Account).values(active=False))
    inactive = (await fetch(outside, new)).status
    async with db.begin() as uow:
        await uow.session.execute(update(Account).values(active=True))
    await stage.agent.delete("/me/calendar")

    assert (before, inactive) == ((404, 200), 404)
    assert (await fetch(outside, new)).status == 404
    assert (await fetch(outside, f"x/cal_{'A' * 43}.ics")).status == 404
    assert (await (await stage.agent.get("/me/calendar")).json()) == {"since": None}
