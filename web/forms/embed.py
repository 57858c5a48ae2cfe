"""The script by which any site shows a form: ``/forms/<name>/embed.js``.

It puts the hosted page into a frame. So there is one form and not two, the site's own
scripts cannot read what is typed, and a site with a strict policy only has to name the
hub in ``script-src`` and ``frame-src``.
"""

from pathlib import Path

from aiohttp import web

from web.forms import finding

routes = web.RouteTableDef()
_SCRIPT = (Path(__file__).parent / "embed.js").read_bytes()


@routes.get("/forms/{name}/embed.js")
async def script(request: web.Request) -> web.Response:
    """Give the script; it is the same for every form and reads its own address."""
    await finding.form(request.app, request.match_info["name"])
    return web.Response(
        body=_SCRIPT,
        content_type="text/javascript",
        charset="utf-8",
        headers={
            "Cache-Control": "public, max-age=3600",
            "Cross-Origin-Resource-Policy": "cross-origin",
        },
    )
