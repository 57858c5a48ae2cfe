"""Conversations: lists, one of them, and what is done to it."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from hub.access import notifications
from hub.access.rights import Right
from hub.clients import clients, identity
from hub.clients.views import ClientView
from hub.conversations import changes, drafts, reading
from hub.conversations.drafts import DraftGiven, DraftView
from hub.conversations.entries import lock, open_conversation
from hub.conversations.views import ConversationView, conversation_view
from hub.errors import InvalidError
from hub.lists import lists
from hub.lists.sorting import Order, sensible, sorting
from hub.lists.standing_views import narrowed
from hub.storage.tables import Client, Queue
from hub.storage.unit import UnitOfWork
from web.api import cursors
from web.api.call import Call
from web.api.cursors import Page
from web.api.requests import Body
from web.api.routing import Cursor, Limit, Routes
from web.api.selecting import eyes, view_named
from web.api.tags import new_tags

routes = Routes(tag="conversations")

State = Literal["open", "pending", "snoozed", "resolved"]
DraftKind = Literal["reply", "note"]
#: Addressees as far as they are typed; nobody has checked them.
Typed = Annotated[
    list[Annotated[str, Field(max_length=400)]],
    Field(max_length=200, default_factory=list),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationAnswer:
    """A conversation with its client and what the asker has begun to write."""

    conversation: ConversationView
    client: ClientView
    drafts: list[DraftView]


class ConversationIn(Body):
    """A matter that we begin."""

    client_id: Annotated[int, Field(ge=1)]
    subject: Annotated[str, Field(max_length=changes.MAX_SUBJECT)] = ""
    queue_id: Annotated[int, Field(ge=1)] | None = None


class ConversationPatch(Body):
    """What is to change; the rest stays."""

    state: State | None = None
    #: Until when, for `snoozed`.
    snoozed_until: AwareDatetime | None = None
    #: null takes it from everybody.
    assignee_id: Annotated[int, Field(ge=1)] | None = None
    queue_id: Annotated[int, Field(ge=1)] | None = None
    priority: Literal["low", "normal", "high", "urgent"] | None = None
    tags: Annotated[list[str], Field(max_length=changes.MAX_TAGS)] | None = None
    subject: Annotated[str, Field(max_length=changes.MAX_SUBJECT)] | None = None
    #: How it ended, in a word of its queue's list.
    disposition: Annotated[str, Field(max_length=80)] | None = None
    #: Resolve it although a promise is open.
    anyway: bool = False


class DraftMail(Body):
    """Who else gets it and how, when it is to leave by mail."""

    to: Typed
    cc: Typed
    bcc: Typed
    quote: bool | None = None
    #: The message that it hands on, instead of answering.
    forwards_id: Annotated[int, Field(ge=1)] | None = None


class DraftIn(Body):
    """What the author has so far."""

    text: str
    html: Annotated[
        str,
        Field(
            max_length=500_000,
            description="By mail: the same with a look to it; it is cleaned.",
        ),
    ] = ""
    #: His uploads that are to go along.
    attachment_ids: Annotated[list[int], Field(max_length=100, default_factory=list)]
    channel: Annotated[str, Field(max_length=40)] | None = None
    address_id: Annotated[int, Field(ge=1)] | None = None
    subject: Annotated[str, Field(max_length=changes.MAX_SUBJECT)] = ""
    mail: DraftMail | None = None


class TakeIn(Body):
    """Whose draft is taken over, and why."""

    account_id: Annotated[int, Field(ge=1)]
    reason: Annotated[str, Field(max_length=drafts.MAX_REASON)] = ""


class ReadIn(Body):
    """How far it was read."""

    item_id: Annotated[int, Field(ge=1)]


@routes.get("/conversations", right=Right.READ)
async def index(
    call: Call,
    *,
    view: Annotated[
        str,
        Field(
            max_length=40,
            description="`mine`, `unassigned`, `all`, `mentions`, `at_risk`, `snoozed`,"
            " `queue-7`, or the id of a saved view.",
        ),
    ] = "all",
    state: State | None = None,
    queue_id: int | None = None,
    channel: Annotated[str, Field(max_length=40)] | None = None,
    client_id: int | None = None,
    q: Annotated[str, Field(max_length=200)] = "",
    order: Order = "newest",
    back: Annotated[
        bool, Field(description="What stands before `cursor`, from there backwards.")
    ] = False,
    ids: Annotated[
        list[int] | None,
        Field(
            max_length=200, description="Only these, as far as they are in the view."
        ),
    ] = None,
    cursor: Cursor = None,
    limit: Limit = None,
) -> Page[ConversationView]:
    """List the conversations of a view."""
    size = call.limit(limit)
    async with call.read() as session:
        wanted = narrowed(
            await view_named(call, session, view),
            state=state,
            queue_id=queue_id,
            channel=channel,
            text=q,
        )
        by = sorting(sensible(order, wanted))
        rows = await lists.page(
            session,
            wanted,
            eyes=eyes(call),
            order=sensible(order, wanted),
            limit=size + 1,
            start=cursors.decode(cursor, by.kind, int) if cursor else None,
            back=back,
            client_id=client_id,
            ids=ids,
        )
    return cursors.page(rows, size, by.place)


@routes.post("/conversations", right=Right.REPLY, status=201, idempotent=True)
async def begin(call: Call, body: ConversationIn) -> ConversationView:
    """Begin a matter with a client; it is its author's."""

    async def work(uow: UnitOfWork) -> ConversationView:
        if await uow.session.get(Client, body.client_id) is None:
            raise InvalidError("client", errors={"client_id": "no such client"})
        client = await identity.hold(uow, body.client_id)
        queue = await uow.session.get(Queue, body.queue_id) if body.queue_id else None
        if body.queue_id and queue is None:
            raise InvalidError("queue", errors={"queue_id": "no such queue"})
        row = await open_conversation(
            uow,
            client,
            channel="email",
            subject=body.subject,
            queue=queue,
            assignee_id=call.account.id,
            direction="out",
        )
        return conversation_view(row, client.name)

    return await call.run(work)


@routes.get("/conversations/{conversation_id}", right=Right.READ)
async def show(call: Call, conversation_id: int) -> ConversationAnswer:
    """Show a conversation with its client and the asker's drafts."""
    async with call.read() as session:
        conversation = await lists.access_conversation(session, conversation_id)
        return ConversationAnswer(
            conversation=conversation,
            client=await clients.access_client(session, conversation.client_id),
            drafts=await drafts.drafts_of(session, conversation_id, call.account.id),
        )


@routes.patch("/conversations/{conversation_id}", right=Right.REPLY)
async def change(
    call: Call, conversation_id: int, body: ConversationPatch
) -> ConversationView:
    """Change a conversation: all of what is given, or nothing."""
    given = body.given()

    async def work(uow: UnitOfWork) -> ConversationView:
        row = await lock(uow, conversation_id)
        if body.subject is not None:
            await changes.rename(uow, row, body.subject)
        if body.tags is not None:
            await changes.tag(uow, row, body.tags, new=new_tags(call))
        if body.priority is not None:
            await changes.prioritise(uow, row, body.priority)
        if body.queue_id is not None:
            await changes.move_to_queue(uow, row, body.queue_id)
        if "assignee_id" in given:
            await changes.assign(uow, row, body.assignee_id)
        if body.disposition is not None:
            await changes.dispose(uow, row, body.disposition)
        if body.state is not None:
            await changes.set_state(
                uow, row, body.state, until=body.snoozed_until, anyway=body.anyway
            )
        client = await uow.session.get_one(Client, row.client_id)
        return conversation_view(row, client.name)

    return await call.run(work)


@routes.post("/conversations/{conversation_id}/read", right=Right.READ)
async def read(call: Call, conversation_id: int, body: ReadIn) -> None:
    """Say how far the asker has read."""

    async def work(uow: UnitOfWork) -> None:
        await reading.mark_read(uow, conversation_id, call.account.id, body.item_id)
        # Read in one place is read in all.
        await notifications.mark_conversation_seen(
            uow, call.account.id, conversation_id
        )

    await call.run(work)


@routes.get("/conversations/{conversation_id}/drafts/{kind}", right=Right.READ)
async def show_draft(
    call: Call, conversation_id: int, kind: DraftKind
) -> DraftView | None:
    """Show what the asker has begun to write; null when there is nothing."""
    async with call.read() as session:
        found = await drafts.drafts_of(session, conversation_id, call.account.id)
    return next((one for one in found if one.kind == kind), None)


@routes.put("/conversations/{conversation_id}/drafts/{kind}", right=Right.REPLY)
async def keep_draft(
    call: Call, conversation_id: int, kind: DraftKind, body: DraftIn
) -> DraftView:
    """Keep what the asker has begun to write."""
    return await call.run(
        lambda uow: drafts.keep(
            uow,
            conversation_id,
            call.account.id,
            kind,
            DraftGiven(
                text=body.text,
                html=body.html,
                attachment_ids=body.attachment_ids,
                channel=body.channel,
                address_id=body.address_id,
                subject=body.subject,
                mail=body.mail.model_dump(exclude_none=True) if body.mail else {},
            ),
            longest=call.settings.conversations.max_draft,
        )
    )


@routes.delete("/conversations/{conversation_id}/drafts/{kind}", right=Right.REPLY)
async def drop_draft(call: Call, conversation_id: int, kind: DraftKind) -> None:
    """Forget what the asker had begun to write."""
    await call.run(lambda uow: drafts.drop(uow, conversation_id, call.account.id, kind))


@routes.get("/conversations/{conversation_id}/drafts", right=Right.READ)
async def others_drafts(call: Call, conversation_id: int) -> list[DraftView]:
    """Show the replies that colleagues have begun here, the latest first."""
    async with call.read() as session:
        await lists.access_conversation(session, conversation_id)
        return await drafts.of_others(session, conversation_id, call.account.id)


@routes.post(
    "/conversations/{conversation_id}/drafts/take", right=Right.REPLY, idempotent=True
)
async def take_draft(call: Call, conversation_id: int, body: TakeIn) -> DraftView:
    """Write on in a colleague's stead.

    His words are in the asker's draft then, before what that had; his own draft stays
    as it is, and says who took it over.
    """
    return await call.run(
        lambda uow: drafts.take(
            uow,
            conversation_id,
            body.account_id,
            call.account.id,
            reason=body.reason,
            longest=call.settings.conversations.max_draft,
        )
    )
