"""What clients do is on every agent's screen, live."""

from datetime import timedelta

import pytest
from playwright.async_api import expect

from channels.simulator.calls import Move
from web.demo.simulated import NUMBERS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

OKSANA = "oksana@client.example"
PHONE = "+380503382065"


async def test_one_person_on_four_channels_is_on_two_screens(stage, screens) -> None:
    stage.simulator.behaviour.delay = timedelta(0)
    number = "+380672000101"
    await stage.employ("Olena")
    nadia = await screens.desk(await stage.employ("Nadia", outside_number=number))
    olena = await screens.desk("olena@zatyshok.example", "/desk/unassigned")
    await nadia.mark("state-available").click()
    await expect(nadia.mark("state-available")).to_have_attribute(
        "aria-checked", "true"
    )

    form = await screens.visit("/forms/before-we-install")
    await form.page.get_by_label("Your name").fill("Оксана Мельник")
    await form.page.get_by_label("Email").fill(OKSANA)
    await form.page.get_by_label("Phone").fill("050 338 20 65")
    await form.page.get_by_label("Anything we should know").fill("A steep stair")
    await form.page.get_by_role("button").click()
    await expect(form.page.get_by_role("heading", name="Thank you")).to_be_visible()

    # Nobody has reloaded anything.
    await nadia.open("Оксана Мельник")
    await expect(nadia.item("A steep stair", kind="form")).to_be_visible()
    await olena.page.goto(nadia.page.url)
    await expect(olena.item("A steep stair", kind="form")).to_be_visible()

    await stage.mail(OKSANA, "Boiler", "It hums at night", name="Оксана Мельник")
    await stage.text(PHONE, "And it drips")
    call = stage.simulator.twilio.calls.ring(PHONE, NUMBERS[0])
    for screen in (nadia, olena):
        await expect(screen.item("It hums at night", channel="email")).to_be_visible()
        await expect(screen.item("And it drips", channel="sms")).to_be_visible()
        await expect(screen.mark("call-offer")).to_contain_text("Оксана Мельник")
    await expect(nadia.mark("call-offer")).to_contain_text("Your phone is ringing")
    await stage.got(lambda: call.agent_number == number)

    stage.simulator.twilio.calls.do(call, Move.ANSWER)
    for screen in (nadia, olena):
        await expect(screen.mark("call-offer")).to_have_count(0)
        await expect(screen.mark("item", call="answered")).to_be_visible()
    stage.simulator.twilio.calls.do(call, Move.CALLER_HANGS_UP)

    for screen in (nadia, olena):
        await expect(screen.mark("item", call="ended")).to_be_visible()
        for kind in ("form", "message", "call"):
            assert await screen.mark("item", kind=kind).count() == (
                2 if kind == "message" else 1
            )


async def test_a_call_that_nobody_takes_leaves_the_screens_and_stays_as_missed(
    stage, screens
) -> None:
    await stage.employ("Nadia", outside_number="+380672000101")
    nadia = await screens.desk("nadia@zatyshok.example")
    await nadia.mark("state-available").click()

    call = stage.simulator.twilio.calls.ring(PHONE, NUMBERS[0])
    await expect(nadia.mark("call-offer")).to_be_visible()
    stage.simulator.twilio.calls.do(call, Move.CALLER_HANGS_UP)

    await expect(nadia.mark("call-offer")).to_have_count(0)
    await nadia.open("+380")
    await expect(nadia.mark("item", call="missed")).to_contain_text("Missed call")


async def test_signing_in_brings_one_to_his_work(stage, screens, witness) -> None:
    # The page asks who one is, and the browser notes that the hub knows nobody.
    witness.forgive("401")
    await stage.employ("Nadia")
    await stage.text(PHONE, "Hello")

    screen = await screens.visit("/desk/all")
    await screen.mark("email").fill("nadia@zatyshok.example")
    await screen.mark("password").fill("not this one")
    await screen.mark("sign-in").click()
    await expect(screen.page.get_by_role("alert")).to_be_visible()
    await screen.mark("password").fill("a long enough password")
    await screen.page.keyboard.press("Enter")

    await expect(screen.row("Hello")).to_be_visible()
    await screen.live()
