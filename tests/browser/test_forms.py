"""Forms as people meet them: without scripts, on another site, on a phone, hostile."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import expect
from sqlalchemy import select

from hub.storage.tables import Attachment, Consent, TimelineItem
from tests.browser.screens import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MANAGER = "iryna@zatyshok.example"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(2000)
#: Each would be seen to run: a dialog, a request to elsewhere, a refusal of the policy.
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(2)>',
    "'-alert(3)-'",
    "</textarea><script>alert(4)</script>",
    "{{constructor.constructor('alert(5)')()}}",
    "javascript:alert(6)",
)


async def came(stage):
    async with stage.db.read() as session:
        return list(
            await session.scalars(
                select(TimelineItem)
                .where(TimelineItem.kind == "form")
                .order_by(TimelineItem.id)
            )
        )


def answers(item):
    return {one["name"]: one["value"] for one in item.data["fields"]}


async def test_a_form_with_files_and_consent_works_without_scripts(
    stage, screens
) -> None:
    form = await screens.visit("/forms/return", java_script_enabled=False)
    page, send = form.page, form.page.get_by_role("button", name="Send")
    await page.get_by_label("Your name").fill("Vera Holub")
    await page.get_by_label("Order number").fill("1300")
    await page.get_by_label("It is damaged").check()
    await page.get_by_label("It does not fit").check()
    picture = {"name": "lamp.png", "mimeType": "image/png", "buffer": PNG}
    await page.get_by_label("Pictures").set_input_files([picture])
    screens.witness.forgive("422")
    await send.click()

    summary = page.get_by_role("alert")
    await expect(summary).to_contain_text("Email: Fill this in.")
    await expect(summary).to_contain_text("Without your agreement")
    await expect(page.get_by_label("Your name")).to_have_value("Vera Holub")
    await expect(page.get_by_label("It is damaged")).to_be_checked()
    await expect(page.get_by_text("Choose the files once more")).to_be_visible()

    await page.get_by_label("Email").fill("vera@client.example")
    await page.get_by_label("My data may be used").check()
    await page.get_by_label("Pictures").set_input_files([picture])
    await send.click()
    await expect(page.get_by_text("A courier is arranged")).to_be_visible()

    (item,) = await came(stage)
    assert answers(item)["wrong"] == "It is damaged, It does not fit"
    assert answers(item)["photos"] == "lamp.png"
    async with stage.db.read() as session:
        file = await session.scalar(select(Attachment))
        consent = await session.scalar(select(Consent))
    assert file.item_id == item.id
    assert consent.wording == "My data may be used to settle this return."


async def test_a_site_with_a_strict_policy_shows_two_forms(
    stage, screens, chromium
) -> None:
    site = web.Application()
    policy = f"default-src 'none'; script-src {stage.url}; frame-src {stage.url}"

    async def home(_: web.Request) -> web.Response:
        script = f'<script src="{stage.url}/forms/contact/embed.js" async'
        return web.Response(
            text=f"""<!doctype html><html lang="en"><title>A shop</title>
            <h1>Lamps</h1>{script} data-title="First"></script>
            <div id="below"></div>
            {script} data-lang="uk" data-title="Second" data-target="#below"></script>
            """,
            content_type="text/html",
            headers={"Content-Security-Policy": policy},
        )

    site.router.add_get("/lamps", home)
    async with TestServer(site) as server:
        context = await chromium.new_context(locale="en-GB")
        screens.contexts.append(context)
        complaints: list[str] = []
        context.on(
            "console",
            lambda said: complaints.append(said.text) if said.type == "error" else None,
        )
        page = await context.new_page()
        await page.goto(str(server.make_url("/lamps")))
        first = page.frame_locator('iframe[title="First"]')
        second = page.frame_locator('iframe[title="Second"]')
        await expect(second.get_by_role("button", name="Надіслати")).to_be_visible()
        await first.get_by_label("Email").fill("lena@client.example")
        await first.get_by_role("button", name="Send").click()
        await expect(first.get_by_role("alert")).to_contain_text("What is it about?")
        frame = page.locator('iframe[title="First"]')
        inner = await first.locator("body").evaluate("body => body.scrollHeight")
        await expect(frame).to_have_css("height", f"{inner}px")
        await first.get_by_label("What is it about?").fill("Do you have a blue one?")
        await first.get_by_role("button", name="Send").click()
        await expect(first.get_by_text("The answer comes by email")).to_be_visible()
        await expect(second.get_by_role("button", name="Надіслати")).to_be_visible()
        where = page.url

    # The frame's own answer to what was left out, and nothing of any policy.
    assert [one for one in complaints if "422" not in one and "404" not in one] == []
    (item,) = await came(stage)
    assert answers(item)["source"] == where


async def test_a_site_that_is_not_named_cannot_frame_a_form(
    stage, screens, chromium
) -> None:
    site = web.Application()

    async def home(_: web.Request) -> web.Response:
        return web.Response(
            text=f'<iframe src="{stage.url}/forms/return?framed=1"></iframe>',
            content_type="text/html",
        )

    site.router.add_get("/", home)
    async with TestServer(site) as server:
        context = await chromium.new_context()
        screens.contexts.append(context)
        page = await context.new_page()
        async with page.expect_event(
            "console", lambda said: "frame-ancestors" in said.text
        ):
            await page.goto(str(server.make_url("/")))
        await expect(page.frame_locator("iframe").locator("form")).to_have_count(0)


async def test_a_form_fits_a_phone_in_the_dark(screens) -> None:
    form = await screens.visit(
        "/forms/return?lang=uk", size=PHONE, color_scheme="dark", has_touch=True
    )
    screens.witness.forgive("422")
    await form.page.get_by_role("button", name="Надіслати").click()

    await expect(form.page.get_by_role("alert")).to_contain_text("Ще не надіслано")
    await form.fits()
    ground = await form.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(15, 17, 20)"
    small = await form.page.evaluate(
        """[...document.querySelectorAll("input:not([type=hidden]), select, button")]
        .filter((one) => !one.closest(".trap") && one.type !== "checkbox")
        .filter((one) => one.getBoundingClientRect().height < 44).length"""
    )
    assert small == 0


async def test_a_manager_makes_a_form_by_keyboard_and_a_colleague_is_not_overwritten(
    stage, screens
) -> None:
    await stage.employ("Iryna", role="manager")
    desk = await screens.desk(MANAGER, "/settings/forms")
    await desk.mark("form-new").click()
    await desk.mark("form-name").fill("fair")
    await desk.mark("form-title").fill("See you at the fair")
    asked = desk.mark("form-question")
    await expect(asked).to_have_count(3)
    await asked.nth(2).locator("[data-test=question-label]").focus()
    await desk.page.keyboard.press("Alt+ArrowUp")
    await expect(asked.nth(1)).to_have_attribute("data-name", "textarea")
    # The focus goes with the question.
    await desk.page.keyboard.press("Alt+ArrowUp")
    await expect(asked.nth(0)).to_have_attribute("data-name", "textarea")
    await expect(desk.mark("form-preview")).to_contain_text("See you at the fair")
    await desk.mark("form-save").click()

    row = desk.mark("form-row", name="fair")
    await expect(row.locator("[data-test=form-code]")).to_contain_text(
        f'src="{stage.url}/forms/fair/embed.js"'
    )
    form = await screens.visit("/forms/fair")
    await expect(form.page.get_by_role("heading")).to_have_text("See you at the fair")

    other = await screens.desk(MANAGER, "/settings/forms")
    for screen, title in ((desk, "The autumn fair"), (other, "The spring fair")):
        await (
            screen.mark("form-row", name="fair")
            .locator("[data-test=form-edit]")
            .click()
        )
        await screen.mark("form-title").fill(title)
    screens.witness.forgive("409")
    await desk.mark("form-save").click()
    await expect(desk.mark("form-row", name="fair")).to_contain_text("autumn")
    await other.mark("form-save").click()
    await other.mark("form-theirs").click()
    await expect(other.mark("form-title")).to_have_value("The autumn fair")


async def test_nothing_runs_whoever_wrote_it(stage, screens) -> None:
    manager = await stage.hire("Iryna", role="manager")
    everything = " ".join(HOSTILE)
    words = {"en": everything}
    made = await manager.call(
        "POST",
        "/forms",
        {
            "name": "hostile",
            "title": words,
            "intro": words,
            "thanks": words,
            "questions": [
                {"name": "email", "kind": "email", "label": words, "help": words},
                {"name": "text", "kind": "textarea", "label": words},
                {
                    "name": "pick",
                    "kind": "choice",
                    "label": words,
                    "choices": [{"value": one} for one in HOSTILE],
                },
                {"name": "name", "kind": "text", "label": words},
                {"name": "agree", "kind": "consent", "label": words},
            ],
        },
    )
    form = await screens.visit("/forms/hostile?page=javascript:alert(7)")
    page = form.page
    screens.witness.forgive("422")
    await page.locator("[name=text]").fill(everything)
    await page.locator("[name=name]").fill(everything)
    await page.locator("[name=pick]").select_option(HOSTILE[3])
    await page.locator("[name=agree]").check()
    await page.get_by_role("button").click()
    await expect(page.locator("[name=text]")).to_have_value(everything)
    await page.locator("[name=email]").fill("stranger@client.example")
    await page.get_by_role("button").click()
    await expect(page.get_by_role("heading")).to_have_text("Thank you")

    (item,) = await came(stage)
    assert answers(item)["text"] == everything
    desk = await screens.desk(MANAGER, f"/desk/all/{item.conversation_id}")
    await expect(desk.item("alert(4)", kind="form")).to_be_visible()
    await desk.page.goto("/settings/forms")
    await desk.mark("form-row", name="hostile").locator("[data-test=form-edit]").click()
    await expect(desk.mark("form-preview")).to_contain_text("alert(1)")
    assert made["title"] == words
