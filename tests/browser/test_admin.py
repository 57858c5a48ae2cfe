"""Settings for those who run the hub: hours, webhooks, the audit."""

import pytest
from playwright.async_api import expect

from tests.browser.screens import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_hours_are_tried_on_a_message_and_then_kept(stage, screens) -> None:
    await stage.text("+380503382065", "It opens the first queue")
    boss = await screens.desk(await stage.employ("Iryna", "manager"))
    await boss.page.goto(f"{stage.url}/settings/hours")
    await expect(boss.mark("hours-empty")).to_be_visible()

    await boss.mark("hours-new").click()
    await boss.mark("hours-at").fill("2026-11-20T18:30")
    await expect(boss.mark("hours-due")).to_contain_text("Monday 23 November")
    await expect(boss.mark("hours-due")).to_contain_text("09:30")
    await boss.mark("hours-date").fill("2026-11-23")
    await boss.mark("hours-add-day").click()
    await expect(boss.mark("hours-due")).to_contain_text("Tuesday 24 November")
    await boss.mark("hours-name").fill("Shop")
    await boss.mark("hours-save").click()

    await expect(boss.mark("hours-row")).to_contain_text("1 holiday")
    await boss.page.goto(f"{stage.url}/settings/queues")
    await boss.mark("queue-edit").first.click()
    await boss.mark("queue-hours").select_option(label="Shop")
    await boss.mark("queue-save").click()
    await expect(boss.mark("queue-row").first).to_contain_text("Shop")


async def test_a_webhook_shows_its_secret_once(stage, screens) -> None:
    screens.witness.forgive(r"422 .* http\S+/api/v1/webhooks")
    admin = await screens.desk(await stage.employ("Ada", "admin"))
    await admin.page.goto(f"{stage.url}/settings/webhooks")
    await expect(admin.mark("webhooks-empty")).to_be_visible()

    await admin.mark("webhook-new").click()
    await admin.mark("webhook-name").fill("Shop")
    await admin.mark("webhook-url").fill("https://10.0.0.1/hook")
    await admin.mark("webhook-save").click()
    await expect(admin.page.get_by_role("alert")).to_contain_text("reachable")
    await admin.mark("webhook-url").fill("https://shop.example/hook")
    await admin.mark("webhook-save").click()

    await expect(admin.mark("webhook-secret")).to_contain_text("whsec_")
    await admin.page.reload()
    await expect(admin.mark("webhook-row")).to_be_visible()
    await expect(admin.mark("webhook-secret")).to_have_count(0)


async def test_the_audit_tells_in_sentences_on_any_screen(stage, screens) -> None:
    boss = await screens.desk(
        await stage.employ("Iryna", "manager"),
        size=PHONE,
        has_touch=True,
        is_mobile=True,
    )
    await boss.page.goto(f"{stage.url}/settings/audit")

    await boss.mark("audit-kind").select_option("session")

    await expect(boss.mark("audit-row").first).to_contain_text("Iryna signed in from")
    await boss.fits()
