"""Write over a person's rows, a batch a unit: conversations, entries, tasks, orders.

Rows stay, since numbers are made of them; what they say goes. Each batch leaves events
that show the rows as they are then, so that screens and search follow.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select, text, update

from hub.collaboration.views import task_view
from hub.conversations import changes
from hub.conversations.entries import standing
from hub.conversations.views import ConversationView, conversation_view, item_view
from hub.orders import access
from hub.privacy import files, redacting
from hub.privacy.events import (
    ConversationErased,
    InteractionErased,
    OrderErased,
    TaskErased,
)
from hub.privacy.persons import Person
from hub.search import forgetting
from hub.storage.tables import (
    BulkChange,
    Call,
    Conversation,
    Draft,
    LetterPart,
    MacroRun,
    Notification,
    Offer,
    Order,
    OrderLine,
    Participant,
    QuarantineItem,
    Task,
    TimelineItem,
)
from hub.storage.unit import UnitOfWork

#: Goes through the next rows after an id, at the most so many; gives their ids.
Batch = Callable[[UnitOfWork, Person, int, int], Awaitable[Sequence[int]]]

_DUE = {
    name: text(f"""
        DELETE FROM due_rows WHERE kind <> 'client.erase'
        AND payload ->> '{name}' = ANY(CAST(:ids AS text[]))
    """)  # noqa: S608 - our own names
    for name in ("item_id", "conversation_id", "task_id", "order_id", "call_id")
}


async def conversations(
    uow: UnitOfWork, who: Person, after: int, limit: int
) -> Sequence[int]:
    """Close his conversations, and write over what they were about."""
    rows = list(
        await uow.session.scalars(
            select(Conversation)
            .where(Conversation.client_id.in_(who.parts), Conversation.id > after)
            .order_by(Conversation.id)
            .limit(limit)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    ids = [row.id for row in rows]
    for row in rows:
        was = standing(row)
        row.subject = row.snippet = ""
        row.tags = []
        await uow.session.flush()
        if row.state != "resolved":
            await changes.set_state(uow, row, "resolved", because=redacting.ERASED)
            was = standing(row)
        row.snippet = ""
        uow.record(
            ConversationErased(
                client_id=who.id,
                conversation_id=row.id,
                was=was,
                state={"conversation": conversation_view(row, "")},
            )
        )
    session = uow.session
    await session.execute(
        delete(Participant).where(Participant.conversation_id.in_(ids))
    )
    await _drafts(uow, ids)
    await session.execute(
        update(Offer).where(Offer.conversation_id.in_(ids)).values(reason="")
    )
    await session.execute(
        update(BulkChange).where(BulkChange.conversation_id.in_(ids)).values(before={})
    )
    await session.execute(
        update(MacroRun)
        .where(MacroRun.conversation_id.in_(ids))
        .values(before={}, after={})
    )
    await session.execute(
        update(Notification)
        .where(Notification.conversation_id.in_(ids))
        .values(about="", read_at=uow.now)
    )
    await _owe_nothing(uow, "conversation_id", ids)
    return ids


async def entries(
    uow: UnitOfWork, who: Person, after: int, limit: int
) -> Sequence[int]:
    """Write over what was said, noted and done; drop its files."""
    rows = list(
        await uow.session.scalars(
            select(TimelineItem)
            .where(TimelineItem.client_id.in_(who.parts), TimelineItem.id > after)
            .order_by(TimelineItem.id)
            .limit(limit)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    return await write_over(uow, rows)


async def write_over(
    uow: UnitOfWork,
    rows: Sequence[TimelineItem],
    beside: Mapping[int, ConversationView] | None = None,
) -> Sequence[int]:
    """Write over entries, with all that hangs on them; give their ids.

    Args:
        uow: The unit.
        rows: The entries.
        beside: Conversations that look different without them, by id.
    """
    ids = [row.id for row in rows]
    await forgetting.forget(uow.session, "item", ids)
    for row in rows:
        _empty(row)
        state: dict[str, Any] = {"item": item_view(row)}
        look = (beside or {}).get(row.conversation_id or 0)
        if look is not None:
            state["conversation"] = look
        uow.record(
            InteractionErased(
                client_id=row.client_id,
                conversation_id=row.conversation_id,
                item_id=row.id,
                state=state,
            )
        )
    await uow.session.flush()
    await files.drop(uow, ids)
    session = uow.session
    await session.execute(delete(LetterPart).where(LetterPart.item_id.in_(ids)))
    calls = list(
        await session.scalars(
            update(Call)
            .where(Call.item_id.in_(ids))
            .values(caller="", recording_id="")
            .returning(Call.id)
        )
    )
    await session.execute(
        update(QuarantineItem)
        .where(QuarantineItem.item_id.in_(ids))
        .values(headers={}, body=b"", path="", reason="")
    )
    await session.execute(
        update(Notification)
        .where(Notification.item_id.in_(ids))
        .values(about="", read_at=uow.now)
    )
    await _owe_nothing(uow, "item_id", ids)
    await _owe_nothing(uow, "call_id", calls)
    return ids


async def tasks(uow: UnitOfWork, who: Person, after: int, limit: int) -> Sequence[int]:
    """Call off what was to be done for him, and write over what it was."""
    rows = list(
        await uow.session.scalars(
            select(Task)
            .where(Task.client_id.in_(who.parts), Task.id > after)
            .order_by(Task.id)
            .limit(limit)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    ids = [row.id for row in rows]
    for row in rows:
        row.title = row.notes = row.attribute = ""
        row.origin = None
        row.repeat = "none"
        if row.state in {"open", "late"}:
            row.state = "cancelled"
        row.remind_at = None
        row.revision += 1
        uow.record(
            TaskErased(
                client_id=who.id,
                conversation_id=row.conversation_id,
                task_id=row.id,
                state={"task": task_view(row, "")},
            )
        )
    await uow.session.flush()
    await uow.session.execute(
        update(Notification)
        .where(Notification.task_id.in_(ids))
        .values(about="", read_at=uow.now)
    )
    await _owe_nothing(uow, "task_id", ids)
    return ids


async def orders(uow: UnitOfWork, who: Person, after: int, limit: int) -> Sequence[int]:
    """Write over what was bought and where it went; money and dates stay."""
    rows = list(
        await uow.session.scalars(
            select(Order)
            .where(Order.client_id.in_(who.parts), Order.id > after)
            .order_by(Order.id)
            .limit(limit)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    ids = [row.id for row in rows]
    await forgetting.forget(uow.session, "order", ids)
    for row in rows:
        row.title = row.tracking_number = row.carrier = ""
        row.address_id = None
    await uow.session.execute(
        update(OrderLine).where(OrderLine.order_id.in_(ids)).values(name="")
    )
    await uow.session.flush()
    for view in await access.views(uow.session, rows):
        uow.record(
            OrderErased(client_id=who.id, order_id=view.id, state={"order": view})
        )
    await _owe_nothing(uow, "order_id", ids)
    return ids


def _empty(row: TimelineItem) -> None:
    row.subject = row.text = row.quoted = row.address = ""
    row.html = None
    row.has_html = False
    if row.author_kind != "agent":
        row.author_name = ""
    row.data = redacting.entry(row.data or {})
    row.attachments = []
    # A report of a provider finds it no more; there is nobody to tell.
    row.external_id = None
    row.delivery_reason = ""
    row.send_at = None


async def _drafts(uow: UnitOfWork, conversation_ids: Sequence[int]) -> None:
    gone = await uow.session.scalars(
        delete(Draft)
        .where(Draft.conversation_id.in_(conversation_ids))
        .returning(Draft.attachment_ids)
    )
    await files.drop_uploads(uow, [one for ids in gone for one in ids or ()])


async def _owe_nothing(uow: UnitOfWork, name: str, ids: Sequence[int]) -> None:
    if ids:
        await uow.session.execute(_DUE[name], {"ids": [str(one) for one in ids]})
