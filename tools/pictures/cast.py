"""What of the demo company is shown, and by whom."""

import sys
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Select, func, select

from hub.access import portal_sessions
from hub.access.secret import derive
from hub.forms import links as form_links
from hub.orders.shop import CASE_LINK
from hub.storage.tables import (
    Address,
    Client,
    Conversation,
    Order,
    QuarantineItem,
    TimelineItem,
)
from tools.pictures.house import House
from web.demo.people import PERSONAS

T = TypeVar("T")
#: Whose portal it is, and who writes while one looks.
CLIENT = next(one for one in PERSONAS if one.name == "Emma Clarke")
LETTER = "Plan of the boiler room"
TEXT = "The plan is attached. The door is 78 cm wide, will the tank pass through it?"
HTML = """<div style="font-family:Georgia,serif;color:#222;background:#fffdf8">
<h2 style="color:#1a5c3a">Clarke &amp; Sons, 14 Mill Lane</h2>
<p>Hello! The plan is attached. The door is <b>78 cm</b> wide, will the tank pass
through it?</p>
<table border="1" cellpadding="6" style="border-collapse:collapse">
<tr style="background:#e7f3ea"><th>Room</th><th>Width</th><th>Height</th></tr>
<tr><td>Boiler room</td><td>2.10 m</td><td>2.45 m</td></tr>
<tr><td>Hallway</td><td>1.20 m</td><td>2.45 m</td></tr></table>
<p>Kind regards,<br>Emma Clarke</p></div>"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Ids and addresses, found once; the same ones each time."""

    #: Conversations: the one of many channels, and one to show each kind of entry.
    talk: int
    shown: dict[str, tuple[int, int]]
    letter: int
    #: A conversation whose client may be another one, too.
    double: int
    waiting: int
    order: str
    number: str
    case: int
    linked: str
    portal_cookie: str


async def find(house: House) -> Cast:
    """Let a letter come in, and choose what is shown."""
    async with house.db.read() as session:
        known = await session.scalar(
            select(TimelineItem.id).where(TimelineItem.subject == LETTER).limit(1)
        )
    if known is None:
        await house.mail(CLIENT.email, LETTER, TEXT, HTML, "Plan.jpeg", "Offer.pdf")
    order = await _one(
        house,
        select(Order)
        .join(Client, Client.id == Order.client_id)
        .where(Client.name == CLIENT.name, Order.status == "shipped")
        .order_by(Order.id.desc()),
        "order",
    )
    letter = await _one(
        house,
        select(TimelineItem).where(TimelineItem.subject == LETTER),
        "letter",
    )
    return Cast(
        talk=await _talk(house),
        shown={
            "call": await _entry(house, TimelineItem.kind == "call"),
            "form": await _entry(house, TimelineItem.kind == "form"),
            "note": await _entry(house, TimelineItem.kind == "note"),
            "promise": await _entry(house, TimelineItem.kind == "promise"),
            "sms": await _entry(
                house,
                TimelineItem.channel == "sms",
                TimelineItem.direction == "out",
                TimelineItem.delivery.in_(("failed", "bounced")),
            ),
            "bounced": await _entry(house, TimelineItem.delivery == "bounced"),
            "forged": await _entry(
                house,
                TimelineItem.data["authenticity"]["verdict"].astext == "forged",
            ),
        },
        letter=letter.conversation_id or 0,
        double=await _one(
            house,
            select(Conversation.id)
            .join(Client, Client.id == Conversation.client_id)
            .where(Client.name == "Andrew Marsh")
            .order_by(Conversation.id),
            "double",
        ),
        waiting=await _one(
            house,
            select(QuarantineItem.id)
            .where(QuarantineItem.state == "waiting")
            .order_by(QuarantineItem.id),
            "quarantined item",
        ),
        order=house.shop.link(order, now=house.db.clock()),
        number=order.number,
        case=letter.conversation_id or 0,
        linked=await _linked(house),
        portal_cookie=await _portal_cookie(house),
    )


async def _one(house: House, wanted: Select[tuple[T]], what: str) -> T:
    async with house.db.read() as session:
        found = (await session.scalars(wanted.limit(1))).first()
    return found if found is not None else sys.exit(f"There is no {what} to show")


async def _talk(house: House) -> int:
    """Choose an open conversation in English that went over many channels."""
    channels = func.count(TimelineItem.channel.distinct())
    notes = func.count().filter(TimelineItem.kind == "note")
    robots = func.count().filter(TimelineItem.data["automatic"].as_boolean())
    return await _one(
        house,
        select(Conversation.id)
        .join(Client, Client.id == Conversation.client_id)
        .join(TimelineItem, TimelineItem.client_id == Conversation.client_id)
        .where(Conversation.state == "open", Client.locale == "en")
        .group_by(Conversation.id)
        .order_by(robots, channels.desc(), notes.desc(), Conversation.id),
        "conversation",
    )


async def _entry(house: House, *wanted: object) -> tuple[int, int]:
    """Choose the latest entry of a kind: its conversation, and itself."""
    item = await _one(
        house,
        select(TimelineItem)
        .join(Client, Client.id == TimelineItem.client_id)
        .where(*wanted, TimelineItem.conversation_id.is_not(None))  # type: ignore[arg-type]
        .order_by((Client.locale == "en").desc(), TimelineItem.id.desc()),
        "entry",
    )
    return item.conversation_id or 0, item.id


async def _linked(house: House) -> str:
    """Make the link that a form's confirmation has."""
    async with house.db.read() as session:
        item, address = (
            await session.execute(
                select(TimelineItem, Address)
                .join(Address, Address.client_id == TimelineItem.client_id)
                .join(Client, Client.id == TimelineItem.client_id)
                .where(
                    TimelineItem.kind == "form",
                    Address.kind == "email",
                    Client.locale == "en",
                )
                .order_by(TimelineItem.id.desc())
                .limit(1)
            )
        ).one()
        return form_links.make_link(
            derive(house.secret, CASE_LINK),
            base_url=house.base,
            item=item,
            address=address,
            now=house.db.clock(),
            good_for=house.shop.link_for,
        )


async def _portal_cookie(house: House) -> str:
    async with house.db.begin() as uow:
        client = (
            await uow.session.scalars(
                select(Client).where(Client.name == CLIENT.name).order_by(Client.id)
            )
        ).first() or sys.exit(f"There is no {CLIENT.name}")
        return await portal_sessions.start(uow, client, policy=house.settings.access)
