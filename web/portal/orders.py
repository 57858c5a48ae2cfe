"""A client's orders: all of them after a sign-in, one by its link."""

from collections.abc import Mapping, Sequence

from aiohttp import web

from hub.access.portal_sessions import PortalClient
from hub.errors import InvalidError, NotFoundError
from hub.log.feed import head
from hub.orders import access
from hub.orders.links import read_token
from hub.orders.views import OrderView
from hub.storage.tables import Client
from web.keys import DATABASE, SETTINGS
from web.portal import promises, session, writing
from web.portal.headline import headline
from web.portal.pages import PORTAL, page, render, say_gone
from web.portal.places import before, place
from web.portal.promises import PromiseLine

routes = web.RouteTableDef()
#: The symbol of each step.
ICONS = {
    "placed": "list",
    "paid": "card",
    "packed": "box",
    "shipped": "van",
    "delivered": "home",
    "done": "check",
    "cancelled": "cross",
    "returned": "back",
}


@routes.get("/portal/orders")
@page
async def all_orders(request: web.Request) -> web.Response:
    """List the client's orders, the newest first."""
    client = await session.signed_in(request)
    limit = request.app[SETTINGS].api.page
    async with request.app[DATABASE].read() as reading:
        cursor = await head(reading)
        rows = await access.page(
            reading,
            client.viewer,
            client_id=client.id,
            limit=limit + 1,
            before=before(request),
        )
        locale = session.locale(request, known=client.locale)
        promised = await promises.read(request, reading, client, locale)
    more, rows = len(rows) > limit, rows[:limit]
    return render(
        request,
        "orders.html",
        locale=locale,
        promises=promised,
        client=client,
        live=f"/portal/live?cursor={cursor}",
        orders=[(order, _headline(request, order, locale)) for order in rows],
        older=place((rows[-1].placed_at, rows[-1].id) if more else None),
    )


@routes.get("/portal/orders/{number}")
@page
async def one_order(request: web.Request) -> web.Response:
    """Show one of the client's orders."""
    client = await session.signed_in(request)
    return await _own(request, client)


@routes.post("/portal/orders/{number}")
@page
async def write_about(request: web.Request) -> web.Response:
    """Take what the client writes about his order, and show him the exchange."""
    client = await session.signed_in(request)
    given = await session.form(request)
    async with request.app[DATABASE].read() as reading:
        order = await access.access_order(
            reading, client.viewer, request.match_info["number"]
        )
    try:
        item = await writing.take(
            request,
            given,
            client.id,
            order_number=order.number,
            locale=session.locale(request, known=client.locale),
        )
    except InvalidError as error:
        return await _own(request, client, given, writing.reason(error))
    return _to(f"/portal/cases/{item.conversation_id}?sent=1")


@routes.get("/portal/o/{token}")
@page
async def linked_order(request: web.Request) -> web.Response:
    """Show the order that a link opens, and nothing else."""
    try:
        return await _linked(request)
    except NotFoundError:
        return await say_gone(request, "gone_order", "gone_order_how")


@routes.post("/portal/o/{token}")
@page
async def write_by_link(request: web.Request) -> web.Response:
    """Take what the holder of a link writes; he is shown no exchange."""
    given = await session.form(request)
    try:
        order = await _by_link(request)
    except NotFoundError:
        return await say_gone(request, "gone_order", "gone_order_how")
    try:
        await writing.take(
            request,
            given,
            order.client_id,
            order_number=order.number,
            by_link=True,
            locale=session.locale(request),
        )
    except InvalidError as error:
        return await _linked(request, given, writing.reason(error))
    return _to(f"/portal/o/{request.match_info['token']}?sent=1")


async def _own(
    request: web.Request,
    client: PortalClient,
    given: Mapping[str, str] | None = None,
    wrong: str = "",
) -> web.Response:
    async with request.app[DATABASE].read() as reading:
        cursor = await head(reading)
        order = await access.access_order(
            reading, client.viewer, request.match_info["number"]
        )
        locale = session.locale(request, known=client.locale)
        promised = await promises.read(request, reading, client, locale)
    return _page(
        request,
        order,
        client=client,
        promised=promised,
        known=client.locale,
        live=f"/portal/live?cursor={cursor}",
        given=given or {},
        wrong=wrong,
    )


async def _linked(
    request: web.Request, given: Mapping[str, str] | None = None, wrong: str = ""
) -> web.Response:
    order = await _by_link(request)
    async with request.app[DATABASE].read() as reading:
        cursor = await head(reading)
        owner = await reading.get_one(Client, order.client_id)
    token = request.match_info["token"]
    return _page(
        request,
        order,
        client=None,
        known=owner.locale,
        live=f"/portal/live?order={token}&cursor={cursor}",
        given=given or {},
        wrong=wrong,
    )


async def _by_link(request: web.Request) -> OrderView:
    link = read_token(
        request.app[PORTAL].shop.link_key,
        request.match_info["token"],
        now=request.app[DATABASE].clock(),
    )
    async with request.app[DATABASE].read() as reading:
        return await access.access_order_by_link(reading, link)


def _page(
    request: web.Request,
    order: OrderView,
    *,
    client: PortalClient | None,
    known: str | None,
    live: str,
    given: Mapping[str, str],
    wrong: str,
    promised: Sequence[PromiseLine] = (),
) -> web.Response:
    locale = session.locale(request, known=known)
    return render(
        request,
        "order.html",
        locale=locale,
        status=422 if wrong else 200,
        client=client,
        live=live,
        order=order,
        promises=promised,
        icons=ICONS,
        first=_headline(request, order, locale),
        sent="sent" in request.query and not wrong,
        written=given.get("text", ""),
        key=given.get("key") or writing.new_key(),
        wrong=wrong,
    )


def _headline(request: web.Request, order: OrderView, locale: str) -> object:
    return headline(
        order,
        locale,
        request.app[PORTAL].shop.timezone,
        now=request.app[DATABASE].clock(),
    )


def _to(path: str) -> web.Response:
    return web.Response(status=303, headers={"Location": path})
