"""From the log to the lines: one fan-out for the whole process.

Most followers are at the same place, the newest event: they share ``position`` and
are found by topic, so that an event costs only those whom it concerns. Whoever is
elsewhere (just back, or too slow to take what he was given) goes *aside*, with a
cursor of his own, reads the log in pages until he has caught up, and joins the others.

Nothing waits in memory for a slow reader. He is not given anything until he takes it,
and then he gets everything since in few frames; when that takes too long he is cut
off, and catches up when he is back.

Promise 4 stands on this: events are given in the order of the log (``hub/log``), a
follower's cursor never passes an event of his that was not written to his line, and he
is served either with the others or from his own cursor: he changes over only where
the two are the same, so nothing is given twice.
"""

import asyncio
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

import orjson

from hub.errors import CursorLostError
from hub.log.feed import Feed, Logged
from realtime.frames import Batch, Namespace, how_far
from realtime.metrics import LiveMetrics
from realtime.wire import Line

#: After how long a line that took nothing is looked at again.
RETRY = timedelta(milliseconds=50)


class Follower:
    """A connection that follows the log."""

    __slots__ = ("cursor", "line", "missed", "namespace", "told", "topics")

    def __init__(
        self, line: Line, namespace: Namespace, topics: frozenset[str], cursor: int
    ) -> None:
        self.line = line
        self.namespace = namespace
        self.topics = topics
        #: The last event that is dealt with; of use only while he is aside.
        self.cursor = cursor
        #: The cursor that his last frame named.
        self.told = cursor
        #: How many deliveries he has not taken.
        self.missed = 0


class Pump:
    """Delivers the log to its followers. One ``step`` delivers all that is new."""

    def __init__(
        self,
        feed: Feed,
        *,
        metrics: LiveMetrics,
        clock: Callable[[], datetime],
        max_pending: int,
        max_behind: int,
        max_bytes: int,
    ) -> None:
        self._feed = feed
        self._metrics = metrics
        self._clock = clock
        self._max_pending = max_pending
        self._max_behind = max_behind
        self._max_bytes = max_bytes
        #: Everybody who is not aside has everything up to here.
        self.position: int | None = None
        # Dictionaries, not sets: followers are served in the order in which they came.
        self._level: dict[Follower, None] = {}
        self._by_topic: defaultdict[str, dict[Follower, None]] = defaultdict(dict)
        self._aside: dict[Follower, None] = {}
        #: Frames that are not yet counted.
        self._written = 0
        self._on_events: list[Callable[[Sequence[Logged]], None]] = []

    def on_events(self, look: Callable[[Sequence[Logged]], None]) -> None:
        """Show ``look`` every event of the log, as it is delivered."""
        self._on_events.append(look)

    def add(self, follower: Follower) -> None:
        """Deliver everything after his cursor, from the next step on."""
        self._aside[follower] = None

    def remove(self, follower: Follower) -> None:
        """Deliver nothing more."""
        self._aside.pop(follower, None)
        if follower in self._level:
            del self._level[follower]
            for topic in follower.topics:
                followers = self._by_topic[topic]
                del followers[follower]
                if not followers:
                    del self._by_topic[topic]

    def grant(self, follower: Follower, topics: frozenset[str]) -> None:
        """Change what he may see, from the next event on."""
        if topics == follower.topics:
            return
        level = follower in self._level
        self.remove(follower)
        if level and self.position is not None:
            follower.cursor = self.position
        follower.topics = topics
        self.add(follower)

    async def step(self) -> timedelta | None:
        """Deliver all that there is; say when to look again at who took nothing."""
        if self.position is None:
            self.position = self._feed.seq
        while self.position is not None:
            found = await self._feed.after(self.position)
            if found:
                self._deliver(found, self.position)
            caught_up = await self._catch_up(self.position)
            if not found and caught_up:
                break
            # What comes from memory suspends nowhere, and others want to live too.
            await asyncio.sleep(0)
        self._metrics.frames.inc(self._written)
        self._written = 0
        self._metrics.behind.set(len(self._aside))
        return RETRY if self._aside else None

    async def tell_cursors(self) -> None:
        """Tell those who saw nothing for a while how far the log is."""
        if self.position is None:
            return
        made: dict[Namespace, bytes] = {}
        for follower in self._level:
            if follower.told < self.position and follower.line.ready:
                if follower.namespace not in made:
                    made[follower.namespace] = how_far(
                        follower.namespace, self.position
                    )
                follower.line.send(made[follower.namespace])
                follower.told = self.position

    def _deliver(self, found: Sequence[Logged], before: int) -> None:
        """Give new events to everybody at the head, and move the head."""
        batch = self._batch(found)
        for look in self._on_events:
            look(found)
        for follower in self._concerned(batch.topics):
            follower.cursor = before
            if not self._give(follower, batch):
                self.remove(follower)
                self.add(follower)
        self.position = batch.last
        for follower in list(self._aside):
            self._keep_waiting(follower, batch.last)
        self._metrics.cursor.set(batch.last)
        self._metrics.lag.observe(self._age(found[-1]))

    def _concerned(self, topics: Collection[str]) -> Collection[Follower]:
        found: dict[Follower, None] = {}
        for topic in topics:
            if topic in self._by_topic:
                found |= self._by_topic[topic]
        return found

    def _give(self, follower: Follower, batch: Batch) -> bool:
        """Write what is his; tell whether his line took all of it."""
        line = follower.line
        for part in batch.parts(follower.namespace, follower.topics):
            if not line.ready:
                return False
            line.send(part.frame)
            self._written += 1
            follower.cursor = follower.told = part.cursor
        follower.cursor = batch.last
        follower.missed = 0
        return True

    def _keep_waiting(self, follower: Follower, position: int) -> None:
        if follower.line.ready:
            return
        follower.missed += 1
        if position - follower.cursor > self._max_behind:
            follower.line.cut("behind")
            self.remove(follower)
        elif follower.missed > self._max_pending:
            follower.line.cut("slow")
            self.remove(follower)

    async def _catch_up(self, position: int) -> bool:
        """Bring those aside a page nearer; tell whether none of them can be."""
        for follower in [one for one in self._aside if one.cursor == position]:
            self._join(follower)
        able = [one for one in self._aside if one.cursor < position and one.line.ready]
        if not able:
            return True
        start = min(one.cursor for one in able)
        try:
            page = [one for one in await self._feed.after(start) if one.seq <= position]
        except CursorLostError:
            page = []
        if not page:
            # Told so when he is back and asks for this cursor again.
            self._lose(start)
            return False
        made: dict[int, Batch] = {}
        for follower in able:
            if follower in self._aside and follower.cursor < page[-1].seq:
                rest = bisect_right(page, follower.cursor, key=lambda one: one.seq)
                if rest not in made:
                    made[rest] = self._batch(page[rest:])
                self._give(follower, made[rest])
        return False

    def _join(self, follower: Follower) -> None:
        del self._aside[follower]
        self._level[follower] = None
        for topic in follower.topics:
            self._by_topic[topic][follower] = None

    def _lose(self, cursor: int) -> None:
        for follower in [one for one in self._aside if one.cursor <= cursor]:
            follower.line.cut("lost")
            self.remove(follower)

    def _batch(self, events: Sequence[Logged]) -> Batch:
        return Batch(events, max_bytes=self._max_bytes)

    def _age(self, event: Logged) -> float:
        at = datetime.fromisoformat(orjson.loads(event.wire)["at"])
        return max(0.0, (self._clock() - at).total_seconds())
