"""Orders: told by the shop, read by everybody who works here."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field

from hub.access.rights import Right
from hub.clients import clients
from hub.log.audience import Viewer
from hub.log.events import STAFF
from hub.orders import access, given
from hub.orders.buyers import Buyer
from hub.orders.given import LineGiven, OrderGiven
from hub.orders.orders import put_order
from hub.orders.shop import shop_of
from hub.orders.views import OrderView
from web.api import cursors
from web.api.call import Call
from web.api.cursors import Page
from web.api.requests import Body
from web.api.routing import Cursor, Limit, Routes
from web.keys import SECRET

routes = Routes(tag="orders")

Amount = Annotated[
    int,
    Field(
        ge=-given.MAX_AMOUNT,
        le=given.MAX_AMOUNT,
        description="In the currency's minor unit.",
    ),
]
Line = Annotated[str, Field(max_length=given.MAX_LINE)]


class BuyerIn(Body):
    """Whose order it is: by our id, or by his addresses, which count as verified."""

    client_id: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None
    email: Annotated[str, Field(max_length=320)] = ""
    phone: Annotated[str, Field(max_length=100)] = ""
    name: Annotated[str, Field(max_length=clients.MAX_NAME)] = ""
    locale: Annotated[str, Field(max_length=35)] | None = None


class LineIn(Body):
    """One thing that was ordered."""

    name: Annotated[str, Field(min_length=1, max_length=given.MAX_LINE)]
    quantity: Annotated[float, Field(ge=0, le=given.MAX_QUANTITY)] = 1
    #: Of the whole line.
    amount: Amount = 0


class OrderIn(Body):
    """A whole order, as the shop has it."""

    client: BuyerIn
    status: Literal[
        "placed",
        "paid",
        "packed",
        "shipped",
        "delivered",
        "done",
        "cancelled",
        "returned",
    ]
    currency: Annotated[str, Field(min_length=3, max_length=3)]
    title: Line = ""
    lines: Annotated[
        list[LineIn], Field(max_length=given.MAX_LINES, default_factory=list)
    ]
    total: Annotated[int, Field(ge=0, le=given.MAX_AMOUNT)] | None = None
    paid: bool = False
    placed_at: AwareDatetime | None = None
    expected_at: Annotated[
        AwareDatetime | date | None, Field(description="A time, or a day as a whole.")
    ] = None
    tracking_number: Line = ""
    carrier: Line = ""
    updated_at: Annotated[
        AwareDatetime | None,
        Field(
            description="By the shop's clock; an older one than the last is refused."
        ),
    ] = None
    notify: Annotated[
        bool, Field(description="False: the client is not told of a new status.")
    ] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkAnswer:
    """A link to give to the client."""

    url: str
    expires_at: datetime


@routes.put("/orders/{number}", right=Right.ORDERS)
async def put(call: Call, number: str, body: OrderIn) -> OrderView:
    """Take an order as the shop has it; the same again changes nothing.

    An update whose `updated_at` is older than that of the last one is refused with
    409 `stale_update`, and `order` in the answer is the order as it stands. Amounts are
    in minor units. The client is told of each status once, by SMS or mail.
    """
    zone = ZoneInfo(call.settings.timezone)
    told = OrderGiven(
        client=Buyer(**body.client.model_dump()),
        lines=tuple(LineGiven(**line.model_dump()) for line in body.lines),
        expected_at=_moment(body.expected_at, zone),
        **body.model_dump(exclude={"client", "lines", "expected_at"}),
    )
    return await call.run(
        lambda uow: put_order(uow, number, told, country=call.settings.country)
    )


@routes.get("/orders/{number}", right=Right.READ)
async def show(call: Call, number: str) -> OrderView:
    """Show an order with its lines and steps."""
    async with call.read() as session:
        return await access.access_order(session, _STAFF, number)


@routes.get("/orders", right=Right.READ)
async def find(
    call: Call,
    client_id: int | None = None,
    cursor: Cursor = None,
    limit: Limit = None,
) -> Page[OrderView]:
    """List orders, all or one client's, the newest first."""
    return await _page(call, client_id, cursor, limit)


@routes.get("/clients/{client_id}/orders", right=Right.READ)
async def of_client(
    call: Call, client_id: int, cursor: Cursor = None, limit: Limit = None
) -> Page[OrderView]:
    """List a client's orders, the newest first."""
    async with call.read() as session:
        found = await clients.access_client(session, client_id)
    return await _page(call, found.id, cursor, limit)


@routes.post("/orders/{number}/link", right=Right.REPLY)
async def link(call: Call, number: str) -> LinkAnswer:
    """Make a signed link to an order's page, to be given to its client.

    Whoever holds it sees the order without a sign-in, so it goes to the client alone.
    """
    async with call.read() as session:
        order = await access.access_order(session, _STAFF, number)
    shop = shop_of(call.settings, call.request.app[SECRET], {})
    now = call.db.clock()
    return LinkAnswer(url=shop.link(order, now=now), expires_at=now + shop.link_for)


_STAFF = Viewer(frozenset({STAFF}))


async def _page(
    call: Call, client_id: int | None, cursor: str | None, limit: int | None
) -> Page[OrderView]:
    size = call.limit(limit)
    before = cursors.decode(cursor, datetime, int) if cursor else None
    async with call.read() as session:
        rows = await access.page(
            session, _STAFF, limit=size + 1, client_id=client_id, before=before
        )
    return cursors.page(rows, size, lambda row: (row.placed_at, row.id))


def _moment(at: datetime | date | None, zone: ZoneInfo) -> datetime | None:
    """Read a day as the company's midnight, which stands for the day as a whole."""
    if at is None or isinstance(at, datetime):
        return at
    return datetime.combine(at, time(), zone)
