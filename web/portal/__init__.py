"""The client portal: pages that work on any phone, live where a script may run.

An order's page opens by a signed link and shows that order alone; a case's page by the
link in the confirmation of a form, and shows what was said to that address. Everything
else needs a sign-in. Whoever holds a link may write to us about the order, but the exchange
so far is shown only to a client who signed in: links are passed on.
"""

from aiohttp import web

from hub.orders.shop import Shop
from web.portal import cases, data, linked, live, orders, pages, session, sign_in
from web.portal.pages import PORTAL, Portal

__all__ = ["PORTAL", "add"]


def add(app: web.Application, shop: Shop) -> None:
    """Mount the portal on ``app``; it has its other keys."""
    app[PORTAL] = Portal.load(shop)
    for module in (sign_in, orders, cases, data, linked, pages, session):
        app.add_routes(module.routes)
    live.add(app)
