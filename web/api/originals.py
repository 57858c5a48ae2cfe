"""Messages as they came."""

from aiohttp import web

from hub.access.rights import Right
from hub.files import attachments
from web import files
from web.api.call import Call
from web.api.routing import Routes

routes = Routes(tag="conversations")

#: Whatever is in it: a browser saves this and shows nothing of it.
MEDIA_TYPE = "message/rfc822"


@routes.get("/interactions/{item_id}/raw", right=Right.READ, produces=MEDIA_TYPE)
async def raw(call: Call, item_id: int) -> web.StreamResponse:
    """Give a mail as it came, with all its headers, to be saved."""
    async with call.read() as session:
        found = await attachments.access_original(session, item_id)
    return await files.send(
        call.request,
        found.hash,
        media_type=MEDIA_TYPE,
        name=f"{item_id}.eml",
        shown=False,
    )
