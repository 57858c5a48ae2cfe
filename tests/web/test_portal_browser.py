"""The portal in a real browser: live without losing a word, and nothing foreign runs."""

import shutil

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright, expect

from hub.conversations.entries import lock
from hub.orders.buyers import Buyer
from hub.orders.given import LineGiven
from tests.hub.orders import put
from tests.web.portal import Browser, come_in, make_app, served
from tests.web.portal_story import HOSTILE, link_to, say
from web.keys import FEED

pytestmark = pytest.mark.browser


@pytest.fixture
def app(db, data_dir):
    return make_app(db, data_dir)


@pytest_asyncio.fixture
async def served_app(app):
    await app[FEED].step()
    async with served(app) as client:
        yield client


@pytest_asyncio.fixture
async def page(served_app):
    """A phone's browser on the portal, and everything it complained of."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox"]
        )
        context = await chromium.new_context(
            viewport={"width": 390, "height": 844},
            base_url=str(served_app.make_url("/")),
            locale="en-GB",
        )
        page = await context.new_page()
        page.complaints = []
        page.on("console", lambda said: page.complaints.append(said.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("dialog", lambda dialog: page.complaints.append(dialog.message))
        yield page
        await chromium.close()


async def test_the_page_moves_while_a_message_is_being_written(page, app, db) -> None:
    await put(db, status="shipped")
    await app[FEED].step()
    await page.goto(await link_to(app))
    await page.fill("#text", "Half a sen")
    async with page.expect_response("**/portal/live*"):
        await page.reload()
    await page.fill("#text", "Half a sen")
    await page.focus("#text")

    await put(db, status="delivered", minute=1)
    await app[FEED].step()
    await expect(page.locator(".when")).to_contain_text("Delivered on")
    await page.keyboard.type("tence")

    assert await page.input_value("#text") == "Half a sentence"
    await expect(page.locator("#said")).to_have_text("The page was updated.")
    assert page.complaints == []


async def test_nothing_that_anybody_wrote_runs(page, app, db) -> None:
    view = await put(
        db,
        title=HOSTILE,
        status="shipped",
        carrier=HOSTILE,
        tracking_number=HOSTILE,
        client=Buyer(email="x@mail.example", name=HOSTILE, locale="en"),
        lines=(LineGiven(name=HOSTILE, amount=1),),
    )
    case_id, _ = await say(db, view.client_id, HOSTILE, quoted=HOSTILE)
    async with db.begin() as uow:
        (await lock(uow, case_id)).subject = HOSTILE
    browser = Browser(None)
    await come_in(browser, app, view.client_id)
    await page.context.add_cookies(
        [
            {
                "name": "rozmova_portal",
                "value": browser.cookies["rozmova_portal"],
                "domain": "127.0.0.1",
                "path": "/",
            }
        ]
    )

    for path in ("orders", "orders/1001", "cases", f"cases/{case_id}"):
        answer = await page.goto(f"/portal/{path}")
        assert answer.status == 200
        assert await page.locator("img").count() == 0
        # No page is wider than the phone.
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390

    assert page.complaints == []
