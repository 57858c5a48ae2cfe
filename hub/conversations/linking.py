"""Conversations that have to do with each other, and are not one.

Somebody writes to another's reply address or quotes another's message; a client answers
under a wholly new subject; an agent takes a part out. Both show the other one.
"""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from hub.conversations.events import ConversationLinked
from hub.log.events import Actor
from hub.storage.tables import Client, Conversation, ConversationLink
from hub.storage.unit import UnitOfWork

#: Links of one conversation that are shown, the newest ones.
MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """The other conversation of a link."""

    conversation_id: int
    client_id: int
    client_name: str
    subject: str
    state: str
    #: ``quoted``, ``reply_address``, ``subject`` or ``split``.
    reason: str


async def link(
    uow: UnitOfWork,
    conversation: Conversation,
    other_id: int,
    reason: str,
    *,
    actor: Actor | None = None,
) -> None:
    """Link two conversations; the same again changes nothing."""
    one_id, second_id = sorted((conversation.id, other_id))
    fresh = await uow.session.scalar(
        insert(ConversationLink)
        .values(one_id=one_id, other_id=second_id, reason=reason, at=uow.now)
        .on_conflict_do_nothing()
        .returning(ConversationLink.one_id)
    )
    if fresh is not None:
        uow.record(
            ConversationLinked(
                client_id=conversation.client_id,
                conversation_id=conversation.id,
                other_id=other_id,
                reason=reason,
                actor=actor,
                state={
                    "link": {
                        "conversation_ids": [one_id, second_id],
                        "reason": reason,
                    }
                },
            )
        )


async def links_of(session: AsyncSession, conversation_id: int) -> list[LinkView]:
    """List what a conversation is linked with, the newest first."""
    mine = or_(
        ConversationLink.one_id == conversation_id,
        ConversationLink.other_id == conversation_id,
    )
    rows = await session.execute(
        select(ConversationLink, Conversation, Client.name)
        .join(
            Conversation,
            Conversation.id.in_([ConversationLink.one_id, ConversationLink.other_id])
            & (Conversation.id != conversation_id),
        )
        .join(Client, Client.id == Conversation.client_id)
        .where(mine)
        .order_by(ConversationLink.at.desc(), Conversation.id.desc())
        .limit(MOST)
    )
    return [
        LinkView(
            conversation_id=other.id,
            client_id=other.client_id,
            client_name=name,
            subject=other.subject or other.snippet,
            state=other.state,
            reason=row.reason,
        )
        for row, other, name in rows
    ]
