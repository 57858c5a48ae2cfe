"""What goes along with moved entries: calls, notifications, reading marks."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select, text, update

from hub.conversations.events import ConversationRead, NotificationMoved
from hub.conversations.notices import notification_view
from hub.storage.tables import Call, Notification, TimelineItem
from hub.storage.unit import UnitOfWork


async def calls(uow: UnitOfWork, items: Sequence[TimelineItem]) -> None:
    """Let calls be where their entries are by now."""
    for item in items:
        await uow.session.execute(
            update(Call)
            .where(Call.item_id == item.id)
            .values(conversation_id=item.conversation_id, client_id=item.client_id)
        )


async def notifications(uow: UnitOfWork, to: Mapping[int, int]) -> None:
    """Let what people were told of an entry lead to where it is."""
    rows = await uow.session.scalars(
        select(Notification)
        .where(Notification.item_id.in_(list(to)))
        .order_by(Notification.id)
        .with_for_update()
    )
    for row in rows:
        row.conversation_id = to[row.item_id or 0]
        uow.record(
            NotificationMoved(
                conversation_id=row.conversation_id,
                account_id=row.account_id,
                state={"notification": notification_view(row)},
            )
        )


# Whoever had read the entries where they were, has read them where they are, unless
# something else there is still new to him.
_MARKS = text("""
    WITH seen AS (
        SELECT m.account_id, max(t.id) AS item_id
        FROM read_marks m JOIN timeline t ON t.id = ANY(:ids) AND t.id <= m.item_id
        WHERE m.conversation_id = :source_id GROUP BY m.account_id
    ), fair AS (
        SELECT seen.* FROM seen
        LEFT JOIN read_marks m
            ON m.account_id = seen.account_id AND m.conversation_id = :target_id
        WHERE seen.item_id > coalesce(m.item_id, 0) AND NOT EXISTS (
            SELECT FROM timeline t
            WHERE t.conversation_id = :target_id AND t.direction = 'in'
            AND t.id <> ALL(:ids)
            AND t.id > coalesce(m.item_id, 0) AND t.id <= seen.item_id
        )
    )
    INSERT INTO read_marks (account_id, conversation_id, item_id, at)
    SELECT account_id, :target_id, item_id, :at FROM fair
    ON CONFLICT (account_id, conversation_id)
    DO UPDATE SET item_id = excluded.item_id, at = excluded.at
    RETURNING account_id, item_id
""")


async def marks(
    uow: UnitOfWork,
    source_id: int,
    target_id: int,
    ids: Sequence[int],
    client_id: int,
) -> None:
    """Let what was read where it was be read where it is.

    Args:
        uow: The unit.
        source_id: The conversation that the entries were in.
        target_id: The one that they are in.
        ids: The entries.
        client_id: Whose conversation it is.
    """
    rows = await uow.session.execute(
        _MARKS,
        {
            "ids": list(ids),
            "source_id": source_id,
            "target_id": target_id,
            "at": uow.now,
        },
    )
    for account_id, item_id in rows:
        uow.record(
            ConversationRead(
                client_id=client_id,
                conversation_id=target_id,
                account_id=account_id,
                item_id=item_id,
                state={"read": {"conversation_id": target_id, "item_id": item_id}},
            )
        )
