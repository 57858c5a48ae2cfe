"""Entries into another conversation, or out into one of their own."""

from typing import Annotated

from pydantic import Field

from hub.access.rights import Right
from hub.conversations import linking, moving
from hub.conversations.changes import MAX_SUBJECT
from hub.conversations.linking import LinkView
from hub.conversations.moving import Moved
from hub.lists.lists import access_conversation
from web.api.call import Call
from web.api.requests import Body
from web.api.routing import Routes

routes = Routes(tag="conversations")


class MoveIn(Body):
    """What goes where."""

    item_ids: Annotated[
        list[Annotated[int, Field(ge=1)]],
        Field(min_length=1, max_length=moving.MOST),
    ]
    #: null: into a new conversation of the same client.
    conversation_id: Annotated[int, Field(ge=1)] | None = None
    #: Of a new conversation; else that of the first entry.
    subject: Annotated[str, Field(max_length=MAX_SUBJECT)] = ""


@routes.post("/interactions/move", right=Right.REPLY, idempotent=True)
async def move(call: Call, body: MoveIn) -> Moved:
    """Move entries to another conversation, or split them off into a new one.

    Into another client's conversation goes the entry alone: the address that it came
    from stays whose it is.
    """
    return await call.run(
        lambda uow: moving.move(
            uow, body.item_ids, body.conversation_id, subject=body.subject
        )
    )


@routes.post("/moves/{move_id}/undo", right=Right.REPLY)
async def undo(call: Call, move_id: int) -> Moved:
    """Put back what is still where it was moved to."""
    return await call.run(lambda uow: moving.undo(uow, move_id))


@routes.get("/conversations/{conversation_id}/links", right=Right.READ)
async def links(call: Call, conversation_id: int) -> list[LinkView]:
    """List the conversations that this one has to do with."""
    async with call.read() as session:
        await access_conversation(session, conversation_id)
        return await linking.links_of(session, conversation_id)
