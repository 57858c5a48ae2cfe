"""Orders as a shop tells them, for tests."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hub.log.feed import after
from hub.orders.buyers import Buyer
from hub.orders.given import LineGiven, OrderGiven
from hub.orders.links import link_key
from hub.orders.orders import put_order
from hub.orders.shop import Shop

SHOP_TIME = datetime(2026, 5, 14, 8, 0, tzinfo=UTC)
OKSANA = Buyer(email="oksana@mail.example", phone="067 111 22 33", name="Оксана Левчук")
SHOP = Shop(
    company="Zatyshok",
    base_url="https://hub.example",
    locale="uk",
    timezone=ZoneInfo("Europe/Kyiv"),
    link_key=link_key(b"secret of the tests"),
    link_for=timedelta(days=90),
    case_key=b"signs links to cases",
    code_key=b"another secret of the tests",
    sign_in_for=timedelta(minutes=30),
    channels={"phone": "sms", "email": "email"},
)


def given(**changes) -> OrderGiven:
    """An order of two lines, just placed; ``minute`` sets the shop's time."""
    minute = changes.pop("minute", 0)
    usual = {
        "client": OKSANA,
        "status": "placed",
        "currency": "UAH",
        "title": "Lamp and two shades",
        "lines": (
            LineGiven(name="Lamp", quantity=1, amount=120_000),
            LineGiven(name="Shade", quantity=2, amount=45_050),
        ),
        "placed_at": SHOP_TIME,
        "updated_at": SHOP_TIME + timedelta(minutes=minute),
    }
    return OrderGiven(**{**usual, **changes})


async def put(db, number="1001", **changes):
    """Take an order as the shop tells it."""
    order = given(**changes)
    return await db.run(lambda uow: put_order(uow, number, order, country="UA"))


async def logged(db):
    """All events, oldest first."""
    async with db.read() as session:
        return await after(session, 0)
