"""Clients, their addresses, their timelines."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from hub.access.rights import Right
from hub.clients import clients, identity, timeline
from hub.clients.timeline import TimelinePage, Wanted
from hub.clients.views import ClientView
from hub.conversations.views import ConversationView
from hub.lists import lists
from web.api import cursors
from web.api.call import Call
from web.api.cursors import Page
from web.api.requests import Body
from web.api.routing import Cursor, Limit, Routes
from web.api.selecting import eyes
from web.api.timeline import TimelineAnswer, place, shown

routes = Routes(tag="clients")

ChannelName = Annotated[str, Field(max_length=40)]
ItemKind = Literal["message", "call", "form", "note", "change", "promise", "meeting"]


class AddressIn(Body):
    """One way to reach a client."""

    kind: Literal["email", "phone"]
    value: Annotated[str, Field(min_length=1, max_length=320)]


class ClientIn(Body):
    """A new client."""

    name: Annotated[str, Field(min_length=1, max_length=clients.MAX_NAME)]
    locale: Literal["uk", "en"] | None = None
    addresses: Annotated[list[AddressIn], Field(max_length=20, default_factory=list)]


class ClientPatch(Body):
    """What is to change."""

    name: Annotated[str, Field(min_length=1, max_length=clients.MAX_NAME)] = ""
    locale: Literal["uk", "en"] | None = None
    attributes: Annotated[dict[str, Any], Field(default_factory=dict)]


@routes.get("/clients", right=Right.READ)
async def find(
    call: Call,
    q: Annotated[str, Field(max_length=200)] = "",
    cursor: Cursor = None,
    limit: Limit = None,
) -> Page[ClientView]:
    """Find clients by a part of a name, a mail address or a number."""
    size = call.limit(limit)
    after = cursors.decode(cursor, str, int) if cursor else None
    async with call.read() as session:
        rows = await clients.search(session, q, limit=size + 1, after=after)
    return cursors.page(rows, size, lambda row: (row.name, row.id))


@routes.post("/clients", right=Right.CLIENTS, status=201, idempotent=True)
async def create(call: Call, body: ClientIn) -> ClientView:
    """Make a client."""
    return await call.run(
        lambda uow: clients.create(
            uow,
            name=body.name,
            locale=body.locale,
            ways=[(one.kind, one.value) for one in body.addresses],
            country=call.settings.country,
        )
    )


@routes.get("/clients/{client_id}", right=Right.READ)
async def show(call: Call, client_id: int) -> ClientView:
    """Show a client with his addresses."""
    async with call.read() as session:
        return await clients.access_client(session, client_id)


@routes.patch("/clients/{client_id}", right=Right.CLIENTS)
async def change(call: Call, client_id: int, body: ClientPatch) -> ClientView:
    """Change a client's name, language or attributes.

    What is defined is checked as its definition says; `422` names `attributes.<key>`.
    """
    editors = {"everyone"}
    if call.may(Right.ATTRIBUTES):
        editors.add("managers")
    if call.actor.kind == "program":
        editors.add("programs")
    return await call.run(
        lambda uow: clients.change(uow, client_id, body.given(), editors=editors)
    )


@routes.post("/clients/{client_id}/addresses", right=Right.CLIENTS, status=201)
async def add_address(call: Call, client_id: int, body: AddressIn) -> ClientView:
    """Add a way to reach a client, or confirm one that he gave himself."""
    return await call.run(
        lambda uow: clients.add_address(
            uow, client_id, body.kind, body.value, country=call.settings.country
        )
    )


@routes.delete("/clients/{client_id}/addresses/{address_id}", right=Right.CLIENTS)
async def remove_address(call: Call, client_id: int, address_id: int) -> ClientView:
    """Take an address from a client."""
    return await call.run(
        lambda uow: clients.remove_address(uow, client_id, address_id)
    )


@routes.get("/clients/{client_id}/conversations", right=Right.READ)
async def conversations(
    call: Call, client_id: int, cursor: Cursor = None, limit: Limit = None
) -> Page[ConversationView]:
    """List a client's conversations, the latest first."""
    size = call.limit(limit)
    before = cursors.decode(cursor, datetime, int) if cursor else None
    async with call.read() as session:
        rows = await lists.page(
            session,
            eyes=eyes(call),
            limit=size + 1,
            start=before,
            client_id=await identity.root(session, client_id),
        )
    return cursors.page(rows, size, lambda row: (row.last_at, row.id))


@routes.get("/clients/{client_id}/timeline", right=Right.READ)
async def scroll(
    call: Call,
    client_id: int,
    *,
    before: Cursor = None,
    after: Cursor = None,
    around: int | None = None,
    channel: list[ChannelName] = [],  # noqa: B006 - only read
    kind: list[ItemKind] = [],  # noqa: B006 - only read
    conversation_id: int | None = None,
    limit: Limit = None,
) -> TimelineAnswer:
    """Scroll through all that was said and done with a client, oldest first.

    Without a place it is the newest page. `older` and `newer` are places for `before`
    and `after`; `around` gives the page with that entry in its middle.
    """
    size = call.limit(limit)
    wanted = Wanted(channels=channel, kinds=list(kind), conversation_id=conversation_id)
    found: TimelinePage
    async with call.read() as session:
        if around is not None:
            found = await timeline.around(
                session, client_id, around, wanted=wanted, limit=size
            )
        else:
            found = await timeline.page(
                session,
                client_id,
                wanted=wanted,
                limit=size,
                before=place(before),
                after=place(after),
            )
    return shown(found)
