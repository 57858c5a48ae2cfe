"""Read the log by cursor.

``Feed`` keeps the newest events of this process in memory, encoded once, so that a
hundred live screens cost one read. Whoever is further behind reads the table.
"""

import asyncio
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from hub.errors import CursorLostError
from hub.storage.database import Database

#: Events read from the table at once.
PAGE = 500
#: What was in the log is written over when one of these is said: copies in memory that
#: are older are dropped, and whoever is behind reads the table.
REWRITTEN = frozenset({"client.erasure_finished", "retention.ran"})
#: Events kept in memory, and letters of them: whichever is less. Live screens are near
#: the end, and one that is not reads the table; a long mail must not fill the process.
KEPT = 10_000
KEPT_LETTERS = 8_000_000


@dataclass(frozen=True, slots=True)
class Logged:
    """An event as it goes over the wire."""

    seq: int
    kind: str
    topics: tuple[str, ...]
    #: The JSON object, encoded once for everybody.
    wire: str


# The wire form is put together by the database, from JSON that it holds already.
_AFTER = text("""
    SELECT seq, kind, topics, json_build_object(
        'seq', seq, 'kind', kind, 'at', to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'actor', json_build_object(
            'kind', actor_kind, 'id', actor_id, 'name', actor_name),
        'client_id', client_id, 'conversation_id', conversation_id,
        'data', data, 'state', state
    )::text AS wire
    FROM events
    WHERE seq > :after
      AND seq <= COALESCE(CAST(:upto AS bigint), 9223372036854775807)
      AND (CAST(:topics AS text[]) IS NULL OR topics && CAST(:topics AS text[]))
      AND (CAST(:kinds AS text[]) IS NULL OR kind = ANY(CAST(:kinds AS text[])))
    ORDER BY seq LIMIT :limit
""")


async def head(session: AsyncSession) -> int:
    """Tell the number of the newest event in this session's moment."""
    seq: int = (await session.execute(text("SELECT seq FROM log_head"))).scalar_one()
    return seq


async def reach(session: AsyncSession, cursor: int) -> None:
    """Check that the log can go on from ``cursor``.

    Raises:
        CursorLostError: Events after it are gone, or it is not of this log.
    """
    seq, floor = (await session.execute(text("SELECT seq, floor FROM log_head"))).one()
    if not floor <= cursor <= seq:
        raise CursorLostError(f"cursor {cursor} is not within {floor}..{seq}")


async def after(
    session: AsyncSession,
    cursor: int,
    *,
    limit: int = PAGE,
    upto: int | None = None,
    topics: Sequence[str] | None = None,
    kinds: Sequence[str] | None = None,
) -> list[Logged]:
    """Read the next events after ``cursor``, oldest first.

    Args:
        session: Any session.
        cursor: The last one seen.
        limit: At most so many.
        upto: Nothing beyond this one.
        topics: Only events under any of these; None for all.
        kinds: Only events of these kinds; None for all.
    """
    rows = await session.execute(
        _AFTER,
        {
            "after": cursor,
            "limit": limit,
            "upto": upto,
            "topics": None if topics is None else list(topics),
            "kinds": None if kinds is None else list(kinds),
        },
    )
    return [Logged(row.seq, row.kind, tuple(row.topics), row.wire) for row in rows]


class Feed:
    """The log as this process has seen it. One ``step`` reads what is new."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._kept: deque[Logged] = deque()
        self._letters = 0
        #: The newest event that was read; None until the first step.
        self.seq: int | None = None
        self._grown = asyncio.Condition()
        self._on_growth: list[Callable[[], None]] = []
        self._stepping = asyncio.Lock()

    def on_growth(self, nudge: Callable[[], None]) -> None:
        """Call ``nudge`` after every step that found something."""
        self._on_growth.append(nudge)

    async def step(self) -> None:
        """Read everything that is new and wake whoever waits for it."""
        # Two at once would keep the same events twice.
        async with self._stepping:
            if not await self._read():
                return
            async with self._grown:
                self._grown.notify_all()
        for nudge in self._on_growth:
            nudge()

    async def _read(self) -> bool:
        async with self._db.read() as session:
            if self.seq is None:
                self.seq = await head(session)
                return True
            # Kept only once all is read: a step that fails half-way is run again, and
            # nothing may be in memory twice.
            fresh: list[Logged] = []
            page = await after(session, self.seq)
            while page:
                fresh += page
                page = await after(session, page[-1].seq) if len(page) == PAGE else []
        if fresh:
            self._keep(fresh)
            self.seq = fresh[-1].seq
        return bool(fresh)

    def _keep(self, fresh: Sequence[Logged]) -> None:
        rewritten = [at for at, one in enumerate(fresh) if one.kind in REWRITTEN]
        if rewritten:
            self._kept.clear()
            self._letters = 0
            fresh = fresh[rewritten[-1] :]
        self._kept.extend(fresh)
        self._letters += sum(len(event.wire) for event in fresh)
        # The newest one stays, however long it is: somebody waits for it.
        while len(self._kept) > 1 and (
            len(self._kept) > KEPT or self._letters > KEPT_LETTERS
        ):
            self._letters -= len(self._kept.popleft().wire)

    async def beyond(self, cursor: int) -> None:
        """Wait until there is anything after ``cursor``."""
        async with self._grown:
            await self._grown.wait_for(lambda: (self.seq or 0) > cursor)

    async def after(self, cursor: int) -> list[Logged]:
        """Give the next events after ``cursor``: from memory, or from the table.

        Nothing newer than ``seq`` is given, so that all readers of the process
        agree on how far they are.
        """
        if self._kept and self._kept[0].seq <= cursor + 1:
            start = bisect_right(self._kept, cursor, key=lambda event: event.seq)
            stop = min(start + PAGE, len(self._kept))
            return [self._kept[place] for place in range(start, stop)]
        if self.seq is None or cursor >= self.seq:
            return []
        async with self._db.read() as session:
            await reach(session, cursor)
            return [one for one in await after(session, cursor) if one.seq <= self.seq]
