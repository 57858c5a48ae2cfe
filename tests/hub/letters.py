"""A conversation that began by mail, and an agent who answers by mail."""

from uuid import uuid4

from sqlalchemy import select

from hub.conversations import forwarding, replies
from hub.conversations.given import ForwardGiven, ReplyGiven
from hub.delivery.outbox import send_due
from hub.log import feed
from hub.storage.tables import Address, Conversation, TimelineItem


class Office:
    """What a test of mail needs."""

    def __init__(self, **parts) -> None:
        self.__dict__.update(parts)

    @classmethod
    async def of(cls, db, **parts) -> "Office":
        async with db.read() as session:
            conversation = (await session.scalars(select(Conversation))).one()
            address = (await session.scalars(select(Address))).one()
            first = (await session.scalars(select(TimelineItem))).one()
        return cls(db=db, id=conversation.id, address=address, first=first.id, **parts)

    async def reply(self, text="On its way.", **more) -> TimelineItem:
        async with self.db.read() as session:
            seen = await feed.head(session)
        given = ReplyGiven(
            channel=more.pop("channel", "email"),
            address_id=self.address.id,
            text=text,
            seen=seen,
            **more,
        )

        async def work(uow):
            item, _ = await replies.reply(
                uow, self.id, given, key=uuid4(), rules=self.rules
            )
            return item

        return await self.db.run(work, self.agent)

    async def forward(self, item_id=None, **more) -> TimelineItem:
        given = ForwardGiven(
            **{"channel": "email", "to": ["post@courier.test"], **more}
        )
        key = uuid4()
        return await self.db.run(
            lambda uow: forwarding.forward(
                uow, item_id or self.first, given, key=key, rules=self.rules
            ),
            self.agent,
        )

    async def leave(self, **span) -> None:
        """Let time pass, and what is due leave."""
        self.clock.move(**(span or {"seconds": 10}))
        await send_due(self.outbox)

    async def item(self, item_id) -> TimelineItem:
        async with self.db.read() as session:
            return await session.get_one(TimelineItem, item_id)

    async def states(self, item_id) -> dict[str, str]:
        """How far it has come with each."""
        item = await self.item(item_id)
        return {one["address"]: one["state"] for one in item.data["recipients"]}

    async def conversation(self) -> Conversation:
        async with self.db.read() as session:
            return await session.get_one(Conversation, self.id)

    async def all(self, table):
        async with self.db.read() as session:
            return list(await session.scalars(select(table)))
