"""Matters that only phones bring: WhatsApp, a picture by MMS, a client who said stop."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from hub.contracts import InboundMessage, Wish
from hub.conversations.given import ReplyGiven, ReplyRules
from hub.conversations.intake import batches as intake
from hub.conversations.intake.arrivals import Arrival
from hub.conversations.replies import reply
from hub.files.attachments import Stored
from hub.storage.tables import Address, TimelineItem
from hub.storage.unit import UnitOfWork
from web.demo.past import Act
from web.demo.people import Person
from web.demo.telling import Ground

NUMBER = "+380441234567"
REACHES = {"sms": "phone", "whatsapp": "phone"}
MINUTE = timedelta(minutes=1)

_WORDS = {
    "uk": {
        "asks": "Добрий день! Чи є котел TEPLA 12 на складі у Львові?",
        "answer": "Добрий день! Так, є два. Можемо привезти завтра з 10 до 14. Вам зручно?",
        "again": "Так, зручно. А можна оплатити карткою майстру?",
        "picture": "Ось табличка, про яку ви питали. Номер видно?",
        "offer": "Нагадуємо: цього місяця огляд котла зі знижкою 20 %. Записати вас?",
        "stop": "Стоп",
    },
    "en": {
        "asks": "Hello, do you have the TEPLA 12 boiler in stock in Lviv?",
        "answer": "Hello, yes, two of them. We can bring one tomorrow, 10 to 14. Would that do?",
        "again": "It would. Can I pay the fitter by card?",
        "picture": "Here is the plate you asked about. Can you read the number?",
        "offer": "A reminder: boiler check with 20% off this month. Shall we book you in?",
        "stop": "STOP",
    },
}


def plan(
    ground: Ground, persons: Sequence[Person], *, now: datetime, chance: random.Random
) -> None:
    """Plan one matter of each kind; three persons who have nothing else under way."""
    if len(persons) < len(_SCENES):
        return
    for person, scene in zip(persons, _SCENES, strict=False):
        scene(_Texter(ground, person, chance), now)


@dataclass(frozen=True, slots=True)
class _Texter:
    """Somebody who writes with his phone."""

    ground: Ground
    person: Person
    chance: random.Random

    def writes(
        self,
        word: str,
        *,
        channel: str = "sms",
        wish: Wish | None = None,
        files: Sequence[Stored] = (),
    ) -> Act:
        """Let him write."""
        by_whatsapp = channel == "whatsapp"

        async def act(uow: UnitOfWork) -> None:
            item = InboundMessage(
                channel=channel,
                external_id=f"SM{self.chance.getrandbits(128):032x}",
                sender=self.person.phone,
                sender_kind="phone",
                sender_name=self.person.name if by_whatsapp else "",
                recipient=NUMBER,
                text=_WORDS[self.person.locale][word],
                wish=wish,
                sent_at=uow.now,
            )
            arrival = Arrival(item=item, files=tuple(files))
            await intake.take(uow, self.ground.rules, [arrival])

        return act

    def is_answered(self, word: str, *, channel: str) -> Act:
        """Let an agent write to him, in his latest matter."""

        async def act(uow: UnitOfWork) -> None:
            address = await uow.session.scalar(
                select(Address).where(
                    Address.kind == "phone", Address.value == self.person.phone
                )
            )
            if address is None:
                return
            place = await uow.session.scalar(
                select(TimelineItem.conversation_id)
                .where(
                    TimelineItem.client_id == address.client_id,
                    TimelineItem.conversation_id.is_not(None),
                )
                .order_by(TimelineItem.at.desc(), TimelineItem.id.desc())
                .limit(1)
            )
            if place is None:
                return
            rules = self.ground.rules.settings.conversations
            item, _ = await reply(
                uow,
                place,
                ReplyGiven(
                    channel=channel,
                    address_id=address.id,
                    text=_WORDS[self.person.locale][word],
                    seen=0,
                    anyway=True,
                ),
                key=UUID(int=self.chance.getrandbits(128), version=4),
                rules=ReplyRules(
                    undo_window=rules.undo_window,
                    max_text=rules.max_text,
                    reaches=REACHES,
                ),
            )
            past = self.ground.past
            past.at(item.send_at or uow.now, past.send)

        return act


def _talks_by_whatsapp(one: _Texter, now: datetime) -> None:
    past, agent = one.ground.past, one.ground.office.agents[0].actor
    past.at(now - 190 * MINUTE, one.writes("asks", channel="whatsapp"))
    past.at(now - 176 * MINUTE, one.is_answered("answer", channel="whatsapp"), agent)
    past.at(now - 34 * MINUTE, one.writes("again", channel="whatsapp"))


def _sends_a_picture(one: _Texter, now: datetime) -> None:
    files = [one.chance.choice(one.ground.pictures)] if one.ground.pictures else []
    one.ground.past.at(now - 21 * MINUTE, one.writes("picture", files=files))


def _says_stop(one: _Texter, now: datetime) -> None:
    past, agent = one.ground.past, one.ground.office.agents[-1].actor
    begins = now - timedelta(days=2)
    past.at(begins, one.writes("asks"))
    past.at(begins + 8 * MINUTE, one.is_answered("answer", channel="sms"), agent)
    past.at(begins + 20 * MINUTE, one.is_answered("offer", channel="sms"), agent)
    past.at(begins + 26 * MINUTE, one.writes("stop", wish=Wish.STOP))


_SCENES = (_talks_by_whatsapp, _sends_a_picture, _says_stop)
