"""Tell one account that something waits for its eyes.

The one door for every notice: it asks how the person wants to be told
(``hub/notices/rules.py``), and tells nobody of what he did himself. What happens again
before he has looked is the same notice, with a count.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import select, text

from hub.conversations.events import Notified
from hub.notices import rules, wishes
from hub.storage.tables import Notification, PushSubscription
from hub.storage.unit import UnitOfWork

#: A job: push a notice to one browser.
PUSH = "notice.push"
#: A notice that grows is pushed again, but not more often than this.
PUSH_AGAIN = timedelta(minutes=5)
# In the order of conversations, as everybody comes to them.
_PUT = text("""
    INSERT INTO notifications (
        account_id, kind, conversation_id, item_id, task_id, about, at, count, group_key
    )
    SELECT account_id, kind, conversation_id, item_id, task_id, about,
        CAST(:at AS timestamptz), count, group_key
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS told(
        account_id bigint, kind text, conversation_id bigint, item_id bigint,
        task_id bigint, about text, count integer, group_key text
    )
    ORDER BY conversation_id, account_id
    ON CONFLICT (account_id, group_key) WHERE read_at IS NULL AND group_key IS NOT NULL
    DO UPDATE SET count = notifications.count + excluded.count, at = excluded.at,
        item_id = excluded.item_id
    RETURNING *
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationView:
    """Something for one account to look at."""

    id: int
    kind: str
    conversation_id: int | None
    item_id: int | None
    #: What is to be done, where it is about that, and in what words.
    task_id: int | None
    about: str
    at: datetime
    read: bool
    #: How many times it happened before it was read.
    count: int


def notification_view(row: Notification) -> NotificationView:
    """Show a notification."""
    return NotificationView(
        id=row.id,
        kind=row.kind,
        conversation_id=row.conversation_id,
        item_id=row.item_id,
        task_id=row.task_id,
        about=row.about or "",
        at=row.at,
        read=row.read_at is not None,
        count=row.count or 1,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What one account is to be told."""

    account_id: int
    #: One of ``NOTIFICATION_KINDS``.
    kind: str
    conversation_id: int | None
    #: The entry that it is about.
    item_id: int | None = None
    #: What is to be done.
    task_id: int | None = None
    #: In words, where there is no message to show.
    about: str = ""

    @property
    def group_key(self) -> str | None:
        """Name it if it is one with what happens again; else None."""
        if self.kind in rules.GROUPED and self.conversation_id is not None:
            return f"{self.kind}:{self.conversation_id}"
        return None


async def notify(
    uow: UnitOfWork,
    account_id: int,
    kind: str,
    conversation_id: int | None,
    *,
    item_id: int | None = None,
    task_id: int | None = None,
    about: str = "",
) -> None:
    """Leave a notification, if he wants such; see ``Notice``.

    Who acts in the unit is not told of it.
    """
    one = Notice(
        account_id=account_id,
        kind=kind,
        conversation_id=conversation_id,
        item_id=item_id,
        task_id=task_id,
        about=about,
    )
    await notify_all(uow, [one])


async def notify_all(uow: UnitOfWork, notices: Sequence[Notice]) -> None:
    """Leave many notifications, in two statements; see ``notify``."""
    others = [
        one
        for one in notices
        if uow.actor.kind != "agent" or uow.actor.id != one.account_id
    ]
    if not others:
        return
    wanted = await wishes.of_all(uow.session, {one.account_id for one in others})
    ways: dict[tuple[int, str], tuple[str, ...]] = {}
    # What happens several times is one row, which a statement may touch but once.
    rows: dict[object, dict[str, Any]] = {}
    for place, one in enumerate(others):
        whose = (one.account_id, one.kind)
        if whose not in ways:
            ways[whose] = rules.ways_now(wanted[one.account_id], one.kind, uow.now)
        if ways[whose]:
            key = (one.account_id, one.group_key) if one.group_key else place
            count = rows[key]["count"] + 1 if key in rows else 1
            rows[key] = {**asdict(one), "group_key": one.group_key, "count": count}
    if not rows:
        return
    for row in await uow.session.scalars(
        select(Notification)
        .from_statement(_PUT)
        .execution_options(populate_existing=True),
        {"at": uow.now, "rows": orjson.dumps(list(rows.values())).decode()},
    ):
        told = ways[row.account_id, row.kind]
        if "push" in told:
            await _owe_pushes(uow, row)
        uow.record(
            Notified(
                conversation_id=row.conversation_id,
                account_id=row.account_id,
                what=row.kind,
                ways=told,
                state={"notification": notification_view(row)},
            )
        )


async def _owe_pushes(uow: UnitOfWork, row: Notification) -> None:
    """Owe a push to each of his browsers, unless one has just left or will."""
    last = row.pushed_at
    if row.count > 1 and (last is None or last + PUSH_AGAIN > uow.now):
        return
    for subscription_id in await uow.session.scalars(
        select(PushSubscription.id)
        .where(PushSubscription.account_id == row.account_id)
        .order_by(PushSubscription.id)
    ):
        await uow.owe(
            PUSH,
            f"{PUSH}:{row.id}:{subscription_id}",
            at=uow.now,
            payload={"notification_id": row.id, "subscription_id": subscription_id},
        )
