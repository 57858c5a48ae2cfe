"""The client's side: his order, his cases, and the simulator on which he is played."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.screens import PHONE as SMALL
from tests.browser.screens import count_of

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PHONE = "+380503382065"


async def shop(stage):
    """Somebody who tells the hub of orders."""
    manager = await stage.hire("Iryna", role="manager")

    async def put(status: str, minute: int) -> None:
        await manager.call(
            "PUT",
            "/orders/1001",
            {
                "client": {"phone": PHONE, "name": "Оксана", "locale": "en"},
                "title": "Heat pump",
                "status": status,
                "currency": "UAH",
                "total": 18_460_000,
                "placed_at": "2026-05-12T09:00:00Z",
                "updated_at": f"2026-05-12T09:{minute:02}:00Z",
                "lines": [
                    {"name": "Heat pump, 8 kW", "quantity": 1, "amount": 18_460_000}
                ],
            },
        )

    return put


async def link_of(stage) -> str:
    """Read the order's link from the SMS that the client got."""
    await stage.got(
        lambda: any("/portal/o/" in one.body for one in stage.world.texts_of(PHONE))
    )
    texts = " ".join(one.body for one in stage.world.texts_of(PHONE))
    return re.search(r"https?://\S+/portal/o/\S+", texts)[0]


async def test_an_order_is_seen_without_javascript(stage, screens) -> None:
    put = await shop(stage)
    await put("placed", 0)

    order = await screens.visit(
        await link_of(stage), size=SMALL, java_script_enabled=False
    )

    await expect(order.page.locator("h1")).to_contain_text("1001")
    await expect(order.page.get_by_text("Heat pump, 8 kW")).to_be_visible()
    await expect(order.page.locator("[aria-current=step]")).to_be_visible()
    await order.page.locator("#text").fill("Please ring twice")
    await order.page.get_by_role("button", name="Send").click()
    await expect(order.page.get_by_role("status").first).to_be_visible()
    nadia = await screens.desk(await stage.employ("Nadia"))
    await expect(nadia.row("Please ring twice")).to_have_count(1)


async def test_an_open_order_moves_by_itself(stage, screens) -> None:
    put = await shop(stage)
    await put("placed", 0)
    order = await screens.visit(await link_of(stage), size=SMALL)
    await expect(order.page.locator("[aria-current=step]")).to_contain_text("Ordered")
    await order.page.locator("#text").fill("Half a sen")

    await put("shipped", 1)

    await expect(order.page.locator("[aria-current=step]")).to_contain_text(
        re.compile("way|shipped", re.IGNORECASE)
    )
    await expect(order.page.locator("#text")).to_have_value("Half a sen")
    await order.fits()


async def test_a_client_signs_in_by_sms_and_is_heard_and_answered(
    stage, screens
) -> None:
    put = await shop(stage)
    await put("placed", 0)
    await stage.text(PHONE, "When will it come?")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("Оксана")
    client = await screens.visit("/portal", size=SMALL)

    await client.page.locator("#address").fill("050 338 20 65")
    await client.page.get_by_role("button").click()
    await expect(client.page.locator("#code")).to_be_visible()
    await stage.got(lambda: bool(codes(stage)))
    await client.page.locator("#code").fill(codes(stage)[-1])
    await client.page.get_by_role("button").click()
    await expect(client.page.get_by_text("Heat pump").first).to_be_visible()
    await client.fits()
    await client.page.goto("/portal/cases")
    await client.fits()
    await client.page.locator("main a[href*='/portal/cases/']").first.click()
    await expect(client.page.locator("#thread")).to_contain_text("When will it come?")
    await client.fits()
    await client.page.locator("#text").fill("On Friday, I hope")
    await client.page.get_by_role("button", name="Send").click()

    await expect(nadia.item("On Friday, I hope", channel="portal")).to_be_visible()
    await nadia.by("sms")
    await nadia.write("On Friday")
    await nadia.send_now()
    answer = client.page.locator("#thread .msg:not(.mine)")
    await expect(answer.filter(has_text="On Friday")).to_have_count(1)
    await expect(nadia.item("On Friday", delivery="delivered")).to_be_visible()
    assert count_of(stage.world.texts_of(PHONE), "On Friday") == 1


def codes(stage) -> list[str]:
    """Find the sign-in codes among the SMS that the client got."""
    texts = [one.body for one in stage.world.texts_of(PHONE) if not one.from_client]
    return [found[0] for one in texts if (found := re.search(r"\b\d{6}\b", one))]


async def test_a_client_is_played_on_the_simulators_page(stage, screens) -> None:
    email = await stage.employ("Nadia", outside_number="+380672000101")
    nadia = await screens.desk(email)
    played = await screens.visit("/simulator")

    await played.page.locator("#sms-body").fill("Hello from my phone")
    await played.page.keyboard.press("Enter")
    await nadia.open("Hello from my phone")
    await nadia.write("Hello from the desk")
    await nadia.send_now()

    phone = played.page.locator("#texts")
    await expect(phone).to_contain_text("Hello from the desk")
    await expect(phone.locator("li")).to_have_count(2)
    await expect(
        nadia.item("Hello from the desk", delivery="delivered")
    ).to_be_visible()
    await played.page.locator("#mail-subject").fill("And a mail")
    await played.page.locator("#mail-text").fill("With words")
    await played.page.locator("#write-mail").get_by_role("button").click()
    await expect(nadia.row("With words")).to_be_visible()
    await played.page.locator("#ring").click()
    await expect(nadia.mark("call-offer")).to_be_visible()
    await played.page.locator("#hang-up").click()
    await expect(nadia.mark("call-offer")).to_have_count(0)
