"""The webhooks' own routes.

The answer says what the provider will do with it: a 2xx only after the commit; a 4xx
when sending it again would not help; a 5xx, by the error map, when it would.
"""

from aiohttp import web

from hub.contracts import WebhookRequest
from hub.errors import NotFoundError
from web.api.requests import read_body
from web.keys import ADAPTERS, SETTINGS, TAKE
from web.security import public_address, remote_address

routes = web.RouteTableDef()


@routes.post("/hooks/{channel}")
@routes.post("/hooks/{channel}/{path:.*}")
async def receive(request: web.Request) -> web.Response:
    """Put what the provider says on the timeline, and only then say "received"."""
    adapter = request.app[ADAPTERS].get(request.match_info["channel"])
    if adapter is None:
        raise NotFoundError("channel")
    limit = adapter.largest_delivery
    if limit is None:
        limit = 2 * request.app[SETTINGS].attachments.max_bytes
    delivery = WebhookRequest(
        # As the provider wrote and signed it, whatever a proxy made of it.
        url=public_address(request),
        body=await read_body(request, limit),
        headers=dict(request.headers),
        method=request.method,
        path=request.match_info.get("path", "").strip("/"),
        remote=remote_address(request),
    )
    outcomes = await request.app[TAKE].take(adapter, delivery)
    answer = adapter.respond(delivery, outcomes)
    return web.Response(
        status=answer.status, body=answer.body, content_type=answer.content_type
    )
