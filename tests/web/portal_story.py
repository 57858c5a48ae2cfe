"""What was said in the portal, for tests."""

from datetime import timedelta

from sqlalchemy import select

from hub.conversations.entries import Said, add, lock, open_conversation
from hub.log.events import Actor
from hub.orders.buyers import Buyer
from hub.storage.tables import Client, Order
from web.keys import DATABASE
from web.portal import PORTAL

TARAS = Buyer(email="taras@mail.example", phone="+380501112233", name="Taras")

AGENT = Actor(kind="agent", id=None, name="Nadia")


async def link_to(app, number="1001", **later):
    """The path of an order's signed link."""
    db, shop = app[DATABASE], app[PORTAL].shop
    async with db.read() as session:
        order = (
            await session.scalars(select(Order).where(Order.number == number))
        ).one()
    url = shop.link(order, now=db.clock() + timedelta(**later))
    return url.removeprefix(shop.base_url)


async def say(db, client_id, text, *, direction="in", conversation=None, **about):
    """Put something that was said on a client's timeline."""
    async with db.begin() as uow:
        client = await uow.session.get_one(Client, client_id)
        opened = (
            await lock(uow, conversation)
            if conversation
            else await open_conversation(uow, client, channel="sms")
        )
        author = (
            Actor(kind="client", id=client.id, name=client.name)
            if direction == "in"
            else AGENT
        )
        usual = {"kind": "message", "channel": "sms", "text": text}
        said = Said(direction=direction, author=author, **{**usual, **about})
        item = await add(uow, opened, said)
        return opened.id, item.id


# --- nothing foreign runs, and each sees his own

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}&lt;"
