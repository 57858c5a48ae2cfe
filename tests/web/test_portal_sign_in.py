"""The portal's door: neutral, once, for a short time, and not for guessing."""

import re

import pytest
import pytest_asyncio
from sqlalchemy import select

from hub.storage.tables import Address, DueRow, PortalCode, PortalSession, TimelineItem
from tests.hub.orders import logged, put
from tests.web.portal import Browser, come_in, make_app, send_secrets, served
from web.keys import DATABASE

MAIL, PHONE = "oksana@mail.example", "067 111 22 33"


@pytest.fixture
def app(db, data_dir):
    return make_app(db, data_dir)


@pytest_asyncio.fixture
async def browser(app):
    async with served(app) as client:
        browser = Browser(client)
        await browser.get("/portal/language/en")
        yield browser


async def ask(browser, address):
    """Ask for a way in."""
    return await browser.send(await browser.get("/portal"), {"address": address})


def code_in(payload):
    return re.search(r"\b\d{6}\b", payload["secret_text"])[0]


def link_in(payload):
    return re.search(r"/portal/in/\S+", payload["secret_text"])[0]


async def test_a_mailed_link_lets_in_after_one_press(browser, app, db) -> None:
    await put(db)
    asked = await ask(browser, MAIL)
    (payload,) = await send_secrets(app)

    shown = await browser.get(link_in(payload))
    orders = await browser.send(shown, {})

    assert "Check your mail" in asked.text
    assert orders.path == "/portal/orders"
    assert "Order 1001" in orders.text


async def test_looking_at_a_link_does_not_use_it_up(browser, app, db) -> None:
    await put(db)
    await ask(browser, MAIL)
    (payload,) = await send_secrets(app)

    for _ in range(3):
        shown = await browser.get(link_in(payload))

    assert (await browser.send(shown, {})).path == "/portal/orders"


async def test_a_link_is_good_once(browser, app, db) -> None:
    await put(db)
    await ask(browser, MAIL)
    (payload,) = await send_secrets(app)
    shown = await browser.get(link_in(payload))
    await browser.send(shown, {})

    again = await browser.send(shown, {})

    assert again.status == 403
    assert "used or has ended" in again.text


async def test_a_code_lets_in(browser, app, db) -> None:
    await put(db)
    asked = await ask(browser, PHONE)
    (payload,) = await send_secrets(app)

    code = code_in(payload)
    orders = await browser.send(asked, {"code": f" {code[:3]} {code[3:]} "})

    assert "Order 1001" in orders.text


async def test_links_and_codes_end(browser, app, db, clock) -> None:
    await put(db)
    asked = await ask(browser, PHONE)
    await ask(browser, MAIL)
    code, link = await send_secrets(app)
    clock.move(minutes=31)

    by_code = await browser.send(asked, {"code": code_in(code)})
    by_link = await browser.send(await browser.get(link_in(link)), {})

    assert (by_code.status, by_link.status) == (422, 403)


async def test_wrong_codes_use_a_code_up(browser, app, db) -> None:
    await put(db)
    asked = await ask(browser, PHONE)
    (payload,) = await send_secrets(app)
    code = code_in(payload)
    wrong = f"{(int(code) + 1) % 10**6:06}"

    said = {(await browser.send(asked, {"code": wrong})).text for _ in range(5)}
    right_too_late = await browser.send(asked, {"code": code})

    assert len(said) == 1
    assert right_too_late.status == 422
    assert right_too_late.text in said


async def test_nobody_can_tell_whether_an_address_is_known(browser, app, db) -> None:
    await put(db)
    pages = []
    for address in (MAIL, "nobody@mail.example"):
        page = await ask(browser, address)
        pages.append(re.sub(r"\S+@\S+|value=\"[^\"]*\"", "", page.html))
    for address in (PHONE, "067 999 88 77"):
        page = await ask(browser, address)
        wrong = await browser.send(page, {"code": "000000"})
        pages.append(re.sub(r"\+380[\d\xa0]+|value=\"[^\"]*\"", "", wrong.html))
    async with db.read() as session:
        rows = list(await session.scalars(select(DueRow)))

    assert pages[0] == pages[1]
    assert pages[2] == pages[3]
    # The same is written for both, so it takes the same time.
    assert len([row for row in rows if row.kind == "portal.sign_in"]) == 4
    assert len(await send_secrets(app)) == 2


async def test_an_address_that_nobody_verified_lets_nobody_in(browser, app, db) -> None:
    await put(db)
    async with db.begin() as uow:
        for row in await uow.session.scalars(select(Address)):
            row.verified_at = None
    await ask(browser, MAIL)

    assert await send_secrets(app) == []


async def test_the_timeline_never_shows_the_secret(browser, app, db) -> None:
    await put(db)
    await ask(browser, PHONE)
    await ask(browser, MAIL)
    code, link = await send_secrets(app)
    secrets = [code_in(code), link_in(link).rpartition("/")[2]]

    async with db.read() as session:
        items = list(await session.scalars(select(TimelineItem)))
        hashes = list(await session.scalars(select(PortalCode.code_hash)))
    everything = " ".join(
        [f"{item.text} {item.subject} {item.data}" for item in items]
        + [event.wire for event in await logged(db)]
        + hashes
    )
    assert not any(secret in everything for secret in secrets)
    assert {item.text for item in items if item.text} == {
        "Надіслано код для входу.",
        "Надіслано посилання для входу.",
    }


async def test_nobody_is_flooded_with_codes(browser, app, db) -> None:
    await put(db)

    answers = [(await ask(browser, PHONE)).status for _ in range(6)]

    assert answers == [200] * 5 + [429]


async def test_the_throttle_counts_unknown_addresses_alike(browser) -> None:
    answers = [(await ask(browser, "nobody@mail.example")).status for _ in range(6)]

    assert answers == [200] * 5 + [429]


async def test_what_is_no_address_is_said_so_and_kept(browser) -> None:
    page = await ask(browser, "oksana(at)mail")

    assert page.status == 422
    assert page.field("address") == "oksana(at)mail"


async def test_signing_out_ends_the_session(browser, app, db) -> None:
    view = await put(db)
    await come_in(browser, app, view.client_id)
    stolen = dict(browser.cookies)
    page = await browser.get("/portal/orders")

    door = await browser.send(page, {}, form=-1)
    browser.cookies = stolen
    again = await browser.get("/portal/orders")

    assert door.forms[0][0] == "/portal/sign-in"
    assert again.forms[0][0] == "/portal/sign-in"


async def test_a_session_ends_and_lives_on_with_use(browser, app, db, clock) -> None:
    view = await put(db)
    await come_in(browser, app, view.client_id)
    for _ in range(3):
        clock.move(days=20)
        assert "Order 1001" in (await browser.get("/portal/orders")).text

    clock.move(days=31)

    assert "Order 1001" not in (await browser.get("/portal/orders")).text


async def test_what_has_ended_is_not_kept(browser, app, db, clock) -> None:
    view = await put(db)
    await ask(browser, MAIL)
    await send_secrets(app)
    await come_in(browser, app, view.client_id)
    clock.move(days=60)

    await ask(browser, MAIL)
    await send_secrets(app)
    await come_in(browser, app, view.client_id)

    async with db.read() as session:
        codes = list(await session.scalars(select(PortalCode)))
        sessions = list(await session.scalars(select(PortalSession)))
    assert [one.created_at for one in codes] == [db.clock()]
    assert [one.created_at for one in sessions] == [db.clock()]


async def test_the_cookies_are_out_of_reach(browser, app, db) -> None:
    await put(db)
    await ask(browser, MAIL)
    (payload,) = await send_secrets(app)
    page = await browser.get(link_in(payload))
    _, fields = page.forms[0]

    answer = await browser.client.post(
        page.path, data=fields, cookies=browser.cookies, allow_redirects=False
    )

    cookie = answer.cookies["rozmova_portal"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    async with db.read() as session:
        kept = await session.scalar(select(PortalSession.token_hash))
    assert kept != cookie.value
    assert app[DATABASE] is db


async def test_an_agents_cookie_opens_no_portal(browser, app, db) -> None:
    view = await put(db)
    await come_in(browser, app, view.client_id)
    browser.cookies["rozmova_session"] = browser.cookies.pop("rozmova_portal")

    assert "Order 1001" not in (await browser.get("/portal/orders")).text
