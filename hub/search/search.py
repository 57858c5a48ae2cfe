"""Search all that was said, all clients and all orders.

A page is chosen from the newest things that fit (``candidates.MOST`` of each kind), the
best of them first; the next page goes on in the same ones, and then in older ones.
"""

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from hub.clients import identity
from hub.search import asking, candidates, limits, showing
from hub.search.asking import Asked
from hub.search.candidates import Candidate, Fetched
from hub.search.queries import Query, parse
from hub.search.ranking import score
from hub.search.showing import Row
from hub.search.views import FacetsView, FacetView, FoundView, HistoryHits

KINDS = ("all", "conversations", "clients", "orders")
#: Clients and orders that stand above conversations.
ABOVE = 5
#: Values of one facet.
_FACETS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks, when and where."""

    account_id: int
    now: datetime
    zone: ZoneInfo
    #: How long it may take.
    patience: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a page begins."""

    #: The things of the batch lie below this one.
    at: datetime
    id: int
    #: So many groups of the batch were shown.
    skip: int


#: (what was found, where it goes on)
Found = tuple[FoundView, Place | None]


async def find(
    session: AsyncSession,
    typed: str,
    asker: Asker,
    *,
    kind: str,
    limit: int,
    place: Place | None,
) -> Found:
    """Give a page of what fits.

    Clients and orders come with the first page of ``all``, or alone.

    Args:
        session: Of ``Database.read``.
        typed: The query as it was typed.
        asker: Who asks.
        kind: One of ``KINDS``.
        limit: Groups of the page, at the most.
        place: Where it goes on; None to begin.
    """
    until = await _patient(session, asker)
    query = parse(typed, today=asker.now.astimezone(asker.zone).date())
    found = FoundView(
        clients=[],
        orders=[],
        conversations=[],
        understood=list(query.understood),
        corrections=[],
        facets=FacetsView(channels=[], people=[], months=[]),
        complete=True,
        ready=await _is_ready(session),
    )
    if query.is_empty:
        return found, None
    asked = await asking.understand(session, query)
    found = replace(found, corrections=asked.corrections)
    if kind in {"all", "conversations"}:
        found, following = await _talks(
            session, asked, asker, found, limit=limit, place=place, until=until
        )
        if kind == "conversations" or place is not None:
            return found, following
        return await _above(session, asked, asker, found, until=until), following
    return await _others(
        session, asked, asker, found, kind, limit=limit, place=place, until=until
    )


async def find_within(
    session: AsyncSession,
    client_id: int,
    typed: str,
    asker: Asker,
    *,
    limit: int,
    place: Place | None,
) -> tuple[HistoryHits, Place | None]:
    """Search one client's history; the newest first.

    Raises:
        NotFoundError: There is no such client.
    """
    until = await _patient(session, asker)
    client_id = await identity.root(session, client_id)
    query = parse(typed, today=asker.now.astimezone(asker.zone).date())
    ready = await _is_ready(session)
    if query.is_empty:
        return HistoryHits(items=[], complete=True, ready=ready), None
    asked = await asking.understand(session, query)
    bounds = await limits.of_items(
        session,
        query,
        account_id=asker.account_id,
        zone=asker.zone,
        below=_below(place),
    )
    bounds = replace(
        bounds,
        conditions=(*bounds.conditions, "t.client_id = :client_id"),
        parameters={**bounds.parameters, "client_id": client_id},
        is_small=True,
    )
    fetched = await candidates.fetch(
        session, "item", asked.of("item"), "", bounds, until=until
    )
    wanted = fetched.found[:limit]
    rows = await showing.rows(session, [one.id for one in wanted])
    return (
        HistoryHits(
            items=await showing.item_hits(
                session,
                [rows[one.id] for one in wanted if one.id in rows],
                asked.wanted,
            ),
            complete=fetched.complete,
            ready=ready,
        ),
        Place(at=wanted[-1].at, id=wanted[-1].id, skip=0)
        if wanted and (len(fetched.found) > limit or fetched.more)
        else None,
    )


async def _talks(
    session: AsyncSession,
    asked: Asked,
    asker: Asker,
    found: FoundView,
    *,
    limit: int,
    place: Place | None,
    until: float,
) -> Found:
    bounds = await limits.of_items(
        session,
        asked.query,
        account_id=asker.account_id,
        zone=asker.zone,
        below=_below(place),
    )
    fetched = await candidates.fetch(
        session, "item", asked.of("item"), asked.rank(), bounds, until=until
    )
    rows = await showing.rows(session, [one.id for one in fetched.found])
    groups = _grouped(fetched.found, rows, asker.now)
    skip = place.skip if place else 0
    shown = groups[skip : skip + limit]
    hits = await showing.conversation_hits(
        session,
        [[rows[one.id] for one in group] for group in shown],
        asked.wanted,
    )
    return (
        replace(
            found,
            conversations=hits,
            complete=found.complete and fetched.complete,
            facets=_facets(rows.values(), asker.zone),
        ),
        _following(fetched, place, len(groups), skip + len(shown)),
    )


async def _above(
    session: AsyncSession, asked: Asked, asker: Asker, found: FoundView, *, until: float
) -> FoundView:
    """Add the few clients and orders that fit best."""
    for kind in ("clients", "orders"):
        found, _ = await _others(
            session, asked, asker, found, kind, limit=ABOVE, place=None, until=until
        )
    return found


async def _others(
    session: AsyncSession,
    asked: Asked,
    asker: Asker,
    found: FoundView,
    kind: str,
    *,
    limit: int,
    place: Place | None,
    until: float,
) -> Found:
    one = kind.removesuffix("s")
    if not _asks_for(asked.query, one):
        return found, None
    bounds = limits.of_others(asked.query, zone=asker.zone, below=_below(place))
    fetched = await candidates.fetch(
        session, one, asked.of(one), asked.rank(), bounds, until=until
    )
    best = sorted(
        fetched.found, key=lambda hit: (-score(hit.rank, hit.at, asker.now), -hit.id)
    )
    skip = place.skip if place else 0
    ids = [hit.id for hit in best[skip : skip + limit]]
    found = replace(found, complete=found.complete and fetched.complete)
    if kind == "clients":
        found = replace(
            found, clients=await showing.client_hits(session, ids, asked.wanted)
        )
    else:
        found = replace(
            found, orders=await showing.order_hits(session, ids, asked.wanted)
        )
    return found, _following(fetched, place, len(best), skip + len(ids))


def _asks_for(query: Query, kind: str) -> bool:
    if query.is_about_talks:
        return False
    if kind == "client":
        return bool(query.terms) and not query.orders
    return bool(query.terms or query.orders)


def _grouped(
    found: Sequence[Candidate], rows: dict[int, Row], now: datetime
) -> list[list[Candidate]]:
    """Group entries by conversation: the best first, within a group and of groups."""
    best = sorted(
        (one for one in found if one.id in rows),
        key=lambda one: (-score(one.rank, one.at, now), -one.at.timestamp(), -one.id),
    )
    groups: dict[int, list[Candidate]] = {}
    for one in best:
        groups.setdefault(rows[one.id].conversation_id, []).append(one)
    return list(groups.values())


def _following(
    fetched: Fetched, place: Place | None, groups: int, shown: int
) -> Place | None:
    if shown < groups:
        newest = fetched.found[0]
        # The first page pins its batch: what comes later does not push things on.
        start = place or Place(at=newest.at, id=newest.id + 1, skip=0)
        return replace(start, skip=shown)
    if not fetched.more:
        return None
    last = fetched.found[-1]
    return Place(at=last.at, id=last.id, skip=0)


def _below(place: Place | None) -> tuple[datetime, int] | None:
    return (place.at, place.id) if place else None


def _facets(rows: Iterable[Row], zone: ZoneInfo) -> FacetsView:
    channels: Counter[str] = Counter()
    people: Counter[str] = Counter()
    months: Counter[str] = Counter()
    for row in rows:
        channels[row.channel or row.kind] += 1
        if row.author:
            people[row.author] += 1
        months[row.at.astimezone(zone).strftime("%Y-%m")] += 1
    return FacetsView(
        channels=_most(channels),
        people=_most(people),
        months=[
            FacetView(value=month, count=months[month])
            for month in sorted(months, reverse=True)[:_FACETS]
        ],
    )


def _most(counts: Counter[str]) -> list[FacetView]:
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return [FacetView(value=value, count=count) for value, count in ordered[:_FACETS]]


async def _patient(session: AsyncSession, asker: Asker) -> float:
    """Let no statement of this read take longer than is allowed; tell until when."""
    span = max(1, int(asker.patience / timedelta(milliseconds=1)))
    await session.execute(
        # Compiling a plan would take longer than any of these reads.
        text(
            "SELECT set_config('statement_timeout', :span, true),"
            " set_config('jit', 'off', true)"
        ),
        {"span": str(span)},
    )
    return time.monotonic() + span / 1000


async def _is_ready(session: AsyncSession) -> bool:
    return bool(
        await session.scalar(
            text("SELECT seq IS NOT NULL AND below = '{}' FROM search_progress")
        )
    )
