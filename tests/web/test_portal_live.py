"""The portal's stream: one's own events by number and kind, and no other's."""

import asyncio
import json

import pytest
import pytest_asyncio

from hub.log.feed import head
from hub.orders.buyers import Buyer
from tests.hub.orders import put
from tests.web.portal import Browser, come_in, make_app, served
from tests.web.portal_story import link_to
from web.keys import FEED

TARAS = Buyer(email="taras@mail.example")


@pytest.fixture
def app(db, data_dir):
    return make_app(db, data_dir)


@pytest_asyncio.fixture
async def browser(app):
    async with served(app) as client:
        yield Browser(client)


async def now(db):
    async with db.read() as session:
        return await head(session)


async def open_stream(browser, query, **headers):
    return await browser.client.get(
        f"/portal/live?{query}", cookies=browser.cookies, headers=headers
    )


async def next_events(stream):
    """Read on until something is told; give it and the cursor of every frame."""
    cursors = []
    async with asyncio.timeout(10):
        while True:
            line = (await stream.content.readline()).decode().strip()
            if line.startswith("id: "):
                cursors.append(int(line[4:]))
            if line.startswith("data: "):
                return json.loads(line[6:]), cursors


async def test_a_change_of_ones_own_is_told_and_no_more_than_that(
    browser, app, db
) -> None:
    view = await put(db)
    await app[FEED].step()
    await come_in(browser, app, view.client_id)
    stream = await open_stream(browser, f"cursor={await now(db)}")

    await put(db, "2002", client=TARAS)
    await put(db, status="paid", minute=1)
    await app[FEED].step()
    told, _ = await next_events(stream)

    assert [event["kind"] for event in told["events"]] == ["order.status_changed"]
    assert set(told["events"][0]) == {"seq", "kind"}
    assert told["cursor"] == await now(db)


async def test_anothers_change_only_moves_the_cursor(browser, app, db) -> None:
    view = await put(db)
    await app[FEED].step()
    await come_in(browser, app, view.client_id)
    stream = await open_stream(browser, f"cursor={await now(db)}")

    await put(db, "2002", client=TARAS)
    await app[FEED].step()
    foreign = await now(db)
    async with asyncio.timeout(10):
        while (await stream.content.readline()) != f"id: {foreign}\n".encode():
            pass
    await put(db, status="paid", minute=1)
    await app[FEED].step()
    told, _ = await next_events(stream)

    assert len(told["events"]) == 1


async def test_the_holder_of_a_link_follows_his_order_alone(browser, app, db) -> None:
    await put(db)
    await app[FEED].step()
    token = (await link_to(app)).rpartition("/")[2]
    stream = await open_stream(browser, f"order={token}&cursor={await now(db)}")

    await put(db, "1002")
    await put(db, status="paid", minute=1)
    await app[FEED].step()
    told, _ = await next_events(stream)

    assert [event["kind"] for event in told["events"]] == ["order.status_changed"]


async def test_a_broken_line_goes_on_where_it_stood(browser, app, db) -> None:
    view = await put(db)
    await app[FEED].step()
    await come_in(browser, app, view.client_id)
    began = await now(db)
    for minute, status in enumerate(("paid", "packed"), start=1):
        await put(db, status=status, minute=minute)
    await app[FEED].step()

    stream = await open_stream(
        browser, f"cursor={began}", **{"Last-Event-ID": str(began + 1)}
    )
    told, _ = await next_events(stream)

    assert [event["seq"] for event in told["events"]] == [began + 2]


async def test_a_cursor_of_another_log_means_load_afresh(browser, app, db) -> None:
    view = await put(db)
    await app[FEED].step()
    await come_in(browser, app, view.client_id)

    stream = await open_stream(browser, "cursor=99999")

    assert b"event: reload" in await stream.read()


@pytest.mark.parametrize("query", ["cursor=1", "order=forged&cursor=1"])
async def test_strangers_follow_nothing(browser, query) -> None:
    assert (await open_stream(browser, query)).status in {401, 404}


async def test_the_hub_can_stop_while_pages_are_open(app, db) -> None:
    view = await put(db)
    await app[FEED].step()
    async with asyncio.timeout(10):
        async with served(app) as client:
            browser = Browser(client)
            await come_in(browser, app, view.client_id)
            stream = await open_stream(browser, f"cursor={await now(db)}")
            await stream.content.readline()

    assert stream.status == 200
