"""Whatever opens and closes on the desk, the keys go on where they were."""

import pytest
import pytest_asyncio
from playwright.async_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

OKSANA = "+380503382065"


@pytest_asyncio.fixture(loop_scope="session")
async def nadia(stage, screens):
    """An agent with a conversation open."""
    await stage.text(OKSANA, "It drips")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("It drips")
    await expect(nadia.writing).to_be_visible()
    await expect(nadia.mark("channel-choice")).to_be_visible()
    return nadia


async def press(screen, mark: str, opens: str | None = None) -> None:
    """Press it by the keyboard, and wait for what it opens."""
    await screen.mark(mark).first.focus()
    await screen.page.keyboard.press("Enter")
    if opens:
        await expect(screen.page.locator(opens).first).to_be_visible()


#: What opens by a press, what it opens, and what has the focus when it is closed.
OPENS = [
    ("later", "[data-test=time-hour]", "later"),
    ("send-menu", "[data-test=send-pending]", "send-menu"),
    ("channel-choice", "[data-test=channel-option]", "channel-choice"),
    ("assign", "[data-test=assign-menu]", "assign"),
    ("tags", "[data-test=tags-menu]", "tags"),
    ("snooze", "[data-test=snooze-menu]", "snooze"),
    ("more", "[data-test=timeline-filter]", "more"),
    ("filter", "[role=menu]", "filter"),
    ("order", "[role=menu]", "order"),
    ("notifications", "[data-state=open][role=dialog]", "notifications"),
    ("view-add", "[role=dialog]", "view-add"),
    ("new-promise", "[data-test=task-title]", "new-promise"),
    ("merge-with", "[role=dialog]", "merge-with"),
    ("subject", "[data-test=subject-field]", "subject"),
    ("client-name", "[data-test=client-name-field]", "client-name"),
    ("add-address", "[data-test=address-field]", "add-address"),
    ("add-attribute", "[data-test=attribute-name]", "add-attribute"),
    ("new-conversation", "[data-test=new-subject]", "new-conversation"),
]


async def test_what_is_closed_gives_the_focus_back(nadia) -> None:
    await nadia.write("A draft")
    for mark, opens, back in OPENS:
        await press(nadia, mark, opens)
        await nadia.page.keyboard.press("Escape")
        await expect(nadia.mark(back).first, mark).to_be_focused()
        await expect(nadia.page.locator(opens)).to_have_count(0)


async def test_one_writes_on_after_the_strip_and_the_palette(nadia) -> None:
    keyboard = nadia.page.keyboard
    for after in ("send-now", "undo"):
        await nadia.writing.focus()
        await keyboard.type("Hello")
        await keyboard.press("Control+Enter")
        await nadia.told("undo").locator(f"[data-test={after}]").focus()
        await keyboard.press("Enter")
        await expect(nadia.told("undo")).to_have_count(0)
        await expect(nadia.writing, after).to_be_focused()
    await keyboard.press("Control+k")
    await expect(nadia.mark("palette-field")).to_be_focused()
    await keyboard.press("Escape")
    await expect(nadia.writing).to_be_focused()
    await keyboard.press("Control+f")
    await expect(nadia.mark("history-search-field")).to_be_focused()
    await keyboard.press("Escape")
    await expect(nadia.writing).to_be_focused()
    await press(nadia, "send-menu", "[data-test=send-pending]")
    await press(nadia, "send-pending")
    await expect(nadia.writing).to_be_focused()


async def test_what_takes_the_place_of_a_button_has_its_focus(nadia) -> None:
    for mark, then in (
        ("resolve", "reopen"),
        ("reopen", "resolve"),
        ("pending", "resolve"),
    ):
        await press(nadia, mark)
        await expect(nadia.mark(then), mark).to_be_focused()
    # A toast does not stay; one is where one was before.
    await nadia.mark("assign").focus()
    undo = nadia.mark("toast").locator("button").first
    await undo.focus()
    await nadia.page.keyboard.press("Enter")
    await expect(nadia.mark("assign")).to_be_focused()
    await nadia.mark("row").first.focus()
    await nadia.page.keyboard.press("x")
    await press(nadia, "bulk-none")
    await expect(nadia.mark("rows")).to_be_focused()
