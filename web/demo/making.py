"""Plan the demo company's whole history, and play it."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sqlalchemy import select

from channels.base import Place
from config import Settings
from hub.access import accounts, notifications
from hub.clients import clients
from hub.collaboration import alarms, dates
from hub.collaboration.asking import LOOK
from hub.collaboration.rules import day_rules, task_rules
from hub.contracts import WebhookRequest
from hub.conversations import quarantine
from hub.conversations.intake.arrivals import Intake
from hub.files.attachments import Stored
from hub.forms import forms
from hub.orders.notices import ORDER_NOTICE, send_notice
from hub.orders.shop import Shop
from hub.queues import presence
from hub.storage.tables import Account, Notification, QuarantineItem
from hub.storage.timers import Handler
from hub.storage.unit import UnitOfWork
from web.demo import (
    agenda,
    forging,
    knowing,
    likeness,
    living,
    pictures,
    purchases,
    staff,
    texting,
)
from web.demo.history import LIVE, History
from web.demo.inbound import Inbound
from web.demo.past import Past
from web.demo.people import REGULARS, Person
from web.demo.plot import MINUTE, act
from web.demo.purchases import Purchase
from web.demo.staff import Office, Seat
from web.demo.telling import Ground
from web.telling import agent_timers

DAY = timedelta(days=1)
#: Notifications that are not older have not been seen.
UNSEEN = timedelta(hours=20)
#: Matters of the past are done so long ago, and those of clients who have one now.
QUIET, LONG_QUIET = timedelta(days=3), timedelta(days=21)
#: How long agents have been taking breaks that anybody can see.
WATCHED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """All that the history is made of."""

    settings: Settings
    shop: Shop
    reply_key: bytes = field(repr=False)
    password_hash: str = field(repr=False)
    pictures: Sequence[Stored]
    papers: Sequence[Stored]
    chance: random.Random
    since: datetime
    now: datetime

    async def play(self, uow: UnitOfWork, persons: Sequence[Person]) -> None:
        """Make everything in one unit, each thing at its time."""
        past = Past(self.settings, self._timers())
        uow.now = self.since - DAY
        office = await staff.found(uow, self.settings, self.password_hash)
        await uow.finish()
        uow.events.clear()
        bought = purchases.purchases(
            persons, since=self.since, now=self.now, chance=self.chance
        )
        self._plan(past, office, persons, bought)
        await past.play(uow, until=self.now)
        await self._close(uow, past)

    def _timers(self) -> dict[str, Handler]:
        return {
            ORDER_NOTICE: partial(send_notice, shop=self.shop),
            alarms.DUE: partial(alarms.fall_due, rules=task_rules(self.settings)),
            alarms.REMIND: alarms.remind,
            LOOK: partial(dates.look, rules=day_rules(self.settings)),
        }

    def _plan(
        self,
        past: Past,
        office: Office,
        persons: Sequence[Person],
        bought: Sequence[Purchase],
    ) -> None:
        orders: dict[str, list[tuple[datetime, str]]] = {}
        for one in bought:
            orders.setdefault(one.person.phone, []).append(
                (one.steps[0][1], one.number)
            )
            purchases.plan(past, one, now=self.now, country=self.settings.country)
        ground = self._ground(past, office)
        asked = ground.inbound.forms()
        seeded = act(forms.seed, asked, settings=self.settings.forms)
        past.at(self.since - MINUTE, seeded)
        past.at(self.since - MINUTE, act(knowing.seed))
        history = History(
            ground,
            orders,
            zone=ZoneInfo(self.settings.timezone),
            chance=self.chance,
        )
        # Whom the simulator can play, is not among them: he begins with a clean desk.
        live = persons[max(0, len(persons) - self._many_live(len(persons))) :]
        for person in persons:
            quiet = LONG_QUIET if person in live else QUIET
            first = history.plan_past(person, since=self.since, until=self.now - quiet)
            known = min([first, *(at for at, _ in orders.get(person.phone, ()))])
            past.at(known - MINUTE, act(self._knows, person), purchases.SHOP)
        history.plan_live(live, now=self.now)
        likeness.plan(ground, persons, now=self.now)
        texters = [one for one in persons if one not in live and one not in REGULARS]
        # The last of them, so that those who text and those of the agenda are others.
        history.plan_today(texters[-len(texters) // 4 :], now=self.now)
        buyers = [one for one in texters if one.phone in orders]
        if buyers:
            forging.plan(ground, buyers[len(buyers) // 2], now=self.now)
        texting.plan(ground, texters, now=self.now, chance=self.chance)
        agenda.plan(
            past,
            office,
            texters or persons,
            settings=self.settings,
            now=self.now,
        )
        living.plan(past, office, signing_key=self.reply_key, now=self.now)
        self._plan_staff(past, office)
        self._plan_quarantine(past, office)

    def _many_live(self, persons: int) -> int:
        """Tell how many have something under way: a fifth, but one of each sort."""
        return min(persons, len(LIVE), max(12, persons // 5))

    def _ground(self, past: Past, office: Office) -> Ground:
        place = Place(
            public_url=self.settings.base_url,
            company=self.settings.company,
            country=self.settings.country,
            secret=self.reply_key,
        )
        return Ground(
            past=past,
            office=office,
            rules=Intake(
                settings=self.settings, reply_key=self.reply_key, shop=self.shop
            ),
            inbound=Inbound(self.chance, place),
            pictures=self.pictures,
            papers=self.papers,
        )

    async def _knows(self, uow: UnitOfWork, person: Person) -> None:
        """Let the shop tell of a client."""
        made = await clients.create(
            uow,
            name=person.name,
            locale=person.locale,
            ways=[("phone", person.phone), ("email", person.email)],
            country=self.settings.country,
        )
        # The company keeps its facts in Ukrainian or, for clients abroad, in English.
        city, street = (
            ("місто", "вулиця") if person.locale == "uk" else ("city", "street")
        )
        attributes = {city: person.city, street: person.street}
        attributes |= knowing.facts(self.chance, self.now)
        await clients.change(uow, made.id, {"attributes": attributes})
        if not knowing.DAYS & attributes.keys():
            # None of it is a day; there is nothing to look at.
            await uow.forgive(f"{LOOK}:{made.id}")

    # --- who is there

    def _plan_staff(self, past: Past, office: Office) -> None:
        zone = ZoneInfo(self.settings.timezone)
        # Nobody vanishes in the past: there are no screens that could fall silent.
        patient = self.settings.queues.model_copy(
            update={"vanish_after": self.now - self.since + 30 * DAY}
        )

        def becomes(seat: Seat, at: datetime, state: str) -> None:
            step = act(presence.set_state, seat.account_id, state, settings=patient)
            past.at(at, step, seat.actor)

        for seat in office.agents:
            becomes(seat, self.since, "available")
            for ago in range(WATCHED, -1, -1):
                day = (self.now - ago * DAY).astimezone(zone).replace(second=0)
                lunch = day.replace(hour=self.chance.randint(12, 14), minute=10)
                back = lunch + self.chance.randint(12, 40) * MINUTE
                evening = day.replace(hour=20, minute=self.chance.randint(0, 30))
                becomes(seat, lunch, "break")
                becomes(seat, back, "available")
                becomes(seat, evening, "offline")
                morning = evening + timedelta(hours=11, minutes=40)
                becomes(seat, morning, "available")
        seen = act(self._see_notifications, office)
        past.at(self.now - UNSEEN, seen)

    async def _see_notifications(self, uow: UnitOfWork, office: Office) -> None:
        for seat in office.seats.values():
            row = await uow.session.get_one(Account, seat.account_id)
            ids = await uow.session.scalars(
                select(Notification.id).where(Notification.account_id == row.id)
            )
            await notifications.mark_read(
                uow, await accounts.shown(uow.session, row), list(ids)
            )

    # --- what nobody can read

    def _plan_quarantine(self, past: Past, office: Office) -> None:
        first, *others = pictures.unreadable_mails()
        by = office.agents[0].actor
        long_ago = self.now - 9 * DAY
        past.at(long_ago, act(self._keep, first))
        past.at(long_ago + 90 * MINUTE, _dismiss, by)
        for number, body in enumerate(others):
            past.at(self.now - (3 + 5 * number) * 60 * MINUTE, act(self._keep, body))

        past.at(self.now - 7 * 60 * MINUTE, _set_aside)

    async def _keep(self, uow: UnitOfWork, body: bytes) -> None:
        await quarantine.keep(
            uow,
            "email",
            WebhookRequest(url="", body=body, path="smtp", trusted=True),
            reason="email: no sender could be found",
        )

    # --- the present

    async def _close(self, uow: UnitOfWork, past: Past) -> None:
        """Let nothing of the past be left: everybody is gone until his screen opens."""
        ids = list(await uow.session.scalars(select(Account.id)))
        rules = self.settings.queues

        async def silent(uow: UnitOfWork) -> None:
            await presence.seen(uow, ids, settings=rules)

        closing = Past(
            self.settings,
            {
                **agent_timers(self.settings),
                presence.VANISH: presence.vanish,
                presence.GIVE_BACK: presence.give_back,
            },
        )
        closing.at(self.now - rules.vanish_after, silent)
        # One thing that is done leaves another to be done, a few times over.
        for _ in range(6):
            closing.at(self.now, closing.fire)
            closing.at(self.now, past.send)
        await closing.play(uow, until=self.now)
        await past.play(uow, until=self.now)


async def _set_aside(uow: UnitOfWork) -> None:
    """Let somebody fill a form in as robots do."""
    shops = " ".join(f"https://shop{number}.example/best" for number in range(9))
    said = {
        "email": "promo@offers.example",
        "text": f"First page of every search! {shops}",
    }
    request = WebhookRequest(
        url="",
        path="contact",
        body=urlencode(said).encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    reason = f"{quarantine.SPAM}: 9 links"
    await quarantine.keep(uow, "webform", request, reason=reason)


async def _dismiss(uow: UnitOfWork) -> None:
    waiting = await uow.session.scalar(select(QuarantineItem.id))
    if waiting is not None:
        await quarantine.dismiss(uow, waiting)
