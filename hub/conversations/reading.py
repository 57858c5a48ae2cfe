"""Remember how far each agent has read."""

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert

from hub.conversations.events import ConversationRead
from hub.errors import InvalidError
from hub.storage.tables import ReadMark, TimelineItem
from hub.storage.unit import UnitOfWork


async def mark_read(
    uow: UnitOfWork, conversation_id: int, account_id: int, item_id: int
) -> None:
    """Set the mark at an entry; it never goes back.

    Raises:
        InvalidError: The entry is not of this conversation.
    """
    item = await uow.session.get(TimelineItem, item_id)
    if item is None or item.conversation_id != conversation_id:
        raise InvalidError("item", errors={"item_id": "not of this conversation"})
    done = await uow.session.scalar(
        insert(ReadMark)
        .values(
            account_id=account_id,
            conversation_id=conversation_id,
            item_id=item_id,
            at=uow.now,
        )
        .on_conflict_do_update(
            index_elements=["account_id", "conversation_id"],
            set_={
                "item_id": func.greatest(ReadMark.item_id, item_id),
                "at": uow.now,
            },
            where=ReadMark.item_id < item_id,
        )
        .returning(ReadMark.item_id)
    )
    if done is not None:
        uow.record(
            ConversationRead(
                client_id=item.client_id,
                conversation_id=conversation_id,
                account_id=account_id,
                item_id=item_id,
                state={
                    "read": {"conversation_id": conversation_id, "item_id": item_id}
                },
            )
        )
