"""The portal's door: by a mailed link or by a code in an SMS."""

from aiohttp import web

from hub.access import portal_sessions, portal_sign_in
from hub.access.portal_sign_in import Claimant, SignedIn
from hub.clients import addresses
from hub.errors import InvalidError, NotSignedInError
from hub.orders.words import NBSP
from web.keys import DATABASE, SETTINGS
from web.portal import session
from web.portal.pages import PORTAL, page, render, say_gone
from web.security import remote_address

routes = web.RouteTableDef()
#: Characters of an address or a code that are looked at.
LONGEST = 320


@routes.get("/portal")
@page
async def door(request: web.Request) -> web.Response:
    """Show the door, or the orders to whoever is in already."""
    if await session.who(request) is not None:
        return _to("/portal/orders")
    return _door(request)


@routes.post("/portal/sign-in")
@page
async def ask(request: web.Request) -> web.Response:
    """Send a link or a code, and say the same whether the address is known or not."""
    given = await session.form(request)
    written = given.get("address", "").strip()[:LONGEST]
    if not session.is_fresh(request, given):
        return _door(request, written, "stale_form")
    try:
        who = _claimant(request, written)
    except InvalidError:
        return _door(request, written, "not_an_address")
    await portal_sign_in.ask(
        request.app[DATABASE], who, policy=request.app[SETTINGS].access
    )
    return _sent(request, who)


@routes.post("/portal/code")
@page
async def code(request: web.Request) -> web.Response:
    """Let in whoever knows the code."""
    given = await session.form(request)
    try:
        who = _claimant(request, given.get("address", "").strip()[:LONGEST])
    except InvalidError:
        return _door(request, "", "not_an_address")
    if not session.is_fresh(request, given):
        return _sent(request, who, "stale_form")
    try:
        signed_in = await portal_sign_in.redeem_code(
            request.app[DATABASE],
            who,
            given.get("code", "")[:LONGEST],
            policy=request.app[SETTINGS].access,
            code_key=request.app[PORTAL].shop.code_key,
        )
    except NotSignedInError:
        return _sent(request, who, "wrong_code")
    return _let_in(request, signed_in)


@routes.get("/portal/in/{token}")
@page
async def confirm(request: web.Request) -> web.Response:
    """Ask for one press: mail programs open links by themselves to look at them."""
    return render(request, "confirm.html", locale=session.locale(request), client=None)


@routes.post("/portal/in/{token}")
@page
async def come_in(request: web.Request) -> web.Response:
    """Let in whoever holds the link."""
    session.require_fresh(request, await session.form(request))
    try:
        signed_in = await portal_sign_in.redeem_link(
            request.app[DATABASE],
            request.match_info["token"],
            policy=request.app[SETTINGS].access,
        )
    except NotSignedInError:
        return await say_gone(request, "gone_link", "gone_link_how", status=403)
    return _let_in(request, signed_in)


@routes.post("/portal/sign-out")
@page
async def leave(request: web.Request) -> web.Response:
    """Sign out of this browser."""
    session.require_fresh(request, await session.form(request))
    client = await session.who(request)
    if client is not None:
        await request.app[DATABASE].run(
            lambda uow: portal_sessions.end(uow, client), client.actor
        )
    response = _to("/portal")
    session.take_cookie(response)
    return response


def _claimant(request: web.Request, written: str) -> Claimant:
    return portal_sign_in.claimant(
        written,
        country=request.app[SETTINGS].country,
        remote=remote_address(request),
    )


def _door(request: web.Request, written: str = "", wrong: str = "") -> web.Response:
    return render(
        request,
        "door.html",
        locale=session.locale(request),
        status=422 if wrong else 200,
        client=None,
        written=written,
        wrong=wrong,
    )


def _sent(request: web.Request, who: Claimant, wrong: str = "") -> web.Response:
    return render(
        request,
        "sent.html",
        locale=session.locale(request),
        status=422 if wrong else 200,
        client=None,
        kind=who.kind,
        # A number stays on one line.
        address=addresses.display(who.kind, who.value).replace(" ", NBSP),
        value=who.value,
        minutes=request.app[SETTINGS].access.portal_link_minutes,
        wrong=wrong,
    )


def _let_in(request: web.Request, signed_in: SignedIn) -> web.Response:
    response = _to("/portal/orders")
    session.give_cookie(request, response, signed_in.secret)
    return response


def _to(path: str) -> web.Response:
    # 303: whatever was sent, the next page is fetched.
    return web.Response(status=303, headers={"Location": path})
