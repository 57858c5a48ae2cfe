"""A mail in the name of a client who has not written it."""

from datetime import datetime, timedelta

from hub.contracts import Authenticity, InboundMessage, Verdict
from hub.conversations.intake import batches as intake
from hub.conversations.intake.arrivals import Arrival
from hub.storage.unit import UnitOfWork
from web.demo.inbound import SUPPORT
from web.demo.people import Person
from web.demo.telling import Ground

_AGO = timedelta(minutes=50)
_WORDS = {
    "uk": (
        "Куди привезти замовлення",
        (
            "Добрий день! Я змінив адресу. Привезіть моє замовлення на Складську, 2, ворота 5,"
            " і напишіть, що саме в ньому і скільки вже сплачено."
        ),
    ),
    "en": (
        "Where to bring my order",
        (
            "Hello, I have moved. Bring my order to Skladska 2, gate 5, please, and write to me"
            " what is in it and how much of it is paid."
        ),
    ),
}


def plan(ground: Ground, person: Person, *, now: datetime) -> None:
    """Let somebody write in his name; the mail server of the company notices."""

    async def act(uow: UnitOfWork) -> None:
        subject, text = _WORDS[person.locale]
        domain = person.email.rpartition("@")[2]
        item = InboundMessage(
            channel="email",
            external_id="<delivery-1@elsewhere.example>",
            sender=person.email,
            sender_kind="email",
            sender_name=person.name,
            recipient=SUPPORT,
            subject=subject,
            text=text,
            visible_text=text,
            sent_at=uow.now,
            authenticity=Authenticity(
                verdict=Verdict.FORGED, domain=domain, by="mx.zatyshok.example"
            ),
        )
        await intake.take(uow, ground.rules, [Arrival(item=item)])

    ground.past.at(now - _AGO, act)
