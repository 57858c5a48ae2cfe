"""Who works at the demo company, and the queues that they serve."""

from dataclasses import dataclass
from datetime import timedelta

from config import Settings
from hub.access import accounts, own_roles
from hub.conversations import signatures
from hub.lists import saved_views
from hub.lists.filters import FilterLimits
from hub.lists.saved_views import ViewRules
from hub.log.events import Actor
from hub.queues import hours, queues
from hub.queues.hours import CalendarGiven
from hub.queues.queues import QueueGiven
from hub.storage.unit import UnitOfWork
from web.demo import answers, listed, words

#: Everybody's, in the demonstration alone; it is printed at the end.
PASSWORD = "warm-all-winter"  # noqa: S105 - known to everybody on purpose
DOMAIN = "zatyshok.example"
#: To finish up after a call.
WRAP = timedelta(seconds=60)
#: How long an offer stands.
OFFER = timedelta(seconds=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody who works here."""

    login: str
    name: str
    role: str
    locale: str
    female: bool
    number: str | None = None
    #: Keys of ``QUEUES``.
    serves: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        """What he signs in with."""
        return f"{self.login}@{DOMAIN}"


ADMIN = Colleague(
    login="admin", name="Ірина Федорук", role="admin", locale="uk", female=True
)
MANAGER = Colleague(
    login="oleh", name="Олег Стасюк", role="manager", locale="uk", female=False
)
AGENTS = (
    Colleague(
        login="nadia",
        name="Надія Коваленко",
        role="agent",
        locale="uk",
        female=True,
        number="+380672000101",
        serves=("sales", "warranty"),
    ),
    Colleague(
        login="taras",
        name="Тарас Гук",
        role="agent",
        locale="uk",
        female=False,
        number="+380672000102",
        serves=("fitting", "warranty"),
    ),
    Colleague(
        login="sofia",
        name="Софія Дяченко",
        role="agent",
        locale="uk",
        female=True,
        number="+380672000103",
        serves=("sales", "fitting"),
    ),
    Colleague(
        login="james",
        name="James Porter",
        role="agent",
        locale="en",
        female=False,
        number="+380672000104",
        serves=("sales", "fitting", "warranty"),
    ),
    Colleague(
        login="clara",
        name="Clara Whitfield",
        role="agent",
        locale="en",
        female=True,
        number="+380672000105",
        serves=("fitting", "warranty"),
    ),
)
#: Sees what was said and looks after orders, and answers nobody.
ACCOUNTANT = Colleague(
    login="halyna",
    name="Галина Савчук",
    role="accounting",
    locale="uk",
    female=True,
)
STAFF = (ADMIN, MANAGER, *AGENTS, ACCOUNTANT)
#: The company's own role, beside the built-in ones.
ACCOUNTING = ("Accounting", ("read", "clients", "orders", "audit"))


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePlan:
    """One queue."""

    key: str
    name: str
    channels: tuple[str, ...]
    first_response: timedelta
    goal: float
    #: Work is offered there, and given elsewhere.
    offers: bool = False


QUEUES = (
    QueuePlan(
        key="sales",
        name="Sales",
        channels=("email", "webform"),
        first_response=timedelta(hours=1),
        goal=0.8,
    ),
    QueuePlan(
        key="fitting",
        name="Installations",
        channels=("sms",),
        first_response=timedelta(minutes=30),
        goal=0.85,
    ),
    QueuePlan(
        key="warranty",
        name="Warranty",
        channels=("phone", "portal"),
        first_response=timedelta(hours=2),
        goal=0.9,
        offers=True,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A colleague with his account."""

    colleague: Colleague
    account_id: int

    @property
    def actor(self) -> Actor:
        """Who does what he does."""
        return Actor(kind="agent", id=self.account_id, name=self.colleague.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """All seats and queues."""

    seats: dict[str, Seat]
    #: Ids by key.
    queue_ids: dict[str, int]

    @property
    def agents(self) -> list[Seat]:
        """Those who answer clients."""
        return [self.seats[one.login] for one in AGENTS]

    def serving(self, queue: str) -> list[Seat]:
        """Those who serve a queue."""
        return [one for one in self.agents if queue in one.colleague.serves]


async def found(uow: UnitOfWork, settings: Settings, password_hash: str) -> Office:
    """Make the accounts and the queues."""
    name, rights = ACCOUNTING
    await own_roles.create(uow, name=name, rights=rights, by=None)
    seats = {}
    for one in STAFF:
        made = await accounts.create(
            uow,
            email=one.email,
            name=one.name,
            role=one.role,
            password_hash=password_hash,
            locale=one.locale,
            capacity=18 if one.role == "agent" else None,
            outside_number=one.number,
            country=settings.country,
        )
        seats[one.login] = Seat(colleague=one, account_id=made.id)
    # The company answers around the clock; the showroom's hours are there to be tried.
    await hours.create(
        uow,
        CalendarGiven(
            name=words.SHOWROOM_HOURS,
            timezone=settings.timezone,
            week=[*[[[9 * 60, 18 * 60]]] * 5, [[10 * 60, 15 * 60]], []],
            holidays=words.HOLIDAYS,
        ),
    )
    ids = {}
    for plan in QUEUES:
        members = [
            seats[one.login].account_id for one in AGENTS if plan.key in one.serves
        ]
        queue = await queues.create(
            uow,
            QueueGiven(
                name=plan.name,
                channels=plan.channels,
                first_response=plan.first_response,
                goal=plan.goal,
                members=members,
                dispositions=words.DISPOSITIONS,
                mode="offer" if plan.offers else "assign",
                offer_for=OFFER,
                wrap_for=WRAP,
            ),
            first_response=plan.first_response,
            goal=plan.goal,
        )
        ids[plan.key] = queue.id
        await signatures.keep(uow, text=words.QUEUE_SIGNATURE, queue_id=queue.id)
    await signatures.keep(
        uow, text=words.NADIAS_SIGNATURE, account_id=seats["nadia"].account_id
    )
    await _keep_views(uow, seats)
    await answers.write_down(uow, seats[MANAGER.login].account_id, ids["warranty"])
    return Office(seats=seats, queue_ids=ids)


async def _keep_views(uow: UnitOfWork, seats: dict[str, Seat]) -> None:
    """Share two views with everybody, and let Nadia keep one of her own."""
    manager = next(one.login for one in STAFF if one.role == "manager")
    for login, given in (
        (manager, listed.LONG_WAIT),
        (manager, listed.MATTERS),
        ("nadia", listed.OWN_BY_SMS),
    ):
        rules = ViewRules(
            account_id=seats[login].account_id,
            may_share=login == manager,
            most=50,
            limits=FilterLimits(),
        )
        await saved_views.create(uow, given, rules=rules)
