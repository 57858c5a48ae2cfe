"""A company whose hub is backed up."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from hub.access import sessions
from hub.contracts import Attachment
from hub.conversations import replies
from hub.conversations.given import ReplyGiven, ReplyRules
from hub.delivery.progress import advance
from hub.files import attachments
from hub.log.events import Actor
from hub.orders.orders import put_order
from hub.storage.tables import Account, Address, Conversation, TimelineItem
from tests.hub.conftest import mail, sms
from tests.hub.orders import given as order


@pytest.fixture
def company(operator, settings):
    """Fill a hub: an agent, two clients, a file, an order."""

    async def make():
        picture = Attachment(name="leak.txt", media_type="text/plain", content=b"drip")
        stored = await attachments.store(
            operator.blobs, [picture], settings.attachments
        )
        await operator.take(sms(), mail())

        async def rest(uow):
            agent = Account(
                email="nadia@hub.test", name="Nadia", role="agent", created_at=uow.now
            )
            uow.session.add(agent)
            await uow.session.flush()
            await sessions.start(
                uow, agent, remote="::1", program="tests", policy=settings.access
            )
            item = await uow.session.scalar(select(TimelineItem).limit(1))
            await attachments.attach(uow, item.id, stored.stored)
            await put_order(uow, "1001", order(), country="UA")
            await uow.forgive("notice:order:1001:placed")
            return Actor(kind="agent", id=agent.id, name=agent.name)

        return await operator.do(rest)

    return make


@pytest.fixture
def write(operator):
    """Let the agent answer the client by SMS."""

    async def make(agent, delivery, text="We are coming"):
        async def work(uow):
            uow.actor = agent
            conversation = await uow.session.scalar(
                select(Conversation).where(Conversation.channel == "sms")
            )
            address = await uow.session.scalar(
                select(Address).where(Address.client_id == conversation.client_id)
            )
            given = ReplyGiven(
                channel="sms", address_id=address.id, text=text, seen=10**6
            )
            rules = ReplyRules(
                undo_window=timedelta(seconds=10),
                max_text=1000,
                reaches={"sms": "phone"},
            )
            item, _ = await replies.reply(
                uow, conversation.id, given, key=uuid4(), rules=rules
            )
            if delivery != "held":
                await advance(uow, item, delivery, loud=False)
            return item.id

        return await operator.do(work)

    return make
