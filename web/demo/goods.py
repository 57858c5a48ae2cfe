"""What the demo company sells."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    """One thing of the price list."""

    #: Its place in a matter's text: ``pump``, ``boiler`` and so on.
    kind: str
    #: As clients call it, in any language.
    model: str
    names: dict[str, str]
    #: In hryvnias.
    price: int


def _goods(
    kind: str, uk: str, en: str, models: tuple[tuple[str, int], ...]
) -> tuple[Good, ...]:
    return tuple(
        Good(
            kind=kind,
            model=model,
            names={"uk": f"{uk} {model}", "en": f"{en} {model}"},
            price=price,
        )
        for model, price in models
    )


GOODS = (
    *_goods(
        "pump",
        "Тепловий насос",
        "Heat pump",
        (("Tepla 8", 148_000), ("Tepla 12", 186_000), ("Tepla 16", 231_000)),
    ),
    *_goods("boiler", "Котел", "Boiler", (("Zhar 24", 31_400), ("Zhar 30", 36_900))),
    *_goods(
        "cooler",
        "Кондиціонер",
        "Air conditioner",
        (("Lehit 25", 22_700), ("Lehit 35", 27_300)),
    ),
    *_goods("fan", "Рекуператор", "Heat recovery unit", (("Podykh 50", 16_800),)),
    *_goods(
        "stat", "Термостат", "Thermostat", (("Lahoda S", 4_600), ("Lahoda M", 6_200))
    ),
    *_goods("filter", "Фільтр для води", "Water filter", (("Dzherelo 5", 7_900),)),
)
KINDS = tuple(dict.fromkeys(good.kind for good in GOODS))
#: Work that is on the bill: name by language, price in hryvnias.
FITTING = ({"uk": "Монтаж і запуск", "en": "Fitting and start-up"}, 28_000)
DELIVERY = ({"uk": "Доставка", "en": "Delivery"}, 900)


def of_kind(kind: str, chance: random.Random) -> Good:
    """Choose one of a kind."""
    return chance.choice([good for good in GOODS if good.kind == kind])
