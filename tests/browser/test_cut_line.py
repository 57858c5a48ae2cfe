"""Promise 4 on a real screen: cut off under thousands of events, it ends up true.

The same as ``tests/realtime/test_state_hash.py``, with a person before it: he is told
that the line is gone, goes on writing, and never has to load anything again.
"""

import asyncio
import hashlib

import orjson
import pytest
from playwright.async_api import expect
from sqlalchemy import select

from hub.conversations.entries import standing
from hub.conversations.events import ConversationRenamed
from hub.conversations.views import conversation_view
from hub.storage.tables import Client, Conversation, EventRow, LogHead

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

EVENTS = 5000
CLIENTS = 25
CUTS = 3
#: What the page knows; its stores are the application's own.
KNOWN = """
() => {
  const {state} = document.querySelector('#app').__vue_app__
    .config.globalProperties.$pinia._s.get('live')
  return {
    cursor: state.cursor,
    counts: {...state.counts},
    conversations: [...state.conversations.values()],
    items: [...state.timelines.values()].flatMap(one => one.items),
  }
}
"""
#: Notes which changes it hears of; a change that follows would hide that one was lost.
HEARING = """
() => {
  const live = document.querySelector('#app').__vue_app__
    .config.globalProperties.$pinia._s.get('live')
  window.heard = []
  live.onEvents(events => {
    for (const one of events) {
      if (one.kind === 'conversation.renamed') window.heard.push(one.seq)
    }
  })
}
"""
#: The screen's clock goes before the hub's: whatever it hears is long over.
LATE = "() => { const now = Date.now; Date.now = () => now.call(Date) + 20000 }"


class Changes:
    """A day's work of many colleagues, as fast as the hub takes it."""

    def __init__(self, db) -> None:
        self._db = db
        self._told = asyncio.Condition()
        self.done = 0

    async def go_on(self, until: int) -> None:
        """Change all conversations again and again, until so many events are told."""
        while self.done < until:
            await self._db.run(self._change)
            async with self._told:
                self.done += CLIENTS
                self._told.notify_all()

    async def reach(self, many: int) -> None:
        """Wait until so many are told."""
        async with self._told:
            await self._told.wait_for(lambda: self.done >= many)

    async def _change(self, uow) -> None:
        found = await uow.session.execute(
            select(Conversation, Client.name).join(Client).order_by(Conversation.id)
        )
        for number, (row, name) in enumerate(found.all()):
            was = standing(row)
            row.subject = f"Matter {self.done + number}"
            row.priority = ("low", "normal", "high", "urgent")[number * self.done % 4]
            uow.record(
                ConversationRenamed(
                    conversation_id=row.id,
                    client_id=row.client_id,
                    was=was,
                    subject=row.subject,
                    state={"conversation": conversation_view(row, name)},
                )
            )


def hashed(things: list[dict]) -> str:
    """Give a hash of these, whatever their order."""
    ordered = sorted(things, key=lambda one: one["id"])
    packed = orjson.dumps(ordered, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(packed).hexdigest()


async def caught_up(screen, db) -> dict:
    """Wait until the screen has seen all of the log; give what it knows."""
    async with db.read() as session:
        end = (await session.scalars(select(LogHead.seq))).one()
    await screen.page.wait_for_function(f"end => ({KNOWN})().cursor >= end", arg=end)
    return await screen.page.evaluate(KNOWN)


async def told(stage, screen, path: str) -> dict:
    """Ask the hub for what this person would see if he loaded everything afresh."""
    answer = await screen.page.context.request.get(f"{stage.url}/api/v1{path}")
    assert answer.ok
    return await answer.json()


async def test_a_screen_that_was_cut_off_ends_up_as_the_hub(
    stage, screens, witness
) -> None:
    witness.forgive("WebSocket")
    for number in range(CLIENTS):
        await stage.text(f"+3805033820{number:02}", f"Words {number}")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("Words 7")
    await nadia.page.evaluate(HEARING)
    await nadia.write("Good day")
    changes = Changes(stage.db)

    async with asyncio.TaskGroup() as work:
        work.create_task(changes.go_on(EVENTS))
        for cut in range(1, CUTS + 1):
            await changes.reach(cut * EVENTS // (CUTS + 2))
            await nadia.line.break_()
            await expect(nadia.told("offline")).to_contain_text("No connection")
            await nadia.writing.press_sequentially(f", {cut}")
            nadia.line.mend()
            await nadia.told("offline").get_by_role("button").click()
            await nadia.live()
    # The last time much happens before the line is back, and the screen says so.
    await nadia.line.break_()
    await changes.go_on(EVENTS + 20 * CLIENTS)
    await nadia.page.evaluate(LATE)
    await expect(nadia.told("offline")).to_be_visible()
    nadia.line.mend()
    nadia.line.let(1)
    await nadia.told("offline").get_by_role("button").click()
    await expect(nadia.told("behind")).to_be_visible()
    nadia.line.go_on()
    # What is there is not behind: not for a moment longer.
    await expect(nadia.told("behind")).to_have_count(0, timeout=2500)

    known = await caught_up(nadia, stage.db)
    rows = (await told(stage, nadia, "/conversations?limit=100"))["items"]
    assert len(rows) == CLIENTS
    assert hashed(known["conversations"]) == hashed(rows)
    sync = await told(stage, nadia, "/sync")
    assert known["counts"]["all"] == sync["counts"]["all"] == CLIENTS
    mine = next(one for one in rows if one["snippet"] == "Words 7")
    timeline = await told(stage, nadia, f"/clients/{mine['client_id']}/timeline")
    items = [one for one in known["items"] if one["client_id"] == mine["client_id"]]
    assert hashed(items) == hashed(timeline["items"])
    async with stage.db.read() as session:
        renamed = select(EventRow.seq).where(EventRow.kind == ConversationRenamed.kind)
        seqs = list(await session.scalars(renamed.order_by(EventRow.seq)))
    assert len(seqs) == EVENTS + 20 * CLIENTS
    assert await nadia.page.evaluate("window.heard") == seqs
    # What one sees is drawn from it, nothing was loaded, and no letter is lost.
    await expect(nadia.mark("subject")).to_have_text(mine["subject"])
    await expect(nadia.row(mine["subject"])).to_be_visible()
    await expect(nadia.told("behind")).to_have_count(0)
    await expect(nadia.writing).to_have_value("Good day, 1, 2, 3")
