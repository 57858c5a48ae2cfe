"""Macros: told first, done once, taken back; and drafts beside them."""

import pytest

from hub.conversations.intake import batches as intake
from hub.conversations.intake.arrivals import Arrival, Intake
from hub.orders.shop import shop_of
from tests.hub.conftest import mail
from tests.web.answering import a_macro, make
from tests.web.test_queues_api import read


@pytest.fixture
async def conversation(db, settings) -> int:
    """A mail of Oksana's."""
    shop = shop_of(settings, b"secret", {"email": "email"})
    rules = Intake(settings=settings, reply_key=b"k", shop=shop)
    await db.run(
        lambda uow: intake.take(
            uow, rules, [Arrival(item=mail(sender_name="Oksana Koval"))]
        )
    )
    return 1


async def known(agent) -> tuple[int, int]:
    """The conversation and the client's mail address."""
    (row,) = (await read(await agent.get("/conversations")))["items"]
    defaults = await read(await agent.get(f"/conversations/{row['id']}/reply-defaults"))
    return row["id"], defaults["address_id"]


async def run(agent, id, macro, key="k1", **more):  # noqa: A002
    _, address = await known(agent)
    return await agent.post(
        f"/conversations/{id}/macros/{macro['id']}/run",
        json={"channel": "email", "address_id": address, "seen": 10**6, **more},
        headers={"Idempotency-Key": key},
    )


async def test_a_macro_is_told_then_done_once_then_taken_back(
    signed_in, conversation, db
) -> None:
    manager, agent = [await signed_in(role) for role in ("manager", "agent")]
    macro = await a_macro(manager, await make(manager), db)
    id, _ = await known(agent)  # noqa: A001
    before = await read(await agent.get(f"/conversations/{id}"))

    plan = await read(await agent.get(f"/conversations/{id}/macros/{macro['id']}"))
    done = await read(await run(agent, id, macro), 201)
    again = await read(await run(agent, id, macro), 201)

    assert plan["answer"]["text"] == "Вітаю, Oksana! Вже їде."
    assert next(one["do"] for one in plan["steps"]) == "tags"
    assert plan["steps"][5]["text"] == "Paid back to Oksana"
    assert (plan["missing"], plan["sends"]) == ([], True)
    assert again["run_id"] == done["run_id"]
    stands = done["conversation"]
    assert (stands["tags"], stands["priority"]) == (["refund"], "high")
    assert (stands["assignee_id"], stands["state"]) == (manager.account.id, "resolved")
    assert done["item"]["delivery"]["state"] == "held"

    back = await read(await agent.post(f"/macro-runs/{done['run_id']}/undo"))

    assert back["kept"] == ["note"]
    assert back["draft"]["text"] == "Вітаю, Oksana! Вже їде."
    for name in ("tags", "priority", "assignee_id", "queue_id", "state"):
        assert back["conversation"][name] == before["conversation"][name]
    twice = await agent.post(f"/macro-runs/{done['run_id']}/undo")
    assert twice.status == 409
    assert (await manager.post(f"/macro-runs/{done['run_id']}/undo")).status == 404


async def test_taking_back_leaves_what_others_changed_since(
    signed_in, conversation, db
) -> None:
    manager, agent = [await signed_in(role) for role in ("manager", "agent")]
    macro = await a_macro(manager, await make(manager), db)
    id, _ = await known(agent)  # noqa: A001
    done = await read(await run(agent, id, macro), 201)
    await read(await manager.patch(f"/conversations/{id}", json={"priority": "low"}))

    back = await read(await agent.post(f"/macro-runs/{done['run_id']}/undo"))

    assert back["kept"] == ["note", "priority"]
    assert back["conversation"]["priority"] == "low"
    assert back["conversation"]["tags"] == []


async def test_a_macro_with_a_gap_does_nothing_at_all(
    signed_in, conversation, db
) -> None:
    manager, agent = [await signed_in(role) for role in ("manager", "agent")]
    gap = await make(manager, texts=[{"locale": "en", "text": "{order.number}"}])
    macro = await a_macro(manager, gap, db)
    id, _ = await known(agent)  # noqa: A001

    said = await read(await run(agent, id, macro), 422)

    assert said["places"] == ["order.number"]
    stands = (await read(await agent.get(f"/conversations/{id}")))["conversation"]
    assert (stands["tags"], stands["state"]) == ([], "open")


async def test_a_macro_is_never_blind(signed_in, conversation, db) -> None:
    manager, agent = [await signed_in(role) for role in ("manager", "agent")]
    macro = await a_macro(manager, await make(manager), db)
    id, _ = await known(agent)  # noqa: A001

    refused = await run(agent, id, macro, seen=0)

    said = await read(refused, 409)
    assert said["code"] == "missed_messages"
    stands = (await read(await agent.get(f"/conversations/{id}")))["conversation"]
    assert (stands["tags"], stands["state"]) == ([], "open")


async def test_an_answer_that_a_macro_needs_stays(signed_in, db, conversation) -> None:
    manager = await signed_in("manager")
    canned = await make(manager)
    macro = await a_macro(manager, canned, db)

    assert (await manager.delete(f"/canned/{canned['id']}")).status == 422
    assert (await manager.delete(f"/macros/{macro['id']}")).status == 204
    assert (await manager.delete(f"/canned/{canned['id']}")).status == 204
    assert await read(await manager.get("/canned")) == []


@pytest.mark.parametrize(
    "step",
    [
        {"do": "answer"},
        {"do": "answer", "canned_id": 77},
        {"do": "assign", "to": 77},
        {"do": "queue", "queue_id": 77},
        {"do": "state", "state": "snoozed"},
        {"do": "tags", "add": [" "]},
        {"do": "note", "text": "{client.shoe}"},
        {"do": "task", "title": ""},
    ],
)
async def test_a_step_that_will_not_do_is_named(signed_in, step) -> None:
    manager = await signed_in("manager")
    steps = [{"do": "priority", "priority": "low"}, step]

    said = await read(
        await manager.post("/macros", json={"title": "x", "steps": steps}), 422
    )

    assert list(said["errors"]) == ["steps.1"]
