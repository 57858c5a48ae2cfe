"""Turn what a query says of days, states, queues and tags into conditions."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from hub.search.candidates import Limits
from hub.search.queries import Query

#: Conversations in a state that are looked through, the newest ones.
NEAR = 2_000
_NAMED_STATES = ("open", "pending", "snoozed", "resolved")
_UNRESOLVED = "c.state IN ('open', 'pending', 'snoozed')"
_UNREAD = """EXISTS (
    SELECT FROM timeline u LEFT JOIN read_marks r
        ON r.conversation_id = c.id AND r.account_id = :account_id
    WHERE u.conversation_id = c.id AND u.direction = 'in'
        AND u.data ->> 'machine' IS DISTINCT FROM 'absence'
        AND u.id > COALESCE(r.item_id, 0)
)"""
_STANDINGS = {
    "waiting": f"c.waiting_since IS NOT NULL AND {_UNRESOLVED}",
    "unread": f"{_UNREAD} AND {_UNRESOLVED}",
    "mine": "c.assignee_id = :account_id",
    "unassigned": f"c.assignee_id IS NULL AND {_UNRESOLVED}",
}


async def of_items(
    session: AsyncSession,
    query: Query,
    *,
    account_id: int,
    zone: ZoneInfo,
    below: tuple[datetime, int] | None,
) -> Limits:
    """Limit what was said.

    What asks for conversations that are at hand is answered from those: there are few
    of them however long the history is.
    """
    first, beyond = days(query, zone)
    on_talks, given = _on_talks(query, account_id)
    is_small = bool(query.standings - {"resolved"})
    conditions = tuple(on_talks)
    if is_small:
        ids = await session.scalars(
            text(
                "SELECT c.id FROM conversations c WHERE "  # noqa: S608 - words of our own
                + " AND ".join(on_talks)
                + " ORDER BY c.last_at DESC LIMIT :near"
            ),
            {**given, "near": NEAR},
        )
        conditions = ("t.conversation_id = ANY(:talks)",)
        given = {"talks": list(ids)}
    return Limits(
        conditions=conditions,
        parameters=given,
        is_small=is_small,
        first=first,
        beyond=beyond,
        below=below,
    )


def of_others(
    query: Query, *, zone: ZoneInfo, below: tuple[datetime, int] | None
) -> Limits:
    """Limit clients and orders: only days say anything of them."""
    first, beyond = days(query, zone)
    return Limits(first=first, beyond=beyond, below=below)


def days(query: Query, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """Give the moments that the days of a query begin and end at, where we are."""
    first = _midnight(query.first, zone) if query.first else None
    beyond = None
    if query.last is not None and query.last < date.max:
        beyond = _midnight(query.last + timedelta(days=1), zone)
    return first, beyond


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    # A day's edge, so that no zone takes it beyond what a time can be.
    day = min(max(day, date(1, 1, 3)), date(9999, 12, 29))
    return datetime.combine(day, time(), zone)


def _on_talks(query: Query, account_id: int) -> tuple[list[str], dict[str, Any]]:
    conditions: list[str] = []
    given: dict[str, Any] = {}
    states = [one for one in _NAMED_STATES if one in query.standings]
    if states:
        # Named by ourselves, so that an index finds them.
        conditions.append(f"c.state IN ({', '.join(map(repr, states))})")
    for name, condition in _STANDINGS.items():
        if name in query.standings:
            conditions.append(condition)
            if ":account_id" in condition:
                given["account_id"] = account_id
    if query.queues:
        conditions.append(
            "c.queue_id IN (SELECT id FROM queues WHERE lower(name) = ANY(:queues))"
        )
        given["queues"] = list(query.queues)
    for number, tag in enumerate(query.tags):
        conditions.append(
            f"EXISTS (SELECT FROM unnest(c.tags) tag WHERE lower(tag) = :tag{number})"
        )
        given[f"tag{number}"] = tag
    return conditions, given
