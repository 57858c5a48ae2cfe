"""What a person may ask for: all that is kept of him as an archive, and his erasure."""

from typing import Annotated

from aiohttp import web
from pydantic import Field

from hub.access.rights import Right
from hub.clients import clients
from hub.privacy import erasing, preview
from hub.privacy.erasing import ErasureView
from hub.privacy.preview import ErasurePreview
from web import archives
from web.api.call import Call
from web.api.requests import Body
from web.api.routing import Routes

routes = Routes(tag="clients")


class EraseIn(Body):
    """Who is erased, once more."""

    #: The client's name, word for word.
    name: Annotated[str, Field(max_length=400)]


@routes.get(
    "/clients/{client_id}/archive", right=Right.CLIENTS, produces=archives.MEDIA_TYPE
)
async def archive(call: Call, client_id: int) -> web.StreamResponse:
    """Give all that is kept of a client as a ZIP: pages to read, JSON, and the files.

    `index.html` is in the client's language; `client.json` is what `export` gives.
    """
    async with call.read() as session:
        found = await clients.access_client(session, client_id)
    return await archives.send(call.request, found.id, locale=found.locale)


@routes.get("/clients/{client_id}/erasure/preview", right=Right.ERASE)
async def preview_erasure(call: Call, client_id: int) -> ErasurePreview:
    """Tell what erasing a client takes, what stays as numbers, and what is in the way."""
    async with call.read() as session:
        return await preview.preview(session, client_id)


@routes.post("/clients/{client_id}/erasure", right=Right.ERASE, status=202)
async def erase(call: Call, client_id: int, body: EraseIn) -> ErasureView:
    """Erase a client for good; it cannot be undone.

    His name and addresses are gone when this answers; the rest follows at once.
    """
    return await call.run(lambda uow: erasing.begin(uow, client_id, name=body.name))


@routes.get("/clients/{client_id}/erasure", right=Right.READ)
async def erasure(call: Call, client_id: int) -> ErasureView:
    """Tell how far the erasure of a client has come."""
    async with call.read() as session:
        return await erasing.access_erasure(session, client_id)
