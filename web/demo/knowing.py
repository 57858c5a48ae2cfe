"""What the demo company's tags look like, and what it wants to know of clients."""

import random
from datetime import datetime, timedelta

from hub.attributes import definitions
from hub.attributes.definitions import AttributeGiven
from hub.collaboration.asking import EVERYBODY
from hub.storage.unit import UnitOfWork
from hub.tags import tags
from hub.tags.tags import TagGiven

#: Name, colour, what it is for.
TAGS = (
    ("терміново", "red", "Чекати не може: без тепла чи з водою на підлозі"),
    ("гарантія", "violet", "Ремонт за наш рахунок"),
    ("повернення", "rose", ""),
    ("доставка", "sky", "Де замовлення і коли приїде"),
    ("перенесення", "orange", "Інший день монтажу чи доставки"),
    ("документи", "slate", "Рахунки, акти, накладні"),
    ("подяка", "green", ""),
    ("urgent", "red", "Cannot wait: no heat, or water on the floor"),
    ("warranty", "violet", "Repaired at our cost"),
    ("return", "rose", ""),
    ("delivery", "sky", "Where the order is and when it comes"),
    ("new date", "orange", "Another day for the crew or the delivery"),
    ("papers", "slate", "Invoices, acts, waybills"),
    ("praise", "green", ""),
)
#: Name, and how it is asked for.
ATTRIBUTES: tuple[tuple[str, AttributeGiven], ...] = (
    (
        "tier",
        AttributeGiven(
            labels={"uk": "Рівень", "en": "Tier"},
            kind="choice",
            choices=[
                {"value": "regular", "labels": {"uk": "Звичайний", "en": "Regular"}},
                {"value": "gold", "labels": {"uk": "Золотий", "en": "Gold"}},
                {"value": "builder", "labels": {"uk": "Будівельник", "en": "Builder"}},
            ],
        ),
    ),
    (
        "birthday",
        AttributeGiven(
            labels={"uk": "День народження", "en": "Birthday"},
            kind="date",
            reminds="yearly",
            ahead_days=3,
        ),
    ),
    (
        "contract_until",
        AttributeGiven(
            labels={"uk": "Обслуговування до", "en": "Service until"},
            kind="date",
            reminds="once",
            ahead_days=30,
        ),
    ),
    (
        "heated_m2",
        AttributeGiven(
            labels={"uk": "Опалювана площа, м²", "en": "Heated area, m²"}, kind="number"
        ),
    ),
    (
        "limit",
        AttributeGiven(
            labels={"uk": "Ліміт відтермінування, грн", "en": "Credit limit, UAH"},
            kind="number",
            editors="managers",
        ),
    ),
)

#: Those that are days: they remind.
DAYS = frozenset({"birthday", "contract_until"})


def facts(chance: random.Random, now: datetime) -> dict[str, str]:
    """Say what the company knows of one client: a little of most, much of some."""
    tier = chance.choices(("regular", "gold", "builder"), (70, 18, 12))[0]
    known = {"tier": tier, "heated_m2": str(chance.randint(38, 240))}
    if chance.random() < 0.4:  # noqa: PLR2004 - some have us look after it
        until = now + timedelta(days=chance.randint(45, 700))
        known["contract_until"] = f"{until:%Y-%m-%d}"
    if tier == "gold":
        known["birthday"] = (
            f"{chance.randint(1950, 2001)}-{chance.randint(1, 12):02}-14"
        )
    if tier == "builder":
        known["limit"] = str(chance.randint(4, 30) * 5000)
    return known


async def seed(uow: UnitOfWork) -> None:
    """Name the tags, and say what is known of clients."""
    # A macro may have named some already.
    known = {one.name: one.id for one in await tags.on_screen(uow.session)}
    for name, colour, description in TAGS:
        tag = TagGiven(name=name, colour=colour, description=description)
        if name in known:
            await tags.change(uow, known[name], tag)
        else:
            await tags.create(uow, tag)
    for name, given in ATTRIBUTES:
        await definitions.create(uow, name, given)
    # There is nobody yet whose days could be looked at.
    await uow.forgive(EVERYBODY)
