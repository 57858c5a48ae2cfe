"""The portal's pages, as a browser without JavaScript sees them."""

# ruff: noqa: RUF001 - Ukrainian words are meant

from datetime import timedelta
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from hub.storage.tables import Conversation, TimelineItem
from tests.hub.orders import SHOP_TIME, put
from tests.web.portal import Browser, make_app, served
from tests.web.portal_story import TARAS, link_to, say


@pytest.fixture
def app(db, data_dir):
    return make_app(db, data_dir)


@pytest_asyncio.fixture
async def browser(app):
    async with served(app) as client:
        yield Browser(client)


# --- one order by its link


async def test_a_link_opens_the_order_without_a_sign_in(browser, app, db) -> None:
    await put(
        db,
        status="shipped",
        paid=True,
        expected_at=SHOP_TIME + timedelta(days=7, hours=1),
        tracking_number="20450000000001",
        carrier="Nova",
    )

    page = await browser.get(await link_to(app))

    assert page.status == 200
    assert "Замовлення 1001" in page.text
    assert "Доставка в четвер 21 травня, 12:00" in page.text
    assert "Відправлення Nova 20450000000001" in page.text
    assert "2 × Shade 450,50 ₴" in page.text
    assert "Оплачено 1 650,50 ₴" in page.text
    assert 'aria-current="step"' in page.html


async def test_the_page_tells_nobody_its_address_and_is_kept_nowhere(
    browser, app, db
) -> None:
    await put(db)

    page = await browser.get(await link_to(app))

    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cache-Control"] == "no-store"
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]


async def test_a_link_that_has_ended_opens_nothing(browser, app, db) -> None:
    await put(db)

    page = await browser.get(await link_to(app, days=-91))

    assert page.status == 404
    assert "Lamp" not in page.html


async def test_a_link_to_an_order_that_went_to_another_opens_nothing(
    browser, app, db
) -> None:
    await put(db)
    old = await link_to(app)
    await put(db, minute=1, client=TARAS)

    assert (await browser.get(old)).status == 404
    assert (await browser.get(await link_to(app))).status == 200


async def test_the_holder_of_a_link_is_shown_no_exchange(browser, app, db) -> None:
    view = await put(db)
    await say(db, view.client_id, "My secret address is 7 Main street")

    page = await browser.get(await link_to(app))
    moved_on = await browser.get("/portal/cases")

    assert "secret address" not in page.html
    assert "Оксана" not in page.html
    assert moved_on.forms[0][0] == "/portal/sign-in"


async def test_the_holder_of_a_link_can_write(browser, app, db) -> None:
    view = await put(db)
    page = await browser.get(await link_to(app))

    thanked = await browser.send(page, {"text": "  Is it white?\r\n<b>bold</b> "})
    refused = await browser.send(thanked, {"text": " "})

    assert "Ми отримали ваше повідомлення" in thanked.text
    assert "Ми отримали" not in refused.text
    assert "Заповніть це поле." in refused.text
    async with db.read() as session:
        item = await session.scalar(
            select(TimelineItem).where(TimelineItem.channel == "portal")
        )
        conversation = await session.get_one(Conversation, item.conversation_id)
    assert item.text == "Is it white?\n<b>bold</b>"
    assert item.client_id == view.client_id
    assert item.data == {"order": "1001", "by_link": True}
    assert item.author_kind == "client"
    assert (conversation.subject, conversation.state) == ("Замовлення 1001", "open")
    assert conversation.waiting_since is not None


async def test_a_button_pressed_twice_is_one_message(browser, app, db) -> None:
    await put(db)
    page = await browser.get(await link_to(app))

    for _ in range(3):
        await browser.send(page, {"text": "Hello"})

    async with db.read() as session:
        count = await session.scalar(
            select(func.count())
            .select_from(TimelineItem)
            .where(TimelineItem.channel == "portal")
        )
    assert count == 1


async def test_what_was_typed_stays_when_it_cannot_be_taken(browser, app, db) -> None:
    await put(db)
    page = await browser.get(await link_to(app))
    long = "very long " * 11_000

    refused = await browser.send(page, {"text": long})

    assert refused.status == 422
    assert refused.field("text").strip() == long.strip()
    assert "Це задовго" in refused.text


async def test_a_form_of_another_browser_is_not_taken_but_not_lost(
    browser, app, db
) -> None:
    await put(db)
    page = await browser.get(await link_to(app))
    browser.cookies.clear()

    again = await browser.send(page, {"text": "Where is it?"})
    done = await browser.send(again, {})

    assert again.status == 422
    assert again.field("text") == "Where is it?"
    assert "Ми отримали" in done.text


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}],
)
async def test_another_site_cannot_send_our_forms(browser, app, db, headers) -> None:
    await put(db)
    page = await browser.get(await link_to(app))
    fields = page.forms[0][1]

    answer = await browser.post(page.path, {**fields, "text": "Hi"}, **headers)

    assert answer.status == 403


async def test_a_flood_through_one_link_is_stopped(db, data_dir) -> None:
    app = make_app(db, data_dir, access={"portal_messages": 2})
    await put(db)
    async with served(app) as client:
        browser = Browser(client)
        page = await browser.get(await link_to(app))
        answers = [
            (await browser.send(page, {"text": "Hi", "key": str(uuid4())})).status
            for _ in range(3)
        ]

    assert answers == [200, 200, 429]


@pytest.mark.parametrize(("locale", "word"), [("en", "Ordered"), ("uk", "Оформлено")])
async def test_the_language_can_be_chosen(browser, app, db, locale, word) -> None:
    await put(db)
    path = await link_to(app)

    page = await browser.get(f"/portal/language/{locale}?back={path}")

    assert f'lang="{locale}"' in page.html
    assert word in page.text


@pytest.mark.parametrize(
    "back", ["https://evil.example", "//evil.example", "/\\evil.example", "/api/v1", ""]
)
async def test_the_language_switch_leads_only_to_our_pages(browser, back) -> None:
    answer = await browser.client.get(
        "/portal/language/en", params={"back": back}, allow_redirects=False
    )

    assert answer.headers["Location"] == "/portal"
