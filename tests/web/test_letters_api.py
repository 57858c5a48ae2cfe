"""Reply to all, forward and signatures, as the composer and programs use them."""

import pytest

from config import Settings
from hub.conversations.intake import batches as intake
from hub.conversations.intake.arrivals import Arrival, Intake
from hub.orders.shop import shop_of
from tests.hub.conftest import mail
from tests.web.test_queues_api import read


@pytest.fixture
async def conversation(db, settings):
    """A mail that went to others too."""
    shop = shop_of(settings, b"secret", {"email": "email"})
    rules = Intake(settings=settings, reply_key=b"k", shop=shop)
    letter = mail(
        sender_name="Oksana",
        to=(("Olha", "olha@firm.test"), ("", "OKSANA@client.test")),
        cc=(("Boss", "boss@firm.test"),),
        reply_to=("Desk", "desk@client.test"),
    )
    await db.run(lambda uow: intake.take(uow, rules, [Arrival(item=letter)]))


async def ids(agent) -> tuple[int, int]:
    """The conversation and the client's mail address."""
    (row,) = (await read(await agent.get("/conversations")))["items"]
    defaults = await read(await agent.get(f"/conversations/{row['id']}/reply-defaults"))
    return row["id"], defaults["address_id"]


async def answer(agent, id, key="k1", **more):  # noqa: A002
    _, address_id = await ids(agent)
    body = {
        "channel": "email",
        "address_id": address_id,
        "text": "On its way",
        "seen": 10**6,
    }
    return await agent.post(
        f"/conversations/{id}/replies",
        json=body | more,
        headers={"Idempotency-Key": key},
    )


async def test_reply_to_all_knows_who_else_was_on_the_mail(
    signed_in, conversation
) -> None:
    agent = await signed_in("agent")
    id, _ = await ids(agent)  # noqa: A001

    defaults = await read(await agent.get(f"/conversations/{id}/reply-defaults"))

    said = defaults["mail"]
    # Where his own house wants the answer, too.
    assert said["to"] == ["Desk <desk@client.test>", "Olha <olha@firm.test>"]
    assert said["cc"] == ["Boss <boss@firm.test>"]
    assert said["answers_id"]
    assert said["quote"] is False
    assert said["signature"] == {"text": "", "html": "", "whose": ""}


async def test_an_answer_to_several_is_shown_with_each(signed_in, conversation) -> None:
    agent = await signed_in("agent")
    id, _ = await ids(agent)  # noqa: A001

    made = await read(
        await answer(agent, id, cc=["Boss <boss@firm.test>"], bcc=["x@firm.test"]), 201
    )
    again = await read(
        await answer(agent, id, cc=["Boss <boss@firm.test>"], bcc=["x@firm.test"]), 201
    )

    people = made["item"]["data"]["recipients"]
    assert [(one["address"], one["role"]) for one in people] == [
        ("oksana@client.test", "to"),
        ("boss@firm.test", "cc"),
        ("x@firm.test", "bcc"),
    ]
    assert again["item"]["id"] == made["item"]["id"]
    known = await read(await agent.get(f"/conversations/{id}/reply-defaults"))
    assert sorted(known["mail"]["known"]) == ["Boss <boss@firm.test>", "x@firm.test"]


async def test_a_wrong_addressee_is_named(signed_in, conversation) -> None:
    agent = await signed_in("agent")
    id, _ = await ids(agent)  # noqa: A001

    said = await read(await answer(agent, id, cc=["nobody"]), 422)

    assert "nobody" in str(said)


async def test_a_message_is_forwarded_once_by_one_press(
    signed_in, conversation
) -> None:
    agent = await signed_in("agent")
    id, _ = await ids(agent)  # noqa: A001
    defaults = await read(await agent.get(f"/conversations/{id}/reply-defaults"))
    path = f"/interactions/{defaults['mail']['answers_id']}/forward"
    given = {"to": ["post@courier.test"], "text": "Please look"}

    made = [
        await read(
            await agent.post(path, json=given, headers={"Idempotency-Key": "f"}), 201
        )
        for _ in range(2)
    ]
    nobody = await agent.post(path, json={"to": []})

    assert made[0]["id"] == made[1]["id"]
    assert made[0]["data"]["forwarded"] == defaults["mail"]["answers_id"]
    assert made[0]["subject"] == "Fwd: Boiler"
    assert nobody.status == 422


async def test_everybody_has_his_own_signature_and_managers_those_of_queues(
    signed_in, conversation
) -> None:
    agent, manager = await signed_in("agent"), await signed_in("manager")
    id, _ = await ids(agent)  # noqa: A001
    (queue,) = (await read(await agent.get("/queues")))["items"]
    path = f"/queues/{queue['id']}/signature"

    kept = await read(
        await agent.put("/me/signature", json={"text": "{agent.name}, {company}"})
    )
    refused = await agent.put(path, json={"text": "x"})
    await read(await manager.put(path, json={"text": "Ours", "overrules": False}))
    shown = await read(await manager.get("/me/signature"))
    unknown = await read(
        await agent.put("/me/signature", json={"text": "{agent.shoe}"}), 422
    )
    defaults = await read(await agent.get(f"/conversations/{id}/reply-defaults"))
    theirs = await read(await manager.get(f"/conversations/{id}/reply-defaults"))

    assert kept["text"] == "{agent.name}, {company}"
    assert refused.status == 403
    assert shown["text"] == ""
    assert "{agent.shoe} is unknown" in str(unknown)
    signature = defaults["mail"]["signature"]
    assert signature["whose"] == "agent"
    assert signature["text"] == f"{agent.account.name}, {Settings().company}"
    assert theirs["mail"]["signature"]["text"] == "Ours"


async def test_a_draft_keeps_who_else_gets_it(signed_in, conversation) -> None:
    agent = await signed_in("agent")
    id, _ = await ids(agent)  # noqa: A001
    path = f"/conversations/{id}/drafts/reply"
    mail_of = {"cc": ["half typed"], "quote": True, "forwards_id": 1}

    await read(await agent.put(path, json={"text": "x", "mail": mail_of}))
    kept = await read(await agent.get(path))

    assert kept["mail"] == {"to": [], "bcc": [], **mail_of}
