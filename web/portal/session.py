"""Who looks at the portal, in which language, and whether his own page sent his form."""

import base64
import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import parse_qsl

from aiohttp import web

from hub.access import portal_sessions
from hub.access.portal_sessions import PortalClient, client_of
from hub.access.secret import derive
from hub.errors import ForbiddenError, NotSignedInError
from web.api.requests import read_body
from web.keys import DATABASE, SECRET, SETTINGS
from web.security import check_origin

__all__ = ["COOKIE", "client_of", "routes"]

COOKIE = "rozmova_portal"
#: Ties a form to the browser that was shown it.
FORM_COOKIE = "rozmova_portal_form"
LOCALE_COOKIE = "rozmova_portal_locale"
LOCALES = ("uk", "en")
#: The field of every form that carries what the cookie is compared with.
CSRF = "csrf"
#: Fields of a form; more than any of ours has.
MOST_FIELDS = 200

routes = web.RouteTableDef()
_KNOWN = web.RequestKey("portal_client", tuple)
_FRESH = web.RequestKey("portal_form_cookie", str)


async def who(request: web.Request) -> PortalClient | None:
    """Tell which client looks; None for nobody whom we know."""
    known = request.get(_KNOWN)
    if known is None:
        client = None
        if secret := request.cookies.get(COOKIE):
            client = await portal_sessions.access_by_cookie(
                request.app[DATABASE], secret, policy=request.app[SETTINGS].access
            )
        known = request[_KNOWN] = (client,)
    client = known[0]
    return client if isinstance(client, PortalClient) else None


async def signed_in(request: web.Request) -> PortalClient:
    """Tell which client looks.

    Raises:
        NotSignedInError: Nobody whom we know.
    """
    client = await who(request)
    if client is None:
        raise NotSignedInError("portal")
    return client


def give_cookie(request: web.Request, response: web.Response, secret: str) -> None:
    """Set a sign-in's cookie: no script reads it, no other site's form sends it."""
    days = request.app[SETTINGS].access.portal_session_days
    _set(request, response, COOKIE, secret, timedelta(days=days))


def take_cookie(response: web.Response) -> None:
    """Take the sign-in's cookie away."""
    response.del_cookie(COOKIE, path="/", httponly=True, samesite="Lax")


# --- forms --------------------------------------------------------------------------


def csrf(request: web.Request) -> str:
    """Give what a form on this page sends back with it."""
    shown_to = request.cookies.get(FORM_COOKIE) or request.get(_FRESH)
    if not shown_to:
        shown_to = request[_FRESH] = secrets.token_urlsafe(24)
    return _signed(request, shown_to)


def finish(request: web.Request, response: web.Response) -> web.Response:
    """Set the form's cookie if this page was the first to need one."""
    if fresh := request.get(_FRESH):
        _set(request, response, FORM_COOKIE, fresh, timedelta(days=30))
    return response


async def form(request: web.Request) -> Mapping[str, str]:
    """Read a form that one of our own pages sent, within the limit of a body.

    Raises:
        ForbiddenError: Another site's page sent it.
    """
    check_origin(request)
    raw = await read_body(request, request.app[SETTINGS].api.max_body_bytes)
    try:
        said = raw.decode("utf-8", "replace")
        pairs = parse_qsl(said, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise web.HTTPBadRequest(text="not a form") from error
    return {name: _storable(value) for name, value in pairs}


def is_fresh(request: web.Request, given: Mapping[str, str]) -> bool:
    """Tell whether the form was shown to this browser; it may have waited too long."""
    shown_to = request.cookies.get(FORM_COOKIE, "")
    wanted = _signed(request, shown_to).encode()
    sent = given.get(CSRF, "").encode("utf-8", "replace")
    return bool(shown_to) and hmac.compare_digest(sent, wanted)


def require_fresh(request: web.Request, given: Mapping[str, str]) -> None:
    """Go on only with a form that was shown to this browser.

    Raises:
        ForbiddenError: It was not.
    """
    if not is_fresh(request, given):
        raise ForbiddenError("the form was not shown to this browser")


# --- language -----------------------------------------------------------------------


def locale(request: web.Request, *, known: str | None = None) -> str:
    """Choose the language: what was chosen, else the client's, else the browser's."""
    chosen = request.cookies.get(LOCALE_COOKIE)
    for one in (chosen, known, preferred(request)):
        if one in LOCALES:
            return str(one)
    return request.app[SETTINGS].locale


@routes.get("/portal/language/{locale:uk|en}")
async def choose_language(request: web.Request) -> web.Response:
    """Remember a language and go back to the page."""
    back = request.query.get("back", "")
    response = web.Response(status=303, headers={"Location": own_path(back)})
    _set(
        request,
        response,
        LOCALE_COOKIE,
        request.match_info["locale"],
        timedelta(days=365),
    )
    return response


def own_path(path: str) -> str:
    """Give a path of ours to go to; anything else leads to the portal's door."""
    ours = path.startswith(("/portal", "/forms/"))
    plain = path.isascii() and path.isprintable() and "\\" not in path
    return path if ours and plain else "/portal"


def preferred(request: web.Request) -> str | None:
    """Tell which of our languages the browser asks for first; None for neither."""
    for part in request.headers.get("Accept-Language", "").split(","):
        language = part.partition(";")[0].strip().lower()[:2]
        if language in LOCALES:
            return language
    return None


def _signed(request: web.Request, shown_to: str) -> str:
    key = derive(request.app[SECRET], "portal-form")
    said = shown_to.encode("utf-8", "replace")
    return base64.urlsafe_b64encode(hmac.digest(key, said, "sha256")).decode()


def _set(
    request: web.Request,
    response: web.Response,
    name: str,
    value: str,
    keep: timedelta,
) -> None:
    response.set_cookie(
        name,
        value,
        max_age=int(keep.total_seconds()),
        path="/",
        secure=request.app[SETTINGS].base_url.startswith("https:"),
        httponly=True,
        samesite="Lax",
    )


def _storable(text: str) -> str:
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
