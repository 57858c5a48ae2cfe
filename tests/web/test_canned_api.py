"""Ready answers, macros and shared drafts, as the composer and programs use them."""

import pytest
from sqlalchemy import select

from hub.conversations.intake import batches as intake
from hub.conversations.intake.arrivals import Arrival, Intake
from hub.orders.shop import shop_of
from hub.storage.tables import Client, EventRow
from tests.hub.conftest import mail
from tests.web.answering import SHIPPING, a_macro, make
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


async def test_the_teams_answers_need_a_right_and_ones_own_do_not(signed_in) -> None:
    agent, other, manager = [
        await signed_in(role) for role in ("agent", "agent", "manager")
    ]

    refused = await agent.post("/canned", json=SHIPPING)
    teams = await make(manager)
    own = await make(agent, own=True, title="Mine")

    assert refused.status == 403
    listed = await read(await agent.get("/canned"))
    assert {one["title"] for one in listed} == {"Where is it", "Mine"}
    listed = await read(await other.get("/canned"))
    assert [one["title"] for one in listed] == ["Where is it"]
    assert (await other.put(f"/canned/{own['id']}", json=SHIPPING)).status == 404
    assert (await manager.delete(f"/canned/{own['id']}")).status == 404
    assert (await agent.put(f"/canned/{teams['id']}", json=SHIPPING)).status == 403


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("title", {"title": " "}),
        ("texts", {"texts": [{"locale": "en", "text": "{client.shoe}"}]}),
        ("texts", {"texts": [{"locale": "en", "text": " "}]}),
        ("texts", {"texts": SHIPPING["texts"] * 2}),
        ("attachment_ids", {"attachment_ids": [99]}),
    ],
)
async def test_what_will_not_do_is_named(signed_in, field, more) -> None:
    manager = await signed_in("manager")

    said = await read(await manager.post("/canned", json={**SHIPPING, **more}), 422)

    assert field in said["errors"]


async def test_the_html_of_an_answer_is_cleaned(signed_in) -> None:
    manager = await signed_in("manager")
    html = "<p onclick=x()>Hi <b>you</b><script>x()</script></p>"

    made = await make(manager, texts=[{"locale": "en", "html": html}])

    assert made["texts"][0]["html"] == "<p>Hi <b>you</b></p>"
    assert made["texts"][0]["text"] == "Hi you"


async def test_what_is_taken_most_comes_first(signed_in) -> None:
    manager = await signed_in("manager")
    await make(manager, title="A")
    second = await make(manager, title="B")

    assert (await manager.post(f"/canned/{second['id']}/used")).status == 204

    listed = await read(await manager.get("/canned"))
    assert [(one["title"], one["used_by_me"]) for one in listed] == [("B", 1), ("A", 0)]


async def test_places_say_what_is_known(signed_in, conversation) -> None:
    agent = await signed_in("agent")
    id, _ = await known(agent)  # noqa: A001

    values = await read(await agent.get(f"/conversations/{id}/places"))

    assert values["client.first_name"] == "Oksana"
    assert values["agent.first_name"] == "Agent"
    assert "order.number" not in values


async def test_a_place_without_a_value_is_never_sent(signed_in, conversation) -> None:
    agent = await signed_in("agent")
    id, address = await known(agent)  # noqa: A001

    said = await read(
        await agent.post(
            f"/conversations/{id}/replies",
            json={
                "channel": "email",
                "address_id": address,
                "seen": 10**6,
                "text": "-",
                "html": "<p>About {order.number}</p>",
            },
        ),
        422,
    )

    assert said["errors"] == {"text": "{order.number} has no value"}


async def upload(agent, name="terms.txt") -> int:
    from aiohttp import FormData  # noqa: PLC0415

    form = FormData()
    form.add_field("file", b"the terms", filename=name)
    return (await read(await agent.post("/attachments", data=form), 201))["id"]


async def test_files_of_answers_are_copied_as_often_as_wanted(
    signed_in, conversation
) -> None:
    manager, agent = [await signed_in(role) for role in ("manager", "agent")]
    file = await upload(manager)
    made = await make(manager, attachment_ids=[file])
    assert [one["name"] for one in made["attachments"]] == ["terms.txt"]

    copies = [
        (
            await read(
                await agent.post("/attachments/copy", json={"attachment_ids": [file]}),
                201,
            )
        )[0]["id"]
        for _ in range(2)
    ]

    assert len({file, *copies}) == 3
    id, address = await known(agent)  # noqa: A001
    answer = await read(
        await agent.post(
            f"/conversations/{id}/replies",
            json={
                "channel": "email",
                "address_id": address,
                "seen": 10**6,
                "text": "See below",
                "attachment_ids": copies,
            },
        ),
        201,
    )
    assert len(answer["item"]["attachments"]) == 2
    # Put on the message once more, from there.
    again = await agent.post(
        "/attachments/copy",
        json={"attachment_ids": [answer["item"]["attachments"][0]["id"]]},
    )
    assert again.status == 201
    strangers = await upload(manager, "draft.txt")
    refused = await agent.post(
        "/attachments/copy", json={"attachment_ids": [strangers]}
    )
    assert refused.status == 404


async def test_what_is_ones_own_is_told_to_nobody_else(signed_in, db) -> None:
    agent = await signed_in("agent")
    await make(agent, own=True)

    async with db.read() as session:
        (row,) = await session.scalars(
            select(EventRow).where(EventRow.kind == "canned.changed")
        )
    assert row.topics == [f"account:{agent.account.id}"]


async def draft(agent, id, text, **more):  # noqa: A002
    return await read(
        await agent.put(
            f"/conversations/{id}/drafts/reply", json={"text": text, **more}
        )
    )


async def test_a_draft_is_seen_and_taken_over_and_no_word_is_lost(
    signed_in, conversation, db
) -> None:
    nadia, olena = [await signed_in("agent", name=name) for name in ("Nadia", "Olena")]
    id, _ = await known(nadia)  # noqa: A001
    file = await upload(nadia)
    await draft(
        nadia,
        id,
        "We are sorry",
        html="<p>We are <b>sorry</b><script>x</script></p>",
        attachment_ids=[file],
    )
    await draft(olena, id, "Hello")

    (seen,) = await read(await olena.get(f"/conversations/{id}/drafts"))
    taken = await read(
        await olena.post(
            f"/conversations/{id}/drafts/take",
            json={"account_id": nadia.account.id, "reason": "You are at lunch"},
        )
    )

    assert (seen["account_name"], seen["text"]) == ("Nadia", "We are sorry")
    assert "script" not in seen["html"]
    assert taken["text"] == "We are sorry\n\nHello"
    assert "<b>sorry</b>" in taken["html"]
    assert "Hello" in taken["html"]
    assert [one["name"] for one in taken["attachments"]] == ["terms.txt"]
    own = await read(await nadia.get(f"/conversations/{id}/drafts/reply"))
    assert (own["text"], own["taken_by_name"]) == ("We are sorry", "Olena")
    assert own["taken_reason"] == "You are at lunch"
    again = await olena.post(
        f"/conversations/{id}/drafts/take", json={"account_id": nadia.account.id}
    )
    assert again.status == 404
    # She writes on all the same, and it is hers again.
    assert (await draft(nadia, id, "We are so sorry"))["taken_by"] is None


async def test_undo_gives_back_the_look_and_the_files(signed_in, conversation) -> None:
    agent = await signed_in("agent")
    id, address = await known(agent)  # noqa: A001
    file = await upload(agent, "a.png")
    html = f'<p>See <b>this</b> <img src="/files/{file}/a.png"></p>'
    sent = await read(
        await agent.post(
            f"/conversations/{id}/replies",
            json={
                "channel": "email",
                "address_id": address,
                "seen": 10**6,
                "text": "-",
                "html": html,
                "attachment_ids": [file],
            },
        ),
        201,
    )

    back = (await read(await agent.post(f"/interactions/{sent['item']['id']}/undo")))[
        "draft"
    ]

    assert back["html"] == f'<p>See <b>this</b> <img src="cid:file-{file}"></p>'
    assert [one["id"] for one in back["attachments"]] == [file]


async def test_the_clients_language_decides(signed_in, conversation, db) -> None:
    manager = await signed_in("manager")
    macro = await a_macro(manager, await make(manager), db)
    id, _ = await known(manager)  # noqa: A001
    async with db.begin() as uow:
        client = (await uow.session.scalars(select(Client))).one()
        client.locale = "en"

    plan = await read(await manager.get(f"/conversations/{id}/macros/{macro['id']}"))

    assert plan["answer"]["text"] == "Hello Oksana, it is on its way."
