"""Who gets in touch with the demo company, when, and about what."""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from web.demo import plot, words
from web.demo.matters import MATTERS, Matter
from web.demo.people import REGULARS, Person
from web.demo.plot import MINUTE
from web.demo.staff import Seat
from web.demo.story import Story
from web.demo.telling import Ground

#: Where the matters stand that are under way: how it stands, how it came (any, if
#: empty), and for how long it has been waiting, as a share of the queue's promise.
#: First one of each, then what there is more of.
LIVE: tuple[tuple[str, str, float], ...] = (
    *(("fresh", "s", 0.55), ("taken", "m", 0.8), ("pending", "m", 9.0)),
    *(("snoozed", "m", 14.0), ("fresh", "m", 0.66), ("asks", "m", 3.0)),
    *(("refused", "s", 8.0), ("fresh", "m", 0.93), ("planned", "m", 6.0)),
    *(("bounced", "m", 11.0), ("uncertain", "s", 7.0), ("fresh", "f", 0.3)),
    *(("fresh", "c", 0.4), ("taken", "p", 0.6), ("fresh", "p", 0.2)),
    *(("asks", "s", 4.0), ("pending", "s", 20.0), ("snoozed", "p", 10.0)),
    *(("fresh", "s", 0.1), ("fresh", "f", 1.1), ("taken", "s", 0.9)),
    *(("fresh", "m", 0.05), ("asks", "p", 2.0), ("pending", "f", 16.0)),
    *(("taken", "m", 0.7), ("fresh", "s", 1.3), ("asks", "m", 5.5)),
    *(("fresh", "m", 0.85), ("pending", "m", 25.0), ("snoozed", "s", 30.0)),
    *(("fresh", "p", 0.97), ("taken", "f", 0.4), ("asks", "m", 5.0)),
    *(("pending", "p", 12.0), ("fresh", "c", 0.7), ("taken", "s", 0.3)),
    *(("fresh", "f", 0.75), ("asks", "s", 2.5), ("pending", "m", 18.0)),
    *(("taken", "m", 0.5),),
)
#: How long ago those of today began whose answer is out already.
TODAY = timedelta(minutes=20), timedelta(hours=5)
#: The share of them who waited longer than promised.
LATE_TODAY = 0.12
#: A client's next matter begins so long after the last one at the soonest.
BETWEEN = timedelta(days=17)
#: How many get in touch in each hour of the day, from eight in the morning.
HOURS = (8, 11, 12, 11, 10, 8, 9, 10, 9, 7, 4, 1, 1, 1)
#: The share of clients who never had a question.
SILENT = 0.4
#: Matters of one client at the most, and of one whom the simulator can play.
MOST, MOST_OF_REGULARS = 2, 4


class History:
    """Plans everything that happens between the company and its clients."""

    def __init__(
        self,
        ground: Ground,
        orders: Mapping[str, Sequence[tuple[datetime, str]]],
        *,
        zone: ZoneInfo,
        chance: random.Random,
    ) -> None:
        """Prepare it.

        Args:
            ground: What stories are played on.
            orders: When each client ordered, and under which number, by phone.
            zone: The company's.
            chance: Chooses.
        """
        self._ground = ground
        self._orders = orders
        self._zone = zone
        self._chance = chance
        self._decks: dict[tuple[str, str], Iterator[Matter]] = {}

    def plan_past(
        self, person: Person, *, since: datetime, until: datetime
    ) -> datetime:
        """Plan what he was in touch about before; tell when it began."""
        chance = self._chance
        share = 0.1 if person in REGULARS else 0.85
        at = first = self._hour(since + (until - since) * share * chance.random())
        if person not in REGULARS and chance.random() < SILENT:
            return first
        for _ in range(MOST_OF_REGULARS if person in REGULARS else MOST):
            if at > until:
                break
            via = chance.choices("mscfp", (40, 22, 20, 10, 8))[0]
            story = self.story(person, via, at)
            over = plot.plan_resolved(story, at, self._zone)
            # Some come back often, most once.
            pause = BETWEEN + timedelta(
                days=chance.expovariate(1 / (10 if person in REGULARS else 50))
            )
            at = self._hour(max(over, at) + pause)
        return first

    def plan_live(self, persons: Sequence[Person], *, now: datetime) -> None:
        """Plan what is under way now, one matter a person."""
        for person, (ends, via, share) in zip(persons, LIVE, strict=False):
            story = self.story(person, via, now)
            plot.plan_live(story, ends, now - share * plot.first_response(story), now)

    def plan_today(self, persons: Sequence[Person], *, now: datetime) -> None:
        """Plan what came this morning and is done, one matter a person."""
        for person in persons:
            start = now - TODAY[0] - self._chance.random() * (TODAY[1] - TODAY[0])
            story = self.story(person, self._chance.choice("smfp"), start)
            late = self._chance.random() < LATE_TODAY
            share = self._chance.uniform(*((1.1, 1.6) if late else (0.1, 0.9)))
            plot.plan_done(story, start, share, now)

    def story(self, person: Person, via: str, at: datetime) -> Story:
        """Give a person a matter that may come this way."""
        matter = self._matter(person.locale, via)
        return Story(
            ground=self._ground,
            person=person,
            matter=matter,
            via=via,
            seat=self._seat(matter, person.locale),
            slots=words.slots_for(
                person,
                at,
                self._order(person, at),
                zone=self._zone,
                chance=self._chance,
            ),
            chance=self._chance,
        )

    def _matter(self, locale: str, via: str) -> Matter:
        """Deal from a shuffled deck, so that nothing comes again before all came."""
        deck = self._decks.setdefault((locale, via), self._deal(locale, via))
        return next(deck)

    def _deal(self, locale: str, via: str) -> Iterator[Matter]:
        matters = [one for one in MATTERS[locale] if via in one.via]
        while True:
            self._chance.shuffle(matters)
            yield from matters

    def _seat(self, matter: Matter, locale: str) -> Seat:
        seats = self._ground.office.serving(matter.where)
        speaking = [one for one in seats if one.colleague.locale == locale]
        return self._chance.choice(speaking or seats)

    def _order(self, person: Person, at: datetime) -> str:
        """Name the client's last order before that, or one like it."""
        mine = [
            number
            for placed, number in self._orders.get(person.phone, ())
            if placed < at
        ]
        return mine[-1] if mine else str(self._chance.randint(1200, 1990))

    def _hour(self, at: datetime) -> datetime:
        """Move it to a time of day when people get in touch."""
        here = at.astimezone(self._zone)
        hour = self._chance.choices(range(8, 22), HOURS)[0]
        moved = here.replace(hour=hour, minute=self._chance.randint(0, 59))
        return moved.astimezone(at.tzinfo) + MINUTE * self._chance.random()
