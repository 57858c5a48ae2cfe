"""The client was promised an answer by now and has none."""

from datetime import timedelta

from sqlalchemy import update

from hub.conversations.changes import tell
from hub.conversations.entries import lock_unless_held, standing
from hub.conversations.events import ConversationBreached
from hub.queues.sla import FIRST_RESPONSE, key
from hub.storage.due import Claim
from hub.storage.tables import FirstResponse
from hub.storage.unit import UnitOfWork

#: A conversation that somebody has in hand is looked at again so soon.
AGAIN = timedelta(milliseconds=100)


async def breach(uow: UnitOfWork, claim: Claim) -> None:
    """Note that the first answer is late, unless it came. A timer's handler."""
    conversation_id = claim.payload["conversation_id"]
    conversation = await lock_unless_held(uow, conversation_id)
    if conversation is None:
        # Somebody may be answering.
        await uow.owe(
            FIRST_RESPONSE,
            key(conversation_id),
            at=uow.now + AGAIN,
            payload=claim.payload,
        )
        return
    respond_by = conversation.respond_by
    if (
        respond_by is None
        or respond_by > uow.now
        or conversation.first_responded_at is not None
        or conversation.breached_at is not None
    ):
        return
    was = standing(conversation)
    # The promise was broken then, even if the hub was away and says so later.
    conversation.breached_at = respond_by
    await uow.session.execute(
        update(FirstResponse)
        .where(
            FirstResponse.conversation_id == conversation.id,
            FirstResponse.ended_at.is_(None),
        )
        .values(decided_at=respond_by, in_time=False)
    )
    await tell(
        uow,
        conversation,
        ConversationBreached(was=was, respond_by=respond_by),
        {"change": "breach", "respond_by": respond_by.isoformat()},
    )
