"""A hub that only listens: what the channels' tests have in its place."""

import asyncio
from collections import defaultdict
from contextlib import asynccontextmanager

from aiohttp import web

from channels import phone, sms
from channels.base import Place
from hub.contracts import HangUp, Outcome, WebhookRequest

SID = "AC" + "0a" * 16
TOKEN = "a-token-of-the-tests"
OURS = "+380441110000"
CLIENT = "+380501112233"
AGENT = "+380671234567"


class Listener:
    """Takes webhooks by real adapters and keeps what they make of them."""

    def __init__(self):
        self.url = ""
        self.adapters = {}
        self.items = []
        self.directives = defaultdict(list)
        self.down = False
        self._changed = asyncio.Condition()

    def place(self):
        return Place(
            public_url=self.url, company="Затишок", country="UA", secret=b"key"
        )

    def connect(self, settings):
        """Make the channels by Twilio that answer here."""
        self.adapters = {
            "sms": sms.Channel(sms.Settings(**settings, settle=0), self.place()),
            "phone": phone.Channel(
                phone.Settings(**settings, record=True), self.place()
            ),
        }
        return self.adapters

    async def take(self, request):
        if self.down:
            return web.Response(status=503)
        channel, path = (
            request.match_info["channel"],
            request.match_info.get("path", ""),
        )
        hook = WebhookRequest(
            url=self.url + request.path_qs,
            path=path,
            body=await request.read(),
            headers=request.headers,
        )
        adapter = self.adapters[channel]
        items = adapter.receive(hook).items
        async with self._changed:
            self.items += items
            self._changed.notify_all()
        outcomes = [Outcome(directive=self.next_step(path), locale="uk")]
        answer = adapter.respond(hook, outcomes)
        return web.Response(
            status=answer.status, body=answer.body, content_type=answer.content_type
        )

    def next_step(self, path):
        steps = self.directives[path]
        return steps.pop(0) if steps else HangUp()

    async def until(self, holds):
        """Wait until what has arrived is as wished."""
        async with self._changed, asyncio.timeout(10):
            await self._changed.wait_for(lambda: holds(self.items))


@asynccontextmanager
async def listening():
    """Run a listener on a port of its own."""
    listener = Listener()
    app = web.Application()
    app.router.add_post("/hooks/{channel}", listener.take)
    app.router.add_post("/hooks/{channel}/{path}", listener.take)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    listener.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield listener
    finally:
        for adapter in listener.adapters.values():
            await adapter.close()
        await runner.cleanup()
