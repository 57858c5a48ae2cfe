"""The audit: who did what, read from the log. It keeps nothing of its own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from hub.storage.tables import EventRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which facts are asked for; what is None does not matter."""

    #: Of an account, unless ``actor_kind`` says ``client``.
    actor_id: int | None = None
    #: ``agent``, ``client``, ``program`` or ``system``.
    actor_kind: str | None = None
    #: A kind (``conversation.assigned``), or the noun of several (``conversation``).
    kind: str | None = None
    conversation_id: int | None = None
    client_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditActor:
    """Who did it."""

    kind: str
    id: int | None
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One fact: what happened, without how things look since."""

    seq: int
    at: datetime
    kind: str
    actor: AuditActor
    client_id: int | None
    conversation_id: int | None
    data: dict[str, Any]


#: Who acts by an account's number.
_STAFF = frozenset({"agent", "program"})


async def page(
    session: AsyncSession, wanted: Wanted, *, before: int | None = None, limit: int
) -> list[AuditEntry]:
    """Read the newest facts that are wanted, those with numbers below ``before``."""
    query = matching(wanted)
    if before is not None:
        query = query.where(EventRow.seq < before)
    rows = await session.execute(query.order_by(EventRow.seq.desc()).limit(limit))
    return [
        AuditEntry(
            seq=row.seq,
            at=row.at,
            kind=row.kind,
            actor=AuditActor(kind=row.actor_kind, id=row.actor_id, name=row.actor_name),
            client_id=row.client_id,
            conversation_id=row.conversation_id,
            data=row.data,
        )
        for row in rows
    ]


def matching(wanted: Wanted) -> Select[Any]:
    """Give the query for what is wanted, without its order."""
    query: Select[Any] = select(
        EventRow.seq,
        EventRow.at,
        EventRow.kind,
        EventRow.actor_kind,
        EventRow.actor_id,
        EventRow.actor_name,
        EventRow.client_id,
        EventRow.conversation_id,
        EventRow.data,
    )
    same = {
        EventRow.actor_id: wanted.actor_id,
        EventRow.actor_kind: wanted.actor_kind,
        EventRow.conversation_id: wanted.conversation_id,
        EventRow.client_id: wanted.client_id,
    }
    for column, value in same.items():
        if value is not None:
            query = query.where(column == value)
    if wanted.actor_id is not None and wanted.actor_kind in {None, *_STAFF}:
        # A client may have the same number. In the words of the index, so that it is
        # used: ``hub/storage/tables/log.py``.
        query = query.where(text("actor_kind IN ('agent', 'program')"))
    if wanted.kind is not None:
        if "." in wanted.kind:
            query = query.where(EventRow.kind == wanted.kind)
        else:
            query = query.where(
                EventRow.kind.startswith(f"{wanted.kind}.", autoescape=True)
            )
    if wanted.since is not None:
        query = query.where(EventRow.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(EventRow.at < wanted.until)
    return query
