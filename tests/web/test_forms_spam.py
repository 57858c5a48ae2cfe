"""Spam by forms, and floods."""

import asyncio
from collections import Counter

import pytest
import pytest_asyncio
from sqlalchemy import select

from hub.contracts import FormQuestion
from hub.conversations import quarantine
from hub.storage.tables import (
    FormAnswer,
    QuarantineItem,
    TimelineItem,
)
from tests.web.portal import Browser, make_app, served
from tests.web.sending import GOOD, LIMITS, edit
from web.forms import finding, submitting


@pytest.fixture
def app(db, data_dir):
    return make_app(db, data_dir, forms=LIMITS)


@pytest_asyncio.fixture
async def http(app):
    async with served(app) as client:
        yield client


@pytest.fixture
def browser(http):
    return Browser(http)


def asks(name, kind="text", **more):
    return FormQuestion(name=name, kind=kind, label={"en": name.capitalize()}, **more)


async def rows(db, table):
    async with db.read() as session:
        return list(
            await session.scalars(select(table).order_by(*table.__mapper__.primary_key))
        )


async def came(db):
    return [one for one in await rows(db, TimelineItem) if one.kind == "form"]


def answers(item):
    return {one["label"]: one["value"] for one in item.data["fields"]}


async def token(http, **query):
    async with http.get("/forms/ask/definition", params=query) as answer:
        return (await answer.json())["token"]


# --- spam --------------------------------------------------------------------------------


SPAM = "Best prices " + " ".join(f"https://s{n}.example/" for n in range(9))


async def test_a_flood_of_spam_takes_nothing_from_those_who_write_in_earnest(
    http, db, clock
) -> None:
    shown = [await token(http) for _ in range(20)]
    clock.move(seconds=30)
    earnest = [
        {**GOOD, "email": f"client{n}@mail.example", "token": shown[n % 10]}
        for n in range(40)
    ]
    spam = [
        {
            **GOOD,
            "email": f"s{n}@spam.example",
            "question": f"{SPAM} {n}",
            "token": shown[10 + n % 10],
        }
        for n in range(150)
    ]
    traps = [{**one, "question": "Hi", "website": "x"} for one in spam[:50]]
    forged = [{**one, "token": "made.1.up"} for one in spam[:100]]
    flood = [*spam, *traps, *forged]
    # One real one after every few of the flood, all from one place.
    mixed = [
        one
        for place in range(len(flood))
        for one in (flood[place], *earnest[place : place + 1])
    ]
    fate: dict[str, Counter] = {"earnest": Counter(), "flood": Counter()}

    async def post(said):
        async with http.post("/forms/ask/submissions", json=said) as answer:
            kind = "earnest" if "client" in said["email"] else "flood"
            fate[kind][answer.status] += 1
            if answer.status == 429:
                assert 1 <= int(answer.headers["Retry-After"]) <= 600

    for start in range(0, len(mixed), 20):
        await asyncio.gather(*(post(one) for one in mixed[start : start + 20]))

    assert fate["earnest"] == {200: 40}
    arrived = {one.address for one in await came(db)}
    assert arrived == {one["email"] for one in earnest}
    # Refused or set aside, and of that no more than somebody can look through.
    assert fate["flood"] == {403: 100, 429: 195, 200: 5}
    assert len(await rows(db, QuarantineItem)) == 5


async def test_too_many_are_refused_honestly_and_the_words_stay(
    browser, http, db, clock
) -> None:
    page = await browser.get("/forms/ask")
    for number in range(10):
        await browser.send(page, {**GOOD, "question": f"Question {number}"})

    busy = await browser.send(page, {**GOOD, "question": "One more"})
    clock.move(minutes=11)
    later = await browser.send(busy, {"topic": "Delivery"})

    assert busy.status == 429
    assert 1 <= int(busy.headers["Retry-After"]) <= 600
    assert busy.field("question") == "One more"
    assert "We answer today." in later.text
    assert len(await came(db)) == 11


async def test_each_place_behind_a_proxy_has_its_own_share(db, data_dir) -> None:
    limits = LIMITS.model_copy(update={"per_place": 1})
    app = make_app(db, data_dir, forms=limits, trusted_proxies=1)
    async with served(app) as http:
        given = await token(http)
        fates = []
        for place in ("192.0.2.1", "192.0.2.1", "192.0.2.2"):
            said = {**GOOD, "question": f"{place} {len(fates)}", "token": given}
            async with http.post(
                "/hooks/webform/ask",
                json=said,
                # What its sender makes up stands to the left and counts for nothing.
                headers={"X-Forwarded-For": f"198.51.100.{len(fates)}, {place}"},
            ) as answer:
                fates.append(answer.status)

    assert fates == [200, 429, 200]


async def test_what_was_taken_for_spam_is_taken_in_by_one_word(app, http, db) -> None:
    said = {**GOOD, "question": SPAM, "token": await token(http)}
    async with http.post("/forms/ask/submissions", json=said) as answer:
        assert answer.status == 200
    (kept,) = await rows(db, QuarantineItem)
    assert kept.reason == "looks like spam: 9 links, sent too fast for a person"
    assert await came(db) == []
    await edit(db, asks("city", required=True), keep={"email"})

    async with db.read() as session:
        delivery = await quarantine.suspected(session, kept.id)
    form = await finding.form(app, "ask", since=finding.EVER)
    message = await submitting.release(app, finding.channel(app), form, delivery)
    async with db.begin() as uow:
        view = await quarantine.settle_taken(
            uow, kept.id, channel="webform", external_id=message.external_id
        )

    (item,) = await came(db)
    assert answers(item)["Question"] == SPAM
    assert (view.state, view.item_id) == ("filed", item.id)
    assert [one.item_id for one in await rows(db, FormAnswer)] == [item.id]


async def test_a_quick_hand_alone_is_no_spam(browser, db) -> None:
    await browser.send(
        await browser.get("/forms/ask"),
        {**GOOD, "question": "See https://shop.example/1"},
    )

    assert len(await came(db)) == 1
