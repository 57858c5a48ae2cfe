"""The demo company's clients: who they are and how they are reached. All made up."""

import random
from dataclasses import dataclass

from channels.simulator import Persona

#: First name, as it is called out, in Latin letters.
_WOMEN = (
    ("Оксана", "Оксано", "oksana"),
    ("Олена", "Олено", "olena"),
    ("Ірина", "Ірино", "iryna"),
    ("Наталія", "Наталіє", "nataliia"),
    ("Галина", "Галино", "halyna"),
    ("Софія", "Софіє", "sofiia"),
    ("Леся", "Лесю", "lesia"),
    ("Мар’яна", "Мар’яно", "mariana"),
    ("Тетяна", "Тетяно", "tetiana"),
    ("Юлія", "Юліє", "yuliia"),
    ("Зоряна", "Зоряно", "zoriana"),
    ("Віра", "Віро", "vira"),
    ("Богдана", "Богдано", "bohdana"),
    ("Людмила", "Людмило", "liudmyla"),
    ("Катерина", "Катерино", "kateryna"),
)
_MEN = (
    ("Андрій", "Андрію", "andrii"),
    ("Тарас", "Тарасе", "taras"),
    ("Богдан", "Богдане", "bohdan"),
    ("Василь", "Василю", "vasyl"),
    ("Остап", "Остапе", "ostap"),
    ("Микола", "Миколо", "mykola"),
    ("Роман", "Романе", "roman"),
    ("Юрій", "Юрію", "yurii"),
    ("Степан", "Степане", "stepan"),
    ("Ігор", "Ігоре", "ihor"),
    ("Павло", "Павле", "pavlo"),
    ("Дмитро", "Дмитре", "dmytro"),
    ("Олег", "Олеже", "oleh"),
    ("Назар", "Назаре", "nazar"),
    ("Максим", "Максиме", "maksym"),
)
#: His and her form, in Latin letters.
_SURNAMES = (
    ("Мельник", "Мельник", "melnyk"),
    ("Коваль", "Коваль", "koval"),
    ("Бондаренко", "Бондаренко", "bondarenko"),
    ("Ткачук", "Ткачук", "tkachuk"),
    ("Левицький", "Левицька", "levytskyi"),
    ("Гнатюк", "Гнатюк", "hnatiuk"),
    ("Савчук", "Савчук", "savchuk"),
    ("Заграй", "Заграй", "zahrai"),
    ("Дорош", "Дорош", "dorosh"),
    ("Яворський", "Яворська", "yavorskyi"),
    ("Кравець", "Кравець", "kravets"),
    ("Паламарчук", "Паламарчук", "palamarchuk"),
    ("Стельмах", "Стельмах", "stelmakh"),
    ("Гриценко", "Гриценко", "hrytsenko"),
    ("Вдовиченко", "Вдовиченко", "vdovychenko"),
    ("Чумак", "Чумак", "chumak"),
    ("Романюк", "Романюк", "romaniuk"),
    ("Білецький", "Білецька", "biletskyi"),
    ("Гончар", "Гончар", "honchar"),
    ("Скрипка", "Скрипка", "skrypka"),
    ("Лисенко", "Лисенко", "lysenko"),
    ("Федорів", "Федорів", "fedoriv"),
    ("Кушнір", "Кушнір", "kushnir"),
    ("Озерний", "Озерна", "ozernyi"),
)
_ENGLISH_WOMEN = (
    *("Helen", "Grace", "Fiona", "Laura", "Priya"),
    *("Ingrid", "Chloe", "Martha", "Yasmin", "Rachel"),
)
_ENGLISH_MEN = (
    *("Daniel", "Oliver", "Tom", "Marcus", "Henry"),
    *("Rafael", "Stuart", "Adam", "Leon", "George"),
)
_ENGLISH_SURNAMES = (
    *("Ashworth", "Bennett", "Calloway", "Dunmore", "Ellery", "Fairfax"),
    *("Granger", "Hollis", "Ingram", "Jessop", "Kendrick", "Lockwood"),
    *("Marlow", "Norwood", "Ogilvie", "Prescott", "Rowe", "Sutton"),
)
CITIES = {
    "uk": ("Київ", "Львів", "Полтава", "Вінниця", "Тернопіль", "Чернівці", "Одеса"),
    "en": ("Kyiv", "Lviv", "Poltava", "Vinnytsia", "Ternopil", "Chernivtsi", "Odesa"),
}
_STREETS = {
    "uk": ("Садова", "Липова", "Шевченка", "Лісова", "Соборна", "Яблунева", "Зоряна"),
    "en": ("Sadova", "Lypova", "Shevchenka", "Lisova", "Soborna", "Yabluneva"),
}
_PREFIXES = ("50", "63", "66", "68", "73", "93", "95", "96", "97", "98")
_MAILBOXES = ("poshta.example", "mail.example", "home.example", "inbox.example")
#: The share of those who write Ukrainian.
UKRAINIAN = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who buys from the demo company."""

    name: str
    #: How a letter to him begins.
    called: str
    female: bool
    locale: str
    phone: str
    email: str
    city: str
    street: str


#: They stand first among the clients, and can be played on the simulator's page.
REGULARS = (
    Person(
        name="Оксана Мельник",
        called="Оксано",
        female=True,
        locale="uk",
        phone="+380503382065",
        email="oksana.melnyk@poshta.example",
        city="Київ",
        street="Садова, 14",
    ),
    Person(
        name="Andrew Marsh",
        called="Andrew",
        female=False,
        locale="en",
        phone="+380672144117",
        email="andrew.marsh@mail.example",
        city="Lviv",
        street="Lypova 3",
    ),
    Person(
        name="Тарас Бойко",
        called="Тарасе",
        female=False,
        locale="uk",
        phone="+380931205544",
        email="taras.boiko@home.example",
        city="Полтава",
        street="Соборна, 27",
    ),
    Person(
        name="Emma Clarke",
        called="Emma",
        female=True,
        locale="en",
        phone="+380955018822",
        email="emma.clarke@inbox.example",
        city="Kyiv",
        street="Yabluneva 9",
    ),
)
PERSONAS = tuple(
    Persona(name=one.name, phone=one.phone, email=one.email, locale=one.locale)
    for one in REGULARS
)


def people(count: int, *, seed: int) -> list[Person]:
    """Make up so many clients, no two with one address; the regulars stand first."""
    chance = random.Random(f"people:{seed}")  # noqa: S311 - nothing to keep secret
    made = list(REGULARS[:count])
    names = {one.name for one in made}
    phones = {one.phone for one in made}
    while len(made) < count:
        number = len(made)
        one = _person(chance, number)
        # Namesakes happen, but a demonstration is easier to follow without many.
        if one.phone in phones or (one.name in names and chance.random() < 0.95):  # noqa: PLR2004
            continue
        names.add(one.name)
        phones.add(one.phone)
        made.append(one)
    return made


def _person(chance: random.Random, number: int) -> Person:
    female = chance.random() < 0.5  # noqa: PLR2004 - as many women as men
    locale = "uk" if chance.random() < UKRAINIAN else "en"
    if locale == "uk":
        first, called, latin = chance.choice(_WOMEN if female else _MEN)
        his, hers, family = chance.choice(_SURNAMES)
        name = f"{first} {hers if female else his}"
    else:
        first = chance.choice(_ENGLISH_WOMEN if female else _ENGLISH_MEN)
        surname = chance.choice(_ENGLISH_SURNAMES)
        name, called, latin = f"{first} {surname}", first, first.lower()
        family = surname.lower()
    street = f"{chance.choice(_STREETS[locale])}, {chance.randint(1, 90)}"
    return Person(
        name=name,
        called=called,
        female=female,
        locale=locale,
        phone=f"+380{chance.choice(_PREFIXES)}{chance.randint(2_000_000, 8_999_999)}",
        email=f"{latin}.{family}{number}@{chance.choice(_MAILBOXES)}",
        city=chance.choice(CITIES[locale]),
        street=street,
    )
