"""Queues, states and the wall, as the screens and programs use them."""

import pytest

from hub.conversations.entries import open_conversation
from hub.queues import dispatch
from hub.queues.requests import ROUTE
from hub.storage import timers
from hub.storage.tables import Client


@pytest.fixture
def asks(db):
    """Let clients begin conversations; each with a queue's channel."""

    async def ask(channel="email", count=1) -> list[int]:
        made = []
        async with db.begin() as uow:
            for number in range(count):
                client = Client(
                    name=f"Client {number}",
                    locale="uk",
                    attributes={},
                    created_at=uow.now,
                )
                uow.session.add(client)
                await uow.session.flush()
                row = await open_conversation(uow, client, channel=channel)
                made.append(row.id)
        return made

    return ask


async def read(answer, status=200):
    said = await answer.json()
    assert answer.status == status, said
    return said


async def test_a_manager_makes_and_changes_queues(signed_in) -> None:
    manager, agent = await signed_in("manager"), await signed_in("agent")

    made = await read(
        await manager.post(
            "/queues",
            json={
                "name": "Mail",
                "channels": ["email"],
                "first_response_s": 600,
                "members": [agent.account.id],
            },
        ),
        201,
    )
    changed = await read(
        await manager.patch(f"/queues/{made['id']}", json={"goal": 0.95})
    )
    listed = await read(await agent.get("/queues"))

    assert made == {
        "id": made["id"],
        "name": "Mail",
        "channels": ["email"],
        "first_response_s": 600,
        "goal": 0.8,
        "fallback": True,
        "members": [agent.account.id],
        "calendar_id": None,
        "mode": "assign",
        "offer_s": made["offer_s"],
        "wrap_s": 0,
        "dispositions": [],
        "disposition_required": False,
    }
    assert changed == made | {"goal": 0.95}
    assert listed == {"items": [changed], "next": None}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "Mail", "first_response_s": 0}, "first_response_s"),
        ({"name": "Mail", "goal": 2}, "goal"),
        ({"name": "Mail", "members": [2**70]}, "members"),
        ({"name": "Mail", "members": [4711]}, "members"),
        ({"name": "Mail", "colour": "red"}, "colour"),
    ],
)
async def test_what_will_not_do_is_named(signed_in, said, field) -> None:
    manager = await signed_in("manager")

    problem = await read(await manager.post("/queues", json=said), 422)

    assert {name.split(".")[0] for name in problem["errors"]} == {field}


async def test_an_agent_changes_no_queues_and_sees_no_wall(signed_in) -> None:
    agent = await signed_in("agent")

    for answer in (
        await agent.post("/queues", json={"name": "Mail"}),
        await agent.patch("/queues/1", json={"name": "Mail"}),
        await agent.get("/wall"),
        await agent.get("/wall/evidence?queue_id=1&metric=waiting"),
    ):
        assert (await read(answer, 403))["code"] == "forbidden"


async def test_who_says_that_he_is_available_gets_what_waits(
    signed_in, asks, db
) -> None:
    agent = await signed_in("agent")
    (asked,) = await asks()

    view = await read(await agent.put("/me/state", json={"state": "available"}))
    await timers.fire_due(db, {ROUTE: dispatch.route})
    (seen,) = (await read(await agent.get("/agents")))["items"]

    assert (view["state"], view["load"], view["capacity"]) == ("available", 0, 5)
    assert seen == view | {"load": 1}
    conversation = await read(await agent.get(f"/conversations/{asked}"))
    assert conversation["conversation"]["assignee_id"] == agent.account.id


async def test_there_is_no_other_state(signed_in) -> None:
    agent = await signed_in("agent")

    problem = await read(await agent.put("/me/state", json={"state": "asleep"}), 422)

    assert set(problem["errors"]) == {"state"}


async def test_the_wall_shows_what_waits_and_the_conversations_behind_it(
    signed_in, asks
) -> None:
    manager = await signed_in("manager")
    asked = await asks(count=3)

    wall = await read(await manager.get("/wall"))
    (tile,) = wall["queues"]
    found, cursor = [], ""
    while cursor is not None:
        page = await read(
            await manager.get(
                f"/wall/evidence?queue_id={tile['id']}&metric=waiting&limit=2{cursor}"
            )
        )
        found += [row["conversation_id"] for row in page["items"]]
        cursor = page["next"] and f"&cursor={page['next']}"

    assert (tile["waiting"], tile["limit_s"], tile["goal"]) == (3, 3600, 0.8)
    assert tile["in_time"] == {"now": 1.0, "half_hour": None, "today": None}
    assert len(tile["series"]) == 48
    assert wall["cursor"] > 0
    assert found == asked


async def test_there_is_no_evidence_of_what_is_not_there(signed_in) -> None:
    manager = await signed_in("manager")

    gone = await manager.get("/wall/evidence?queue_id=77&metric=today")
    other = await manager.get("/wall/evidence?queue_id=77&metric=mood")

    assert (gone.status, other.status) == (404, 422)
