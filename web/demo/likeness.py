"""People whom the hub takes for two, and who are one; and one who quotes another."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from hub.clients import merging
from hub.clients.layers import Choice
from hub.conversations.intake import batches as intake
from hub.conversations.intake.arrivals import Arrival
from hub.storage.tables import Address, TimelineItem
from hub.storage.unit import UnitOfWork
from web.demo.people import Person
from web.demo.plot import act
from web.demo.telling import Ground

MINUTE = timedelta(minutes=1)
#: Clients that there are twice, or who write for others.
TWINS = 3
#: What they write, by their language.
_ABOUT = {
    "uk": ("Гарантійний талон", "Вітаю! Куди надіслати копію гарантійного талона?"),
    "en": ("Warranty card", "Hello, where shall I send a copy of the warranty card?"),
}
_FOR_ANOTHER = {
    "uk": "Добрий день, пишу замість мами: коли буде майстер?",
    "en": "Hello, I write for my mother: when will the fitter come?",
}


def plan(ground: Ground, persons: Sequence[Person], *, now: datetime) -> None:
    """Let one write from a mailbox of another spelling, one be merged, one quote."""
    if len(persons) < TWINS:
        return
    twin, merged, parent = persons[:3]
    _mails(ground, _spelt_otherwise(twin, "home"), now - 190 * MINUTE)
    _mails(ground, _spelt_otherwise(merged, "work"), now - 2 * 24 * 60 * MINUTE)
    merge = act(_merge, merged, _spelt_otherwise(merged, "work"))
    seat = ground.office.agents[0]
    ground.past.at(now - (2 * 24 * 60 - 40) * MINUTE, merge, seat.actor)
    ground.past.at(now - 75 * MINUTE, act(_quote, ground, parent, now - 75 * MINUTE))


def _spelt_otherwise(person: Person, mailbox: str) -> Person:
    local, _, domain = person.email.partition("@")
    return replace(person, email=f"{local}+{mailbox}@{domain}")


def _mails(ground: Ground, person: Person, at: datetime) -> None:
    subject, text = _ABOUT[person.locale]
    mail = ground.inbound.mail(
        person, subject, text, quoted="", quoted_at=None, references=(), at=at
    )
    arrivals = [Arrival(item=replace(mail, locale=person.locale))]
    ground.past.at(at, act(intake.take, ground.rules, arrivals))


async def _merge(uow: UnitOfWork, person: Person, other: Person) -> None:
    ids = [
        await uow.session.scalar(
            select(Address.client_id).where(Address.value == one.email)
        )
        for one in (person, other)
    ]
    if None not in ids and ids[0] != ids[1]:
        await merging.merge(uow, ids[0] or 0, ids[1] or 0, Choice())


async def _quote(uow: UnitOfWork, ground: Ground, parent: Person, at: datetime) -> None:
    """Let somebody of the family answer a mail that the client once got or wrote."""
    quoted = await uow.session.scalar(
        select(TimelineItem)
        .where(TimelineItem.channel == "email", TimelineItem.external_id.is_not(None))
        .order_by(TimelineItem.at.desc(), TimelineItem.id.desc())
        .limit(1)
    )
    if quoted is None or quoted.external_id is None:
        return
    child = replace(parent, email=f"family.{parent.email}")
    mail = ground.inbound.mail(
        child,
        f"Re: {quoted.subject}",
        _FOR_ANOTHER[parent.locale],
        quoted="",
        quoted_at=None,
        references=(quoted.external_id,),
        at=at,
    )
    letter = Arrival(item=replace(mail, locale=child.locale))
    await intake.take(uow, ground.rules, [letter])
