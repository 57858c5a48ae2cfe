"""Two clients who are one, and messages that belong elsewhere, on two live screens."""

import pytest
from playwright.async_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PHONE = "+380503382065"
OKSANA = "oksana@client.example"


async def number_of(screen) -> str:
    """Give the number of the client whose card is open."""
    return await screen.mark("client-card").get_attribute("data-id")


async def export(screen, client: str) -> bytes:
    """Give all that is kept of a client, as he would get it."""
    answer = await screen.page.context.request.get(f"/api/v1/clients/{client}/export")
    assert answer.ok
    return await answer.body()


async def test_what_was_merged_and_parted_is_to_the_letter_what_it_was(
    stage, screens
) -> None:
    await stage.mail(OKSANA, "Boiler", "It hums at night", name="Oksana Hrytsenko")
    await stage.text(PHONE, "And it drips")
    await stage.text(PHONE, "A lot")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("It hums at night")
    await nadia.mark("add-attribute").click()
    await nadia.mark("attribute-name").fill("district")
    await nadia.mark("attribute-value").fill("Podil")
    await nadia.mark("attribute-save").click()
    await expect(nadia.mark("attribute")).to_have_text("Podil")
    oksana = await number_of(nadia)
    await nadia.open("A lot")
    await nadia.mark("add-attribute").click()
    await nadia.mark("attribute-name").fill("district")
    await nadia.mark("attribute-value").fill("Obolon")
    await nadia.mark("attribute-save").click()
    await expect(nadia.mark("attribute")).to_have_text("Obolon")
    await nadia.mark("tab-note").click()
    await nadia.write("He calls from work")
    await nadia.mark("send").click()
    await expect(nadia.item("He calls from work", kind="note")).to_be_visible()
    stranger = await number_of(nadia)
    before = [await export(nadia, one) for one in (oksana, stranger)]

    await nadia.open("It hums at night")
    await nadia.mark("merge-with").click()
    await nadia.mark("merge-field").fill("50 338")
    await nadia.mark("merge-choice").first.click()
    await expect(nadia.mark("merge-dialog")).to_contain_text("Obolon")
    await expect(nadia.mark("merge-dialog")).to_contain_text("Podil")
    await nadia.mark("merge-go").click()
    await expect(nadia.item("He calls from work", kind="note")).to_be_visible()
    both = await export(nadia, oksana)
    assert b"It hums at night" in both
    assert b"He calls from work" in both
    await nadia.mark("unmerge").click()
    await nadia.mark("merge-go").click()
    await expect(nadia.item("He calls from work")).to_have_count(0)

    assert [await export(nadia, one) for one in (oksana, stranger)] == before


async def test_a_merge_is_seen_before_it_is_done_and_undone_on_every_screen(
    stage, screens
) -> None:
    await stage.mail(OKSANA, "Boiler", "It hums at night", name="Oksana Hrytsenko")
    await stage.text(PHONE, "And it drips")
    nadia = await screens.desk(await stage.employ("Nadia"))
    olena = await screens.desk(await stage.employ("Olena"))
    await nadia.open("It hums at night")
    await olena.open("And it drips")
    await expect(olena.item("It hums at night")).to_have_count(0)

    await nadia.mark("merge-with").click()
    await nadia.mark("merge-field").fill("50 338")
    await nadia.mark("merge-choice").first.click()
    await expect(nadia.mark("merge-moves")).to_contain_text("1 conversation")
    await nadia.mark("merge-go").click()

    for screen in (nadia, olena):
        await expect(screen.item("It hums at night")).to_be_visible()
        await expect(screen.item("And it drips")).to_be_visible()
        await expect(screen.mark("client-name")).to_have_text("Oksana Hrytsenko")

    await olena.mark("unmerge").click()
    await olena.mark("merge-go").click()

    await expect(olena.item("It hums at night")).to_have_count(0)
    await expect(olena.item("And it drips")).to_be_visible()
    await expect(nadia.item("And it drips")).to_have_count(0)
    await expect(nadia.item("It hums at night")).to_be_visible()


async def test_a_message_is_split_off_by_keys_alone_and_put_back(
    stage, screens
) -> None:
    await stage.text(PHONE, "The boiler hums")
    await stage.text(PHONE, "And my invoice is wrong")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("And my invoice is wrong")
    await expect(nadia.item("And my invoice is wrong")).to_be_visible()
    await nadia.page.keyboard.press("Escape")
    await nadia.open("And my invoice is wrong")
    await nadia.mark("timeline").focus()

    await nadia.page.keyboard.press("x")
    await expect(nadia.mark("selection")).to_be_visible()
    await nadia.page.keyboard.press("Shift+M")

    await expect(nadia.mark("selection")).to_have_count(0)
    await expect(nadia.mark("linked")).to_have_count(1)
    await nadia.page.get_by_role("button", name="Undo", exact=True).first.click()
    await expect(nadia.page.get_by_text("1 message came from").first).to_be_visible()
