"""Every page passes axe-core, by day and by night, with the whole demo company in it."""

import re

import pytest
import pytest_asyncio
from playwright.async_api import expect
from sqlalchemy import select

from hub.access import invitations, portal_sessions
from hub.access.invitations import Inviting
from hub.access.secret import derive
from hub.forms.links import make_link
from hub.orders.shop import shop_of
from hub.storage.tables import Address, Client, Conversation, Order, TimelineItem
from tests.browser.reading import OVER, by_day_and_night
from tests.browser.screens import UI
from tests.flows.stage import SECRET
from web.demo.forms import FORMS as DEMO_FORMS
from web.portal.session import COOKIE

# All of them look at one hub, so that the company moves in once.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.xdist_group("company"),
]

SOURCES = UI.parents[1] / "src"
SETTINGS = re.findall(
    r"\{ name: '(\w+)'",
    (SOURCES / "components" / "settings" / "pages.ts").read_text("utf-8"),
)
#: The workspace's pages beside the desk, by their names in its router.
PLACES = {
    "search": ["/search", "/search?q=boiler"],
    "quarantine": ["/quarantine"],
    "agenda": ["/agenda"],
    "notices": ["/notices"],
    "settings": [f"/settings/{name}" for name in SETTINGS],
    "wall": ["/wall"],
    "components": ["/components"],
}
FORMS = [f"/forms/{name}" for name in DEMO_FORMS]
#: What answers GET for clients, and is no page.
NO_PAGES = re.compile(r"static|/live$|/data$|/files/|/language/|embed|definition|hooks")


@pytest.fixture
def stage(company):
    """Nobody here changes anything that another test would miss."""
    return company


async def boss(company, screens, path):
    """A page before somebody who may do everything."""
    return await screens.desk(company.boss, path, reduced_motion="reduce")


async def test_the_desk(company, screens) -> None:
    desk = await boss(company, screens, "/desk/all")
    found = await by_day_and_night(desk.page, "the list")
    kinds = set()
    for n in range(8):
        await desk.mark("row").nth(n).click()
        await expect(desk.mark("timeline")).to_have_attribute("data-loaded", "true")
        await expect(desk.mark("client-card")).to_contain_text(re.compile(r"\w"))
        kinds |= set(
            await desk.mark("item").evaluate_all("all => all.map(e => e.dataset.kind)")
        )
        found += await by_day_and_night(desk.page, f"conversation {n}")

    assert found == []
    assert {"message"} < kinds


async def test_what_opens_on_the_desk(company, screens) -> None:
    desk = await boss(company, screens, "/desk/all")
    await desk.mark("row").first.click()
    await expect(desk.mark("timeline")).to_have_attribute("data-loaded", "true")
    found, opened = [], set()
    triggers = desk.page.locator("[aria-haspopup][data-test]:visible:enabled")
    await expect(triggers.first).to_be_visible()
    for name in await triggers.evaluate_all("all => all.map(e => e.dataset.test)"):
        if name in opened:
            continue
        opened.add(name)
        trigger = desk.mark(name).first
        await trigger.click()
        await expect(trigger).to_have_attribute("aria-expanded", "true")
        found += await by_day_and_night(desk.page, name, OVER)
        await desk.page.keyboard.press("Escape")
        await expect(trigger).to_have_attribute("aria-expanded", "false")
    for key, name in (("Control+k", "palette"), ("?", "keys-dialog")):
        await desk.page.locator("body").press(key)
        await expect(desk.mark(name)).to_be_visible()
        found += await by_day_and_night(desk.page, name, OVER)
        await desk.page.keyboard.press("Escape")
        await expect(desk.mark(name)).to_have_count(0)

    assert found == []
    assert {"more", "assign", "tags", "snooze", "filter", "notifications"} <= opened


@pytest.mark.parametrize("name", PLACES)
async def test_the_other_pages_of_the_workspace(company, screens, name) -> None:
    screen = await boss(company, screens, "/search")
    found = []
    for path in PLACES[name]:
        await screen.page.goto(path)
        await expect(screen.page.locator("h1").first).to_be_visible()
        await screen.page.wait_for_load_state("networkidle")
        found += await by_day_and_night(screen.page, path)

    assert found == []


async def test_no_page_of_the_workspace_is_left_out() -> None:
    named = re.findall(
        r"name: '([\w-]+)'", (SOURCES / "router.ts").read_text(encoding="utf-8")
    )

    assert set(named) == {*PLACES, "desk", "sign-in", "welcome"}
    assert len(SETTINGS) > 6


async def test_what_is_seen_without_a_sign_in(company, screens) -> None:
    # Nobody is signed in, and one of the links opens nothing.
    screens.witness.forgive("status of 401")
    screens.witness.forgive("status of 404")
    inviting = Inviting(
        key=derive(SECRET, "invitations"),
        base_url="",
        company=company.settings.company,
        zone=company.settings.timezone,
        mails=False,
        policy=company.settings.access,
    )
    async with company.db.begin() as uow:
        invited = await invitations.invite(
            uow, email="new@hub.test", role="agent", locale="en", inviting=inviting
        )
    found = []
    for path in ("/sign-in", invited.link, "/welcome#nothing", "/simulator"):
        screen = await screens.visit(path, reduced_motion="reduce")
        await expect(screen.page.locator("h1").first).to_be_visible()
        found += await by_day_and_night(screen.page, path)

    assert found == []


@pytest_asyncio.fixture(loop_scope="session")
async def client(company):
    """A client with an order and a submitted form: his sign-in, his pages."""
    shop = shop_of(company.settings, SECRET, {"phone": "sms", "email": "email"})
    now = company.db.clock()
    async with company.db.begin() as uow:
        form = await uow.session.scalar(
            select(TimelineItem)
            .join(Order, Order.client_id == TimelineItem.client_id)
            .where(TimelineItem.kind == "form")
            .order_by(TimelineItem.id)
        )
        who = await uow.session.get_one(Client, form.client_id)
        order = await uow.session.scalar(
            select(Order).where(Order.client_id == who.id).order_by(Order.id)
        )
        address = await uow.session.scalar(
            select(Address).where(Address.client_id == who.id).order_by(Address.id)
        )
        talk = await uow.session.scalar(
            select(Conversation.id).where(Conversation.client_id == who.id)
        )
        secret = await portal_sessions.start(uow, who, policy=company.settings.access)
    signed = make_link(
        shop.case_key,
        base_url=company.url,
        item=form,
        address=address,
        now=now,
        good_for=shop.link_for,
    )
    return secret, {
        "/portal/orders": "/portal/orders",
        "/portal/orders/{number}": f"/portal/orders/{order.number}",
        "/portal/o/{token}": shop.link(order, now=now),
        "/portal/cases": "/portal/cases",
        "/portal/cases/{id}": f"/portal/cases/{talk}",
        "/portal/c/{token}": signed,
    }


async def test_what_clients_see(company, screens, client) -> None:
    secret, his = client
    open_to_all = {
        "/portal": "/portal",
        "/portal/in/{token}": "/portal/in/of-somebody",
        "/forms/{name}": "/forms/callback",
    }
    visitor = await screens.visit("/portal")
    found = []
    for path in (*open_to_all.values(), *FORMS, "/forms/callback?thanks"):
        answer = await visitor.page.goto(path)
        assert answer.ok, path
        found += await by_day_and_night(visitor.page, path)
    await visitor.page.context.add_cookies(
        [{"name": COOKIE, "value": secret, "url": company.url}]
    )
    for path in his.values():
        answer = await visitor.page.goto(path)
        assert answer.ok, path
        found += await by_day_and_night(visitor.page, path)

    assert found == []
    shown = {
        route.resource.canonical
        for route in company.app.router.routes()
        if route.method == "GET"
        and route.resource.canonical.startswith(("/portal", "/forms"))
        and not NO_PAGES.search(route.resource.canonical)
    }
    assert shown == {*open_to_all, *his}


async def test_what_clients_are_told_when_it_does_not_go_on(company, screens) -> None:
    visitor = await screens.visit("/portal")
    screens.witness.forgive(r"status of 4\d\d")
    await visitor.page.locator("#address").fill("somewhere")
    await visitor.page.locator("main button").click()
    await expect(visitor.page.locator("#address-wrong")).to_be_visible()
    found = await by_day_and_night(visitor.page, "a wrong address")
    await visitor.page.locator("#address").fill("+380503382065")
    await visitor.page.locator("main button").click()
    await expect(visitor.page.locator("#address")).to_have_count(0)
    found += await by_day_and_night(visitor.page, "sent")
    await visitor.page.goto("/portal/o/nothing")
    found += await by_day_and_night(visitor.page, "gone")
    await visitor.page.goto("/forms/callback")
    await visitor.page.locator("form").evaluate("form => { form.noValidate = true }")
    await visitor.page.locator("main button").last.click()
    await expect(visitor.page.locator("[aria-invalid=true]").first).to_be_visible()
    found += await by_day_and_night(visitor.page, "a form with faults")

    assert found == []
