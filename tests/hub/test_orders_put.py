"""Orders: what the shop said last by its own clock holds; nothing is told twice."""

import asyncio
import itertools
import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, timedelta

import orjson
import pytest
from hypothesis import given as examples
from hypothesis import strategies as st
from sqlalchemy import func, select

from hub.errors import InvalidError, StaleUpdateError
from hub.log.audience import Viewer
from hub.log.events import STAFF
from hub.orders import access
from hub.orders.buyers import Buyer
from hub.orders.given import LineGiven, checked, order_number
from hub.orders.orders import _is_late
from hub.orders.path import STATUSES
from hub.storage.tables import Address, Client, DueRow, Order, OrderLine, TimelineItem
from tests.hub.orders import OKSANA, SHOP_TIME, given, logged, put

STAFF_VIEWER = Viewer(frozenset({STAFF}))


async def read(db, number="1001"):
    async with db.read() as session:
        return await access.access_order(session, STAFF_VIEWER, number)


async def test_an_order_is_on_its_clients_timeline(db) -> None:
    view = await put(db)

    assert view.number == "1001"
    assert view.total == 165_050
    assert [line.name for line in view.lines] == ["Lamp", "Shade"]
    assert [(step.status, step.done, step.now) for step in view.steps[:2]] == [
        ("placed", False, True),
        ("paid", False, False),
    ]
    async with db.read() as session:
        item = (await session.scalars(select(TimelineItem))).one()
        assert item.client_id == view.client_id
        assert item.data["number"] == "1001"
        assert item.conversation_id is None


async def test_the_same_again_changes_nothing_and_logs_nothing(db) -> None:
    first = await put(db, status="paid", minute=5)
    before = await logged(db)

    again = await put(db, status="paid", minute=5)

    assert again == first
    assert await logged(db) == before


async def test_a_late_update_never_overwrites(db) -> None:
    await put(db, status="shipped", minute=10)

    with pytest.raises(StaleUpdateError) as refused:
        await put(db, status="paid", minute=5, title="Old")

    assert refused.value.details["order"].status == "shipped"
    assert (await read(db)).title == "Lamp and two shades"


async def test_a_late_update_touches_no_client_either(db) -> None:
    await put(db, status="shipped", minute=10)
    before = await logged(db)

    with pytest.raises(StaleUpdateError):
        await put(db, minute=5, client=replace(OKSANA, email="new@mail.example"))

    assert await logged(db) == before


async def test_of_two_updates_in_one_second_the_second_takes_no_step_back(db) -> None:
    await put(db, status="packed", minute=5)

    with pytest.raises(StaleUpdateError):
        await put(db, status="paid", minute=5)
    forward = await put(db, status="shipped", minute=5)

    assert forward.status == "shipped"


async def test_a_newer_update_may_take_a_step_back(db) -> None:
    await put(db, status="shipped", minute=5)

    view = await put(db, status="packed", minute=6)

    assert view.status == "packed"
    now = [step.status for step in view.steps if step.now]
    assert now == ["packed"]


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
async def test_any_order_of_the_same_updates_ends_in_the_newest(db, order) -> None:
    updates = [
        {"status": "placed", "minute": 0},
        {"status": "paid", "minute": 1, "paid": True},
        {"status": "shipped", "minute": 2, "tracking_number": "NP 1"},
        {"status": "delivered", "minute": 3, "title": "The end"},
    ]

    for place in order:
        with suppress(StaleUpdateError):
            await put(db, **updates[place])

    view = await read(db)
    assert (view.status, view.title) == ("delivered", "The end")
    assert view.updated_at == SHOP_TIME + timedelta(minutes=3)


@examples(
    st.lists(
        st.tuples(st.integers(0, 5), st.sampled_from(STATUSES)), min_size=1, max_size=12
    ),
    st.randoms(use_true_random=False),
)
def test_no_update_is_taken_that_is_older_than_one_taken(updates, random) -> None:
    random.shuffle(updates)
    row = Order(status=updates[0][1], updated_at=given(minute=updates[0][0]).updated_at)

    for minute, status in updates[1:]:
        said = given(minute=minute, status=status)
        if not _is_late(row, said):
            assert said.updated_at >= row.updated_at
            row.status, row.updated_at = said.status, said.updated_at

    newest = max(minute for minute, _ in updates)
    assert row.updated_at == SHOP_TIME + timedelta(minutes=newest)
    # Of those with the newest time it is one, and not behind the first of them.
    assert row.status in {status for minute, status in updates if minute == newest}


async def test_twenty_parallel_puts_make_one_order_and_one_notice(db) -> None:
    await asyncio.gather(*(put(db, status="paid", minute=1) for _ in range(20)))

    async with db.read() as session:
        counts = [
            await session.scalar(select(func.count()).select_from(table))
            for table in (Order, Client, OrderLine, TimelineItem, DueRow)
        ]
    assert counts == [1, 1, 2, 1, 1]
    kinds = [event.kind for event in await logged(db)]
    assert kinds == ["client.created", "order.placed"]


async def test_the_log_alone_shows_the_order_as_it_is(db) -> None:
    shown = {}
    await put(db, expected_at=SHOP_TIME.astimezone(UTC) + timedelta(days=3))
    await put(db, minute=1, status="paid", paid=True)
    await put(db, minute=2, status="paid", paid=True, lines=(), total=1)
    await put(db, minute=3, status="shipped", carrier="Nova", tracking_number="1")
    await put(db, minute=4, status="shipped", client=Buyer(phone="+380501112233"))
    await put(db, minute=5, status="cancelled", client=Buyer(phone="+380501112233"))

    for event in await logged(db):
        for part, view in json.loads(event.wire)["state"].items():
            shown[part, view["id"]] = view

    async with db.read() as session:
        orders = await access.page(session, STAFF_VIEWER, limit=10)
    for view in orders:
        assert shown["order", view.id] == orjson.loads(orjson.dumps(view))
    assert len(orders) == 1


async def test_an_order_that_changes_hands_is_told_to_both(db) -> None:
    first = await put(db)

    second = await put(db, minute=1, client=Buyer(email="taras@mail.example"))

    event = (await logged(db))[-1]
    assert second.client_id != first.client_id
    assert {f"client:{first.client_id}", f"client:{second.client_id}"} < set(
        event.topics
    )


async def test_the_shop_verifies_the_addresses_that_it_gives(db) -> None:
    view = await put(db)

    async with db.read() as session:
        rows = list(await session.scalars(select(Address)))
    assert {(row.kind, row.value) for row in rows} == {
        ("email", "oksana@mail.example"),
        ("phone", "+380671112233"),
    }
    assert all(row.verified_at and row.client_id == view.client_id for row in rows)


async def test_a_number_typed_into_a_form_does_not_get_its_owners_order(db) -> None:
    """A stranger who typed Oksana's number as his own is not shown her orders."""
    async with db.begin() as uow:
        stranger = Client(name="Stranger", attributes={}, created_at=uow.now)
        uow.session.add(stranger)
        await uow.session.flush()
        uow.session.add(
            Address(
                client_id=stranger.id,
                kind="phone",
                value="+380671112233",
                display="+380 67 111 2233",
                created_at=uow.now,
            )
        )

    view = await put(db)

    assert view.client_id != stranger.id
    async with db.read() as session:
        address = await session.scalar(select(Address).where(Address.kind == "phone"))
        assert address.client_id == view.client_id


async def test_a_known_client_gets_his_order_by_any_verified_address(db) -> None:
    first = await put(db)

    second = await put(db, "1002", client=Buyer(phone="+380 67 111-22-33"))
    third = await put(db, "1003", client=Buyer(client_id=first.client_id))

    assert {first.client_id} == {second.client_id, third.client_id}


async def test_one_bad_address_does_not_refuse_an_order(db) -> None:
    view = await put(db, client=replace(OKSANA, phone="call me"))

    async with db.read() as session:
        rows = await session.scalars(
            select(Address.kind).where(Address.client_id == view.client_id)
        )
        assert list(rows) == ["email"]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"client": Buyer()}, "client"),
        ({"client": Buyer(email="nobody")}, "client.email"),
        ({"client": Buyer(client_id=7)}, "client.client_id"),
        ({"status": "lost"}, "status"),
        ({"currency": "ABC"}, "currency"),
        ({"total": -1}, "total"),
        ({"title": "x" * 301}, "title"),
        ({"lines": (LineGiven(name=" "),)}, "lines.0"),
        ({"lines": (LineGiven(name="a"),) * 501}, "lines"),
        ({"expected_at": SHOP_TIME.replace(tzinfo=None)}, "expected_at"),
    ],
)
async def test_what_cannot_be_taken_is_named(db, changes, where) -> None:
    with pytest.raises(InvalidError) as refused:
        await put(db, **changes)

    assert where in refused.value.details["errors"]
    assert await logged(db) == []


@pytest.mark.parametrize("number", ["#1001", "№ 1001", " 1001 "])
def test_the_sign_before_a_number_is_not_part_of_it(number) -> None:
    assert order_number(number) == "1001"


@pytest.mark.parametrize("number", ["", "#", "a b", "x" * 65, "<b>", "-1"])
def test_what_is_no_number_is_refused(number) -> None:
    with pytest.raises(InvalidError):
        order_number(number)


def test_times_are_kept_in_utc_whatever_zone_the_shop_writes() -> None:
    local = SHOP_TIME.astimezone(tz=None)

    kept = checked(given(expected_at=local))

    assert kept.expected_at.utcoffset() == timedelta(0)


async def test_without_a_time_of_the_shop_only_a_change_is_an_update(db, clock) -> None:
    first = await put(db, updated_at=None)
    clock.move(minutes=1)

    same = await put(db, updated_at=None)
    changed = await put(db, updated_at=None, status="paid")

    assert same == first
    assert changed.updated_at == clock.now
