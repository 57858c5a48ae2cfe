"""One client of a hub, whose clock and transport do as they are told."""

from uuid import uuid4

from hub.conversations import replies
from hub.conversations.entries import lock
from hub.conversations.given import ReplyGiven
from hub.log import feed


class Stage:
    """One client who wrote, two agents, and everything an action may need."""

    def __init__(self, **parts) -> None:
        self.__dict__.update(parts)

    async def change(self, work) -> None:
        async def doing(uow):
            await work(uow, await lock(uow, self.conversation_id))

        await self.db.run(doing, self.nadia)

    async def reply(self, **more):
        async with self.db.read() as session:
            seen = await feed.head(session)
        given = ReplyGiven(
            channel="sms", address_id=self.address_id, text="Yes", seen=seen, **more
        )

        async def work(uow):
            return await replies.reply(
                uow, self.conversation_id, given, key=uuid4(), rules=self.reply_rules
            )

        item, _ = await self.db.run(work, self.nadia)
        return item
