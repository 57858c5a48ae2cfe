"""A hub that is told to stop sees through what is under way, and begins nothing."""

import asyncio

from hub.contracts import SendResult
from tests.flows.stage import standing
from web.keys import ADAPTERS

PHONE = "+380503382065"


class Slow:
    """A provider that takes its time, and the order in which things happened."""

    def __init__(self, adapter, monkeypatch) -> None:
        self.happened = []
        self.begun = asyncio.Event()
        self.may_end = asyncio.Event()
        monkeypatch.setattr(adapter, "send", self.send)
        monkeypatch.setattr(adapter, "close", self.close)

    async def send(self, message):
        self.happened.append(f"begun {message.text}")
        self.begun.set()
        await self.may_end.wait()
        self.happened.append(f"sent {message.text}")
        return SendResult(external_id=f"SM-{message.text}")

    async def close(self):
        self.happened.append("closed")


async def test_a_message_under_way_leaves_before_its_line_is_closed(
    database_url, tmp_path, monkeypatch
) -> None:
    async with standing(database_url, tmp_path) as stage:
        nadia = await stage.hire("Nadia")
        await stage.text(PHONE, "Is anybody there?")
        asked = await nadia.sees(lambda item: item["text"] == "Is anybody there?")
        slow = Slow(stage.app[ADAPTERS]["sms"], monkeypatch)
        workers = stage.settings.delivery.workers
        for number in range(workers + 3):
            await nadia.reply(asked, "sms", f"Yes {number}", anyway=True)
        await slow.begun.wait()
        # Long after everything else has ended.
        asyncio.get_running_loop().call_later(0.5, slow.may_end.set)

    begun = [one for one in slow.happened if one.startswith("begun")]
    sent = [one for one in slow.happened if one.startswith("sent")]
    assert slow.happened[-1] == "closed"
    assert 0 < len(begun) == len(sent) <= workers
