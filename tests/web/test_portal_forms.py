"""Hosted forms: errors in their place, thanks after the commit, nothing twice."""

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from hub.storage.tables import Client, TimelineItem
from tests.web.portal import Browser, make_app, served

GOOD = {
    "name": "Oksana",
    "email": "oksana@mail.example",
    "topic": "Delivery",
    "question": "Where is it?",
}
HOSTILE = "\"'><script>alert(1)</script>{{7*7}}"


@pytest.fixture
def app(db, data_dir):
    return make_app(db, data_dir)


@pytest_asyncio.fixture
async def browser(app):
    async with served(app) as client:
        yield Browser(client)


async def taken(db):
    async with db.read() as session:
        return list(
            await session.scalars(
                select(TimelineItem).where(TimelineItem.channel == "webform")
            )
        )


async def test_a_form_lands_on_the_timeline_and_is_thanked_for(browser, db) -> None:
    page = await browser.get("/forms/ask")

    thanked = await browser.send(page, GOOD)

    assert "We answer today." in thanked.text
    (item,) = await taken(db)
    assert {one["label"]: one["value"] for one in item.data["fields"]} == {
        "Your name": "Oksana",
        "Email": "oksana@mail.example",
        "Topic": "Delivery",
        "Question": "Where is it?",
    }


async def test_a_form_sent_twice_is_taken_once(browser, db) -> None:
    page = await browser.get("/forms/ask")

    for _ in range(3):
        assert (await browser.send(page, GOOD)).status == 200

    assert len(await taken(db)) == 1


async def test_what_is_wrong_is_said_in_its_place_and_the_rest_stays(
    browser, db
) -> None:
    page = await browser.get("/forms/ask")

    refused = await browser.send(page, {**GOOD, "email": "oksana@", "topic": "Other"})
    mended = await browser.send(refused, {"email": GOOD["email"], "topic": "Return"})

    assert refused.status == 422
    assert "Check the email: something is missing." in refused.text
    assert "Choose one from the list." in refused.text
    assert refused.field("question") == "Where is it?"
    assert refused.field("email") == "oksana@"
    assert "We answer today." in mended.text
    assert len(await taken(db)) == 1


async def test_a_page_that_was_open_for_long_is_sent_again(browser, db, clock) -> None:
    page = await browser.get("/forms/ask")
    clock.move(days=8)

    late = await browser.send(page, GOOD)
    again = await browser.send(late, {"topic": "Delivery"})

    assert late.status == 422
    assert "Nothing is lost" in late.text
    assert "We answer today." in again.text


async def test_a_forged_token_takes_nothing_in(browser, db) -> None:
    page = await browser.get("/forms/ask")

    refused = await browser.send(page, {**GOOD, "token": "x.1.y"})

    assert refused.status == 422
    assert await taken(db) == []


async def test_a_robot_is_thanked_and_nothing_is_taken(browser, db) -> None:
    page = await browser.get("/forms/ask")

    thanked = await browser.send(page, {**GOOD, "website": "http://spam.example"})

    assert "We answer today." in thanked.text
    async with db.read() as session:
        assert await session.scalar(select(func.count()).select_from(Client)) == 0


async def test_nothing_typed_becomes_markup(browser) -> None:
    page = await browser.get("/forms/ask")
    fields = dict.fromkeys(GOOD, HOSTILE)

    refused = await browser.send(page, fields)

    assert refused.status == 422
    assert "<script" not in refused.html
    assert refused.field("question") == HOSTILE
    assert refused.field("email") == HOSTILE


async def test_an_unknown_form_is_not_there(browser) -> None:
    assert (await browser.get("/forms/other")).status == 404
