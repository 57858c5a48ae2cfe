"""The one public answer of checks: this address leads to this hub."""

import re

from aiohttp import web

from channels.base import HERE
from hub.errors import NotFoundError
from web.keys import PLACE

routes = web.RouteTableDef()

_NONCE = re.compile(r"[0-9a-f]{32}")


@routes.get(HERE + "{nonce}")
async def here(request: web.Request) -> web.Response:
    """Prove that this is the hub that asks; a stranger learns nothing by it."""
    nonce = request.match_info["nonce"]
    if not _NONCE.fullmatch(nonce):
        raise NotFoundError("nonce")
    return web.Response(
        text=request.app[PLACE].proof(nonce), headers={"Cache-Control": "no-store"}
    )
