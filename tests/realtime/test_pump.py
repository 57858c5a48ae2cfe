"""The fan-out by itself: whatever happens in between, everybody gets his own, once."""

import json
import random

from hub.errors import CursorLostError
from hub.log.feed import Logged
from realtime.frames import AGENTS
from realtime.metrics import LiveMetrics
from realtime.pump import RETRY, Follower, Pump
from tests.databases import Clock

TOPICS = ("staff", "account:1", "account:2", "client:1")
PAGE = 7


class Log:
    """A feed that grows when it likes, also while it is being read."""

    def __init__(self, chance: random.Random | None = None) -> None:
        self.events: list[Logged] = []
        self.floor = 0
        self.chance = chance

    @property
    def seq(self) -> int:
        return len(self.events)

    def grow(self, *topics: str) -> None:
        seq = self.seq + 1
        wire = json.dumps({"seq": seq, "at": "2026-05-14T09:00:00Z", "data": {}})
        self.events.append(Logged(seq, "test.grown", topics, wire))

    def grow_at_random(self) -> None:
        for _ in range(self.chance.randint(0, 12)):
            self.grow(*self.chance.sample(TOPICS, self.chance.randint(1, 2)))

    async def after(self, cursor: int) -> list[Logged]:
        if cursor < self.floor:
            raise CursorLostError
        if self.chance and self.chance.random() < 0.3 and self.seq < 1000:
            self.grow_at_random()
        return self.events[cursor : cursor + PAGE]


class Line:
    """A line that takes frames when it is ready, and keeps them."""

    def __init__(self) -> None:
        self.ready = True
        self.cut_for: str | None = None
        self.seen: list[int] = []
        self.cursor = 0

    def send(self, frame: bytes) -> None:
        assert self.ready
        _, data = json.loads(frame[frame.index(b"[") :])
        self.seen += [event["seq"] for event in data["events"]]
        assert data["cursor"] >= max([self.cursor, *self.seen])
        self.cursor = data["cursor"]

    def cut(self, reason: str) -> None:
        self.cut_for = reason


def pump_of(log: Log, *, max_pending=10_000, max_behind=10_000) -> Pump:
    return Pump(
        log,
        metrics=LiveMetrics(),
        clock=Clock(),
        max_pending=max_pending,
        max_behind=max_behind,
        max_bytes=300,
    )


def follow(pump: Pump, cursor: int = 0, *topics: str) -> Follower:
    topics = topics or ("staff",)
    follower = Follower(Line(), AGENTS, frozenset(topics), cursor)
    pump.add(follower)
    return follower


async def test_everybody_gets_his_own_once_whatever_happens_in_between() -> None:
    for seed in range(60):
        chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
        log = Log(chance)
        pump = pump_of(log)
        followers: list[tuple[int, Follower]] = []
        for _ in range(40):
            what = chance.random()
            if what < 0.3:
                cursor = chance.randint(0, log.seq)
                topics = chance.sample(TOPICS, chance.randint(1, 3))
                followers.append((cursor, follow(pump, cursor, *topics)))
            elif what < 0.5 and followers:
                line = chance.choice(followers)[1].line
                line.ready = not line.ready
            elif what < 0.6:
                await pump.tell_cursors()
            else:
                log.grow_at_random()
                await pump.step()
        for _, follower in followers:
            follower.line.ready = True

        log.chance = None
        await pump.step()
        await pump.step()
        await pump.tell_cursors()

        for cursor, follower in followers:
            own = [
                event.seq
                for event in log.events[cursor:]
                if follower.topics & set(event.topics)
            ]
            assert follower.line.seen == own, seed
            assert follower.line.cursor in {log.seq, 0} or cursor == log.seq, seed
            assert follower.line.cut_for is None


async def test_a_line_that_takes_nothing_is_looked_at_again_soon() -> None:
    log = Log()
    pump = pump_of(log)
    follower = follow(pump)
    await pump.step()
    follower.line.ready = False
    log.grow("staff")

    assert await pump.step() == RETRY
    follower.line.ready = True
    assert await pump.step() is None
    assert follower.line.seen == [1]


async def test_a_line_that_misses_too_much_is_cut() -> None:
    log = Log()
    pump = pump_of(log, max_pending=3)
    follower = follow(pump)
    await pump.step()
    follower.line.ready = False

    for _ in range(4):
        assert follower.line.cut_for is None
        log.grow("staff")
        await pump.step()

    assert follower.line.cut_for == "slow"


async def test_a_reader_of_what_is_gone_is_cut_and_others_are_not() -> None:
    log = Log()
    pump = pump_of(log)
    for _ in range(10):
        log.grow("staff")
    await pump.step()
    lost, kept = follow(pump, 2), follow(pump, 6)
    log.floor = 5

    await pump.step()

    assert lost.line.cut_for == "lost"
    assert kept.line.cut_for is None
    assert kept.line.seen == [7, 8, 9, 10]


async def test_who_leaves_gets_nothing_more() -> None:
    log = Log()
    pump = pump_of(log)
    level, aside = follow(pump), follow(pump)
    await pump.step()
    aside.line.ready = False
    log.grow("staff")
    await pump.step()

    pump.remove(level)
    pump.remove(aside)
    aside.line.ready = True
    log.grow("staff")
    await pump.step()

    assert (level.line.seen, aside.line.seen) == ([1], [])
    assert not pump._by_topic


async def test_nothing_is_given_before_the_log_was_read() -> None:
    class Unread(Log):
        seq = None

    log = Unread()
    pump = pump_of(log)
    follow(pump)

    assert await pump.step() == RETRY
    assert pump.position is None
