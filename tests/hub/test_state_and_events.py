"""Promise 3: state before + events = state after, for every action.

The screen applies events as the workspace does: the parts of ``state`` by id, and the
counts by where a conversation was and is. What it then shows must be what a fresh load
shows."""

import orjson
import pytest
from sqlalchemy import select

from hub.clients import clients, timeline
from hub.clients.timeline import Wanted
from hub.log import feed
from hub.screen import screen
from hub.storage.tables import Address, Conversation
from tests.hub.acting import Stage
from tests.hub.acts import ACTIONS
from tests.hub.conftest import sms


@pytest.fixture
async def stage(db, take, agent, rules, reply_rules, outbox, transport, clock) -> Stage:
    await take(sms())
    async with db.read() as session:
        conversation = (await session.scalars(select(Conversation))).one()
        address = (await session.scalars(select(Address))).one()
    return Stage(
        db=db,
        take=take,
        clock=clock,
        rules=rules,
        reply_rules=reply_rules,
        outbox=outbox,
        transport=transport,
        nadia=await agent("Nadia"),
        olena=await agent("Olena"),
        conversation_id=conversation.id,
        client_id=conversation.client_id,
        address_id=address.id,
    )


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.__name__)
async def test_a_screen_that_follows_shows_what_a_fresh_one_shows(
    stage, action
) -> None:
    shown = await load(stage)

    await action(stage)

    cursor = shown["cursor"]
    async with stage.db.read() as session:
        events = [orjson.loads(one.wire) for one in await feed.after(session, cursor)]
    assert events
    fresh = await load(stage)
    for event in events:
        apply(shown, event, me=stage.nadia.id)
        if shown["client"]["id"] in told_afresh(event):
            shown["items"] = fresh["items"]
    assert {part: shown[part] for part in shown if part != "cursor"} == {
        part: fresh[part] for part in fresh if part != "cursor"
    }


async def load(stage) -> dict:
    """Give all that a screen shows, by id."""
    async with stage.db.read() as session:
        moment = await screen(session, stage.nadia.id)
        page = await timeline.page(session, stage.client_id, wanted=Wanted(), limit=200)
        client = await clients.access_client(session, stage.client_id)
        every = list(await session.scalars(select(Conversation.id)))
        rows = {}
        for one in every:
            from hub.lists.lists import access_conversation  # noqa: PLC0415

            rows[one] = await access_conversation(session, one)
    counts = plain(moment.counts)
    return {
        "cursor": moment.cursor,
        "conversations": {key: plain(row) for key, row in rows.items()},
        "items": {item.id: plain(item) for item in page.items},
        "client": plain(client),
        "agents": {one.id: plain(one) for one in moment.agents},
        "notifications": {one.id: plain(one) for one in moment.notifications},
        "tasks": {one.id: plain(one) for one in moment.tasks},
        "counts": {
            **{name: counts[name] for name in ("mine", "unassigned", "all")},
            **{name: counts[name] for name in ("pending", "snoozed")},
            "queues": {int(k): v for k, v in counts["queues"].items() if v},
        },
    }


def plain(view) -> dict:
    """Write a view as a browser gets it, with times that compare."""
    return _times(orjson.loads(orjson.dumps(view, option=orjson.OPT_NON_STR_KEYS)))


def _times(value):
    if isinstance(value, dict):
        return {key: _times(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_times(part) for part in value]
    if isinstance(value, str) and value.endswith("+00:00"):
        return value.removesuffix("+00:00") + "Z"
    return value


def apply(shown: dict, event: dict, *, me: int) -> None:
    """Apply one event as the workspace's reducer does."""
    state = _times(event["state"])
    was = event["data"].get("was")
    row = state.get("conversation")
    if row and was:
        count(shown["counts"], was, -1, me)
        count(shown["counts"], row, +1, me)
    if row:
        shown["conversations"][row["id"]] = row
    item = state.get("item")
    if item and item["client_id"] != shown["client"]["id"]:
        shown["items"].pop(item["id"], None)
    elif item:
        if item["delivery"] and item["delivery"]["state"] == "cancelled":
            shown["items"].pop(item["id"], None)
        else:
            shown["items"][item["id"]] = item
    if client := state.get("client"):
        rename(shown, client)
    if agent := state.get("agent"):
        shown["agents"][agent["id"]] = agent
    if task := state.get("task"):
        keep(shown["tasks"], task, me)
    notification = state.get("notification")
    if notification and event["data"]["account_id"] == me:
        shown["notifications"][notification["id"]] = notification


def keep(mine: dict, task: dict, me: int) -> None:
    """Show a task if this agent has to do it himself."""
    mine.pop(task["id"], None)
    if task["assignee_id"] == me and task["state"] in {"open", "late"}:
        mine[task["id"]] = task


def told_afresh(event: dict) -> list[int]:
    """Name the clients whose timelines a screen reads again, as the event says."""
    return event["state"].get("timelines", {}).get("client_ids", [])


def rename(shown: dict, client: dict) -> None:
    """Show a client anew, and his name where a row shows it."""
    if client["id"] == shown["client"]["id"] or (
        shown["client"]["merged_into"] == client["id"]
    ):
        # A screen that shows who was merged follows him.
        shown["client"] = client
    for one in shown["conversations"].values():
        if one["client_id"] == client["id"]:
            one["client_name"] = client["name"]
    for one in shown["tasks"].values():
        if one["client_id"] == client["id"]:
            one["client_name"] = client["name"]


def count(counts: dict, where: dict, by: int, me: int) -> None:
    """Count a conversation in or out of where it stands."""
    if where["state"] in {"pending", "snoozed"}:
        counts[where["state"]] += by
    if where["state"] != "open":
        return
    counts["all"] += by
    counts["mine"] += by * (where["assignee_id"] == me)
    counts["unassigned"] += by * (where["assignee_id"] is None)
    queue = where["queue_id"]
    counts["queues"][queue] = counts["queues"].get(queue, 0) + by
    if not counts["queues"][queue]:
        del counts["queues"][queue]
