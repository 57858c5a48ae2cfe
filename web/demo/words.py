"""How letters of the demo company and its clients begin, end and quote. Pure."""

# ruff: noqa: RUF001 - Ukrainian letters are meant.

import random
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from html import escape
from zoneinfo import ZoneInfo

from babel.dates import format_date

from web.demo.goods import KINDS, of_kind
from web.demo.people import Person

COMPANY = {"uk": "Затишок", "en": "Zatyshok"}
_HELLO = {
    "uk": ("Добрий день!", "Вітаю!", "Доброго дня.", ""),
    "en": ("Hello,", "Good morning,", "Hi there,", ""),
}
_BYE = {
    "uk": ("З повагою,\n{name}", "Дякую!\n{name}", "{name}\n{phone}", "{name}"),
    "en": (
        "Kind regards,\n{name}",
        "Many thanks,\n{name}",
        "{name}\n{phone}",
        "{name}",
    ),
}
_GREETING = {"uk": "{called}, добрий день!", "en": "Hello {called},"}
_SIGNATURE = {
    "uk": "Гарного дня,\n{agent}\n{company}",
    "en": "Best wishes,\n{agent}\n{company}",
}
_WROTE = {"uk": "{date} Затишок пише:", "en": "On {date} Zatyshok wrote:"}
#: After a call that nobody answered.
MISSED = {
    "uk": "Ви телефонували в «Затишок», а ми не встигли відповісти. Чим допомогти?",
    "en": "You rang Zatyshok and we could not pick up in time. How can we help?",
}
#: What an agent keeps of a call.
CALL_NOTE = {
    "uk": "Дзвінок. Клієнт: «{says}» Ми: «{answer}»",
    "en": "By phone. The client: “{says}” We: “{answer}”",
}
#: A thank-you that closes a talk.
THANKS = {
    "uk": ("Дякую!", "Дуже дякую", "Дякую, гарного дня!"),
    "en": ("Thank you!", "Thanks a lot", "Great, thanks!"),
}
#: A day as one says when something is, for Ukrainian.
_UK_ON = {
    0: "у понеділок",
    1: "у вівторок",
    2: "у середу",
    3: "у четвер",
    4: "у п’ятницю",
    5: "у суботу",
    6: "у неділю",
}


def slots_for(
    person: Person, at: datetime, order: str, *, zone: ZoneInfo, chance: random.Random
) -> dict[str, str]:
    """Choose what is filled into the texts of one matter."""
    goods = {kind: of_kind(kind, chance) for kind in KINDS}
    coming = at.astimezone(zone) + timedelta(days=chance.randint(2, 6))
    if coming.weekday() == 6:  # noqa: PLR2004 - nobody works on Sunday
        coming += timedelta(days=1)
    return {
        **{kind: good.model for kind, good in goods.items()},
        "sum": f"{goods['pump'].price:,}".replace(
            ",", "," if person.locale == "en" else "\N{NO-BREAK SPACE}"
        ),
        "city": person.city,
        "street": person.street,
        "on": _on(coming, person.locale),
        "hour": f"{chance.randint(9, 17)}:{chance.choice(('00', '30'))}",
        "order": order,
    }


def clients_letter(person: Person, text: str, *, chance: random.Random) -> str:
    """Write what a client says as he would write a mail."""
    hello = chance.choice(_HELLO[person.locale])
    bye = chance.choice(_BYE[person.locale]).format(
        name=person.name, phone=person.phone
    )
    return "\n\n".join(part for part in (hello, text, bye) if part)


#: Colleagues elsewhere who are written to about a client's matter.
WORKSHOP = {
    "uk": "Сервісна майстерня <workshop@zatyshok.example>",
    "en": "Service workshop <workshop@zatyshok.example>",
}
TO_WORKSHOP = {
    "uk": "Подивіться, будь ласка, що скажете. Клієнт чекає на відповідь сьогодні.",
    "en": "Please have a look and tell me what you think. The client hopes to hear today.",
}
BOOKKEEPING = {
    "uk": "Бухгалтерія <accounts@zatyshok.example>",
    "en": "Accounts <accounts@zatyshok.example>",
}
#: When the showroom is open, and the days on which it is not.
SHOWROOM_HOURS = "Showroom"
HOLIDAYS = {
    date(2026, 8, 24): "День Незалежності України",
    date(2026, 12, 25): "Різдво",
    date(2027, 1, 1): "Новий рік",
}
#: Below mails of every queue that no agent signs in his own words.
QUEUE_SIGNATURE = "{agent.name}\n{company}, +380 44 123 45 67"
#: Nadia's own.
NADIAS_SIGNATURE = "Надія Коваленко\n{company}: тепло, що працює\n+380 67 200 01 01"


def our_letter(person: Person, text: str, agent: str) -> str:
    """Write what an agent says as a mail."""
    locale = person.locale
    return "\n\n".join(
        (
            _GREETING[locale].format(called=person.called),
            text,
            _SIGNATURE[locale].format(agent=agent, company=COMPANY[locale]),
        )
    )


def quoting(answer: str, quoted: str, at: datetime, locale: str) -> str:
    """Put what is answered below the answer, as mail programs do."""
    date = format_date(at, "d MMM y", locale=locale)
    wrote = _WROTE[locale].format(date=date)
    lines = "\n".join(f"> {line}".rstrip() for line in quoted.splitlines())
    return f"{answer}\n\n{wrote}\n{lines}"


def as_html(text: str) -> str:
    """Write a mail's text as simple HTML; what is quoted stands apart."""
    own = [line for line in text.split("\n") if not line.startswith(">")]
    quoted = [line[1:].strip() for line in text.split("\n") if line.startswith(">")]
    body = "".join(
        f"<p>{escape(part).replace(chr(10), '<br>')}</p>"
        for part in "\n".join(own).split("\n\n")
        if part.strip()
    )
    if not quoted:
        return f"<html><body>{body}</body></html>"
    below = "<br>".join(escape(line) for line in quoted)
    return f"<html><body>{body}<blockquote>{below}</blockquote></body></html>"


def form_answers(
    person: Person, text: str, *, chance: random.Random
) -> tuple[str, Mapping[str, str]]:
    """Give the form that a client fills in, by its name, and his answers."""
    dice = chance.random()
    if dice < 0.2:  # noqa: PLR2004 - some just write
        return "contact", {
            "name": person.name,
            "email": person.email,
            "text": text,
            "lang": person.locale,
        }
    if dice < 0.35:  # noqa: PLR2004 - some send something back
        return "return", {
            "name": person.name,
            "email": person.email,
            "order": str(chance.randint(1200, 1990)),
            "wrong": chance.choice(("damaged", "other", "size")),
            "bought": f"2026-0{chance.randint(1, 9)}-1{chance.randint(0, 9)}",
            "terms": "yes",
            "lang": person.locale,
        }
    if person.locale == "uk":
        about = ("Тепловий насос", "Котел", "Кондиціонер", "Вентиляція", "Інше")
        return "callback", {
            "name": person.name,
            "phone": person.phone,
            "about": chance.choice(about),
            "text": text,
        }
    return "before-we-install", {
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
        "building": chance.choice(("House", "Flat", "Office")),
        "supply": chance.choice(("One phase", "Three phases", "Not sure")),
        "text": text,
    }


def _on(day: datetime, locale: str) -> str:
    if locale == "uk":
        date = format_date(day, "d MMMM", locale="uk")
        return f"{_UK_ON[day.weekday()]}, {date}"
    return f"on {format_date(day, 'EEEE d MMMM', locale='en')}"


#: How conversations of the shop end.
DISPOSITIONS = (
    "Вирішено",
    "Продано",
    "Немає в наявності",
    "Передано майстрові",
    "Помилковий дзвінок",
)
