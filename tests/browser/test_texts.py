"""What an agent sees of SMS and WhatsApp: parts, the window, templates, a stop."""

import pytest
from playwright.async_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PHONE = "+380503382065"
LONG = "We come on Thursday — between ten and twelve, with the part that was missing."


async def test_parts_are_counted_and_a_dear_letter_is_named(stage, screens) -> None:
    await stage.text(PHONE, "When do you come?")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("When do you come?")

    await nadia.write(LONG)

    await expect(nadia.mark("segments")).to_have_attribute("data-parts", "2")
    await nadia.mark("segments-plain").click()
    await expect(nadia.mark("segments")).to_have_attribute("data-parts", "1")
    await expect(nadia.writing).to_have_value(LONG.replace("—", "-"))


async def test_a_stop_shuts_the_way_and_says_why(stage, screens) -> None:
    await stage.text(PHONE, "When do you come?")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("When do you come?")
    await nadia.write("On Thursday")
    await nadia.page.keyboard.press("Control+Enter")
    await expect(nadia.item("On Thursday", delivery="held")).to_be_visible()

    await stage.text(PHONE, "STOP")

    failed = nadia.item("On Thursday", delivery="failed")
    await expect(failed).to_contain_text("asked not to be written to")
    await nadia.mark("channel-choice").click()
    way = nadia.page.locator("[data-test=channel-option][data-channel=sms]")
    await expect(way).to_have_attribute("aria-disabled", "true")
    await nadia.page.keyboard.press("Escape")
    consent = nadia.mark("consent").first
    await expect(consent).to_contain_text("SMS")
    await consent.click()
    await expect(nadia.mark("consent-said")).to_contain_text("STOP")


async def test_consent_is_noted_by_hand_with_a_reason(stage, screens) -> None:
    await stage.text(PHONE, "When do you come?")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("When do you come?")

    await nadia.mark("consent").first.click()
    box = nadia.page.locator("[data-test=consent-box] [data-channel=sms]")
    await box.locator("[data-test=consent-change]").click()
    await box.locator("[data-test=consent-note]").fill("He called")
    await box.locator("[data-test=consent-keep]").click()

    await expect(nadia.mark("consent-said")).to_contain_text("He called")
    await expect(nadia.mark("consent").first).to_contain_text("SMS")


async def test_outside_of_the_window_a_template_is_sent(stage, screens) -> None:
    await stage.text(PHONE, "When do you come?")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("When do you come?")
    await nadia.mark("channel-choice").click()
    page = nadia.page
    await page.locator("[data-test=channel-option][data-channel=whatsapp]").click()

    await expect(nadia.mark("window-closed")).to_be_visible()
    await expect(nadia.mark("send")).to_be_disabled()
    await nadia.mark("template-choice").select_option(label="Order is ready")
    await nadia.mark("template-value-1").fill("Ann")
    await expect(nadia.mark("send")).to_be_disabled()
    await nadia.mark("template-value-2").fill("2048")
    await expect(nadia.mark("template-reads")).to_contain_text("your order 2048")
    await nadia.mark("send").click()
    await nadia.mark("send-now").first.click()

    sent = "Ann, your order 2048 is ready. We look forward to seeing you. Zatyshok"
    await expect(nadia.item(sent, delivery="delivered")).to_be_visible()


async def test_within_the_window_the_time_left_is_shown(stage, screens) -> None:
    await stage.simulator.twilio.texts.write(PHONE, "Hi", by_whatsapp=True)
    nadia = await screens.desk(await stage.employ("Nadia"))

    await nadia.open("Hi")

    window = nadia.page.locator("[data-test=strip][data-name=window]")
    await expect(window).to_contain_text("Free to write for")
    await nadia.write("Hello")
    await expect(nadia.mark("send")).to_be_enabled()


async def test_a_message_without_words_says_that_it_has_none(stage, screens) -> None:
    await stage.text(PHONE, " \n ")
    await stage.text(PHONE, "When do you come?")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("When do you come?")

    await expect(
        nadia.item("Empty: nothing was written", channel="sms")
    ).to_be_visible()
