"""Render the portal's pages: templates, what they may call, and the files they use."""

import hashlib
import mimetypes
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial, wraps
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hub.errors import NotFoundError, NotSignedInError, TooManyError
from hub.orders import words
from hub.orders.shop import Shop
from web.keys import DATABASE, SETTINGS
from web.portal import session
from web.portal.texts import say

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_HERE = Path(__file__).parent
_KILO = 1000
#: Files change only with a new version, and then their address does.
_FOREVER = "public, max-age=31536000, immutable"
#: A page may load nothing but our own style and script.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
#: Order and sign-in links are in the address, so it is told to nobody.
_HEADERS = {
    "Content-Security-Policy": POLICY,
    # To our own server only; without any, older browsers would not say where a
    # form comes from either.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}

#: Addresses that take forms and show nothing when they are opened.
_SENT_TO = frozenset({"/portal/sign-in", "/portal/code", "/portal/sign-out"})

routes = web.RouteTableDef()


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that pages use."""

    content: bytes
    media_type: str
    version: str


@dataclass(frozen=True, slots=True)
class Portal:
    """What every page needs."""

    shop: Shop
    templates: Environment
    assets: dict[str, Asset]

    @classmethod
    def load(cls, shop: Shop) -> "Portal":
        """Read templates and files once."""
        assets = {
            path.name: Asset(
                content=path.read_bytes(),
                media_type=mimetypes.guess_type(path.name)[0] or "text/plain",
                version=hashlib.sha256(path.read_bytes()).hexdigest()[:12],
            )
            for path in sorted((_HERE / "static").iterdir())
        }
        templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        return cls(shop, templates, assets)


PORTAL = web.AppKey("portal", Portal)


def render(
    request: web.Request,
    template: str,
    *,
    locale: str,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **parts: Any,
) -> web.Response:
    """Write a page.

    Args:
        request: Whose page it is.
        template: Its file.
        locale: ``uk`` or ``en``.
        status: The HTTP status.
        headers: More of them.
        parts: What the template shows; everything is escaped.
    """
    portal, zone = request.app[PORTAL], request.app[PORTAL].shop.timezone
    now = request.app[DATABASE].clock()
    text = portal.templates.get_template(template).render(
        locale=locale,
        other="en" if locale == "uk" else "uk",
        company=portal.shop.company,
        path=quote(_back(request), safe=""),
        t=partial(say, locale),
        part=partial(quote, safe=""),
        csrf=session.csrf(request),
        may_export=request.app[SETTINGS].privacy.portal_export,
        asset=partial(_address, portal),
        money=lambda amount, currency: words.money(amount, currency, locale),
        quantity=lambda value: words.quantity(value, locale),
        status_word=lambda status: words.status_word(status, locale),
        day=lambda at: words.day(at, locale, zone, now=now),
        moment=lambda at: moment(at, locale, zone, now=now),
        file_size=lambda count: size(count, locale),
        **parts,
    )
    response = web.Response(
        status=status,
        text=text,
        content_type="text/html",
        headers={**_HEADERS, **(headers or {})},
    )
    return session.finish(request, response)


def page(handler: Handler) -> Handler:
    """Tell a person in his words when there is nothing, too much, or no sign-in."""

    @wraps(handler)
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except NotSignedInError:
            return web.Response(status=303, headers={"Location": "/portal"})
        except NotFoundError:
            return await _gone(request)
        except TooManyError as error:
            return await _later(request, float(error.details["retry_after"]))

    return answer


async def say_gone(
    request: web.Request, title: str, how: str, *, status: int = 404
) -> web.Response:
    """Say that something is not there, and where to go."""
    client = await session.who(request)
    locale = session.locale(request, known=client.locale if client else None)
    return render(
        request,
        "gone.html",
        locale=locale,
        status=status,
        client=client,
        title=say(locale, title),
        how=say(locale, how),
    )


def moment(at: datetime, locale: str, zone: Any, *, now: datetime) -> str:
    """Write when something was said: ``today, 10:14``."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    time = f"{local:%H:%M}"
    if local.date() == today:
        return say(locale, "today", time=time)
    if local.date() == today - timedelta(days=1):
        return say(locale, "yesterday", time=time)
    return say(locale, "then", day=words.day(at, locale, zone, now=now), time=time)


def size(count: int, locale: str) -> str:
    """Write the size of a file, its unit on the same line."""
    kilo, mega = ("кБ", "МБ") if locale == "uk" else ("kB", "MB")
    if count < _KILO * _KILO:
        return f"{max(1, round(count / _KILO))}{words.NBSP}{kilo}"
    said = f"{count / _KILO / _KILO:.1f}".removesuffix(".0")
    return f"{said.replace('.', ',') if locale == 'uk' else said}{words.NBSP}{mega}"


@routes.get("/portal/static/{name}")
async def asset(request: web.Request) -> web.Response:
    """Give a file that pages use."""
    found = request.app[PORTAL].assets.get(request.match_info["name"])
    if found is None:
        raise web.HTTPNotFound
    return web.Response(
        body=found.content,
        content_type=found.media_type,
        charset="utf-8",
        headers={"Cache-Control": _FOREVER},
    )


def _back(request: web.Request) -> str:
    """Give the address of this page, or of the door for one that was only sent to."""
    return "/portal" if request.path in _SENT_TO else request.path_qs


def _address(portal: Portal, name: str) -> str:
    return f"/portal/static/{name}?v={portal.assets[name].version}"


async def _gone(request: web.Request) -> web.Response:
    return await say_gone(request, "gone", "gone_how")


async def _later(request: web.Request, seconds: float) -> web.Response:
    client = await session.who(request)
    locale = session.locale(request, known=client.locale if client else None)
    return render(
        request,
        "gone.html",
        locale=locale,
        status=429,
        headers={"Retry-After": str(max(1, round(seconds)))},
        client=client,
        title=say(locale, "too_many"),
        how=say(locale, "too_many_how", minutes=max(1, round(seconds / 60))),
    )
