"""Colleagues on one conversation, one agent on two screens, a line that breaks."""

import pytest
from playwright.async_api import expect

from tests.browser.screens import count_of

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PHONE = "+380503382065"


async def test_a_draft_outlives_the_page_and_is_on_ones_other_screen(
    stage, screens
) -> None:
    await stage.text(PHONE, "Hello")
    email = await stage.employ("Nadia")
    first = await screens.desk(email)
    await first.open("Hello")

    async with first.page.expect_response("**/drafts/reply"):
        await first.write("Good day, dear")
    await first.page.reload()
    await expect(first.writing).to_have_value("Good day, dear")
    second = await screens.desk(email)
    await second.open("Hello")

    await expect(second.writing).to_have_value("Good day, dear")


async def test_colleagues_see_who_looks_and_who_writes(stage, screens) -> None:
    await stage.text(PHONE, "Hello")
    nadia = await screens.desk(await stage.employ("Nadia"))
    olena = await screens.desk(await stage.employ("Olena"))
    await nadia.open("Hello")
    viewers = nadia.mark("viewers").locator("> *")
    await expect(viewers).to_have_count(0)

    await olena.open("Hello")
    await expect(viewers).to_have_count(1)
    await olena.writing.press_sequentially("Good d")
    await expect(nadia.mark("writing-now")).to_contain_text("Olena")
    await olena.mark("tab-note").click()
    await olena.writing.press_sequentially("She called already, @Nad")
    await olena.mark("mentions").get_by_text("Nadia").click()
    await olena.mark("send").click()

    await expect(nadia.item("She called already, @Nadia", kind="note")).to_be_visible()
    await nadia.mark("notifications").click()
    await expect(nadia.mark("notification", kind="mentioned")).to_have_count(1)
    await nadia.page.keyboard.press("Escape")
    await olena.page.close()
    await expect(viewers).to_have_count(0)


async def test_two_agents_and_a_client_at_once(stage, screens, witness) -> None:
    witness.forgive("409")
    await stage.text(PHONE, "Order the big one")
    nadia = await screens.desk(await stage.employ("Nadia"))
    olena = await screens.desk(await stage.employ("Olena"))
    await nadia.open("Order the big one")
    await olena.open("Order the big one")
    for screen in (nadia, olena):
        await expect(screen.mark("viewers").locator("> *")).to_have_count(1)

    # Both begin to answer, and each sees that of the other.
    await nadia.writing.press_sequentially("Ordered: the b")
    await expect(olena.mark("writing-now")).to_contain_text("Nadia")
    await expect(olena.mark("others-draft")).to_contain_text("Nadia")
    await olena.writing.press_sequentially("Which colour?")
    await expect(nadia.mark("writing-now")).to_contain_text("Olena")

    # While Nadia's line sleeps, her colleague answers and the client changes his mind.
    nadia.line.stop()
    await olena.send_now()
    await expect(olena.item("Which colour?", delivery="delivered")).to_be_visible()
    await stage.text(PHONE, "No, the small one!")
    await expect(olena.item("No, the small one!")).to_be_visible()
    await nadia.mark("send").click()
    await expect(nadia.mark("missed-strip")).to_have_attribute("data-refused", "true")
    await expect(nadia.mark("missed-list")).to_contain_text("Which colour?")
    await expect(nadia.mark("missed-list")).to_contain_text("No, the small one!")
    await expect(nadia.writing).to_have_value("Ordered: the b")
    assert count_of(stage.world.texts_of(PHONE), "Ordered: the b") == 0
    nadia.line.go_on()
    await nadia.mark("read-missed").click()
    await expect(nadia.item("No, the small one!")).to_be_in_viewport()

    # What she began is taken over, with a reason, before her eyes; nothing is doubled.
    async with nadia.page.expect_response("**/drafts/reply"):
        await nadia.write("The small one, in")
    await expect(olena.mark("others-draft")).to_contain_text("Nadia")
    await olena.mark("take").click()
    await olena.mark("take-reason").fill("I know the colour")
    await olena.mark("take-do").click()
    await expect(nadia.told("taken")).to_contain_text("I know the colour")
    await olena.writing.press("End")
    await olena.writing.press_sequentially(" red")
    await olena.send_now()
    for screen in (nadia, olena):
        item = screen.item("The small one, in red", delivery="delivered")
        await expect(item).to_have_count(1)
    assert count_of(stage.world.texts_of(PHONE), "The small one, in red") == 1


async def test_a_screen_that_was_cut_off_catches_up(stage, screens, witness) -> None:
    witness.forgive("ERR_INTERNET_DISCONNECTED")
    await stage.text(PHONE, "First")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("First")

    await nadia.page.context.set_offline(offline=True)
    await expect(nadia.told("offline")).to_contain_text("No connection")
    await expect(nadia.mark("line-state")).to_have_attribute("data-state", "offline")
    for words in ("Second", "Third", "Fourth"):
        await stage.text(PHONE, words)
    await stage.text("+380671112233", "Somebody else")
    await nadia.page.context.set_offline(offline=False)

    await expect(nadia.told("back")).to_contain_text("Connected again")
    await nadia.live()
    for words in ("First", "Second", "Third", "Fourth"):
        await expect(nadia.item(words)).to_have_count(1)
    await expect(nadia.row("Somebody else")).to_have_count(1)
    await expect(nadia.mark("row")).to_have_count(2)
    await expect(nadia.mark("list-count")).to_have_text("2 open")


async def test_an_answer_that_was_sent_without_a_line_goes_out_once_it_is_back(
    stage, screens, witness
) -> None:
    witness.forgive("ERR_INTERNET_DISCONNECTED")
    await stage.text(PHONE, "Hello")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("Hello")
    await expect(nadia.mark("channel-choice")).to_be_visible()

    await nadia.page.context.set_offline(offline=True)
    await expect(nadia.told("offline")).to_be_visible()
    await nadia.write("Good day")
    await nadia.mark("send").click()
    # Nothing waits unless he says so.
    await expect(nadia.told("unsent")).to_be_visible()
    await nadia.mark("send-when-back").click()
    await expect(nadia.told("waiting")).to_contain_text("Good day")
    await nadia.page.context.set_offline(offline=False)
    await nadia.told("undo").locator("[data-test=send-now]").click()

    await expect(nadia.item("Good day", delivery="delivered")).to_be_visible()
    await expect(nadia.item("Good day")).to_have_count(1)
    assert count_of(stage.world.texts_of(PHONE), "Good day") == 1
