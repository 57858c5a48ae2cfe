"""The list: very long, live, still under the pointer; many at once; views of all."""

import pytest
from playwright.async_api import expect

from tests.browser import fills

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PHONES = [f"+38050338206{number}" for number in range(10)]
LONG = 100_000
#: Rows that may stand in the page, however many there are.
MOST_DRAWN = 40
#: Scrolls a screen a frame until so many names were seen; gives the most rows that ever
#: stood in the page and the names, in the order in which they were seen.
_SCROLL = """async ([box, wanted]) => {
  const seen = []
  let drawn = 0
  const look = () => {
    const rows = [...box.querySelectorAll('[data-test=row]')]
    drawn = Math.max(drawn, box.querySelectorAll('li').length)
    const places = rows.map(one => [one.getBoundingClientRect().top, one])
    for (const [, row] of places.sort((one, other) => one[0] - other[0])) {
      const name = row.querySelector('.who').textContent
      if (!seen.includes(name)) seen.push(name)
    }
  }
  for (let frames = 0; seen.length < wanted && frames < 6000; frames += 1) {
    look()
    box.scrollTop += box.clientHeight
    await new Promise(requestAnimationFrame)
  }
  return { drawn, seen }
}"""
_TOPS = """box => Object.fromEntries([...box.querySelectorAll('[data-test=row]')]
  .map(row => [row.dataset.id, Math.round(row.getBoundingClientRect().top)]))"""


async def test_a_hundred_thousand_rows_cost_a_screenful(stage, screens) -> None:
    await fills.conversations(stage.db, LONG)
    nadia = await screens.desk(await stage.employ("Nadia"))
    rows = nadia.mark("rows")
    await expect(nadia.row("Client 000001")).to_be_visible()
    await expect(nadia.mark("list-count")).to_have_text("100,000 open")

    found = await nadia.page.evaluate(_SCROLL, [await rows.element_handle(), 1000])

    assert found["drawn"] <= MOST_DRAWN
    # None was left out, none came twice, all in their order.
    assert found["seen"][:1000] == [f"Client {n:06}" for n in range(1, 1001)]

    # And from the other end: the very last of them all.
    await nadia.page.goto("/desk/all?state=open")
    await nadia.mark("order").click()
    await (
        nadia.page.get_by_role("menuitemradio").filter(has_text="Newest").first.click()
    )
    await expect(nadia.row(f"Client {LONG}")).to_be_visible()
    assert await rows.locator("li").count() <= MOST_DRAWN


async def test_nothing_moves_under_the_pointer_until_it_is_let_in(
    stage, screens
) -> None:
    await fills.conversations(stage.db, 12)
    nadia = await screens.desk(await stage.employ("Nadia"))
    olena = await stage.hire("Olena")
    rows = nadia.mark("rows")
    third = nadia.row("Client 000003")
    await third.hover()
    before = await rows.evaluate(_TOPS)

    # A client who was quiet comes to the top, and three come whom nobody knew.
    for number, phone in enumerate(PHONES[:3]):
        await stage.text(phone, f"Hello {number}")
    first = int(min(before, key=lambda one: before[one]))
    await olena.call("PATCH", f"/conversations/{first}", {"state": "resolved"})
    await expect(nadia.mark("new-rows")).to_have_text("3 new")
    await expect(nadia.mark("list-count")).to_have_text("14 open")

    assert await rows.evaluate(_TOPS) == before
    # What a row says is of now, though it stays where it is.
    await expect(nadia.row("Client 000001")).to_have_attribute("data-state", "resolved")
    await nadia.mark("new-rows").click()
    await expect(nadia.row("Hello")).to_have_count(3)
    await expect(nadia.row("Client 000001")).to_have_count(0)
    # The pointer is still there, so what comes next waits again.
    await stage.text(PHONES[4], "Hello behind it")
    await expect(nadia.mark("new-rows")).to_have_text("1 new")
    await expect(nadia.row("Hello behind it")).to_have_count(0)
    await nadia.page.mouse.move(700, 300)
    await stage.text(PHONES[5], "Hello again")
    await expect(nadia.row("Hello again")).to_be_visible()
    await expect(nadia.row("Hello behind it")).to_be_visible()
    await expect(nadia.mark("new-rows")).to_have_count(0)


async def test_the_reader_of_a_long_list_stays_where_he_is(stage, screens) -> None:
    numbers = await fills.conversations(stage.db, 80)
    nadia = await screens.desk(await stage.employ("Nadia"))
    olena = await stage.hire("Olena")
    rows = nadia.mark("rows")
    await expect(nadia.row("Client 000001")).to_be_visible()
    await rows.evaluate("box => { box.scrollTop = 30 * 76 + 20 }")
    row = nadia.row("Client 000033")
    await expect(row).to_be_visible()
    place = (await row.bounding_box())["y"]

    # Rows above him go away, and others come; no pointer is on the list.
    for number in numbers[:4]:
        await olena.call("PATCH", f"/conversations/{number}", {"state": "resolved"})
    await olena.call("PATCH", f"/conversations/{numbers[70]}", {"priority": "urgent"})
    await expect(nadia.mark("list-count")).to_have_text("76 open")

    assert abs((await row.bounding_box())["y"] - place) <= 1


async def test_what_is_done_to_many_is_seen_by_all_and_undone(stage, screens) -> None:
    await fills.conversations(stage.db, 5)
    nadia = await screens.desk(await stage.employ("Nadia"))
    olena = await screens.desk(await stage.employ("Olena"))
    for number in (2, 3, 4):
        await nadia.row(f"00000{number}").click(modifiers=["Control"])
    await expect(nadia.mark("bulk-count")).to_have_text("3 chosen")
    await nadia.mark("bulk-tags").click()
    await nadia.page.keyboard.type("storm")
    await nadia.page.keyboard.press("Enter")
    for screen in (nadia, olena):
        for number in (2, 3, 4):
            await expect(screen.row(f"00000{number}")).to_contain_text("storm")
    await nadia.mark("bulk-put").click()

    for number in (2, 3, 4):
        await nadia.row(f"00000{number}").click(modifiers=["Control"])
    await nadia.mark("bulk-resolve").click()
    await nadia.page.mouse.move(700, 300)
    for screen in (nadia, olena):
        await expect(screen.mark("row")).to_have_count(2)
        await expect(screen.mark("list-count")).to_have_text("2 open")
    # One of them is taken up again before the rest is undone: it stays as it is now.
    await olena.page.goto("/desk/all?state=resolved")
    await olena.open("000003")
    await olena.mark("reopen").click()
    await expect(olena.mark("talk-header")).to_have_attribute("data-state", "open")
    await nadia.mark("bulk-undo").click()

    await expect(nadia.mark("bulk-progress")).to_have_attribute("data-state", "undone")
    await expect(nadia.mark("bulk-kept")).to_be_visible()
    await expect(nadia.mark("row")).to_have_count(5)
    await expect(nadia.mark("list-count")).to_have_text("5 open")
    await olena.page.goto("/desk/all")
    await expect(olena.mark("row")).to_have_count(5)


async def test_a_shared_view_is_with_everybody_at_once(stage, screens) -> None:
    await fills.conversations(stage.db, 4)
    iryna = await screens.desk(await stage.employ("Iryna", role="manager"))
    olena = await screens.desk(await stage.employ("Olena"))

    await iryna.mark("view-add").click()
    await iryna.mark("view-name").fill("Storm damage")
    await iryna.mark("add-condition").click()
    await iryna.mark("values").last.click()
    await iryna.page.keyboard.type("storm")
    await iryna.page.keyboard.press("Enter")
    await iryna.page.keyboard.press("Escape")
    await iryna.mark("view-shared").select_option(label="Everybody")
    await expect(iryna.mark("view-count")).to_contain_text("0")
    await iryna.mark("view-keep").click()

    link = olena.page.get_by_role("link", name="Storm damage")
    await link.click()
    await expect(olena.mark("empty")).to_be_visible()
    for number in (1, 2):
        await iryna.page.goto("/desk/all")
        await iryna.open(f"00000{number}")
        await iryna.page.keyboard.press("t")
        await iryna.page.keyboard.type("storm")
        await iryna.page.keyboard.press("Enter")
        await expect(iryna.row(f"00000{number}")).to_contain_text("storm")
    await olena.page.mouse.move(700, 300)
    await expect(olena.mark("row")).to_have_count(2)
    await expect(link.locator("[data-test=count]")).to_have_text("2")

    await iryna.page.get_by_role("link", name="Storm damage").hover()
    await iryna.mark("view-edit").click()
    await iryna.mark("view-name").fill("Storms")
    await iryna.mark("view-keep").click()
    await expect(olena.page.get_by_role("link", name="Storms")).to_be_visible()
    await expect(olena.page.get_by_role("heading", name="Storms")).to_be_visible()
    await iryna.page.get_by_role("link", name="Storms").hover()
    await iryna.mark("view-edit").click()
    await iryna.mark("view-drop").click()
    await expect(olena.page.get_by_role("link", name="Storms")).to_have_count(0)
    await expect(olena.mark("view-gone")).to_be_visible()
