"""Every refusal as HTTP, once: RFC 9457 for programs, a plain page for people."""

import errno
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import asyncpg
import orjson
import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from hub.errors import (
    ChannelError,
    ConflictError,
    ForbiddenError,
    HubError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
    PayloadError,
    SignatureError,
    TooManyError,
)
from web import pages
from web.keys import REQUEST_ID

log = structlog.get_logger(__name__)

#: Families and their statuses; the first that fits counts, so leaves stand first.
STATUSES: dict[type[HubError], int] = {
    NotSignedInError: 401,
    ForbiddenError: 403,
    NotFoundError: 404,
    ConflictError: 409,
    InvalidError: 422,
    TooManyError: 429,
    SignatureError: 403,
    PayloadError: 400,
    ChannelError: 502,
}
#: Below these, answers are for programs whatever they say that they accept.
PROGRAMS = ("/api/", "/hooks/", "/socket.io")
MEDIA_TYPE = "application/problem+json"
#: What a caller may do who was not known to us.
CHALLENGE = 'Bearer realm="rozmova"'
#: Seconds after which a database that was away may be tried again.
BACK_SOON = 5
_NO_DATABASE = "the database does not answer"
#: What a disk says that is full, read-only or broken.
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})
#: PostgreSQL's classes of errors that pass: no connection, out of means, shut down,
#: and the one for a lock that did not come in time.
_PASSING = ("08", "53", "57", "55P03")


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn whatever a handler raises into an answer; log what is our own fault."""
    try:
        return await handler(request)
    except HubError as error:
        return _refused(request, error)
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:
            raise
        return _http(request, error)
    except (HttpProcessingError, web.RequestPayloadError):
        return answer(request, 400, "bad_request", "the request's body is damaged")
    except (DBAPIError, PoolTimeoutError, OSError, asyncpg.InterfaceError) as error:
        return _storage(request, error)
    except Exception:  # noqa: BLE001 - the rim: a caller is always answered
        return _ours(request)


def title_of(kind: type[HubError]) -> str:
    """Give the sentence that an error's class says of itself."""
    return (kind.__doc__ or kind.__name__).partition("\n")[0].rstrip(".").strip()


def answer(
    request: web.Request,
    status: int,
    code: str,
    detail: str = "",
    *,
    title: str = "",
    headers: Mapping[str, str] | None = None,
    details: Mapping[str, Any] | None = None,
) -> web.Response:
    """Put a problem into the form that this caller reads."""
    if _reads_html(request):
        response = pages.refusal(request, status)
        response.headers.update(headers or {})
        return response
    problem = {
        **(details or {}),
        "type": f"/api/v1/docs#problem-{code}",
        "title": title or HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": request_id(request),
    }
    return web.Response(
        status=status,
        body=orjson.dumps(problem, default=_plain, option=orjson.OPT_NON_STR_KEYS),
        content_type=MEDIA_TYPE,
        headers=headers,
    )


def request_id(request: web.Request) -> str:
    """Name this request, the same for all who ask."""
    if (known := request.get(REQUEST_ID)) is None:
        known = request[REQUEST_ID] = secrets.token_hex(8)
    return known


def _refused(request: web.Request, error: HubError) -> web.Response:
    status = next(
        (status for kind, status in STATUSES.items() if isinstance(error, kind)), 500
    )
    headers = {}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = CHALLENGE
    if (wait := error.details.get("retry_after")) is not None:
        headers["Retry-After"] = str(max(1, round(wait)))
    detail = str(error)
    return answer(
        request,
        status,
        error.code,
        "" if detail == error.code else detail,
        title=title_of(type(error)),
        headers=headers,
        details=error.details,
    )


#: Codes of refusals that come from HTTP itself.
HTTP_CODES = {
    400: "bad_request",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "wrong_media_type",
    503: "unavailable",
}


def _http(request: web.Request, error: web.HTTPException) -> web.Response:
    kept = {
        name: value
        for name, value in error.headers.items()
        if name.lower() in {"allow", "retry-after", "www-authenticate"}
    }
    said = error.text or ""
    # aiohttp's own text only repeats the status.
    detail = "" if said.startswith(f"{error.status}: ") else said
    code = HTTP_CODES.get(error.status, f"http_{error.status}")
    return answer(request, error.status, code, detail, headers=kept)


def _storage(request: web.Request, error: Exception) -> web.Response:
    if isinstance(error, ConnectionResetError) and request.transport is None:
        # The caller left in the midst of it: nobody reads this, and nobody is to be
        # alarmed by what happens all day.
        return answer(request, 400, "bad_request", "the caller left")
    if not is_passing(error):
        return _ours(request)
    what = "the data folder takes nothing" if _is_disk(error) else _NO_DATABASE
    log.warning(
        what,
        path=_place(request),
        request_id=request_id(request),
        why=type(error).__name__,
    )
    return answer(
        request,
        503,
        "unavailable",
        f"{what}; try again soon",
        headers={"Retry-After": str(BACK_SOON)},
    )


def is_passing(error: BaseException) -> bool:
    """Tell whether a failure of the database is one that time mends."""
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None) or ""
        return error.connection_invalidated or str(state).startswith(_PASSING)
    return isinstance(error, PoolTimeoutError | OSError | asyncpg.InterfaceError)


def _is_disk(error: Exception) -> bool:
    # A socket's errors name no file.
    return isinstance(error, OSError) and (
        error.filename is not None or error.errno in _FULL
    )


def _ours(request: web.Request) -> web.Response:
    name = request_id(request)
    log.exception(  # noqa: LOG004 - called by handlers of exceptions only
        "a request failed", method=request.method, path=_place(request), request_id=name
    )
    return answer(
        request, 500, "internal", f"something failed here; it is logged as {name}"
    )


def _place(request: web.Request) -> str:
    """Name the route; the address itself may hold a link's secret."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "none"


def _reads_html(request: web.Request) -> bool:
    if request.path.startswith(PROGRAMS):
        return False
    return "text/html" in request.headers.get("Accept", "")


def _plain(value: Any) -> Any:
    # Details are for programs; what JSON does not know is better said than lost.
    return sorted(value) if isinstance(value, set | frozenset) else str(value)
