"""Birthdays and ends of contracts remind ahead of time, by the client's own clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from hub.clients import clients
from hub.collaboration import dates
from hub.collaboration.anniversaries import in_year, near, next_morning, read_day
from hub.storage.tables import Client, Conversation, Notification, Task
from hub.storage.timers import fire_due, next_due
from tests.hub.conftest import mail, sms
from web.work import timers

KYIV = ZoneInfo("Europe/Kyiv")


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("1990-05-21", (5, 21, 1990)),
        ("19900521", (5, 21, 1990)),
        ("1990-05-21T00:00:00Z", (5, 21, 1990)),
        ("05-21", (5, 21, None)),
        ("--05-21", (5, 21, None)),
        ("21.05.1990", (5, 21, 1990)),
        ("1.5", (5, 1, None)),
        ("29.02", (2, 29, None)),
        ("1991-02-29", None),
        ("soon", None),
        (1990, None),
        (None, None),
        ("", None),
    ],
)
def test_days_are_read_as_people_write_them(written, day) -> None:
    found = read_day(written)

    assert (found and (found.month, found.day, found.year)) == day


def test_the_29th_of_february_is_the_28th_in_most_years() -> None:
    day = read_day("2000-02-29")

    assert [in_year(day, year) for year in (2027, 2028)] == [
        date(2027, 2, 28),
        date(2028, 2, 29),
    ]


def look(written, now, *, yearly=True, ahead=3, zone=KYIV):
    found = near(
        read_day(written),
        yearly=yearly,
        ahead=timedelta(days=ahead),
        now=now,
        morning=time(9),
        zone=zone,
    )
    return found and found.on


def test_it_reminds_from_the_morning_ahead_until_the_day_is_over() -> None:
    begins = datetime(2026, 5, 18, 9, tzinfo=KYIV)
    on = date(2026, 5, 21)

    assert look("1990-05-21", begins - timedelta(seconds=1)) is None
    assert look("1990-05-21", begins) == on
    assert look("1990-05-21", datetime(2026, 5, 21, 23, 59, tzinfo=KYIV)) == on
    assert look("1990-05-21", datetime(2026, 5, 22, tzinfo=KYIV)) is None
    assert look("1990-01-02", datetime(2026, 12, 30, 9, tzinfo=KYIV)) == date(
        2027, 1, 2
    )


def test_a_day_that_is_once_does_not_come_again() -> None:
    assert look("2026-05-21", datetime(2026, 5, 20, tzinfo=KYIV), yearly=False)
    assert not look("2025-05-21", datetime(2026, 5, 20, tzinfo=KYIV), yearly=False)
    assert not look("05-21", datetime(2026, 5, 20, tzinfo=KYIV), yearly=False)


def test_the_next_morning_is_that_of_the_first_clock_to_show_it() -> None:
    zones = {KYIV, ZoneInfo("America/New_York")}

    # 09:00 in Kyiv has passed, 09:00 in New York comes at 13:00 UTC.
    now = datetime(2026, 5, 18, 6, tzinfo=UTC)
    assert next_morning(now, time(9), zones) == datetime(2026, 5, 18, 13, tzinfo=UTC)
    # Clocks went back in the night of the 25th of October: an hour later in UTC.
    autumn = datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert next_morning(autumn, time(9), {KYIV}).hour == 7


@pytest.fixture
async def olena(db, take, clock, agent):
    """A client with an agent of her own."""
    nadia = await agent("Nadia")
    await take(sms())
    async with db.begin() as uow:
        await uow.session.execute(update(Conversation).values(assignee_id=nadia.id))
        client = (await uow.session.scalars(select(Client))).one()
    clock.now = datetime(2026, 5, 18, 5, tzinfo=UTC)
    client.agent = nadia
    return client


@pytest.fixture
def fire(db, rules):
    async def firing():
        await fire_due(db, timers(rules.shop, rules.settings))

    return firing


async def keep(db, client_id, **attributes) -> None:
    await db.run(lambda uow: clients.change(uow, client_id, {"attributes": attributes}))


async def days(db) -> list[Task]:
    async with db.read() as session:
        return list(await session.scalars(select(Task).order_by(Task.id)))


async def test_a_birthday_reminds_at_nine_by_the_clients_clock_and_once(
    db, olena, clock, fire
) -> None:
    await keep(db, olena.id, birthday="1990-05-21", timezone="America/New_York")
    await db.run(dates.begin)
    await fire()
    at = await next_due(db, {"dates.look": None})

    # By the company's clock; in New York it is still night.
    clock.now = datetime(2026, 5, 18, 6, tzinfo=UTC)
    await fire()
    early = await days(db)
    clock.now = datetime(2026, 5, 18, 13, tzinfo=UTC)
    await fire()
    await db.run(dates.begin)
    await fire()

    assert at == datetime(2026, 5, 18, 6, tzinfo=UTC)
    assert early == []
    (made,) = await days(db)
    assert (made.kind, made.client_id, made.all_day) == ("date", olena.id, True)
    assert made.due_at == datetime(2026, 5, 21, 13, tzinfo=UTC)
    assert made.assignee_id == olena.agent.id
    async with db.read() as session:
        told = list(await session.scalars(select(Notification.kind)))
    assert told == ["date_ahead"]


async def test_what_fell_into_a_night_without_the_hub_is_found_at_its_start(
    db, olena, clock, fire
) -> None:
    await keep(db, olena.id, birthday="05-19")
    clock.now = datetime(2026, 5, 19, 15, tzinfo=UTC)

    await db.run(dates.begin)
    await fire()

    assert [row.due_at.day for row in await days(db)] == [19]


async def test_a_corrected_day_takes_its_reminder_along(db, olena, clock, fire) -> None:
    clock.now = datetime(2026, 5, 18, 7, tzinfo=UTC)
    await keep(db, olena.id, birthday="05-19", contract_until="2026-06-01")
    await fire()
    await keep(db, olena.id, birthday="05-20", contract_until="2026-06-01")
    await fire()

    found = {(row.attribute, row.due_at.day, row.state) for row in await days(db)}
    assert found == {
        ("birthday", 19, "cancelled"),
        ("birthday", 20, "open"),
        ("contract_until", 1, "open"),
    }


async def test_a_day_that_nobody_minded_is_late_when_it_is_over(
    db, olena, clock, fire
) -> None:
    clock.now = datetime(2026, 5, 18, 7, tzinfo=UTC)
    await keep(db, olena.id, birthday="05-19")
    await fire()
    clock.now = datetime(2026, 5, 19, 20, 59, 59, tzinfo=UTC)
    await fire()
    before = (await days(db))[0].state
    clock.move(seconds=1)
    await fire()

    assert (before, (await days(db))[0].state) == ("open", "late")


async def test_everybody_is_looked_at_however_many(
    db, take, clock, fire, monkeypatch
) -> None:
    monkeypatch.setattr(dates, "AT_ONCE", 2)
    clock.now = datetime(2026, 5, 18, 7, tzinfo=UTC)
    await take(*[mail(sender=f"c{n}@client.test", id=f"<{n}@x>") for n in range(5)])
    async with db.begin() as uow:
        await uow.session.execute(
            update(Client).values(attributes={"birthday": "05-20"})
        )

    await db.run(dates.begin)
    await fire()

    assert len(await days(db)) == 5
