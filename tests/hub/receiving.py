"""Somebody whose server is told what happens, for tests."""

from datetime import timedelta
from functools import partial

import orjson
from sqlalchemy import select

from hub.log import feed
from hub.storage import jobs
from hub.storage.tables import WebhookTry
from hub.webhooks import delivering, endpoints
from hub.webhooks.delivering import Sending
from hub.webhooks.endpoints import TEST, WebhookGiven
from hub.webhooks.retries import Answer
from hub.webhooks.views import DELIVER, webhook_views
from tests.hub.floor import Floor

KEY = b"k" * 32

URL = "https://shop.example/hook"

DAY = timedelta(days=1)


class Receiver:
    """An endpoint that answers what it is told."""

    def __init__(self) -> None:
        self.got = []
        self.answers = []
        self.meanwhile = None

    async def post(self, url, body, headers):
        if self.meanwhile is not None:
            await self.meanwhile()
        self.got.append((url, orjson.loads(body), headers, body))
        status = self.answers.pop(0) if self.answers else 204
        return Answer(status, "said", timedelta(milliseconds=12))

    @property
    def seqs(self):
        return [one[1]["seq"] for one in self.got]


class Place(Floor):
    """A hub with one endpoint."""

    def __init__(self, db, receiver) -> None:
        super().__init__(db)
        self.receiver = receiver
        self.sending = Sending(
            db=db,
            post=receiver.post,
            signing_key=KEY,
            patience=3 * DAY,
            lease=timedelta(minutes=1),
        )

    async def endpoint(self, *kinds, url=URL):
        return await self.do(
            endpoints.create,
            WebhookGiven(name="Shop", url=url, kinds=kinds),
            signing_key=KEY,
            most=3,
        )

    async def send(self) -> int:
        await delivering.wake(self.db)
        return await jobs.do_due(
            self.db,
            {
                DELIVER: partial(delivering.deliver, sending=self.sending),
                TEST: partial(delivering.send_test, sending=self.sending),
            },
            lease=self.sending.lease,
            at_once=4,
        )

    async def one(self):
        async with self.db.read() as session:
            return (await webhook_views(session))[0]

    async def head(self) -> int:
        async with self.db.read() as session:
            return await feed.head(session)

    async def tries(self):
        async with self.db.read() as session:
            return list(await session.scalars(select(WebhookTry).order_by("id")))
