"""All that is kept of a client, for himself, when he is signed in."""

from functools import partial

from aiohttp import web

from hub.access import throttles
from hub.errors import NotFoundError
from web import archives
from web.keys import DATABASE, SETTINGS
from web.portal import session
from web.portal.pages import page

routes = web.RouteTableDef()


@routes.get("/portal/data")
@page
async def data(request: web.Request) -> web.StreamResponse:
    """Give the client who is signed in his archive; an order's link is not enough."""
    client = await session.signed_in(request)
    if not request.app[SETTINGS].privacy.portal_export:
        raise NotFoundError("portal data")
    db, settings = request.app[DATABASE], request.app[SETTINGS]
    counted = partial(
        throttles.take,
        keys=[f"portal-data:{client.id}"],
        tries=settings.privacy.portal_exports,
        window=settings.access.sign_in_window,
    )
    (await db.run(counted)).check(db.clock())
    return await archives.send(request, client.id, locale=client.locale, own=True)
