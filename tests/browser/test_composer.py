"""The composer: looks, ready answers by `/`, macros by the palette, drafts of two, a cut."""

import pytest
from playwright.async_api import expect

from tests.browser.screens import count_of

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

OKSANA = "oksana@client.example"
PHONE = "+380503382065"
HOSTILE = """<meta charset=utf-8><script>window.got = 1</script>
<p class=MsoNormal onmouseover="window.got = 1" style="position:fixed">Dear <b>friend</b></p>
<img src=x onerror="window.got = 1"><svg onload="window.got = 1"></svg>
<a href="javascript:window.got = 1">press</a> <a href="https://shop.example/a">shop</a>
<iframe src="https://elsewhere.example"></iframe>
<p class=MsoListParagraph style="mso-list:l0 level1"><span style="mso-list:Ignore">1.</span>One</p>
<p class=MsoListParagraph style="mso-list:l0 level1"><span style="mso-list:Ignore">2.</span>Two</p>"""

PASTE = """([element, html]) => {
  const data = new DataTransfer()
  data.setData('text/html', html)
  data.setData('text/plain', 'Dear friend')
  element.dispatchEvent(
    new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
  )
}"""


async def ready(stage):
    """Two ready answers and a macro of the team's."""
    manager = await stage.hire("Iryna", role="manager")
    made = {}
    for title, text in (
        ("On its way", "Hello {client.first_name|there}, it is on its way."),
        ("The order", "About {order.number}: all is well."),
    ):
        made[title] = await manager.call(
            "POST",
            "/canned",
            {"title": title, "texts": [{"locale": "en", "text": text}]},
        )
    await manager.call(
        "POST",
        "/macros",
        {
            "title": "Say and close",
            "steps": [
                {"do": "tags", "add": ["parcel"]},
                {
                    "do": "answer",
                    "canned_id": made["On its way"]["id"],
                    "send": True,
                },
                {"do": "state", "state": "resolved"},
            ],
        },
    )


async def test_a_ready_answer_and_a_macro_by_keys_alone(stage, screens) -> None:
    await ready(stage)
    await stage.text(PHONE, "Where is my parcel?")
    nadia = await screens.desk(await stage.employ("Nadia"))
    press, type_ = nadia.page.keyboard.press, nadia.page.keyboard.type
    await expect(nadia.mark("row")).to_have_count(1)
    await press("j")
    await expect(nadia.item("Where is my parcel?")).to_be_visible()

    # A place that nothing is known for is shown, chosen, and not sent.
    await press("r")
    await expect(nadia.writing).to_be_focused()
    await type_("/order")
    await expect(nadia.mark("canned-missing")).to_be_visible()
    await press("Enter")
    await expect(nadia.writing).to_have_value("About {order.number}: all is well.")
    await expect(nadia.mark("gaps")).to_be_visible()
    await expect(nadia.mark("send")).to_be_disabled()
    await type_("1001")
    await expect(nadia.writing).to_have_value("About 1001: all is well.")
    await expect(nadia.mark("send")).to_be_enabled()
    await press("Control+a")
    await press("Backspace")

    await type_("/way")
    await expect(nadia.mark("canned-preview")).to_contain_text("Hello there")
    await press("Enter")
    await expect(nadia.writing).to_have_value("Hello there, it is on its way.")
    await press("Control+a")
    await press("Backspace")

    await press("Control+k")
    await expect(nadia.mark("palette")).to_be_visible()
    await type_("Say and")
    await expect(nadia.mark("found").first).to_contain_text("Say and close")
    await press("Enter")
    await expect(nadia.mark("macro-plan")).to_contain_text("Hello there")
    await expect(nadia.mark("macro-step")).to_have_count(3)
    await expect(nadia.mark("macro-run")).to_be_focused()
    await press("Enter")

    await expect(nadia.mark("talk-header")).to_have_attribute("data-state", "resolved")
    await expect(nadia.item("Hello there", delivery="held")).to_be_visible()
    undo = nadia.mark("toast").get_by_role("button", name="Undo")
    await undo.focus()
    await press("Enter")

    await expect(nadia.mark("talk-header")).to_have_attribute("data-state", "open")
    await expect(nadia.item("Hello there")).to_have_count(0)
    await expect(nadia.writing).to_have_value("Hello there, it is on its way.")


async def test_hostile_html_is_harmless_wherever_it_goes(stage, screens) -> None:
    await stage.mail(OKSANA, "Boiler", "It hums", name="Oksana")
    nadia = await screens.desk(await stage.employ("Nadia"))
    olena = await screens.desk(await stage.employ("Olena"))
    await nadia.open("Boiler")
    await expect(nadia.mark("rich-bar")).to_be_visible()

    await nadia.writing.focus()
    element = await nadia.writing.element_handle()
    async with nadia.page.expect_response("**/drafts/reply"):
        await nadia.page.evaluate(PASTE, [element, HOSTILE])
    await expect(nadia.writing.locator("strong")).to_have_text("friend")
    await expect(nadia.writing.locator("ol li")).to_have_count(2)
    await expect(nadia.writing.locator("a")).to_have_count(1)
    assert await nadia.writing.locator("img, svg, script, iframe").count() == 0

    # A colleague sees it begun, and takes it over with its look.
    await olena.open("Boiler")
    await expect(olena.mark("others-draft")).to_contain_text("Nadia is writing")
    await olena.mark("take").click()
    await olena.mark("take-reason").fill("You are at lunch")
    await olena.mark("take-do").click()
    await expect(olena.writing.locator("strong")).to_have_text("friend")
    await expect(nadia.told("taken")).to_contain_text("You are at lunch")
    await expect(nadia.writing.locator("strong")).to_have_text("friend")
    await olena.send_now()

    await expect(olena.item("Dear friend", delivery="sent")).to_be_visible()
    await nadia.item("Dear friend").locator("[data-test=html]").click()
    frame = nadia.mark("mail-frame").content_frame
    await expect(frame.get_by_text("friend")).to_be_visible()
    (got,) = [one for one in stage.world.mails_of(OKSANA) if not one.from_client]
    assert b"javascript:" not in got.raw
    assert b"onerror" not in got.raw
    assert "friend" in got.text
    for screen in (nadia, olena):
        assert await screen.page.evaluate("window.got") is None


async def test_undo_gives_the_look_back(stage, screens) -> None:
    await stage.mail(OKSANA, "Boiler", "It hums", name="Oksana")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("Boiler")
    await expect(nadia.mark("rich-bar")).to_be_visible()
    await nadia.writing.focus()
    press, type_ = nadia.page.keyboard.press, nadia.page.keyboard.type
    await type_("We are ")
    await press("Control+b")
    await type_("sorry")
    await press("Control+Enter")
    await expect(nadia.item("We are sorry", delivery="held")).to_be_visible()
    await expect(nadia.writing).to_have_text("")

    await press("Control+z")

    await expect(nadia.writing.locator("strong")).to_have_text("sorry")
    await expect(nadia.item("We are sorry")).to_have_count(0)


async def test_an_answer_that_waits_is_neither_lost_nor_blind_nor_doubled(
    stage, screens, witness
) -> None:
    witness.forgive("ERR_INTERNET_DISCONNECTED")
    witness.forgive("409")
    await stage.text(PHONE, "Order the big one")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("Order the big one")
    await expect(nadia.mark("channel-choice")).to_be_visible()

    await nadia.page.context.set_offline(offline=True)
    await expect(nadia.told("offline")).to_be_visible()
    await nadia.write("Ordered!")
    await nadia.mark("send").click()
    await nadia.mark("send-when-back").click()
    await expect(nadia.told("waiting")).to_contain_text("Ordered!")
    await expect(nadia.writing).to_have_value("")
    await stage.text(PHONE, "No, the small one!")
    await nadia.page.context.set_offline(offline=False)

    await expect(nadia.mark("missed-list")).to_contain_text("No, the small one!")
    await expect(nadia.writing).to_have_value("Ordered!")
    assert count_of(stage.world.texts_of(PHONE), "Ordered!") == 0
    await nadia.mark("send-anyway").click()
    await nadia.told("undo").locator("[data-test=send-now]").click()
    await expect(nadia.item("Ordered!", delivery="delivered")).to_have_count(1)
    assert count_of(stage.world.texts_of(PHONE), "Ordered!") == 1
