"""Foreign HTML as a page for a frame, and the pictures that it names elsewhere.

The frame runs nothing: neither its sandbox nor the page's own policy allows a script.
It has our origin all the same, so that the desk around it can see how high it is and
where its links lead; without scripts, that gives the page itself nothing.
"""

import re
from http import HTTPStatus

import structlog
from aiohttp import web

from hub.conversations import bodies
from hub.errors import NotFoundError
from hub.log.events import STAFF
from web.fetching import NotFetchedError, Pictures
from web.files import CACHED, ID, SAFE, id_of, who
from web.keys import BLOBS, DATABASE, SETTINGS

log = structlog.get_logger(__name__)

#: Of foreign HTML: its own style and the pictures in it, and nothing else.
PAGE_POLICY = (
    "default-src 'none'; img-src {pictures}; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
)
#: Whoever chose colours chose them for white paper.
_COLOURED = re.compile(r"(?:background|bgcolor|color)\s*[:=]", re.IGNORECASE)
_LOOK = (
    "html{{overflow-x:auto;overflow-y:hidden}}"
    "body{{margin:0;padding:12px;font:14px/20px system-ui,sans-serif;"
    "overflow-wrap:anywhere;color:{text};background:{paper}}}"
    "img{{max-width:100%;height:auto}}table{{max-width:100%}}"
    "p.flush{{margin:0}}"
    "pre{{white-space:pre-wrap}}"
    "blockquote{{margin:8px 0;padding-left:12px;border-left:2px solid {line}}}"
    "a{{color:{link}}}"
    "details.old>summary{{cursor:default;color:{faint};font-size:12px;margin:8px 0}}"
    "a[data-leads]::after{{content:' \\2192 ' attr(data-leads);font-size:12px;"
    "color:{faint}}}"
    "img[data-blocked-src]{{min-width:16px;min-height:16px;"
    "outline:1px dashed {line};outline-offset:-1px}}"
)
_WHITE = {
    "text": "#16181d",
    "paper": "#fff",
    "line": "#838a94",
    "link": "#1d5bd6",
    "faint": "#5d646f",
}
_DARK = {
    "text": "#eceef1",
    "paper": "#16181c",
    "line": "#727a85",
    "link": "#85b0ff",
    "faint": "#989faa",
}
_FETCHING = web.AppKey("fetching", Pictures)
#: The page names them; a browser asks for each once a day.
_PICTURE_CACHED = "private, max-age=86400"


def add(app: web.Application) -> None:
    """Mount the pages and pictures on ``app``."""
    settings = app[SETTINGS].remote_images
    app[_FETCHING] = Pictures(max_bytes=settings.max_bytes, timeout=settings.timeout)
    app.on_cleanup.append(_close)
    app.router.add_get(f"/files/html/{{id:{ID}}}", page)
    app.router.add_get(f"/files/remote/{{id:{ID}}}/{{number:\\d{{1,4}}}}", picture)


async def page(request: web.Request) -> web.Response:
    """Give the sanitised HTML of a message.

    ``?look=dark`` asks for dark paper, which only a page without colours of its own
    gets; ``?images=1`` lets the remote pictures be fetched, by us.
    """
    viewer = await who(request)
    item_id = id_of(request)
    async with request.app[DATABASE].read() as session:
        body = await bodies.access_body(session, viewer, item_id)
    html = await bodies.whole(body, request.app[BLOBS])
    enabled = request.app[SETTINGS].remote_images.enabled
    shows = enabled and request.query.get("images") == "1"
    if shows:
        html = bodies.with_remote(html, lambda one: f"/files/remote/{item_id}/{one}")
    is_dark = request.query.get("look") == "dark" and not _COLOURED.search(html)
    paper = "dark" if is_dark else "light"
    look = _LOOK.format(**(_DARK if is_dark else _WHITE))
    return web.Response(
        text=(
            f'<!doctype html><html data-images="{"on" if enabled else "off"}" '
            f'data-paper="{paper}"><head><meta charset="utf-8">'
            f'<meta name="color-scheme" content="{paper}">'
            '<meta name="viewport" content="width=device-width">'
            f"<style>{look}</style></head><body>{html}</body></html>"
        ),
        content_type="text/html",
        headers={
            **SAFE,
            "Content-Security-Policy": PAGE_POLICY.format(
                pictures="'self' data:" if shows else "data:"
            ),
            "Cache-Control": CACHED,
        },
    )


async def picture(request: web.Request) -> web.Response:
    """Fetch a picture that a message names, in the asker's stead."""
    viewer = await who(request)
    item_id = id_of(request)
    # For staff only: nobody else is to make us go anywhere.
    if not (STAFF in viewer.topics and request.app[SETTINGS].remote_images.enabled):
        raise NotFoundError("remote images")
    async with request.app[DATABASE].read() as session:
        body = await bodies.access_body(session, viewer, item_id)
    named = bodies.remote_images(body.html)
    number = int(request.match_info["number"])
    if number >= len(named):
        raise NotFoundError(f"picture {number} of {item_id}")
    try:
        content, media_type = await request.app[_FETCHING].fetch(named[number])
    except NotFetchedError as error:
        log.info("a remote picture was not fetched", item=item_id, why=str(error))
        return web.Response(
            status=HTTPStatus.NO_CONTENT, headers={**SAFE, "Cache-Control": "no-store"}
        )
    return web.Response(
        body=content,
        content_type=media_type,
        headers={
            **SAFE,
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": _PICTURE_CACHED,
        },
    )


async def _close(app: web.Application) -> None:
    await app[_FETCHING].close()
