"""One conversation, and an agent who answers in it."""

from uuid import uuid4

from sqlalchemy import select

from hub.conversations import replies
from hub.conversations.given import ReplyGiven
from hub.log import feed
from hub.storage.tables import Address, Conversation, TimelineItem
from tests.hub.conftest import sms


class Desk:
    """One conversation, begun by an SMS, and an agent who answers."""

    def __init__(self, db, rules, agent, conversation, address) -> None:
        self.db = db
        self.rules = rules
        self.agent = agent
        self.id = conversation.id
        self.address = address

    async def seen(self) -> int:
        async with self.db.read() as session:
            return await feed.head(session)

    async def reply(self, text="It is on its way", key=None, by=None, **more):
        given = ReplyGiven(
            channel=more.pop("channel", "sms"),
            address_id=self.address.id,
            text=text,
            seen=more.pop("seen", None) or await self.seen(),
            **more,
        )
        key = key or uuid4()

        async def work(uow):
            item, _ = await replies.reply(
                uow, self.id, given, key=key, rules=self.rules
            )
            return item

        return await self.db.run(work, by or self.agent)

    async def item(self, item_id) -> TimelineItem:
        async with self.db.read() as session:
            return await session.get_one(TimelineItem, item_id)

    async def conversation(self) -> Conversation:
        async with self.db.read() as session:
            return await session.get_one(Conversation, self.id)

    async def all(self, table):
        async with self.db.read() as session:
            return list(await session.scalars(select(table)))


async def begun(db, take, agent, rules) -> Desk:
    """Begin a conversation by an SMS."""
    await take(sms())
    async with db.read() as session:
        conversation = (await session.scalars(select(Conversation))).one()
        address = (await session.scalars(select(Address))).one()
    return Desk(db, rules, await agent(), conversation, address)
