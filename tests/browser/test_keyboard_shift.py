"""A whole shift by keys alone: from signing in to signing out no mouse is touched."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import expect

from channels.simulator.calls import Move
from tests.browser.screens import count_of
from tests.flows.stage import PASSWORD, Worker
from web.demo.simulated import NUMBERS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

OKSANA, TARAS = "oksana@client.example", "+380671112233"
SECOND, CALLER = "+380503382065", "+380631234567"
PHONE = "+380672000101"
#: More stops than this no page has.
STOPS = 120


class Keys:
    """One screen, and the only hands that touch it."""

    def __init__(self, screen) -> None:
        self.screen = screen
        self._keyboard = screen.page.keyboard

    async def press(self, *keys: str) -> None:
        """Press one after the other."""
        for key in keys:
            await self._keyboard.press(key)

    async def type(self, words: str) -> None:
        """Write where the focus is."""
        await self._keyboard.type(words)

    async def reach(self, name: str, /, **data) -> None:
        """Go on by the tab key until this has the focus."""
        wanted = self.screen.mark(name, **data).first
        for _ in range(STOPS):
            if await wanted.evaluate("one => one === document.activeElement"):
                return
            await self.press("Tab")
        raise AssertionError(f"The tab key does not lead to {name}")

    async def do(self, words: str) -> None:
        """Find in the palette and take the first."""
        await self.press("Control+k")
        await self.type(words)
        found = self.screen.mark("found").first
        await expect(found).to_have_text(re.compile(f"^{words}"))
        await self.press("Enter")
        await expect(self.screen.mark("palette")).to_have_count(0)

    async def search(self, words: str, wanted: str) -> None:
        """Search in the palette and open the first that was found."""
        found = self.screen.mark("found").first
        await self.press("Control+k")
        await self.type(words)
        await expect(found).to_contain_text(wanted)
        await self.press("Enter")

    async def to(self, text: str) -> None:
        """Go down or up the list until this conversation is open."""
        rows = self.screen.mark("row")
        await expect(rows.filter(has_text=text)).to_have_count(1)
        now = await rows.evaluate_all(
            "all => all.findIndex(one => one.getAttribute('aria-current') === 'true')"
        )
        texts = await rows.all_inner_texts()
        way = next(n for n, one in enumerate(texts) if text in one) - now
        await self.press(*["j" if way > 0 else "k"] * abs(way))
        chosen = self.screen.page.locator("[data-test=row][aria-current=true]")
        await expect(chosen).to_contain_text(text)
        await expect(self.screen.mark("talk-header")).to_be_visible()


async def furnish(stage) -> None:
    """Endings, a wrap-up, a ready answer, a macro; and who writes to us."""
    await stage.mail(OKSANA, "Boiler", "It hums at night", name="Oksana Hrytsenko")
    await stage.text(SECOND, "And it drips")
    # She has no screen open, so that nothing is offered to her.
    manager = Worker(stage, await stage.employ("Iryna", role="manager"))
    signed = await manager.call(
        "POST", "/session", {"email": manager.email, "password": PASSWORD}
    )
    manager.http.headers["X-CSRF-Token"] = signed["csrf"]
    for queue in (await manager.call("GET", "/queues"))["items"]:
        await manager.call(
            "PATCH",
            f"/queues/{queue['id']}",
            {
                "dispositions": ["Settled", "Sold"],
                "mode": "offer",
                "offer_s": 300,
                "wrap_s": 300,
            },
        )
    answer = {"locale": "en", "text": "We come on Thursday."}
    await manager.call("POST", "/canned", {"title": "Thursday", "texts": [answer]})
    await manager.call(
        "POST",
        "/macros",
        {
            "title": "Urgent leak",
            "steps": [
                {"do": "tags", "add": ["leak"]},
                {"do": "priority", "priority": "urgent"},
            ],
        },
    )
    await manager.http.close()


async def answered_by_mail(keys, stage) -> None:
    """Answer a mail with a ready answer."""
    nadia = keys.screen
    await keys.to("It hums at night")
    await keys.press("r")
    await expect(nadia.writing).to_be_focused()
    await keys.type("Dear Oksana, /thu")
    await expect(nadia.mark("canned-option")).to_have_count(1)
    await keys.press("Enter")
    await expect(nadia.writing).to_contain_text("Dear Oksana, We come on Thursday.")
    await keys.press("Control+Enter")
    await expect(nadia.item("We come on Thursday.", delivery="held")).to_be_visible()
    await keys.reach("send-now")
    await keys.press("Enter")
    await stage.got(lambda: len(stage.world.mails_of(OKSANA)) > 1)


async def merged_and_changed_by_a_macro(keys) -> None:
    """The other one is she too; then both channels are there to choose from."""
    nadia = keys.screen
    await keys.do("Merge with another")
    await expect(nadia.mark("merge-field")).to_be_focused()
    await keys.type("50 338")
    await expect(nadia.mark("merge-choice")).to_have_count(1)
    await keys.press("Enter")
    await expect(nadia.mark("merge-go")).to_be_focused()
    await keys.press("Enter")
    await expect(nadia.item("And it drips")).to_be_visible()
    await expect(nadia.mark("merge-dialog")).to_have_count(0)
    await keys.do("Urgent leak")
    await expect(nadia.mark("macro-step")).to_have_count(2)
    await keys.press("Enter")
    await expect(nadia.mark("macro-plan")).to_have_count(0)
    await expect(nadia.row("leak")).to_have_count(1)


async def answered_by_sms(keys, stage) -> None:
    """Write an SMS on the same matter, take it back, and let it go."""
    nadia = keys.screen
    await expect(nadia.writing).to_be_focused()
    await keys.press("Alt+2")
    await expect(nadia.mark("channel-choice")).to_have_attribute("data-channel", "sms")
    await expect(nadia.writing).to_be_focused()
    await keys.type("Shut the water off, please")
    await keys.press("Control+Enter")
    await expect(nadia.item("Shut the water off, please")).to_be_visible()
    await keys.press("Control+z")
    await expect(nadia.writing).to_have_value("Shut the water off, please")
    await keys.press("Control+Enter")
    await keys.reach("send-now")
    await keys.press("Enter")
    # One can write on at once.
    await expect(nadia.writing).to_be_focused()
    await keys.press("Escape")
    await stage.got(
        lambda: count_of(stage.world.texts_of(SECOND), "Shut the water off, please")
    )


async def told_the_team_and_put_aside(keys) -> None:
    """Let the team know, and give it to somebody, for later."""
    nadia = keys.screen
    header = nadia.mark("talk-header")
    await keys.press("n")
    await keys.type("Have a look, @Ole")
    await expect(nadia.mark("mentions")).to_be_visible()
    await keys.press("Enter", "Control+Enter")
    await expect(nadia.item("Have a look, @Olena", kind="note")).to_be_visible()
    await keys.press("Escape", "t")
    await expect(nadia.mark("tags-menu")).to_be_visible()
    await keys.type("boiler")
    await keys.press("Enter", "Escape", "a")
    await expect(nadia.mark("assign-menu")).to_be_visible()
    await keys.type("olena")
    await keys.press("Enter")
    await expect(nadia.mark("whose")).to_contain_text("Olena")
    await keys.press("s", "2")
    await expect(header).to_have_attribute("data-state", "snoozed")


async def taken_and_closed(keys, stage) -> None:
    """Be available again; what comes is offered, taken, answered and closed."""
    nadia = keys.screen
    header = nadia.mark("talk-header")
    await keys.do("Take a break")
    await expect(nadia.mark("state-break")).to_have_attribute("aria-checked", "true")
    await keys.do("Be available")
    free = nadia.mark("state-available")
    await expect(free).to_have_attribute("aria-checked", "true")
    await stage.text(TARAS, "When do you open?")
    await expect(nadia.mark("offer")).to_be_visible()
    await keys.press("F8")
    await expect(nadia.mark("offer")).to_have_count(0)
    await expect(nadia.item("When do you open?")).to_be_visible()
    await expect(nadia.mark("whose")).to_have_text("yours", ignore_case=True)
    await keys.press("r")
    await expect(nadia.writing).to_be_focused()
    await keys.type("At nine")
    await keys.press("Control+Shift+Enter")
    await expect(nadia.mark("closing")).to_be_visible()
    await keys.press("1")
    await expect(header).to_have_attribute("data-state", "resolved")
    await expect(nadia.mark("ended")).to_contain_text("Settled")


async def called_and_wrapped_up(keys, stage) -> None:
    """See who calls, and do what is left when the call is over."""
    nadia = keys.screen
    header = nadia.mark("talk-header")
    call = stage.simulator.twilio.calls.ring(CALLER, NUMBERS[0])
    await stage.got(lambda: call.agent_number == PHONE)
    await expect(nadia.mark("call-offer")).to_be_visible()
    await keys.press("F8")
    await expect(header).to_contain_text("63 123")
    stage.simulator.twilio.calls.do(call, Move.ANSWER)
    await expect(nadia.mark("item", call="answered")).to_be_visible()
    stage.simulator.twilio.calls.do(call, Move.CALLER_HANGS_UP)
    wrap = nadia.mark("wrap")
    await expect(wrap).to_be_visible()
    await keys.reach("disposition")
    await keys.press("Enter")
    await expect(wrap.locator("[aria-pressed=true]")).to_have_text("Settled")
    await keys.press("F8")
    await expect(wrap).to_have_count(0)


async def test_a_whole_shift_by_keys_alone(stage, screens, witness) -> None:
    witness.forgive("401")
    stage.simulator.behaviour.delay = timedelta(0)
    await furnish(stage)
    await stage.employ("Olena")
    await stage.employ("Nadia", outside_number=PHONE)
    nadia = await screens.visit("/desk/all")
    keys = Keys(nadia)
    header = nadia.mark("talk-header")

    await expect(nadia.mark("email")).to_be_focused()
    await keys.type("nadia@zatyshok.example")
    await keys.press("Tab")
    await keys.type(PASSWORD)
    await keys.press("Enter")
    await nadia.live()
    # Two matters wait; she is there, so they are offered to her, and taken.
    for left in (1, 0):
        await expect(nadia.mark("offer")).to_have_count(left + 1)
        await keys.press("F8")
        await expect(nadia.mark("offer")).to_have_count(left)
        await expect(nadia.mark("whose")).to_have_text("yours", ignore_case=True)

    await answered_by_mail(keys, stage)
    await merged_and_changed_by_a_macro(keys)
    await answered_by_sms(keys, stage)
    await told_the_team_and_put_aside(keys)
    await taken_and_closed(keys, stage)
    await called_and_wrapped_up(keys, stage)

    # What was done is found again, and the day is over.
    await keys.search("hums at night", "Oksana Hrytsenko")
    await expect(nadia.item("It hums at night")).to_be_visible()
    await expect(header).to_have_attribute("data-state", "snoozed")
    await keys.do("Sign out")
    await expect(nadia.mark("email")).to_be_focused()
