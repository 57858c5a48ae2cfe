"""What waits for one account's eyes: list it, mark it read.

They are made where their reason is, by ``hub/conversations/notices.py``.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.access.views import AccountView
from hub.conversations.notices import NotificationView, notification_view
from hub.log.events import Event, account_topic
from hub.notices.rules import SEEN_WITH_CONVERSATION
from hub.storage.tables import Notification
from hub.storage.unit import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationRead(Event):
    """Somebody has seen what waited for him."""

    kind: ClassVar[str] = "notification.read"
    account_id: int
    notification_id: int

    def topics(self) -> tuple[str, ...]:
        """For his own other screens."""
        return (account_topic(self.account_id),)


async def page(
    session: AsyncSession,
    account: AccountView,
    *,
    unread: bool = False,
    kinds: Collection[str] | None = None,
    before: int | None = None,
    limit: int,
) -> list[NotificationView]:
    """List the account's own, the newest first, those with ids below ``before``."""
    query = select(Notification).where(Notification.account_id == account.id)
    if unread:
        query = query.where(Notification.read_at.is_(None))
    if kinds is not None:
        query = query.where(Notification.kind.in_(kinds))
    if before is not None:
        query = query.where(Notification.id < before)
    rows = await session.scalars(query.order_by(Notification.id.desc()).limit(limit))
    return [notification_view(row) for row in rows]


async def count_unread(session: AsyncSession, account: AccountView) -> int:
    """Count what the account has not seen."""
    return (
        await session.scalar(
            select(func.count())
            .select_from(Notification)
            .where(
                Notification.account_id == account.id, Notification.read_at.is_(None)
            )
        )
        or 0
    )


async def mark_read(
    uow: UnitOfWork, account: AccountView, ids: Collection[int]
) -> None:
    """Mark these as seen; those of others, and those that were, stay as they are."""
    await _mark(uow, account.id, Notification.id.in_(ids))


async def mark_all_read(uow: UnitOfWork, account: AccountView, *, upto: int) -> None:
    """Mark all as seen up to one; what came after it was not seen."""
    await _mark(uow, account.id, Notification.id <= upto)


async def mark_conversation_seen(
    uow: UnitOfWork, account_id: int, conversation_id: int
) -> None:
    """Mark as seen what a look at its conversation shows."""
    await _mark(
        uow,
        account_id,
        Notification.conversation_id == conversation_id,
        Notification.kind.in_(sorted(SEEN_WITH_CONVERSATION)),
    )


async def _mark(uow: UnitOfWork, account_id: int, *which: ColumnElement[bool]) -> None:
    rows = await uow.session.scalars(
        select(Notification)
        .where(
            *which,
            Notification.account_id == account_id,
            Notification.read_at.is_(None),
        )
        .order_by(Notification.id)
        .with_for_update()
    )
    for row in rows:
        row.read_at = uow.now
        uow.record(
            NotificationRead(
                account_id=account_id,
                notification_id=row.id,
                conversation_id=row.conversation_id,
                state={"notification": notification_view(row)},
            )
        )
