"""The pictures of the README and of single pages: each in a file of its own."""

import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Page
from sqlalchemy import func, select

from channels.simulator.calls import Move
from channels.simulator.state import Stage
from hub.storage.tables import Client, Conversation, Order, TimelineItem
from tools.pictures import browsing
from tools.pictures.house import House
from web.demo.people import PERSONAS
from web.demo.simulated import NUMBERS
from web.demo.staff import AGENTS, MANAGER

OUT = Path(__file__).parents[2] / "docs" / "pictures"
DESK, WALL = (1440, 900), (1920, 1080)
#: No picture of the documentation is larger, in bytes.
LARGEST = 300_000
#: Who is played.
CLIENT = next(one for one in PERSONAS if one.name == "Emma Clarke")
MAIL = "The door is 78 cm wide. Will the unit pass through it?"
SUBJECT = "Another address"
DRAFT = "Hello Daniel, it is noted: Lisova, 38, on Thursday at nine."


async def take_all(house: House, browser: Browser) -> None:
    """Take them one after another; those that change nothing first."""
    OUT.mkdir(parents=True, exist_ok=True)
    studio = Studio(browser, house)
    await studio.parts()
    await studio.simulator_page()
    await studio.desks()
    await studio.wall()
    await studio.order()


class Studio:
    """Takes one picture after another."""

    def __init__(self, browser: Browser, house: House) -> None:
        self._browser = browser
        self._house = house

    async def parts(self) -> None:
        """Show all parts in their states, by day and by night."""
        page = await self._worker(AGENTS[-1].email, "/components")
        await page.locator("[data-test=components]").wait_for()
        await page.wait_for_load_state("networkidle")
        for scheme, name in (("light", "components"), ("dark", "components-dark")):
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            taken = await page.screenshot(full_page=True, animations="disabled")
            image = Image.open(BytesIO(taken)).convert("RGB")
            image.save(OUT / f"{name}.webp", quality=80, method=5)

    async def simulator_page(self) -> None:
        """Play a client: she asks for her order, and writes."""
        page = await self._page("/simulator")
        await page.get_by_role("button", name=CLIENT.name).click()
        texts = page.locator("#texts")
        await page.locator("#sms-body").fill(f"STATUS {(await self._order()).number}")
        await page.keyboard.press("Enter")
        await texts.locator("li:not(.mine)").first.wait_for()
        await page.locator("#sms-body").fill("Can the fitter come before ten?")
        await page.keyboard.press("Enter")
        await texts.get_by_text("before ten").wait_for()
        await page.locator("#mail-subject").fill("The boiler room")
        await page.locator("#mail-text").fill(MAIL)
        await page.locator("#write-mail").get_by_role("button").click()
        await page.locator("#mails").get_by_text("The boiler room").click()
        await _take(page, "simulator")

    async def desks(self) -> None:
        """Show a conversation by day and by night, while somebody rings."""
        worker = next(one for one in AGENTS if one.locale == "en")
        for one in AGENTS:
            if one is not worker:
                await self._comes_to_work(one.email)
        desk = await self._comes_to_work(worker.email)
        await desk.goto(f"{self._house.base}/desk/all/{await self._talk()}")
        await desk.locator("[data-test=line-state][data-state=live]").wait_for()
        await desk.locator(
            "[data-test=client-card] [data-test=address]"
        ).first.wait_for()
        await desk.locator("[data-test=subject]").click()
        await desk.locator("[data-test=subject-field]").fill(SUBJECT)
        await desk.keyboard.press("Enter")
        await desk.locator("[data-test=subject]", has_text=SUBJECT).wait_for()
        await desk.locator("[data-test=composer-text]").fill(DRAFT)
        call = self._house.simulator.twilio.calls.ring(PERSONAS[0].phone, NUMBERS[0])
        await desk.locator("[data-test=call-offer]").wait_for()
        await _take(desk, "desk")
        await desk.emulate_media(color_scheme="dark")
        await _take(desk, "desk-dark")
        await self._house.simulator.world.until(lambda: call.stage is Stage.DIALING)
        self._house.simulator.twilio.calls.do(call, Move.ANSWER)

    async def wall(self) -> None:
        """Show the queues, and who works; one of them is on the phone."""
        page = await self._worker(MANAGER.email, "/wall", size=WALL)
        await page.locator("[data-test=wall-agent][data-group=call]").wait_for()
        await _take(page, "wall")

    async def order(self) -> None:
        """Show an order that is on its way."""
        link = self._house.shop.link(await self._order(), now=self._house.db.clock())
        page = await self._page(link, size=(1120, 820))
        await page.locator("[aria-current=step]").wait_for()
        await _take(page, "portal-order")

    async def _order(self) -> Order:
        async with self._house.db.read() as session:
            orders = await session.scalars(
                select(Order)
                .join(Client, Client.id == Order.client_id)
                .where(Client.name == CLIENT.name, Order.status == "shipped")
                .order_by(Order.id.desc())
            )
            return orders.first() or sys.exit(f"{CLIENT.name} has no order to show")

    async def _comes_to_work(self, email: str) -> Page:
        page = await self._worker(email, "/desk/all")
        await page.locator("[data-test=state-available]").click()
        return page

    async def _talk(self) -> int:
        """Choose an open conversation in English that went over many channels."""
        channels = func.count(TimelineItem.channel.distinct())
        notes = func.count().filter(TimelineItem.kind == "note")
        robots = func.count().filter(TimelineItem.data["automatic"].as_boolean())
        async with self._house.db.read() as session:
            found = await session.scalars(
                select(Conversation.id)
                .join(Client, Client.id == Conversation.client_id)
                .join(TimelineItem, TimelineItem.client_id == Conversation.client_id)
                .where(Conversation.state == "open", Client.locale == "en")
                .group_by(Conversation.id)
                .order_by(robots, channels.desc(), notes.desc(), Conversation.id)
            )
            return found.first() or sys.exit("There is no conversation to show")

    async def _worker(
        self, email: str, path: str, size: tuple[int, int] = DESK
    ) -> Page:
        context = await browsing.window(self._browser, size)
        await browsing.sign_in(context, self._house, email)
        page = await context.new_page()
        await page.goto(f"{self._house.base}{path}")
        return page

    async def _page(self, path: str, size: tuple[int, int] = DESK) -> Page:
        context = await browsing.window(self._browser, size)
        page = await context.new_page()
        await page.goto(
            path if path.startswith("http") else f"{self._house.base}{path}"
        )
        return page


async def _take(page: Page, name: str) -> None:
    await page.mouse.move(0, 0)
    await page.evaluate("document.fonts.ready.then(() => undefined)")
    path = OUT / f"{name}.png"
    taken = await page.screenshot(path=path, animations="disabled", caret="hide")
    if len(taken) > LARGEST:
        sys.exit(f"{path} has {len(taken)} bytes, more than {LARGEST}")
    print(f"docs/pictures/{name}.png  {len(taken) // 1000} kB")
