"""Merging two clients, and undoing it, exactly (promise 10)."""

import asyncio

import pytest
from sqlalchemy import select

from config import Settings
from hub.access import portal_sessions
from hub.clients import belongings, clients, duplicates, merging, unmerging
from hub.clients.layers import Choice
from hub.errors import InvalidError, NotFoundError, StateError
from hub.orders import access
from hub.orders.buyers import Buyer
from hub.orders.given import OrderGiven
from hub.orders.links import OrderLink
from hub.orders.orders import put_order
from hub.storage.tables import (
    Address,
    Base,
    Client,
    Conversation,
    Home,
    Order,
    TimelineItem,
)
from tests.hub.conftest import mail, sms

AS_USUAL = Choice()
PHONE, OTHER = "+380501112233", "+380672223344"


@pytest.fixture
def two(db, take):
    """Two clients who wrote: one by mail, one by SMS."""

    async def make():
        await take(mail(sender_name="Oksana Hrytsenko"), sms())
        async with db.read() as session:
            rows = await session.scalars(select(Client.id).order_by(Client.id))
            return list(rows)

    return make


async def world(db) -> dict:
    """All that is anybody's, and how he looks."""
    async with db.read() as session:
        found = {
            one.id: (one.name, one.locale, one.attributes, one.merged_into)
            for one in await session.scalars(select(Client))
        }
        owners = {
            (table.__tablename__, row.id): row.client_id
            for table in (Address, Conversation, TimelineItem)
            for row in await session.scalars(select(table))
        }
        homes = list(await session.scalars(select(Home.home_id)))
    return {"clients": found, "owners": owners, "homes": homes}


async def merged(db, kept, other, choice=AS_USUAL, actor=None):
    return await db.run(
        lambda uow: merging.merge(uow, kept, other, choice), *([actor] if actor else [])
    )


async def undo(db, merge_id):
    return await db.run(lambda uow: unmerging.undo(uow, merge_id))


async def test_what_is_merged_and_undone_is_as_it_was(db, two) -> None:
    kept, other = await two()
    before = await world(db)

    merge = await merged(db, kept, other)
    between = await world(db)
    await undo(db, merge.id)

    assert set(between["owners"].values()) == {kept}
    assert between["clients"][other][3] == kept
    assert await world(db) == before


async def test_the_old_number_answers_with_whom_he_goes_on_as(db, two) -> None:
    kept, other = await two()
    await merged(db, kept, other)

    async with db.read() as session:
        seen = await clients.access_client(session, other)
        found = await clients.search(session, "", limit=10, after=None)

    assert seen.id == kept
    assert len(seen.addresses) == 2
    assert [one.id for one in found] == [kept]


async def test_what_comes_since_goes_home_by_its_address(db, two, take) -> None:
    kept, other = await two()
    merge = await merged(db, kept, other)
    async with db.begin() as uow:
        rows = await uow.session.scalars(select(Conversation))
        for row in rows:
            row.state = "resolved"
            row.last_at = row.last_at.replace(year=2020)
    await take(sms("A year later", sid="SM2"))
    async with db.begin() as uow:
        row = await uow.session.scalar(
            select(Conversation).order_by(Conversation.id.desc()).limit(1)
        )
        row.subject = "A pump"
    await take(mail("Other", id="<2@client.test>"))

    await undo(db, merge.id)

    async with db.read() as session:
        rows = await session.scalars(
            select(TimelineItem).where(TimelineItem.direction == "in")
        )
        whose = {(row.channel, row.client_id) for row in rows}
    assert whose == {("email", kept), ("sms", other)}


async def test_what_an_agent_wrote_since_stays_and_the_rest_goes_back(db, two) -> None:
    kept, other = await two()
    await db.run(
        lambda uow: clients.change(
            uow, other, {"locale": "uk", "attributes": {"city": "Lviv", "vip": "yes"}}
        )
    )
    merge = await merged(db, kept, other)
    await db.run(
        lambda uow: clients.change(
            uow, other, {"attributes": {"city": "Kyiv", "vip": "yes"}}
        )
    )

    await undo(db, merge.id)

    async with db.read() as session:
        ours = await clients.access_client(session, kept)
        theirs = await clients.access_client(session, other)
    assert (ours.locale, ours.attributes) == (None, {"city": "Kyiv"})
    assert (theirs.locale, theirs.attributes) == ("uk", {"city": "Lviv", "vip": "yes"})


async def test_merges_of_one_client_are_undone_in_any_order(db, take) -> None:
    await take(mail(), sms(), sms(number=OTHER, sid="SM2"))
    async with db.begin() as uow:
        for row, name in zip(
            await uow.session.scalars(select(Client).order_by(Client.id)),
            ("Anna", "Bohdan", "Vira"),
            strict=True,
        ):
            row.name = name
    before = await world(db)
    one, two, three = before["clients"]
    theirs = Choice(wins={"name": "merged"})

    first = await merged(db, one, two, theirs)
    second = await merged(db, one, three, theirs)
    assert (await world(db))["clients"][one][0] == "Vira"
    await undo(db, first.id)
    assert (await world(db))["clients"][one][0] == "Vira"
    await undo(db, second.id)

    assert await world(db) == before


async def test_a_chain_is_undone_from_its_end(db, take) -> None:
    await take(mail(), sms(), sms(number=OTHER, sid="SM2"))
    before = await world(db)
    one, two, three = before["clients"]
    first = await merged(db, two, three)
    second = await merged(db, one, two)

    with pytest.raises(StateError) as refused:
        await undo(db, first.id)
    await undo(db, second.id)
    await undo(db, first.id)

    assert refused.value.details["first"] == second.id
    assert await world(db) == before


async def test_a_preview_tells_what_the_merge_then_does(db, two) -> None:
    kept, other = await two()
    choice = Choice(wins={"name": "merged"})

    async with db.read() as session:
        preview = await merging.preview(session, kept, other, choice)
    await merged(db, kept, other, choice)

    async with db.read() as session:
        assert await clients.access_client(session, kept) == preview.after
    assert preview.moves.conversations == 1
    assert {one.field for one in preview.fields if one.conflict} == {"name"}


async def test_what_cannot_be_is_refused(db, two) -> None:
    kept, other = await two()
    with pytest.raises(InvalidError):
        await merged(db, kept, kept)
    with pytest.raises(NotFoundError):
        await merged(db, kept, 4711)
    with pytest.raises(InvalidError):
        await merged(db, kept, other, Choice(wins={"name": "both"}))
    merge = await merged(db, kept, other)
    with pytest.raises(StateError):
        await merged(db, kept, other)
    await undo(db, merge.id)
    with pytest.raises(StateError):
        await undo(db, merge.id)


async def test_two_merges_at_once_leave_one(db, two) -> None:
    kept, other = await two()

    done = await asyncio.gather(
        merged(db, kept, other), merged(db, other, kept), return_exceptions=True
    )

    assert sum(isinstance(one, StateError) for one in done) == 1


async def test_a_message_that_arrives_meanwhile_lands_with_who_goes_on(
    db, two, take
) -> None:
    kept, other = await two()

    for number in range(10):
        merge, _ = await asyncio.gather(
            merged(db, kept, other), take(sms(f"no. {number}", sid=f"SMx{number}"))
        )
        assert set((await world(db))["owners"].values()) == {kept}
        await asyncio.gather(
            undo(db, merge.id), take(sms(f"and {number}", sid=f"SMy{number}"))
        )
        owners = await world(db)
        async with db.read() as session:
            rows = list(await session.scalars(select(TimelineItem)))
        assert {row.client_id for row in rows if row.channel == "sms"} == {other}
        assert not owners["homes"]


async def test_every_table_that_names_a_client_is_minded() -> None:
    """A new table with a client goes along by itself, if it can be."""
    naming = {
        name
        for name, table in Base.metadata.tables.items()
        if any(
            key.target_fullname == "clients.id"
            for column in table.columns
            for key in column.foreign_keys
        )
    }
    ours = {"merges", "homes", "client_pairs", "clients"}

    assert naming - ours == set(belongings.homed()) | belongings.STAYS


async def test_duplicates_are_suggested_each_with_its_reason(db, take) -> None:
    await take(
        mail(sender="anna.kova@gmail.com", sender_name="Anna Kova"),
        mail(sender="annakova+shop@googlemail.com", id="<2@x.test>"),
        sms(number="+380661112244", sender_name="Anna Kova", sid="SM3"),
        sms(number="0501112233"),
        sms(number="0048501112233", sid="SM2"),
    )
    async with db.read() as session:
        ids = list(await session.scalars(select(Client.id).order_by(Client.id)))
        found = {
            one: [
                (two.client.id, two.reason)
                for two in await duplicates.duplicates(session, one)
            ]
            for one in ids
        }
    one, two, three, four, five = ids

    assert found[one] == [(two, "email"), (three, "name")]
    assert found[four] == [(five, "phone")]
    assert found[five] == [(four, "phone")]


async def test_a_pair_that_somebody_said_are_two_is_not_suggested_again(
    db, take
) -> None:
    await take(
        mail(sender_name="Anna Kova"),
        sms(sender_name="Anna Kova"),
    )
    async with db.read() as session:
        one, two = list(await session.scalars(select(Client.id)))

    await db.run(lambda uow: duplicates.dismiss(uow, two, one))

    async with db.read() as session:
        assert await duplicates.duplicates(session, one) == []
        assert await duplicates.duplicates(session, two) == []


async def test_an_order_and_its_link_go_along_and_home(db, two) -> None:
    kept, other = await two()
    placed = OrderGiven(
        client=Buyer(phone=PHONE), status="placed", currency="UAH", notify=False
    )

    async def order(number):
        return await db.run(lambda uow: put_order(uow, number, placed, country="UA"))

    before = await order("1001")
    link = OrderLink(order_id=before.id, client_id=other, expires_at=db.clock())
    merge = await merged(db, kept, other)
    since = await order("1002")
    async with db.read() as session:
        through = await access.access_order_by_link(session, link)
    await undo(db, merge.id)

    assert (before.client_id, through.client_id, since.client_id) == (other, kept, kept)
    async with db.read() as session:
        rows = list(await session.scalars(select(Order)))
        again = await access.access_order_by_link(session, link)
        # Made while they were one, for what is not his any more.
        stale = OrderLink(order_id=since.id, client_id=kept, expires_at=db.clock())
        with pytest.raises(NotFoundError):
            await access.access_order_by_link(session, stale)
    assert {row.client_id for row in rows} == {other}
    assert again == before


async def test_nobody_stays_signed_in_as_two(db, two) -> None:
    kept, other = await two()
    policy = Settings().access

    async def sign_in(client_id):
        async def work(uow):
            row = await uow.session.get_one(Client, client_id)
            return await portal_sessions.start(uow, row, policy=policy)

        return await db.run(work)

    async def whose(secret):
        async with db.read() as session:
            return await portal_sessions.client_of(session, secret, now=db.clock())

    first, second = await sign_in(kept), await sign_in(other)
    merge = await merged(db, kept, other)
    during = [await whose(first), await whose(second)]
    await undo(db, merge.id)

    assert during == [kept, None]
    assert [await whose(first), await whose(second)] == [None, None]
