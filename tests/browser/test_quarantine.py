"""What nobody could read is looked at by people, and not lost."""

import aiosmtplib
import pytest
from playwright.async_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PHONE = "+380503382065"


async def unreadable(stage, words: str) -> None:
    """Bring an SMS that is really from Twilio, and does not say from whom."""
    line = stage.simulator.twilio.calls.line
    answer = await line.post(line.hook("sms"), {"MessageSid": "SM1", "Body": words})
    assert answer.taken


async def test_what_could_not_be_read_is_filed_to_its_client(stage, screens) -> None:
    await stage.text(PHONE, "Hello")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await expect(nadia.row("Hello")).to_be_visible()

    await unreadable(stage, "The boiler is on fire")
    await expect(nadia.mark("view-quarantine")).to_contain_text("1")
    await nadia.mark("view-quarantine").click()
    await expect(nadia.mark("quarantine-row")).to_contain_text("SMS")
    await nadia.mark("quarantine-row").click()
    await expect(nadia.mark("quarantine-why")).to_have_text(
        "Something is missing: From"
    )
    await expect(nadia.mark("quarantine-reading")).to_contain_text("on fire")
    await expect(nadia.mark("quarantine-raw")).to_contain_text("boiler")
    await nadia.mark("quarantine-who").press_sequentially("0503382065")
    await nadia.mark("quarantine-client").click()
    await nadia.mark("quarantine-note").fill("The boiler is on fire")
    await nadia.mark("quarantine-file").click()

    await expect(nadia.mark("quarantine-row")).to_have_count(0)
    await nadia.page.goto("/desk/all")
    await nadia.open("Hello")
    await expect(nadia.item("The boiler is on fire")).to_be_visible()
    await expect(nadia.mark("view-quarantine")).not_to_contain_text("1")


async def test_what_is_of_no_use_is_dismissed_for_everybody(stage, screens) -> None:
    await unreadable(stage, "Win a car")
    nadia = await screens.desk(await stage.employ("Nadia"), "/quarantine")
    olena = await screens.desk(await stage.employ("Olena"), "/quarantine")
    await expect(olena.mark("quarantine-row")).to_have_count(1)

    await nadia.mark("quarantine-row").click()
    await nadia.mark("dismiss").click()

    for screen in (nadia, olena):
        await expect(screen.mark("quarantine-row")).to_have_count(0)


async def test_what_could_not_be_read_joins_the_matter_it_belongs_to(
    stage, screens
) -> None:
    await stage.text(PHONE, "Hello")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await expect(nadia.row("Hello")).to_be_visible()
    await unreadable(stage, "The boiler is on fire")

    await nadia.mark("view-quarantine").click()
    await nadia.mark("quarantine-row").click()
    await nadia.mark("quarantine-who").press_sequentially("0503382065")
    await nadia.mark("quarantine-client").click()
    await nadia.mark("quarantine-where").select_option(label="Hello")
    await nadia.mark("quarantine-note").fill("The boiler is on fire")
    await nadia.mark("quarantine-file").click()

    await expect(nadia.mark("quarantine-row")).to_have_count(0)
    await nadia.page.goto("/desk/all")
    await expect(nadia.mark("row")).to_have_count(1)
    await nadia.open("The boiler is on fire")
    await expect(nadia.item("Hello")).to_be_visible()
    await expect(nadia.item("The boiler is on fire")).to_be_visible()


async def test_a_mail_from_nobody_is_read_as_far_as_it_can_be(stage, screens) -> None:
    nadia = await screens.desk(await stage.employ("Nadia"))
    mail = (
        "Subject: =?utf-8?b?0JrQvtGC0LXQuw==?=\r\n"
        "Content-Type: text/plain; charset=windows-1251\r\n\r\n"
        "Не гріє"
    )
    mails = stage.simulator.mails
    host, port = mails.hub
    async with aiosmtplib.SMTP(hostname=host, port=port, start_tls=False) as line:
        await line.sendmail("", [mails.support], mail.encode("cp1251"))

    await nadia.mark("view-quarantine").click()
    await nadia.mark("quarantine-row").click()

    await expect(nadia.mark("quarantine-why")).to_have_text(
        "It does not say who sent it"
    )
    await expect(nadia.mark("quarantine-reading")).to_contain_text("Котел")
    await expect(nadia.mark("quarantine-note")).to_have_value("Не гріє")
