"""Read what a page of hits shows, and mark in it what was found."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from hub.clients.views import client_view
from hub.search.passages import Wanted, has, matched, passage
from hub.search.views import (
    ClientHit,
    ConversationHit,
    ItemHit,
    OrderHit,
    PassageView,
)
from hub.storage.tables import Address, Client

#: Letters of a name or subject.
_LINE = 300

_ROWS = text("""
    SELECT t.id, t.conversation_id, t.client_id, t.at, t.kind, t.channel, t.direction,
        COALESCE(NULLIF(t.author_name, ''),
            CASE WHEN t.author_kind = 'client' THEN cl.name END, '') AS author
    FROM timeline t JOIN clients cl ON cl.id = t.client_id
    WHERE t.id = ANY(:ids) AND t.conversation_id IS NOT NULL
""")
_TEXTS = text("""
    SELECT t.id, t.subject, t.text, t.quoted, t.attachments
    FROM timeline t WHERE t.id = ANY(:ids)
""")
_TALKS = text("""
    SELECT c.id, c.client_id, c.subject, c.state, c.snippet, cl.name
    FROM conversations c JOIN clients cl ON cl.id = c.client_id WHERE c.id = ANY(:ids)
""")
_ORDERS = text("""
    SELECT o.id, o.client_id, o.number, o.title, o.status, o.placed_at, c.name,
        (SELECT array_agg(l.name ORDER BY l.position) FROM order_lines l
         WHERE l.order_id = o.id) AS lines
    FROM orders o JOIN clients c ON c.id = o.client_id WHERE o.id = ANY(:ids)
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is known of every entry that was found, whether it is shown or not."""

    id: int
    conversation_id: int
    client_id: int
    at: datetime
    kind: str
    channel: str | None
    direction: str | None
    author: str
    subject: str = ""
    text: str = ""
    quoted: str = ""
    files: tuple[str, ...] = ()


async def rows(session: AsyncSession, ids: Sequence[int]) -> dict[int, Row]:
    """Read what is known of entries, but for their texts."""
    found = (await session.execute(_ROWS, {"ids": list(ids)})).mappings()
    return {row["id"]: Row(**row) for row in found}


async def texts(session: AsyncSession, wanted: Sequence[Row]) -> list[Row]:
    """Add the texts to the entries that are shown."""
    found = {
        row["id"]: row
        for row in (
            await session.execute(_TEXTS, {"ids": [one.id for one in wanted]})
        ).mappings()
    }
    return [_with_texts(one, found[one.id]) for one in wanted]


async def conversation_hits(
    session: AsyncSession, groups: Sequence[Sequence[Row]], wanted: Wanted
) -> list[ConversationHit]:
    """Show conversations, each by the first entry of its group."""
    ids = [group[0].conversation_id for group in groups]
    talks = {row.id: row for row in await session.execute(_TALKS, {"ids": ids})}
    best = await texts(session, [group[0] for group in groups])
    return [
        ConversationHit(
            conversation_id=one.conversation_id,
            client_id=talks[one.conversation_id].client_id,
            client_name=passage(talks[one.conversation_id].name, wanted, length=_LINE),
            subject=passage(talks[one.conversation_id].subject, wanted, length=_LINE),
            state=talks[one.conversation_id].state,
            best=_hit(one, wanted),
            more=len(group) - 1,
        )
        for one, group in zip(best, groups, strict=True)
    ]


async def item_hits(
    session: AsyncSession, wanted_rows: Sequence[Row], wanted: Wanted
) -> list[ItemHit]:
    """Show entries."""
    return [_hit(one, wanted) for one in await texts(session, wanted_rows)]


async def client_hits(
    session: AsyncSession, ids: Sequence[int], wanted: Wanted
) -> list[ClientHit]:
    """Show clients in this order."""
    clients = {
        one.id: one
        for one in await session.scalars(select(Client).where(Client.id.in_(ids)))
    }
    owned: dict[int, list[Address]] = {}
    for row in await session.scalars(select(Address).where(Address.client_id.in_(ids))):
        owned.setdefault(row.client_id, []).append(row)
    hits = []
    for client_id in ids:
        view = client_view(clients[client_id], owned.get(client_id, []))
        shown = [one.display for one in view.addresses]
        fitting = next((one for one in shown if has(one, wanted)), None)
        address = fitting or next(iter(shown), None)
        hits.append(
            ClientHit(
                client=view,
                name=passage(view.name, wanted, length=_LINE),
                address=passage(address, wanted, length=_LINE) if address else None,
            )
        )
    return hits


async def order_hits(
    session: AsyncSession, ids: Sequence[int], wanted: Wanted
) -> list[OrderHit]:
    """Show orders in this order."""
    found = {
        row["id"]: row
        for row in (await session.execute(_ORDERS, {"ids": list(ids)})).mappings()
    }
    return [
        OrderHit(
            order_id=one,
            client_id=found[one]["client_id"],
            client_name=found[one]["name"],
            number=passage(found[one]["number"], wanted, length=_LINE),
            title=_title(found[one], wanted),
            status=found[one]["status"],
            placed_at=found[one]["placed_at"],
        )
        for one in ids
        if one in found
    ]


def _title(row: Any, wanted: Wanted) -> PassageView:
    lines = [row["title"], *(row["lines"] or ())]
    fitting = next((one for one in lines if has(one, wanted)), None)
    return passage(fitting or next((one for one in lines if one), ""), wanted)


def _with_texts(one: Row, found: Any) -> Row:
    return replace(
        one,
        subject=found["subject"] or "",
        text=found["text"] or "",
        quoted=found["quoted"] or "",
        files=tuple(str(file.get("name") or "") for file in found["attachments"] or ()),
    )


def _hit(one: Row, wanted: Wanted) -> ItemHit:
    part, shown = _best_part(one, wanted)
    return ItemHit(
        item_id=one.id,
        conversation_id=one.conversation_id,
        client_id=one.client_id,
        at=one.at,
        kind=one.kind,
        channel=one.channel,
        direction=one.direction,
        author=one.author,
        passage=passage(shown, wanted),
        part=part,
        matched=matched([one.subject, one.text, one.quoted, *one.files], wanted),
    )


def _best_part(one: Row, wanted: Wanted) -> tuple[str, str]:
    """Choose where the passage is from: the first part that has what was found."""
    parts = [
        ("text", one.text),
        *(("attachment", name) for name in one.files),
        ("subject", one.subject),
        ("quoted", one.quoted),
    ]
    for part, shown in parts:
        if has(shown, wanted):
            return part, shown
    return next(((part, shown) for part, shown in parts if shown), ("text", ""))
