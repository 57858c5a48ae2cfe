"""Search over all that was said, clients and orders."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from hub.access.rights import Right
from hub.search import search
from hub.search.search import Asker, Place
from hub.search.views import FoundView, HistoryHits
from web.api import cursors
from web.api.call import Call
from web.api.routing import Cursor, Limit, Routes

routes = Routes(tag="search")

Typed = Annotated[
    str,
    Field(
        max_length=300,
        description=(
            'Words, `"words in this order"`, `-not`, and operators: `from:`, `to:`,'
            " `channel:`, `before:`, `after:`, `on:`, `order:`, `in:`, `is:`,"
            " `has:attachment`, `tag:`. See docs/search.md."
        ),
    ),
]
Kind = Literal["all", "conversations", "clients", "orders"]
#: Groups of a page when nothing else is asked for.
PAGE = 20


@routes.get("/search", right=Right.READ)
async def find(
    call: Call,
    q: Typed = "",
    kind: Kind = "all",
    cursor: Cursor = None,
    limit: Limit = None,
) -> FoundView:
    """Search as one types: clients, orders, and the best message of each conversation.

    Marks are ranges of plain text in UTF-16 units. Clients and orders come with the
    first page of ``all``, or page by page with their own ``kind``.
    """
    async with call.read() as session:
        found, following = await search.find(
            session,
            q,
            _asker(call),
            kind=kind,
            limit=_size(call, limit),
            place=_place(cursor),
        )
    return replace(found, next=_cursor(following))


@routes.get("/clients/{client_id}/search", right=Right.READ)
async def within(
    call: Call,
    client_id: int,
    *,
    q: Typed = "",
    cursor: Cursor = None,
    limit: Limit = None,
) -> HistoryHits:
    """Search one client's history, the newest first."""
    async with call.read() as session:
        found, following = await search.find_within(
            session,
            client_id,
            q,
            _asker(call),
            limit=_size(call, limit),
            place=_place(cursor),
        )
    return replace(found, next=_cursor(following))


def _asker(call: Call) -> Asker:
    return Asker(
        account_id=call.account.id,
        now=call.db.clock(),
        zone=ZoneInfo(call.settings.timezone),
        patience=call.settings.search.patience,
    )


def _size(call: Call, limit: int | None) -> int:
    return min(call.limit(limit), PAGE) if limit is None else call.limit(limit)


def _place(cursor: str | None) -> Place | None:
    if not cursor:
        return None
    at, row_id, skip = cursors.decode(cursor, datetime, int, int)
    return Place(at=at, id=row_id, skip=max(0, skip))


def _cursor(place: Place | None) -> str | None:
    return cursors.encode(place.at, place.id, place.skip) if place else None
