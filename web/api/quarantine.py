"""Genuine deliveries that nobody could read."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from hub.access.rights import Right
from hub.clients import clients
from hub.contracts import Attachment
from hub.conversations import quarantine
from hub.conversations.quarantine import QuarantineView
from hub.errors import InvalidError
from hub.files import attachments
from hub.storage.unit import UnitOfWork
from web.api import cursors
from web.api.call import Call
from web.api.cursors import Page
from web.api.requests import Body
from web.api.routing import Cursor, Limit, Routes
from web.forms import finding, submitting
from web.keys import ADAPTERS, BLOBS

routes = Routes(tag="quarantine")


class FileIn(Body):
    """Whose it is, and what a person read in it."""

    client_id: Annotated[int, Field(ge=1)] | None = None
    #: Instead of `client_id`: his mail address or number; a new client if it is new.
    address: Annotated[str, Field(max_length=320)] = ""
    #: The client's conversation that it belongs to; without one it opens a new one.
    conversation_id: Annotated[int, Field(ge=1)] | None = None
    note: Annotated[str, Field(max_length=100_000)] = ""


@routes.get("/quarantine", right=Right.QUARANTINE)
async def index(
    call: Call,
    state: Literal["waiting", "filed", "dismissed"] = "waiting",
    cursor: Cursor = None,
    limit: Limit = None,
) -> Page[QuarantineView]:
    """List what could not be read, the newest first."""
    size = call.limit(limit)
    before = cursors.decode(cursor, int)[0] if cursor else None
    async with call.read() as session:
        rows = await quarantine.page(
            session,
            state=state,
            limit=size + 1,
            before=before,
        )
    return cursors.page(rows, size, lambda row: (row.id,))


@routes.get("/quarantine/{item_id}/raw", right=Right.QUARANTINE, produces="text/plain")
async def raw(call: Call, item_id: int) -> web.Response:
    """Give a delivery as it came, as plain text whatever it claims to be."""
    async with call.read() as session:
        body = await quarantine.raw(session, item_id)
    return web.Response(
        body=body,
        content_type="text/plain",
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="{item_id}.txt"'},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of what can be read."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What can be read of it. A mail's rows are `from`, `to`, `cc`, `subject`, `date`."""

    rows: list[Row]
    text: str
    files: list[str]


@routes.get("/quarantine/{item_id}/reading", right=Right.QUARANTINE)
async def reading(call: Call, item_id: int) -> Reading:
    """Give what can be read of a delivery, as far as anything can be."""
    async with call.read() as session:
        channel, request = await quarantine.delivery(session, item_id)
    adapter = call.request.app[ADAPTERS].get(channel)
    if adapter is None:
        # The channel is not set up any more.
        return Reading(rows=[], text=request.body.decode(errors="replace"), files=[])
    # A large one aside: everybody's screens would wait for it.
    found = await asyncio.to_thread(adapter.glimpse, request)
    return Reading(
        rows=[Row(name=name, value=value) for name, value in found.rows],
        text=found.text,
        files=list(found.files),
    )


@routes.post("/quarantine/{item_id}/file", right=Right.QUARANTINE)
async def file(call: Call, item_id: int, body: FileIn) -> QuarantineView:
    """Put a delivery on a client's timeline, with the raw file beside it."""
    async with call.read() as session:
        content = await quarantine.raw(session, item_id)
    taken = await attachments.store(
        call.request.app[BLOBS],
        [Attachment(name="original.txt", media_type="text/plain", content=content)],
        call.settings.attachments,
    )
    if not taken.stored:
        raise InvalidError("size", errors={"file": taken.refused[0].reason})

    async def work(uow: UnitOfWork) -> QuarantineView:
        client_id = body.client_id or await clients.of_address(
            uow, body.address, country=call.settings.country
        )
        return await quarantine.file(
            uow,
            item_id,
            client_id,
            text=body.note,
            source=taken.stored[0],
            conversation_id=body.conversation_id,
        )

    return await call.run(work)


@routes.post("/quarantine/{item_id}/release", right=Right.QUARANTINE)
async def release(call: Call, item_id: int) -> QuarantineView:
    """Take in what was set aside as spam: it was genuine."""
    app = call.request.app
    async with call.read() as session:
        kept = await quarantine.suspected(session, item_id)
    channel = finding.channel(app)
    form = await finding.form(app, kept.path, since=finding.EVER)
    message = await submitting.release(app, channel, form, kept)
    return await call.run(
        lambda uow: quarantine.settle_taken(
            uow, item_id, channel=message.channel, external_id=message.external_id
        )
    )


@routes.post("/quarantine/{item_id}/dismiss", right=Right.QUARANTINE)
async def dismiss(call: Call, item_id: int) -> QuarantineView:
    """Say that it is nothing."""
    return await call.run(lambda uow: quarantine.dismiss(uow, item_id))
