"""Fetch the newest things that fit, at a cost that does not grow with the history.

An inverted index has no order: asked for a frequent word, it gives every place where
that stands before the newest can be told. So each thing carries a mark for the slices
of its table that it lies in (4 thousand ids, 64 thousand, a million), and the newest
slices are asked first. A word that is frequent fills a page from the first slice; one
that does not is rare, and then a larger slice costs little, because the index walks
along the shorter of its lists.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from hub.search.asking import lexeme
from hub.search.documents import SLICES, slice_mark

#: Things that a page is chosen from.
MOST = 200
#: Things in one large slice that are too many to be looked at together.
DENSE = 5_000
#: Slices of one size that are asked at a time.
_TOGETHER = 2
#: PostgreSQL's word for a statement that took too long.
_CANCELLED = "57014"
#: Ids that dates may be out of step with: mail that came late bears its own date.
_SLACK = 1 << SLICES[1]

_FITS = """ts_rank_cd(
    '{0.1, 0.3, 0.6, 1.0}', words, CAST(CAST(:rank AS text) AS tsquery), 1)"""
_TABLES = {
    "item": (
        """JOIN timeline t ON t.id = e.row_id
        JOIN conversations c ON c.id = t.conversation_id""",
        "(t.delivery IS NULL OR t.delivery <> 'cancelled')",
    ),
    "client": (
        "JOIN clients t ON t.id = e.row_id",
        "t.merged_into IS NULL AND t.erased_at IS NULL",
    ),
    "order": ("JOIN orders t ON t.id = e.row_id", "true"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A thing that fits."""

    id: int
    at: datetime
    #: How well, by its words alone.
    rank: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Which things, beside their words."""

    #: SQL over ``t`` (the thing) and ``c`` (its conversation), and its parameters.
    conditions: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    #: What stands there is little whatever the history: it is looked through as a
    #: whole, without slices.
    is_small: bool = False
    first: datetime | None = None
    #: Not this moment any more.
    beyond: datetime | None = None
    #: Below this place: the last thing of the page before.
    below: tuple[datetime, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The newest that fit, in this order."""

    found: list[Candidate]
    #: There is more beyond the last one.
    more: bool
    #: False when the time was up.
    complete: bool = True


async def fetch(
    session: AsyncSession,
    kind: str,
    asked: str,
    rank: str,
    limits: Limits,
    *,
    until: float,
) -> Fetched:
    """Give the newest things of one kind, at most ``MOST``.

    Args:
        session: Of ``Database.read``, with a limit to how long a statement may take.
        kind: One of ``FOUND_KINDS``.
        asked: A tsquery; "" for everything.
        rank: The tsquery that ranks; "" for none.
        limits: What else they must fulfil.
        until: When to leave it at what was found, by ``time.monotonic``.
    """
    search = _Search(session, kind, asked, rank, limits)
    try:
        async with session.begin_nested():
            complete = await search.run(until)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != _CANCELLED:
            raise
        complete = False
    return Fetched(
        found=search.found[:MOST],
        more=complete and len(search.found) > MOST,
        complete=complete,
    )


@dataclass(slots=True)
class _Search:
    """One search on its way from the newest slices to the oldest."""

    session: AsyncSession
    kind: str
    asked: str
    rank: str
    limits: Limits
    found: list[Candidate] = field(default_factory=list)

    async def run(self, until: float) -> bool:
        """Look until a page is full; tell whether the time was enough."""
        if self.limits.is_small:
            self.found, _ = await self._ask(self.asked)
            return True
        low, high = await _range(self.session, self.kind, self.limits)
        for level, bits in enumerate(SLICES[:-1]):
            top = high >> bits
            numbers = range(top, max(-1, top - _TOGETHER), -1)
            # It holds what the smaller slices had.
            self.found, _ = await self._ask(self._within(level, numbers))
            if self._is_done(until) or (top - _TOGETHER + 1) << bits <= low:
                return self._is_in_time(until)
        return await self._go_down(low, high, until)

    async def _go_down(self, low: int, high: int, until: float) -> bool:
        """Look through the large slices one after the other."""
        large = SLICES[-1]
        # Their first one holds what was found so far.
        before, self.found = self.found, []
        for number in range(high >> large, (low >> large) - 1, -1):
            some, is_dense = await self._ask(
                self._within(len(SLICES) - 1, range(number, number - 1, -1)), most=DENSE
            )
            self.found += some
            if is_dense:
                await self._go_through(number, high, until)
            if self._is_done(until):
                break
        self.found = max(before, self.found, key=len)
        return self._is_in_time(until)

    async def _go_through(self, number: int, high: int, until: float) -> None:
        """Look through the parts of a large slice; its words were frequent there."""
        parts = SLICES[-1] - SLICES[-2]
        newest = min(high >> SLICES[-2], ((number + 1) << parts) - 1)
        for one in range(newest, (number << parts) - 1, -1):
            some, _ = await self._ask(
                self._within(len(SLICES) - 2, range(one, one - 1, -1))
            )
            self.found += some
            if self._is_done(until):
                break

    def _is_done(self, until: float) -> bool:
        return len(self.found) > MOST or time.monotonic() > until

    def _is_in_time(self, until: float) -> bool:
        return len(self.found) > MOST or time.monotonic() <= until

    def _within(self, level: int, numbers: range) -> str:
        named = (lexeme(slice_mark(self.kind, level, one)) for one in numbers)
        marks = "(" + " | ".join(named) + ")"
        return f"({self.asked}) & {marks}" if self.asked else marks

    async def _ask(
        self, asked: str, *, most: int | None = None
    ) -> tuple[list[Candidate], bool]:
        """Give the newest of what fits there.

        Args:
            asked: A tsquery.
            most: Things that fit by their words; with more nothing is given, and they
                are said to be dense.
        """
        joins, standing = _TABLES[self.kind]
        entries, given = self._entries(asked)
        seen, held = "0", "NOT MATERIALIZED"
        if most is not None:
            entries += " LIMIT :dense + 1"
            given["dense"] = most
            seen, held = "(SELECT count(*) FROM e)", "MATERIALIZED"
        fits = "1.0"
        if self.rank:
            fits = _FITS
            given["rank"] = self.rank
        also = " AND ".join([standing, *self.limits.conditions])
        # One row at the least, so that how much was seen is told in any case.
        rows = list(
            await self.session.execute(
                text(
                    f"WITH e AS {held} ({entries})"  # noqa: S608 - words of our own
                    f" SELECT id, at, {fits} AS rank, {seen} AS seen"
                    " FROM (SELECT 1) one LEFT JOIN ("
                    f"  SELECT e.row_id AS id, e.at, e.words FROM e {joins}"
                    f"  WHERE {also} ORDER BY e.at DESC, e.row_id DESC LIMIT :most"
                    " ) newest ON true ORDER BY at DESC, id DESC"
                ),
                given,
            )
        )
        if most is not None and rows[0].seen > most:
            return [], True
        return [
            Candidate(id=row.id, at=row.at, rank=float(row.rank or 0))
            for row in rows
            if row.id is not None
        ], False

    def _entries(self, asked: str) -> tuple[str, dict[str, Any]]:
        """Write what fits by its words and its time."""
        limits = self.limits
        where = ["kind = :kind"]
        given: dict[str, Any] = {
            **limits.parameters,
            "kind": self.kind,
            "most": MOST + 1,
        }
        if asked:
            where.append("words @@ CAST(CAST(:asked AS text) AS tsquery)")
            given["asked"] = asked
        if limits.first is not None:
            where.append("at >= :first")
            given["first"] = limits.first
        if limits.beyond is not None:
            where.append("at < :beyond")
            given["beyond"] = limits.beyond
        if limits.below is not None:
            where.append("(at, row_id) < (:below_at, :below_id)")
            given["below_at"], given["below_id"] = limits.below
        found = " AND ".join(where)
        return (
            f"SELECT row_id, at, words FROM search_entries WHERE {found}",  # noqa: S608 - likewise
            given,
        )


async def _range(session: AsyncSession, kind: str, limits: Limits) -> tuple[int, int]:
    """Tell between which ids to look, as far as dates tell."""
    newest = await _edge(session, kind, "DESC")
    high = newest
    until = limits.beyond
    if limits.below is not None and (until is None or limits.below[0] < until):
        until = limits.below[0]
    if until is not None and newest:
        high = await _id_at(session, kind, until, newest)
        high = min(newest, high + (1 << SLICES[0]))
    low = 0
    if limits.first is not None and newest:
        low = max(0, await _id_at(session, kind, limits.first, newest) - _SLACK)
    return low, high


async def _edge(session: AsyncSession, kind: str, order: str) -> int:
    return int(
        await session.scalar(
            text(
                "SELECT row_id FROM search_entries WHERE kind = :kind"  # noqa: S608 - ours
                f" ORDER BY row_id {order} LIMIT 1"
            ),
            {"kind": kind},
        )
        or 0
    )


async def _id_at(session: AsyncSession, kind: str, at: datetime, newest: int) -> int:
    """Halve the ids until the one of a moment is found; they rise with time."""
    low, high = 0, newest
    probe = text(
        "SELECT row_id, at FROM search_entries WHERE kind = :kind AND row_id >= :id"
        " ORDER BY row_id LIMIT 1"
    )
    while low < high:
        middle = (low + high) // 2
        row = (await session.execute(probe, {"kind": kind, "id": middle})).one_or_none()
        if row is None or row.at >= at:
            high = middle
        else:
            low = row.row_id + 1
    return low
