"""Files, from a path of their own.

What comes from outside is given to a browser as something to look at or to keep,
never as something of ours to run: its media type is what its bytes show, and anything
but pictures and sound is a download. A PDF is one too, unless a frame asks for it by
``?view``: then the browser's own viewer has it. Foreign HTML is in ``web/mails.py``.
"""

import re
from urllib.parse import quote

import structlog
from aiohttp import web

from hub.access import rights
from hub.access.rights import Right
from hub.errors import ContentLostError, NotFoundError, NotSignedInError
from hub.files import attachments
from hub.files.attachments import AccessibleFile
from hub.files.media_types import PICTURES, PLAYED
from hub.files.thumbnails import MEDIA_TYPE as THUMBNAIL_TYPE
from hub.log.audience import Viewer
from hub.storage.blobs import thumbnail_of
from web import security
from web.keys import BLOBS, DATABASE
from web.portal import session as portal

log = structlog.get_logger(__name__)

#: Browsers show these; the rest is saved.
SHOWN = PICTURES | PLAYED
#: Of a file. The browser's own page around a picture or a sound has a style.
FILE_POLICY = (
    "default-src 'none'; img-src 'self'; media-src 'self'; "
    "style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
)
PDF = "application/pdf"
#: Of a PDF in a frame. Browsers refuse to open their viewer in a sandbox; it is a
#: program of its own, and the page that it stands on can load and run nothing.
PDF_POLICY = (
    "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; "
    "frame-ancestors 'self'"
)
#: Of everything that came from outside.
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: Kept by the one browser only, and our leave is asked each time.
CACHED = "private, no-cache"
ID = r"[1-9]\d{0,17}"
_PLAIN = re.compile(r"[^A-Za-z0-9._-]")


def add(app: web.Application) -> None:
    """Mount the files on ``app``."""
    app.router.add_get(f"/files/{{id:{ID}}}/thumbnail", small)
    app.router.add_get(f"/files/{{id:{ID}}}/{{name}}", file)


async def file(request: web.Request) -> web.StreamResponse:
    """Give a file, or the part of it that a player asks for."""
    found = await _access(request)
    viewed = found.media_type == PDF and "view" in request.query
    return await send(
        request,
        found.hash,
        media_type=found.media_type,
        name=found.name,
        shown=viewed or (found.media_type in SHOWN and "download" not in request.query),
        policy=PDF_POLICY if viewed else FILE_POLICY,
    )


async def small(request: web.Request) -> web.StreamResponse:
    """Give the small picture of an image."""
    found = await _access(request)
    if not found.thumbnail:
        raise NotFoundError(f"thumbnail of attachment {found.id}")
    return await send(
        request,
        thumbnail_of(found.hash),
        media_type=THUMBNAIL_TYPE,
        name="thumbnail.webp",
        shown=True,
    )


async def send(
    request: web.Request,
    content: str,
    *,
    media_type: str,
    name: str,
    shown: bool,
    policy: str = FILE_POLICY,
) -> web.StreamResponse:
    """Pass a content on to somebody who was found to have a right to it.

    Args:
        request: What asks; its ranges and cached copies are honoured.
        content: The content's name in the store.
        media_type: As its bytes show.
        name: What it is to be called.
        shown: It may be shown in the browser; else it is to be saved.
        policy: What it may load and run where it is shown.

    Raises:
        ContentLostError: It is not there.
    """
    blobs = request.app[BLOBS]
    size = await blobs.size(content)
    if size is None:
        raise ContentLostError(f"content {content} is missing")
    headers = {
        **SAFE,
        "Content-Security-Policy": policy,
        "Content-Disposition": disposition(name, shown=shown),
        "Cache-Control": CACHED,
        "ETag": f'"{content}"',
        "Accept-Ranges": "bytes",
    }
    if _is_known(request, content):
        return web.Response(status=304, headers=headers)
    part = _part(request, content, size)
    if part is None:
        headers["Content-Range"] = f"bytes */{size}"
        return web.Response(status=416, headers=headers)
    start, stop = part
    whole = stop - start == size
    if not whole:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    response = web.StreamResponse(status=200 if whole else 206, headers=headers)
    # The text of a mail's attachment may be in any charset but is read as UTF-8.
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    response.headers["Content-Type"] = media_type + charset
    response.content_length = stop - start
    await response.prepare(request)
    if request.method != "HEAD":
        await _pass_on(request, response, content, start, stop)
    await response.write_eof()
    return response


async def who(request: web.Request) -> Viewer:
    """Tell as whom the caller may see files: staff, a program, or a client.

    Raises:
        NotSignedInError: Nobody whom we know.
        ForbiddenError: A token that may not read.
    """
    caller = await security.identify(request)
    if caller is not None:
        rights.require(caller.account, Right.READ)
        return rights.viewer(caller.account)
    client = await portal.who(request)
    if client is None:
        raise NotSignedInError("files")
    return client.viewer


def disposition(name: str, *, shown: bool) -> str:
    """Say what to do with a file, and its name in both ways of RFC 6266."""
    kind = "inline" if shown else "attachment"
    plain = _PLAIN.sub("_", name)
    exact = quote(name, safe="")
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{exact}"


async def _access(request: web.Request) -> AccessibleFile:
    viewer = await who(request)
    async with request.app[DATABASE].read() as session:
        return await attachments.access_attachment(session, viewer, id_of(request))


def id_of(request: web.Request) -> int:
    """Give the number in the path."""
    return int(request.match_info["id"])


def _is_known(request: web.Request, content: str) -> bool:
    known = request.if_none_match
    return known is not None and any(one.value in {content, "*"} for one in known)


def _part(request: web.Request, content: str, size: int) -> tuple[int, int] | None:
    """Tell which bytes are asked for; None when there are none of them.

    What cannot be understood is not a range, and the whole is given, as RFC 9110
    wants it. So is one for an older content than this.
    """
    if request.headers.get("If-Range", f'"{content}"') != f'"{content}"':
        return 0, size
    try:
        asked = request.http_range
    except ValueError:
        return 0, size
    if asked.start is None and asked.stop is None:
        return 0, size
    start = asked.start or 0
    if start < 0:
        start = max(0, size + start)
    stop = size if asked.stop is None else min(asked.stop, size)
    return (start, stop) if start < stop else None


async def _pass_on(
    request: web.Request,
    response: web.StreamResponse,
    content: str,
    start: int,
    stop: int,
) -> None:
    try:
        async for piece in request.app[BLOBS].chunks(content, start=start, stop=stop):
            await response.write(piece)
    except ContentLostError:
        # Half of it has left: cutting the line is the only way to say so.
        log.exception("a file was lost on its way", content=content)
        response.force_close()
