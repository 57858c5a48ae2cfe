"""Go through the conversations that carry a name which is no more, a few a unit.

Each leaves an event with how it is now, and no entry: its history says what was done
at the time, in the words of the time.
"""

from sqlalchemy import ColumnElement, Text, and_, cast, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from hub.conversations.entries import standing
from hub.conversations.events import ConversationTagged, shown
from hub.conversations.views import conversation_view
from hub.log.events import Actor
from hub.storage.due import Claim
from hub.storage.tables import Client, Conversation
from hub.storage.unit import UnitOfWork
from hub.tags.known import RETAG, key, named

#: Conversations of one unit: each is an event, and everybody waits while they are
#: written.
AT_ONCE = 50
#: As the index of tags has it.
TAGGED = text("conversations.tags <> '{}'")


def carries(name: str) -> ColumnElement[bool]:
    """Ask for conversations that carry a name."""
    return and_(TAGGED, Conversation.tags.bool_op("@>")(cast([name], ARRAY(Text))))


async def begin(uow: UnitOfWork, old: str, new: str | None, because: str) -> None:
    """Let every conversation that carries ``old`` carry ``new`` instead, or nothing."""
    await uow.owe(
        RETAG,
        key(old),
        at=uow.now,
        payload={
            "old": old,
            "new": new,
            "because": because,
            "by": {
                "kind": uow.actor.kind,
                "name": uow.actor.name,
                "id": uow.actor.id,
            },
        },
    )


async def proceed(uow: UnitOfWork, claim: Claim) -> None:
    """Do the next few. A timer's handler."""
    old, meant = claim.payload["old"], claim.payload["new"]
    # It may be called otherwise by now, or be gone.
    new = next(iter(await named(uow, [meant], new="drop")), None) if meant else None
    found = (
        await uow.session.execute(
            select(Conversation, Client.name)
            .join(Client, Client.id == Conversation.client_id)
            .where(carries(old))
            .order_by(Conversation.id)
            .limit(AT_ONCE)
            .with_for_update(of=Conversation)
            .execution_options(populate_existing=True)
        )
    ).all()
    by = Actor(**claim.payload["by"])
    for row, client_name in found:
        had = list(row.tags)
        row.tags = list(
            dict.fromkeys(
                one for one in (new if tag == old else tag for tag in had) if one
            )
        )
        uow.record(
            ConversationTagged(
                client_id=row.client_id,
                conversation_id=row.id,
                actor=by,
                was=standing(row),
                added=(new,) if new and new not in had else (),
                removed=(old,),
                because=claim.payload["because"],
                state=shown(conversation=conversation_view(row, client_name)),
            )
        )
    if len(found) == AT_ONCE:
        await uow.owe(RETAG, claim.key, at=uow.now, payload=claim.payload)
