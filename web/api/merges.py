"""One person, one client: duplicates, merges, and undoing them."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from hub.access.rights import Right
from hub.clients import dossier, duplicates, merging, unmerging
from hub.clients.duplicates import DuplicateView
from hub.clients.layers import Choice
from hub.clients.merging import MergePreview, MergeView
from web import archives
from web.api.answers import to_json
from web.api.call import Call
from web.api.requests import Body
from web.api.routing import Routes

routes = Routes(tag="clients")

FieldName = Annotated[str, Field(max_length=400)]


class MergeIn(Body):
    """Which client becomes a part of which."""

    #: Who goes on.
    client_id: Annotated[int, Field(ge=1)]
    #: Who becomes a part of him.
    merged_id: Annotated[int, Field(ge=1)]
    #: Whose value goes on where both say something: `kept` or `merged`, by field
    #: (`name`, `locale`, `attributes.<key>`).
    wins: Annotated[
        dict[FieldName, Literal["kept", "merged"]],
        Field(max_length=merging.MAX_CHOICES, default_factory=dict),
    ]


class TwoIn(Body):
    """Somebody who is another one."""

    other_id: Annotated[int, Field(ge=1)]


@routes.get("/clients/{client_id}/duplicates", right=Right.READ)
async def suggested(call: Call, client_id: int) -> list[DuplicateView]:
    """Suggest who may be the same client, each with the reason, the surest first."""
    async with call.read() as session:
        return await duplicates.duplicates(session, client_id)


@routes.post("/clients/{client_id}/duplicates/dismiss", right=Right.CLIENTS)
async def dismiss(call: Call, client_id: int, body: TwoIn) -> None:
    """Say that two clients are two: it is not suggested again."""
    await call.run(lambda uow: duplicates.dismiss(uow, client_id, body.other_id))


@routes.post("/clients/merge/preview", right=Right.CLIENTS)
async def preview(call: Call, body: MergeIn) -> MergePreview:
    """Tell what a merge would change; nothing changes."""
    async with call.read() as session:
        return await merging.preview(
            session, body.client_id, body.merged_id, Choice(wins=body.wins)
        )


@routes.post("/clients/merge", right=Right.CLIENTS, status=201, idempotent=True)
async def merge(call: Call, body: MergeIn) -> MergeView:
    """Let two clients be one; it can be undone at any time."""
    return await call.run(
        lambda uow: merging.merge(
            uow, body.client_id, body.merged_id, Choice(wins=body.wins)
        )
    )


@routes.get("/clients/{client_id}/merges", right=Right.READ)
async def index(call: Call, client_id: int) -> list[MergeView]:
    """List the merges that stand of a client, the latest first."""
    async with call.read() as session:
        return await merging.merges_of(session, client_id)


@routes.get(
    "/clients/{client_id}/export", right=Right.CLIENTS, produces="application/json"
)
async def export(call: Call, client_id: int) -> web.StreamResponse:
    """Give all that is kept of a client as one JSON file, for the client himself.

    `client`, `conversations`, `orders`, `consents`, `merges`, and `entries`: all that
    was said and done, oldest first, each with its whole text. Files are named with
    `href`, under which they are fetched.
    """
    return await archives.send_made(
        call.request,
        partial(_export, client_id),
        f"client-{client_id}.json",
        "application/json; charset=utf-8",
    )


@routes.get("/merges/{merge_id}/preview", right=Right.CLIENTS)
async def preview_undo(call: Call, merge_id: int) -> MergePreview:
    """Tell what undoing a merge would change; nothing changes."""
    async with call.db.trying(call.actor) as uow:
        return await unmerging.preview(uow, merge_id)


@routes.post("/merges/{merge_id}/undo", right=Right.CLIENTS)
async def undo(call: Call, merge_id: int) -> MergeView:
    """Undo a merge: each is as he was, but for what has happened since."""
    return await call.run(lambda uow: unmerging.undo(uow, merge_id))


async def _export(client_id: int, session: AsyncSession) -> AsyncIterator[bytes]:
    """Write it as it is read: a long history needs no more memory than a short one."""
    found = await dossier.dossier(session, client_id)
    yield to_json(found)[:-1] + b',"entries":['
    separator = b""
    async for entry in dossier.entries(session, client_id):
        yield separator + to_json(entry)
        separator = b","
    yield b"]}"
