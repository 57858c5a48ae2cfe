"""The orders of the demo company's clients, and how far each has come."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.log.events import Actor
from hub.orders.buyers import Buyer
from hub.orders.given import LineGiven, OrderGiven
from hub.orders.orders import put_order
from hub.storage.unit import UnitOfWork
from web.demo.goods import DELIVERY, FITTING, GOODS
from web.demo.past import Past
from web.demo.people import REGULARS, Person

#: The shop's own program.
SHOP = Actor(kind="program", name="Zatyshok shop")
FIRST_NUMBER = 2001
CARRIERS = {"uk": "Кур’єр «Затишку»", "en": "Zatyshok courier"}
#: Where orders end that began long enough ago, and how often.
ENDS = {"done": 70, "delivered": 14, "cancelled": 9, "returned": 7}
#: Where the newest ones stand, in turn: every status is among them.
STANDINGS = (
    *("placed", "paid", "packed", "shipped", "delivered"),
    *("done", "cancelled", "returned"),
)
_WAY = ("placed", "paid", "packed", "shipped", "delivered", "done")
#: Days from one step to the next, at least and at most.
_DAYS = {
    "placed": (0.0, 0.0),
    "paid": (0.02, 0.8),
    "packed": (0.3, 1.5),
    "shipped": (0.3, 1.0),
    "delivered": (0.8, 2.5),
    "done": (1.0, 4.0),
}
#: Of orders older than that not every step is known.
SAID_BRIEFLY = timedelta(days=40)
#: Clients are told of steps that are not older.
TOLD_FOR = timedelta(days=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """One order, from its first step to its last."""

    number: str
    person: Person
    lines: tuple[LineGiven, ...]
    #: The statuses it came to, and when.
    steps: tuple[tuple[str, datetime], ...]
    tracking_number: str


def purchases(
    buyers: Sequence[Person],
    *,
    since: datetime,
    now: datetime,
    chance: random.Random,
) -> list[Purchase]:
    """Make up who ordered what, in the order of their numbers."""
    recent = now - timedelta(days=12)
    ends = [
        (since + (recent - since) * chance.random(), person, _end(chance))
        for person in buyers
        for _ in range(chance.choices((0, 1, 2), (62, 32, 6))[0])
    ]
    # At least one of each, however small the company is.
    for number in range(max(len(STANDINGS), len(buyers) // 5)):
        status = STANDINGS[number % len(STANDINGS)]
        days = _least_age(status) + 1.5 * chance.random()
        # Whoever is played on the simulator's page has an order to ask for.
        is_regular = number < min(len(REGULARS), len(buyers))
        person = buyers[number] if is_regular else chance.choice(buyers)
        ends.append((now - timedelta(days=days), person, status))
    ends.sort(key=lambda one: one[0])
    return [
        Purchase(
            number=str(FIRST_NUMBER + place),
            person=person,
            lines=_lines(person.locale, chance),
            steps=_steps(status, at, now, chance),
            tracking_number=f"ZT{chance.randint(10_000_000, 99_999_999)}",
        )
        for place, (at, person, status) in enumerate(ends)
    ]


def plan(past: Past, purchase: Purchase, *, now: datetime, country: str) -> None:
    """Have the shop say every step of it at its time."""
    for place, (status, at) in enumerate(purchase.steps):
        known = now - at < TOLD_FOR
        past.at(at, _Said(purchase, place, notify=known, country=country), SHOP)
        if known and status != "done":
            past.at(at + timedelta(seconds=1), past.fire)
            past.at(at + timedelta(seconds=2), past.send)


class _Said:
    """One update of an order by the shop. A step."""

    def __init__(
        self, purchase: Purchase, place: int, *, notify: bool, country: str
    ) -> None:
        self._purchase = purchase
        self._place = place
        self._notify = notify
        self._country = country

    async def __call__(self, uow: UnitOfWork) -> None:
        one = self._purchase
        status, at = one.steps[self._place]
        behind = [step for step, _ in one.steps[: self._place + 1]]
        under_way = bool({"shipped", "delivered"} & set(behind))
        ends_well = one.steps[-1][0] not in {"cancelled", "returned"}
        await put_order(
            uow,
            one.number,
            OrderGiven(
                client=Buyer(
                    email=one.person.email,
                    phone=one.person.phone,
                    name=one.person.name,
                    locale=one.person.locale,
                ),
                status=status,
                currency="UAH",
                lines=one.lines,
                paid=bool({"paid", "shipped", "delivered"} & set(behind)),
                placed_at=one.steps[0][1],
                expected_at=_expected(one.steps[0][1]) if ends_well else None,
                tracking_number=one.tracking_number if under_way else "",
                carrier=CARRIERS[one.person.locale] if under_way else "",
                updated_at=at,
                notify=self._notify,
            ),
            country=self._country,
        )


def _expected(placed_at: datetime) -> datetime:
    day = placed_at + timedelta(days=5)
    return day.replace(hour=15, minute=0, second=0, microsecond=0)


def _end(chance: random.Random) -> str:
    return chance.choices(tuple(ENDS), tuple(ENDS.values()))[0]


def _least_age(status: str) -> float:
    """Tell how many days ago an order must have begun to stand here by now."""
    if status == "cancelled":
        return 1.5
    upto = "delivered" if status == "returned" else status
    days = sum(_DAYS[step][1] for step in _WAY[: _WAY.index(upto) + 1])
    return days + (3.5 if status == "returned" else 0.1)


def _steps(
    status: str, start: datetime, now: datetime, chance: random.Random
) -> tuple[tuple[str, datetime], ...]:
    if status == "cancelled":
        way: tuple[str, ...] = _WAY[: chance.randint(1, 2)]
    elif status == "returned":
        way = _WAY[:5]
    else:
        way = _WAY[: _WAY.index(status) + 1]
    if now - start > SAID_BRIEFLY:
        # The shop of those days said less.
        way = tuple(step for step in way if step not in {"paid", "packed"})
    at, steps = start, []
    for step in way:
        shortest, longest = _DAYS[step]
        at += timedelta(days=shortest + (longest - shortest) * chance.random())
        steps.append((step, at))
    if status in {"cancelled", "returned"}:
        days = 0.5 if status == "cancelled" else 3
        steps.append((status, at + timedelta(days=days * (0.5 + chance.random() / 2))))
    return tuple((step, min(at, now)) for step, at in steps)


def _lines(locale: str, chance: random.Random) -> tuple[LineGiven, ...]:
    goods = chance.sample(GOODS, k=chance.choices((1, 2, 3), (60, 30, 10))[0])
    lines = []
    for good in goods:
        quantity = chance.randint(1, 3) if good.price < 10_000 else 1  # noqa: PLR2004
        lines.append(
            LineGiven(
                name=good.names[locale],
                quantity=quantity,
                amount=quantity * good.price * 100,
            )
        )
    heavy = any(good.kind in {"pump", "boiler", "cooler"} for good in goods)
    names, price = FITTING if heavy else DELIVERY
    lines.append(LineGiven(name=names[locale], quantity=1, amount=price * 100))
    return tuple(lines)
