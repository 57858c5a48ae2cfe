"""Settings: channels are tried, and the pages are found on a screen of any size."""

import pytest
from playwright.async_api import expect

from tests.browser.screens import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_manager_tries_a_channel_and_reads_what_is_wrong(
    stage, screens
) -> None:
    boss = await screens.desk(await stage.employ("Iryna", "manager"))
    await boss.page.goto(f"{stage.url}/settings/channels")
    mail, sms = boss.mark("channel-email"), boss.mark("channel-sms")
    await expect(mail.locator("[data-test=channel-state]")).to_have_text(
        "Not tried yet"
    )

    await mail.locator("[data-test=channel-test]").click()
    await expect(mail.locator("[data-test=channel-state]")).to_have_text("Works")
    await expect(mail).to_contain_text("It came back in")

    stage.simulator.behaviour.down = True
    await sms.locator("[data-test=channel-test]").click()
    await expect(sms.locator("[data-test=finding]").first).to_contain_text(
        "Look at status.twilio.com"
    )
    await expect(sms.locator("[data-test=channel-state]")).to_have_text(
        "1 thing is wrong"
    )


async def test_the_settings_are_a_list_on_a_phone(stage, screens) -> None:
    boss = await screens.desk(
        await stage.employ("Iryna", "manager"),
        size=PHONE,
        has_touch=True,
        is_mobile=True,
    )
    await boss.page.goto(f"{stage.url}/settings")
    await boss.fits()

    await boss.mark("settings-channels").tap()
    await expect(boss.mark("channel-email")).to_be_visible()
    await expect(boss.mark("settings-channels")).to_be_hidden()
    await boss.fits()
    await boss.mark("settings-back").tap()
    await expect(boss.mark("settings-channels")).to_be_visible()
    await expect(boss.mark("settings-accounts")).to_have_count(0)
