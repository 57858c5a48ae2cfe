"""Entries go from one conversation to another, and back."""

import pytest
from sqlalchemy import select

from hub.conversations import linking, moving, reading
from hub.errors import InvalidError, NotFoundError, StateError
from hub.lists.lists import access_conversation, unread
from hub.storage.tables import (
    Call,
    Conversation,
    FirstResponse,
    ReadMark,
    TimelineItem,
)
from hub.storage.timers import fire_due
from tests.hub.conftest import mail, sms
from web.work import timers


@pytest.fixture
async def nadia(agent):
    return await agent("Nadia")


@pytest.fixture
def said(db):
    """Give the entries that somebody said, in order."""

    async def reading_them():
        async with db.read() as session:
            rows = await session.scalars(
                select(TimelineItem)
                .where(TimelineItem.kind != "change")
                .order_by(TimelineItem.id)
            )
            return list(rows)

    return reading_them


@pytest.fixture
def conversation(db):
    async def reading_it(number):
        async with db.read() as session:
            return await session.get_one(Conversation, number)

    return reading_it


def move(db, actor, *ids, to=None, **more):
    return db.run(lambda uow: moving.move(uow, ids, to, **more), actor)


def undo(db, actor, number):
    return db.run(lambda uow: moving.undo(uow, number), actor)


async def test_a_split_takes_entries_into_a_conversation_of_their_own(
    db, take, said, nadia, clock, conversation
) -> None:
    await take(mail())
    clock.move(minutes=5)
    await take(sms("The invoice is wrong", number="+380501112233"))
    await take(mail("Re: Boiler", id="<2@client.test>", text="Also the invoice"))
    first, _, wrong = await said()

    done = await move(db, nadia, wrong.id, subject="Invoice")

    _, _, moved = await said()
    old, new = await conversation(first.conversation_id), done.target
    assert moved.conversation_id == new.id != old.id
    assert (new.subject, new.snippet) == ("Invoice", "Also the invoice")
    assert old.snippet == "It hums at night."
    assert old.last_at == first.at
    assert new.waiting_since == wrong.at
    async with db.read() as session:
        links = await linking.links_of(session, old.id)
    assert [(one.conversation_id, one.reason) for one in links] == [(new.id, "split")]


async def test_the_clock_of_the_first_response_goes_with_what_waits(
    db, take, said, nadia, clock, rules, conversation
) -> None:
    await take(mail())
    await take(mail("Invoice", id="<2@client.test>"))
    boiler, invoice = await said()
    due = (await conversation(invoice.conversation_id)).respond_by
    clock.move(minutes=1)

    done = await move(db, nadia, invoice.id)
    again = await conversation(done.target.id)
    left = await conversation(invoice.conversation_id)

    assert again.respond_by == due
    assert (left.waiting_since, left.respond_by) == (None, None)
    clock.move(hours=8)
    await fire_due(db, timers(rules.shop, rules.settings))
    async with db.read() as session:
        late = list(
            await session.scalars(
                select(FirstResponse.conversation_id).where(
                    FirstResponse.in_time.is_(False)
                )
            )
        )
    assert sorted(late) == sorted([boiler.conversation_id, done.target.id])


async def test_a_move_is_undone(db, take, said, nadia, conversation) -> None:
    await take(mail(), mail("Invoice", id="<2@client.test>"))
    boiler, invoice = await said()
    before = [await conversation(one.conversation_id) for one in (boiler, invoice)]

    done = await move(db, nadia, invoice.id, to=boiler.conversation_id)
    merged = await said()
    await undo(db, nadia, done.move_id)

    assert {one.conversation_id for one in merged} == {boiler.conversation_id}
    after = [await conversation(one.conversation_id) for one in await said()]
    for was, now in zip(before, after, strict=True):
        for name in ("id", "snippet", "last_at", "waiting_since", "respond_by"):
            assert getattr(was, name) == getattr(now, name), name
    with pytest.raises(StateError):
        await undo(db, nadia, done.move_id)


async def test_an_undone_split_leaves_nothing_to_do(
    db, take, said, nadia, conversation
) -> None:
    await take(mail())
    (boiler,) = await said()

    done = await move(db, nadia, boiler.id)
    emptied = await conversation(boiler.conversation_id)
    await undo(db, nadia, done.move_id)

    assert emptied.waiting_since is None
    assert (await conversation(done.target.id)).state == "resolved"
    assert (await conversation(boiler.conversation_id)).waiting_since == boiler.at


async def test_a_message_of_the_wrong_client_goes_to_the_right_one(
    db, take, said, nadia, conversation
) -> None:
    await take(mail(), mail("Hello", sender="son@client.test", id="<2@client.test>"))
    mine, his = await said()

    await move(db, nadia, his.id, to=mine.conversation_id)

    _, moved = await said()
    assert (moved.client_id, moved.address) == (mine.client_id, "son@client.test")
    assert (await conversation(his.conversation_id)).client_id == his.client_id


async def test_an_unanswered_message_opens_what_it_is_moved_to(
    db, take, said, nadia, conversation
) -> None:
    await take(mail(), mail("Invoice", id="<2@client.test>"))
    boiler, invoice = await said()
    async with db.begin(nadia) as uow:
        from hub.conversations import changes  # noqa: PLC0415
        from hub.conversations.entries import lock  # noqa: PLC0415

        row = await lock(uow, boiler.conversation_id)
        await changes.set_state(uow, row, "resolved")

    await move(db, nadia, invoice.id, to=boiler.conversation_id)

    row = await conversation(boiler.conversation_id)
    assert (row.state, row.waiting_since is None) == ("open", False)


async def test_what_was_read_stays_read_where_it_is_moved(
    db, take, said, nadia, agent
) -> None:
    olena = await agent("Olena")
    await take(mail(), mail("Invoice", id="<2@client.test>"))
    boiler, _ = await said()
    await db.run(
        lambda uow: reading.mark_read(uow, boiler.conversation_id, nadia.id, boiler.id),
        nadia,
    )

    done = await move(db, nadia, boiler.id)

    async with db.read() as session:
        marks = list(await session.scalars(select(ReadMark)))
        mine = await unread(session, nadia.id, [done.target.id])
        hers = await unread(session, olena.id, [done.target.id])
    assert len(marks) == 2
    assert (mine, hers) == ({}, {done.target.id: 1})


async def test_a_call_follows_its_entry(db, take, nadia, said) -> None:
    from hub.contracts import CallEvent, CallMoment  # noqa: PLC0415

    await take(
        CallEvent(
            channel="phone",
            external_id="CA1",
            moment=CallMoment.RINGING,
            caller="+380501112233",
            called="+380441112233",
        )
    )
    (item,) = await said()

    done = await move(db, nadia, item.id)

    async with db.read() as session:
        call = (await session.scalars(select(Call))).one()
        assert call.conversation_id == done.target.id
        await access_conversation(session, call.conversation_id)


async def test_what_cannot_be_moved_is_refused(db, take, said, nadia) -> None:
    await take(mail(), mail("Hello", sender="son@client.test", id="<2@client.test>"))
    mine, his = await said()

    for ids, to, error in (
        ((), None, InvalidError),
        ((4711,), None, NotFoundError),
        ((mine.id,), 4711, NotFoundError),
        ((mine.id,), mine.conversation_id, InvalidError),
        ((mine.id, his.id), None, InvalidError),
    ):
        with pytest.raises(error):
            await move(db, nadia, *ids, to=to)
