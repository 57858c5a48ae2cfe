"""What the demo company has to do: promises of every kind, tasks, a birthday, a meeting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from config import Settings
from hub.clients import clients
from hub.collaboration import tasks
from hub.collaboration.meetings import MeetingGiven, note_meeting
from hub.collaboration.repeats import settled
from hub.collaboration.rules import task_rules
from hub.collaboration.tasks import TaskGiven
from hub.storage.tables import Address, Client, Conversation
from hub.storage.unit import UnitOfWork
from web.demo.past import Past
from web.demo.people import Person
from web.demo.plot import act
from web.demo.staff import Office, Seat

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Words = Mapping[str, str]
_KEPT: Words = {"uk": "Копія рахунка", "en": "A copy of the invoice"}
_LATE: Words = {
    "uk": "Паспорт на котел із печаткою",
    "en": "The boiler’s papers with a stamp",
}
_OPEN: Words = {
    "uk": "Дзвінок майстра про час приїзду",
    "en": "A call from the fitter about the time",
}
#: What agents plan for themselves: the words, days ahead, hour, how it repeats.
_PLANS: tuple[tuple[Words, int, int, str], ...] = (
    ({"uk": "Звірити залишки на складі", "en": "Check the stock list"}, 2, 11, "none"),
    ({"uk": "Звіт за тиждень", "en": "The week’s report"}, 5, 17, "weekly"),
)
_CALL_BACK: Words = {"uk": "Передзвонити", "en": "Call back"}
_MET: Words = {
    "uk": "Показали три котли, вибрали двоконтурний. Потрібен рахунок на фірму.",
    "en": "We showed three boilers; the combi was chosen. Wants a company invoice.",
}
_MEETING = UUID("5f0d3a7c-94b5-4b57-8f0a-6f2c0e4b9d11")
_PLACE: Words = {"uk": "Салон на Садовій, 14", "en": "The showroom, Sadova 14"}


def plan(
    past: Past,
    office: Office,
    persons: Sequence[Person],
    *,
    settings: Settings,
    now: datetime,
) -> None:
    """Plan what each agent has to do now, and what was promised before."""
    agenda = Agenda(settings=settings, now=now)
    some = [persons[number % len(persons)] for number in range(len(office.agents))]
    for seat, about in zip(office.agents, some, strict=True):
        past.at(now - 4 * HOUR, act(agenda.plans, seat, about), seat.actor)
        past.at(now - HOUR / 2, act(agenda.promises_his_client, seat), seat.actor)
    first, second = office.agents[:2]
    past.at(now - 30 * HOUR, act(agenda.promises, first, some[0], _KEPT), first.actor)
    past.at(now - 26 * HOUR, agenda.keeps, first.actor)
    past.at(now - 9 * HOUR, act(agenda.promises, second, some[1], _LATE), second.actor)
    past.at(now - 3 * HOUR, past.fire)
    past.at(now - 27 * HOUR, act(agenda.meets, first, some[0]), first.actor)
    past.at(now - HOUR, act(agenda.learns_birthday, some[0]), first.actor)
    past.at(now - HOUR, past.fire)


@dataclass(slots=True, kw_only=True)
class Agenda:
    """What is done, each as a step."""

    settings: Settings
    now: datetime
    #: The promise that is kept.
    _kept: list[int] = field(default_factory=list)

    async def plans(self, uow: UnitOfWork, seat: Seat, about: Person) -> None:
        """Let an agent plan his next days."""
        locale = seat.colleague.locale
        for words, ahead, hour, repeat in _PLANS:
            await self._make(
                uow,
                TaskGiven(
                    kind="task",
                    title=words[locale],
                    assignee_id=seat.account_id,
                    due_at=self._at(ahead, hour),
                    repeat=repeat,
                ),
            )
        client = await _client(uow, about)
        call = TaskGiven(
            kind="contact",
            title=f"{_CALL_BACK[locale]}: {client.name}",
            client_id=client.id,
            assignee_id=seat.account_id,
            due_at=self._at(1, 14),
            channel="phone",
        )
        await self._make(uow, call)

    async def promises(
        self, uow: UnitOfWork, seat: Seat, about: Person, words: Words
    ) -> None:
        """Let an agent promise a client to send something within six hours."""
        client = await _client(uow, about)
        made = TaskGiven(
            kind="promise",
            title=words[about.locale],
            client_id=client.id,
            assignee_id=seat.account_id,
            due_at=uow.now + 6 * HOUR,
            deed="send",
        )
        self._kept.append(await self._make(uow, made))

    async def keeps(self, uow: UnitOfWork) -> None:
        """Keep the first promise."""
        rules = task_rules(self.settings)
        await tasks.change(uow, self._kept[0], {"state": "done"}, rules=rules)

    async def promises_his_client(self, uow: UnitOfWork, seat: Seat) -> None:
        """Let an agent promise something in a conversation that he has in hand."""
        row = await uow.session.scalar(
            select(Conversation)
            .where(
                Conversation.assignee_id == seat.account_id,
                Conversation.state == "open",
                # Nobody is about to close it.
                Conversation.created_at > self.now - 3 * DAY,
            )
            .order_by(Conversation.last_at.desc(), Conversation.id.desc())
            .limit(1)
        )
        if row is None:
            return
        client = await uow.session.get_one(Client, row.client_id)
        made = TaskGiven(
            kind="promise",
            title=_OPEN[client.locale or self.settings.locale],
            conversation_id=row.id,
            assignee_id=seat.account_id,
            due_at=self.now + 3 * HOUR,
            deed="call",
        )
        await self._make(uow, made)

    async def meets(self, uow: UnitOfWork, seat: Seat, about: Person) -> None:
        """Let an agent write down that a client came by."""
        client = await _client(uow, about)
        given = MeetingGiven(
            client_id=client.id,
            at=uow.now - HOUR,
            place=_PLACE[seat.colleague.locale],
            people=[seat.account_id],
            said=_MET[seat.colleague.locale],
        )
        await note_meeting(uow, given, key=_MEETING)

    async def learns_birthday(self, uow: UnitOfWork, about: Person) -> None:
        """Learn that a client has his birthday in two days."""
        client = await _client(uow, about)
        day = (self.now + 2 * DAY).astimezone(ZoneInfo(self.settings.timezone))
        known = {**client.attributes, "birthday": f"1984-{day:%m-%d}"}
        await clients.change(uow, client.id, {"attributes": known})

    async def _make(self, uow: UnitOfWork, given: TaskGiven) -> int:
        row = await tasks.create(uow, given, rules=task_rules(self.settings))
        return row.id

    def _at(self, ahead: int, hour: int) -> datetime:
        here = self.now.astimezone(ZoneInfo(self.settings.timezone)) + ahead * DAY
        return settled(here.replace(hour=hour, minute=0, second=0, microsecond=0))


async def _client(uow: UnitOfWork, about: Person) -> Client:
    """Find a client by his number; one who was merged, as whom he goes on."""
    rows = await uow.session.scalars(
        select(Client)
        .join(Address, Address.client_id == Client.id)
        .where(Address.kind == "phone", Address.value == about.phone)
    )
    return rows.one()
