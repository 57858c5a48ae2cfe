"""An office whose clients may tell it to stop."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import uuid4

import pytest_asyncio
from sqlalchemy import select

from hub.contracts import (
    SendingRules,
    Template,
)
from hub.conversations import replies
from hub.conversations.given import ReplyGiven
from hub.delivery.outbox import send_due
from hub.log import feed
from hub.storage.tables import (
    Address,
    Conversation,
    TimelineItem,
)
from tests.hub.conftest import sms

OURS = "+380441110000"

TEMPLATE = Template(id="HX1", name="Ready", text="{{1}}, {{2}} is ready")


@dataclass
class Office:
    """A client who wrote, an agent, and what sends."""

    db: object
    take: object
    nadia: object
    rules: object
    outbox: object
    transport: object
    clock: object
    sids: list = field(default_factory=lambda: [f"SMin{n}" for n in range(99)])

    async def says(self, text, wish=None, *, channel="sms", answered=False):
        await self.take(
            sms(
                text,
                sid=self.sids.pop(),
                wish=wish,
                wish_answered=answered,
                recipient=OURS,
            )
            if channel == "sms"
            else replace(
                sms(text, sid=self.sids.pop(), wish=wish, recipient=OURS),
                channel=channel,
            )
        )

    async def replies(self, text="Yes", *, channel="sms", **more):
        async with self.db.read() as session:
            conversation = await session.scalar(select(Conversation.id))
            address = await session.scalar(select(Address.id))
            seen = await feed.head(session)
        given = ReplyGiven(
            channel=channel, address_id=address, text=text, seen=seen, **more
        )
        item, _ = await self.db.run(
            lambda uow: replies.reply(
                uow, conversation, given, key=uuid4(), rules=self.rules
            ),
            self.nadia,
        )
        return item.id

    async def leaves(self):
        self.clock.move(minutes=1)
        await send_due(self.outbox)

    async def item(self, item_id):
        async with self.db.read() as session:
            return await session.get_one(TimelineItem, item_id)

    async def rows(self, table):
        async with self.db.read() as session:
            return list(await session.scalars(select(table).order_by(table.id)))


@pytest_asyncio.fixture
async def office(db, take, agent, reply_rules, outbox, transport, clock):
    """One client, one agent; SMS and WhatsApp."""
    sending = {
        "whatsapp": SendingRules(
            window=timedelta(hours=24), templates=(TEMPLATE,), max_files=1
        ),
        "sms": SendingRules(counts_segments=True, max_segments=2, max_files=0),
    }
    reaches = {"sms": "phone", "whatsapp": "phone", "email": "email"}
    made = Office(
        db=db,
        take=take,
        nadia=await agent(),
        rules=replace(reply_rules, reaches=reaches, sending=sending),
        outbox=replace(
            outbox,
            rules=sending,
            transports={**outbox.transports, "whatsapp": transport},
        ),
        transport=transport,
        clock=clock,
    )
    await made.says("It hums")
    return made
