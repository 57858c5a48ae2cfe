"""The confirmation of a form, and the case that its link opens."""

import re
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select

from hub.clients import clients
from hub.delivery.letters import write
from hub.forms.confirming import CONFIRM, confirm, is_machine
from hub.orders.orders import put_order
from hub.storage import due
from hub.storage.blobs import FolderBlobs
from hub.storage.tables import Conversation, DueRow, Form, TimelineItem
from tests.hub.orders import given as order_given
from tests.web.portal import Browser, make_app, served
from web.keys import DATABASE, SETTINGS
from web.portal import PORTAL

NAME = "Cheap pills at pills.example"
GOOD = {
    "name": NAME,
    "email": "oksana@mail.example",
    "topic": "Delivery",
    "question": f"Where is it? {NAME}",
}
OWN = "support@shop.example"


@pytest.fixture
def app(db, data_dir):
    return make_app(db, data_dir)


@pytest_asyncio.fixture
async def browser(app, db):
    async with served(app) as client:
        async with db.begin() as uow:
            row = await uow.session.scalar(select(Form))
            row.definition = {**row.definition, "confirms": True}
        yield Browser(client)


async def confirmed(app):
    """Do what the timers do; return what would leave, as (item, whole text)."""
    db = app[DATABASE]
    async with db.begin() as uow:
        claims = await due.claim(
            uow.session, [CONFIRM], now=uow.now, lease=timedelta(minutes=1), limit=50
        )
    for claim in claims:
        async with db.begin() as uow:
            await confirm(
                uow,
                claim,
                shop=app[PORTAL].shop,
                settings=app[SETTINGS].forms,
                own=[OWN],
            )
            await due.settle(uow.session, claim)
    async with db.read() as session:
        owed = await session.scalars(
            select(DueRow).where(DueRow.kind == "send").order_by(DueRow.id)
        )
        return [
            (
                await session.get_one(TimelineItem, row.payload["item_id"]),
                row.payload["secret_text"],
            )
            for row in owed
        ]


def link_in(text):
    return re.search(r"/portal/c/\S+", text)[0]


async def fill(browser, **said):
    return await browser.send(await browser.get("/forms/ask"), {**GOOD, **said})


async def test_one_mail_says_that_we_have_it_in_the_readers_language(
    browser, app, db
) -> None:
    page = await browser.get("/forms/ask")
    for _ in range(2):
        await browser.send(page, GOOD)

    ((item, letter),) = await confirmed(app)

    assert item.data["to"] == "oksana@mail.example"
    assert item.data["automatic"]
    assert "we have what you sent us" in letter
    assert "https://hub.example/portal/c/" in letter
    # The timeline does not show what opens the case.
    assert "/portal/c/" not in item.text
    assert [text for _, text in await confirmed(app)] == [letter]
    # Lists go on showing what he asks, as his words.
    async with db.read() as session:
        (matter,) = await session.scalars(select(Conversation))
    assert (matter.last_direction, matter.waiting_since is None) == ("in", False)
    assert matter.snippet not in item.text


async def test_nothing_that_was_typed_goes_to_a_stranger(
    browser, app, data_dir
) -> None:
    await fill(browser)

    ((item, letter),) = await confirmed(app)
    message = await write(
        app[DATABASE],
        FolderBlobs(data_dir / "files"),
        item.id,
        secret_text=letter,
        reply_key=b"key",
        company="Zatyshok",
        tried_at=item.at,
    )

    said = f"{message.subject} {message.text} {message.html} {message.recipient_name}"
    assert "pills" not in said
    assert "Where is it" not in said


async def test_few_go_to_one_address(browser, app, clock) -> None:
    for number in range(8):
        await fill(browser, question=f"Question {number}")
    first = await confirmed(app)
    clock.move(days=1, minutes=1)
    await fill(browser, question="The day after")

    assert len(first) == 3
    assert len(await confirmed(app)) == 4


@pytest.mark.parametrize(
    "address",
    [
        "no-reply@shop.example",
        "MAILER-DAEMON@mail.example",
        OWN,
        "news-request@x.example",
    ],
)
async def test_no_machine_is_written_to(browser, app, address) -> None:
    await fill(browser, email=address)

    assert await confirmed(app) == []


@pytest.mark.parametrize("address", ["norah@mail.example", "bob.bouncer@mail.example"])
def test_people_are_no_machines(address) -> None:
    assert not is_machine(address)


async def test_the_link_opens_the_case_and_takes_an_answer(browser, app, db) -> None:
    await fill(browser)
    ((_, letter),) = await confirmed(app)

    case = await browser.get(link_in(letter))
    sent = await browser.send(case, {"text": "It is urgent"})

    assert case.status == 200
    assert "Where is it?" in case.text
    assert "We have your message" in sent.text
    assert "It is urgent" in sent.text
    async with db.read() as session:
        written = await session.scalar(
            select(TimelineItem).where(TimelineItem.channel == "portal")
        )
        first = await session.scalar(select(TimelineItem))
    assert written.data["by_link"]
    assert written.conversation_id == first.conversation_id


async def test_a_link_that_was_changed_or_has_ended_opens_nothing(
    browser, app, clock
) -> None:
    await fill(browser)
    ((_, letter),) = await confirmed(app)
    link = link_in(letter)

    last = "A" if link[-1] != "A" else "B"
    assert (await browser.get(link[:-1] + last)).status == 404
    clock.move(days=91)
    assert (await browser.get(link)).status == 404


async def test_who_types_anothers_number_does_not_see_his_case(
    browser, app, db
) -> None:
    async with db.begin() as uow:
        await clients.create(
            uow,
            name="Taras",
            locale="en",
            ways=[("phone", "+380671112233")],
            country="UA",
        )
    await fill(browser, email="taras@mail.example", phone="+380671112233")
    await fill(
        browser,
        email="stranger@mail.example",
        phone="+380671112233",
        question="What did he say?",
    )
    letters = {item.data["to"]: text for item, text in await confirmed(app)}

    seen = await browser.get(link_in(letters["stranger@mail.example"]))

    assert "What did he say?" in seen.text
    assert "Where is it?" not in seen.text
    assert "taras@mail.example" not in seen.text


async def test_an_order_is_linked_only_for_its_owner(browser, app, db) -> None:
    async with db.begin() as uow:
        order = order_given()
        await put_order(uow, "1001", order, country="UA")
        row = await uow.session.scalar(select(Form))
        asked = {
            "name": "order",
            "kind": "order",
            "label": {"en": "Order"},
            "help": {},
            "required": False,
            "choices": [],
            "max_length": None,
            "max_files": 1,
            "max_file_bytes": 1000,
            "file_types": [],
            "value": "",
        }
        questions = [*row.definition["questions"], asked]
        row.definition = {**row.definition, "questions": questions}

    mine = await fill(browser, email=order.client.email, order="1001")
    theirs = await fill(browser, email="stranger@mail.example", order="1001")
    nobodys = await fill(browser, email="stranger@mail.example", order="9999")

    async with db.read() as session:
        items = await session.scalars(
            select(TimelineItem)
            .where(TimelineItem.kind == "form")
            .order_by(TimelineItem.id)
        )
        linked = [item.data.get("order") for item in items]
    assert linked == ["1001", None, None]
    # Nobody learns by a form which orders there are.
    assert mine.text == theirs.text == nobodys.text
