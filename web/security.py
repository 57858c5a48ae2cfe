"""Who is at the door: headers, who asks, and whether his own page sent him.

``install`` puts all of it on an application. A handler asks ``identify`` who calls;
that is where cookies, tokens and forged requests are judged, once for the API, the
files and whatever else is not public.
"""

import base64
import hashlib
import hmac
import ipaddress
import re
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from config import Settings
from hub.access import sessions, tokens
from hub.access.secret import derive
from hub.access.views import Caller
from hub.errors import ForbiddenError, NotSignedInError
from web.errors import errors, request_id
from web.keys import DATABASE, REQUEST_ID, SECRET, SETTINGS

COOKIE = "rozmova_session"
CSRF_HEADER = "X-CSRF-Token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
#: A request's name that a proxy of ours may give it.
_NAME = re.compile(r"[A-Za-z0-9_-]{8,64}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{20,200}")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks; None: nobody whom we know."""

    caller: Caller | None


_IDENTITY = web.RequestKey("identity", Identity)
#: A cookie that has been given a longer life with this request.
_RENEWED = web.RequestKey("renewed", str)


def install(app: web.Application) -> None:
    """Put names, headers and the error map on ``app``; it has the keys already."""
    headers = security_headers(app[SETTINGS])

    async def protect(request: web.Request, response: web.StreamResponse) -> None:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("X-Request-ID", request_id(request))
        secret = request.get(_RENEWED)
        if secret is not None and COOKIE not in response.cookies:
            give_cookie(request.app[SETTINGS], response, secret)
            # The cookies are among the headers already when this is called.
            response.headers.add("Set-Cookie", response.cookies[COOKIE].OutputString())

    app.on_response_prepare.append(protect)
    app.middlewares.extend([_named, errors])


def security_headers(settings: Settings) -> dict[str, str]:
    """Give the headers of every response that does not set its own."""
    public = urlsplit(settings.base_url)
    socket = f"{'wss' if public.scheme == 'https' else 'ws'}://{public.netloc}"
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data: blob:",
        "font-src": "'self'",
        # Older browsers do not count a socket as 'self'.
        "connect-src": f"'self' {socket}",
        "media-src": "'self' blob:",
        "manifest-src": "'self'",
        "worker-src": "'self'",
        "frame-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    headers = {
        "Content-Security-Policy": "; ".join(
            f"{name} {value}" for name, value in policy.items()
        ),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        # The microphone is for calls.
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(self), "
        "payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    if public.scheme == "https":
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


@web.middleware
async def _named(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Name the request, in its answer and in every line that is logged for it."""
    given = request.headers.get("X-Request-ID", "")
    if request.app[SETTINGS].trusted_proxies and _NAME.fullmatch(given):
        request[REQUEST_ID] = given
    with structlog.contextvars.bound_contextvars(request_id=request_id(request)):
        return await handler(request)


# --- who asks -----------------------------------------------------------------------


async def identify(request: web.Request) -> Caller | None:
    """Tell who asks, by token or by cookie; None for nobody whom we know.

    Raises:
        NotSignedInError: The token is no good.
        ForbiddenError: A cookie came along with a write that our page did not send.
    """
    known: Identity | None = request.get(_IDENTITY)
    if known is not None:
        return known.caller
    key = _bearer(request)
    if key is not None:
        caller = await tokens.access_by_token(request.app[DATABASE], key)
        if caller is None:
            raise NotSignedInError("this token is unknown, revoked or expired")
    else:
        caller = await _by_cookie(request)
    request[_IDENTITY] = Identity(caller)
    return caller


def csrf_token(app: web.Application, secret: str) -> str:
    """Give what a page must send back with its writes, for this one sign-in."""
    mac = hmac.digest(derive(app[SECRET], "csrf"), secret.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def cookie_of(request: web.Request) -> str | None:
    """Give the sign-in's secret that this request carries, if it may be one."""
    secret = request.cookies.get(COOKIE, "")
    return secret if _SECRET.fullmatch(secret) else None


def give_cookie(settings: Settings, response: web.StreamResponse, secret: str) -> None:
    """Set the sign-in's cookie: no script reads it, no other site sends it."""
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(timedelta(days=settings.access.session_days).total_seconds()),
        path="/",
        secure=settings.base_url.startswith("https:"),
        httponly=True,
        samesite="Lax",
    )


def take_cookie(settings: Settings, response: web.StreamResponse) -> None:
    """Take the sign-in's cookie away."""
    response.del_cookie(
        COOKIE,
        path="/",
        secure=settings.base_url.startswith("https:"),
        httponly=True,
        samesite="Lax",
    )


def check_origin(request: web.Request) -> None:
    """Refuse a write that another site's page sends.

    Browsers say where a request comes from; programs say nothing, and are judged by
    their token.

    Raises:
        ForbiddenError: It comes from elsewhere.
    """
    if request.method in SAFE:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            raise ForbiddenError("sent by another site")
        return
    origin = request.headers.get("Origin")
    if origin is not None and not _is_ours(request, origin):
        raise ForbiddenError("sent by another site")


def _bearer(request: web.Request) -> str | None:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    key = key.strip()
    return key if _SECRET.fullmatch(key) else ""


async def _by_cookie(request: web.Request) -> Caller | None:
    secret = cookie_of(request)
    if secret is None:
        return None
    known = await sessions.access_by_cookie(
        request.app[DATABASE], secret, request.app[SETTINGS].access
    )
    if known is None:
        return None
    if request.method not in SAFE:
        check_origin(request)
        given = request.headers.get(CSRF_HEADER, "")
        wanted = csrf_token(request.app, secret)
        if not hmac.compare_digest(given.encode(errors="replace"), wanted.encode()):
            raise ForbiddenError(f"the header {CSRF_HEADER} is missing or wrong")
    if known.renewed:
        request[_RENEWED] = secret
    return known.caller


def _is_ours(request: web.Request, origin: str) -> bool:
    try:
        given = urlsplit(origin)
    except ValueError:
        return False
    public = urlsplit(request.app[SETTINGS].base_url)
    if (given.scheme, given.netloc) == (public.scheme, public.netloc):
        return True
    # Reached by another name of this machine, as at a developer's desk.
    return bool(given.netloc) and given.netloc == request.host


# --- where from, where to -----------------------------------------------------------


def remote_address(request: web.Request) -> str:
    """Give the caller's address, past the proxies that the settings trust.

    Each proxy appends whom it saw, so with N proxies of ours the Nth from the right
    is the last that nobody could have made up.
    """
    peer = request.remote or ""
    trusted = request.app[SETTINGS].trusted_proxies
    if not trusted:
        return peer
    told = ",".join(request.headers.getall("X-Forwarded-For", []))
    chain = [part.strip() for part in told.split(",") if part.strip()] + [peer]
    address = chain[max(0, len(chain) - 1 - trusted)]
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return peer


def public_address(request: web.Request) -> str:
    """Give the URL that the caller used, as the world writes it.

    From ``public_url`` and not from Host, which anybody may make up.
    """
    return request.app[SETTINGS].base_url + request.raw_path
