"""The demo company keeps what it promises, by its tables and by its log."""

import asyncio
import random
from datetime import UTC, datetime, timedelta

import phonenumbers
import pytest
import pytest_asyncio
from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url

from config import Settings, SettingsError
from hub.access import passwords
from hub.delivery.outbound import SEND
from hub.log import feed
from hub.orders.path import STATUSES
from hub.storage.blobs import FolderBlobs
from hub.storage.database import Database, connect
from hub.storage.tables import (
    Account,
    Address,
    Call,
    Client,
    Conversation,
    DueRow,
    EventRow,
    Notification,
    Order,
    OrderLine,
    QuarantineItem,
    Queue,
    TimelineItem,
)
from hub.storage.tables.conversations import STATES
from tests.databases import START
from tests.hub import desks
from web.demo import fill_hub, with_demo
from web.demo.company import FilledError, fill, is_filled
from web.demo.likeness import TWINS
from web.demo.people import REGULARS, UKRAINIAN, people
from web.demo.purchases import STANDINGS, purchases
from web.demo.staff import ADMIN, AGENTS, PASSWORD, STAFF

CLIENTS = 12
SECRET = b"a secret of the tests, long enough"


def settings_of_demo() -> Settings:
    return with_demo(Settings(demo=True))


async def make(url, folder):
    db = Database(connect(url, pool=5), clock=lambda: START)
    try:
        return await fill(
            db,
            settings_of_demo(),
            FolderBlobs(folder),
            secret=SECRET,
            clients=CLIENTS,
            months=1,
        )
    finally:
        await db.close()


@pytest.fixture(scope="module")
def company(postgres, template, worker_id, tmp_path_factory):
    """The URL of a filled database, made once for all that only look at it."""
    name = f"demo_{worker_id}"
    url = make_url(postgres).set(database=name).render_as_string(hide_password=False)

    async def begin():
        admin = connect(postgres, pool=2)
        async with admin.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(
                text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            )
            await connection.execute(
                text(f"CREATE DATABASE {name} TEMPLATE {template}")
            )
        await admin.dispose()
        return await make(url, tmp_path_factory.mktemp("demo"))

    made = asyncio.run(begin())
    assert (made.clients, made.accounts) == (CLIENTS + TWINS, len(STAFF))
    return url


@pytest_asyncio.fixture
async def demo(company):
    """The filled hub, to look at."""
    db = Database(connect(company, pool=5), clock=lambda: START)
    yield db
    await db.close()


async def column(db, what):
    async with db.read() as session:
        return list(await session.scalars(what))


# --- what is there


async def test_every_order_status_and_conversation_state_is_there(demo) -> None:
    assert set(await column(demo, select(Order.status))) == set(STATUSES)
    assert set(await column(demo, select(Conversation.state))) == set(STATES)


async def test_clients_write_in_both_languages(demo) -> None:
    locales = await column(demo, select(Client.locale))
    said = await column(
        demo, select(TimelineItem.text).where(TimelineItem.direction == "in")
    )

    assert set(locales) == {"uk", "en"}
    assert any("і" in one for one in said)
    assert any(" the " in one for one in said)


async def test_no_text_shows_what_was_to_be_filled_in(demo) -> None:
    texts = await column(demo, select(TimelineItem.text))
    texts += await column(demo, select(TimelineItem.subject))
    texts += await column(demo, select(Conversation.subject))

    assert not [one for one in texts if set("{}[]") & set(one)]


async def test_clients_come_by_every_channel(demo) -> None:
    came = select(TimelineItem.channel).where(TimelineItem.direction == "in")

    assert set(await column(demo, came)) >= {"email", "sms", "webform", "phone"}


async def test_messages_of_ours_came_to_every_end(demo) -> None:
    states = await column(
        demo,
        select(TimelineItem.delivery).where(TimelineItem.delivery.is_not(None)),
    )

    assert set(states) == {
        *("sent", "delivered", "held"),
        *("failed", "bounced", "uncertain"),
    }


async def test_somebody_is_late_and_somebody_will_be_soon(demo) -> None:
    waiting = select(Conversation.respond_by).where(
        Conversation.state == "open",
        Conversation.waiting_since.is_not(None),
        Conversation.first_responded_at.is_(None),
    )
    late = select(Conversation.id).where(Conversation.breached_at.is_not(None))
    soon = [at for at in await column(demo, waiting) if at > START]

    assert await column(demo, late)
    assert min(soon) < START + timedelta(minutes=20)


async def test_raw_mails_and_notifications_wait_for_somebody(demo) -> None:
    assert set(await column(demo, select(QuarantineItem.state))) == {
        "waiting",
        "dismissed",
    }
    assert await column(
        demo, select(Notification.id).where(Notification.read_at.is_(None))
    )


async def test_promises_are_kept_late_and_open_and_every_agent_has_tasks(demo) -> None:
    async def words(what):
        return set(await column(demo, text(what)))

    promised = await words("SELECT state FROM tasks WHERE kind = 'promise'")
    agents = await words("SELECT id FROM accounts WHERE role = 'agent'")
    busy = await words("SELECT assignee_id FROM tasks WHERE kind = 'task'")
    days = await words("SELECT attribute FROM tasks WHERE kind = 'date'")
    met = await words("SELECT data->>'place' FROM timeline WHERE kind = 'meeting'")

    assert promised == {"done", "late", "open"}
    assert busy == agents
    assert days == {"birthday"}
    assert met == {"Салон на Садовій, 14"}


async def test_colleagues_and_programs_are_at_work(demo) -> None:
    async def words(what):
        return set(await column(demo, text(what)))

    drafts = await words("SELECT account_id FROM drafts WHERE kind = 'reply'")
    nadia = await words("SELECT id FROM accounts WHERE name LIKE 'Надія%'")
    tries = await words("SELECT status FROM webhook_tries")
    stopped = await words("SELECT disabled_because FROM webhooks")
    ended = await words("SELECT disposition FROM conversations")
    modes = await words("SELECT mode FROM queues")

    assert drafts
    assert not drafts & nadia
    assert (tries, stopped) == ({200, 503}, {"person"})
    assert {"Вирішено", "Продано"} <= ended
    assert modes == {"assign", "offer"}


async def test_orders_have_lines_that_make_up_their_sums(demo) -> None:
    async with demo.read() as session:
        rows = await session.execute(
            select(Order.total, Order.currency, func.sum(OrderLine.amount))
            .join(OrderLine, OrderLine.order_id == Order.id)
            .group_by(Order.id)
        )
        sums = list(rows)

    assert sums
    assert all(total == lines > 0 for total, _, lines in sums)
    assert {currency for _, currency, _ in sums} == {"UAH"}


async def test_everybody_can_sign_in_with_the_one_password(demo) -> None:
    async with demo.read() as session:
        rows = list(await session.scalars(select(Account)))
        queues = list(await session.scalars(select(Queue)))

    assert {row.email for row in rows} == {one.email for one in STAFF}
    assert await passwords.fits(PASSWORD, rows[0].password_hash)
    assert {row.outside_number for row in rows if row.role == "agent"} == {
        one.number for one in AGENTS
    }
    assert sum(queue.fallback for queue in queues) == 1


# --- nothing is left over


async def test_nothing_of_the_past_is_left_to_be_done(demo) -> None:
    async with demo.read() as session:
        rows = list(await session.scalars(select(DueRow)))

    assert not [row.kind for row in rows if row.due_at <= START]
    assert [row.kind for row in rows].count(SEND) == 1


async def test_nobody_is_there_and_no_call_goes_on(demo) -> None:
    async with demo.read() as session:
        shown = await desks.agent_views(session, here=True)
    live = await column(demo, select(Call.id).where(Call.ended_at.is_(None)))

    assert (shown, live) == ([], [])


# --- the log


async def test_the_log_says_what_the_tables_say(demo) -> None:
    log, after = [], 0
    while page := await desks.events(demo, after):
        log += page
        after = page[-1]["seq"]
    before = {"client": {}, "conversation": {}, "item": {}, "agent": {}}

    assert desks.applied(before, log) == await desks.tables(demo)
    assert len(log) == await desks.head(demo)


async def test_the_log_goes_on_in_the_order_of_time(demo) -> None:
    times = await column(demo, select(EventRow.at).order_by(EventRow.seq))

    assert times == sorted(times)
    assert START - timedelta(days=32) <= times[0] < times[-1] <= START
    assert len(times) > 300


async def test_events_lie_in_their_own_months(demo) -> None:
    async with demo.read() as session:
        astray = await session.scalar(text("SELECT count(*) FROM events_other"))
        head = await feed.head(session)

    assert astray == 0
    assert head > 300


# --- once


async def test_a_hub_with_somebody_in_it_is_not_filled(demo, tmp_path) -> None:
    before = await desks.head(demo)

    with pytest.raises(FilledError, match="already"):
        await make(demo.engine.url.render_as_string(hide_password=False), tmp_path)

    assert await desks.head(demo) == before
    assert await is_filled(demo)


async def test_a_second_demo_only_tells_where_everything_is(demo, tmp_path) -> None:
    told = await fill_hub(settings_of_demo(), tmp_path, demo)

    assert "already" in told
    assert PASSWORD in told
    assert ADMIN.email in told
    assert "/portal/o/" in told


async def test_somebody_elses_hub_is_left_alone(db, tmp_path) -> None:
    await desks.an_agent(db)

    with pytest.raises(FilledError):
        await fill_hub(settings_of_demo(), tmp_path, db)

    assert not await is_filled(db)


async def test_public_sign_ins_are_made_in_a_demonstration_alone(db, tmp_path) -> None:
    with pytest.raises(SettingsError, match="ROZMOVA_DEMO"):
        await fill_hub(Settings(), tmp_path, db)

    assert not await is_filled(db)


# --- by chance, but the same


def test_the_same_seed_makes_the_same_people() -> None:
    made = people(200, seed=1)

    assert made == people(200, seed=1)
    assert made[10:] != people(200, seed=2)[10:]
    assert made[: len(REGULARS)] == list(REGULARS)


def test_clients_are_reached_at_addresses_of_their_own() -> None:
    made = people(200, seed=1)
    numbers = [phonenumbers.parse(one.phone) for one in made]

    assert len({one.phone for one in made}) == len({one.email for one in made}) == 200
    assert all(phonenumbers.is_valid_number(one) for one in numbers)
    assert all(one.email.endswith(".example") for one in made)


def test_seven_of_ten_write_ukrainian() -> None:
    made = people(1000, seed=1)

    share = sum(one.locale == "uk" for one in made) / len(made)

    assert share == pytest.approx(UKRAINIAN, abs=0.05)


def test_every_status_is_among_the_orders_of_any_company() -> None:
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)

    for seed in range(30):
        made = purchases(
            people(3, seed=seed),
            since=now - timedelta(days=30),
            now=now,
            chance=random.Random(seed),  # noqa: S311 - a fixed choice
        )
        assert {one.steps[-1][0] for one in made} >= set(STANDINGS)
        assert all(one.steps[-1][1] <= now for one in made)
        assert all(
            list(one.steps) == sorted(one.steps, key=lambda step: step[1])
            for one in made
        )


async def test_an_address_is_its_clients_own(demo) -> None:
    values = await column(demo, select(Address.value))

    assert len(values) == len(set(values)) == 2 * CLIENTS + TWINS
