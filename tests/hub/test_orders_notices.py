"""Notices at each step once; STATUS answers for the owner alone."""
# ruff: noqa: RUF001 - Ukrainian words are meant

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from hub.contracts import InboundMessage
from hub.conversations.entries import Said, add, lock, open_conversation
from hub.log.events import Actor
from hub.orders import selfservice
from hub.orders.buyers import Buyer
from hub.orders.links import read_token
from hub.orders.notices import ORDER_NOTICE, send_notice
from hub.storage import due
from hub.storage.tables import Address, Client, OrderStep, TimelineItem
from tests.hub.orders import OKSANA, SHOP, SHOP_TIME, put

LEASE = timedelta(minutes=1)


async def send_all(db, shop=SHOP):
    """Do what the worker does with due notices."""
    while True:
        async with db.begin() as uow:
            claims = await due.claim(
                uow.session, [ORDER_NOTICE], now=uow.now, lease=LEASE
            )
        if not claims:
            return
        async with db.begin() as uow:
            await send_notice(uow, claims[0], shop=shop)
            await due.settle(uow.session, claims[0])


async def sent(db):
    async with db.read() as session:
        return list(
            await session.scalars(
                select(TimelineItem)
                .where(TimelineItem.kind == "message")
                .order_by(TimelineItem.id)
            )
        )


async def test_each_step_is_told_once_by_sms_with_a_link(db, clock) -> None:
    for minute, status in enumerate(("placed", "paid", "shipped")):
        await put(db, status=status, minute=minute)
        await put(db, status=status, minute=minute)
        await send_all(db)
        await send_all(db)

    told = await sent(db)
    assert [item.channel for item in told] == ["sms"] * 3
    assert told[0].text.startswith("Zatyshok: Замовлення 1001 прийнято.")
    token = told[2].text.rpartition("/portal/o/")[2]
    async with db.read() as session:
        step = (await session.scalars(select(OrderStep))).first()
        assert read_token(SHOP.link_key, token, now=clock.now).order_id == step.order_id
        steps = await session.scalars(select(OrderStep))
        assert all(one.notified_at for one in steps)


async def test_a_step_that_is_reached_again_is_not_told_again(db) -> None:
    for minute, status in enumerate(("shipped", "packed", "shipped")):
        await put(db, status=status, minute=minute)
        await send_all(db)

    assert len(await sent(db)) == 2


async def test_twenty_parallel_puts_and_two_workers_tell_once(db) -> None:
    await asyncio.gather(*(put(db, status="paid", minute=1) for _ in range(20)))
    async with db.begin() as uow:
        claim = (
            await due.claim(uow.session, [ORDER_NOTICE], now=uow.now, lease=LEASE)
        )[0]

    # A worker whose lease ran out goes on beside the one that took over.
    await asyncio.gather(
        *(db.run(lambda uow: send_notice(uow, claim, shop=SHOP)) for _ in range(2))
    )

    assert len(await sent(db)) == 1


async def test_without_a_phone_the_notice_is_a_letter(db) -> None:
    await put(db, client=replace(OKSANA, phone="", locale="en"), status="shipped")
    await send_all(db)

    (letter,) = await sent(db)
    assert letter.channel == "email"
    assert letter.subject == "Order 1001: on its way"
    assert "Hello, Оксана Левчук!" in letter.text
    assert letter.data["automatic"] is True


async def test_without_sms_the_notice_is_a_letter(db) -> None:
    await put(db)
    await send_all(db, replace(SHOP, channels={"email": "email"}))

    assert [item.channel for item in await sent(db)] == ["email"]


async def test_an_address_that_nobody_verified_is_told_nothing(db) -> None:
    view = await put(db)
    async with db.begin() as uow:
        for row in await uow.session.scalars(select(Address)):
            row.verified_at = None
    await send_all(db)

    assert await sent(db) == []
    assert view.client_id


async def test_an_order_cancelled_meanwhile_is_not_said_to_be_on_its_way(db) -> None:
    await put(db, status="shipped", minute=1)
    await put(db, status="cancelled", minute=2)
    await send_all(db)

    (told,) = await sent(db)
    assert "скасовано" in told.text


async def test_old_orders_are_brought_over_in_silence(db) -> None:
    await put(db, status="delivered", notify=False)
    await send_all(db)

    assert await sent(db) == []


async def test_a_notice_does_not_answer_a_client_who_waits(db) -> None:
    view = await put(db)
    async with db.begin() as uow:
        client = await uow.session.get_one(Client, view.client_id)
        opened = await open_conversation(uow, client, channel="sms")
    await send_all(db)

    async with db.begin() as uow:
        conversation = await lock(uow, opened.id)
        assert conversation.waiting_since is not None
        assert conversation.state == "open"


# --- STATUS 1001


async def ask(db, text, *, phone="+380671112233", shop=SHOP, **changes):
    message = InboundMessage(
        channel="sms",
        external_id="SM1",
        sender=phone,
        sender_kind="phone",
        text=text,
        **changes,
    )
    async with db.begin() as uow:
        address = await uow.session.scalar(
            select(Address).where(Address.value == phone)
        )
        client = await uow.session.get_one(Client, address.client_id)
        return await selfservice.answer(
            uow, message, client=client, address=address, shop=shop
        )


async def test_the_owner_is_told_how_his_order_is(db) -> None:
    await put(db, status="shipped", expected_at=SHOP_TIME + timedelta(days=7))

    reply = await ask(db, "STATUS 1001")

    said = reply.text.replace("\N{NO-BREAK SPACE}", " ")
    assert said.startswith("Замовлення 1001: у дорозі. Очікуйте 21 травня, 11:00.")
    assert "/portal/o/" in said


async def test_the_number_is_found_in_small_letters_too(db) -> None:
    await put(db, "ЗМ-1001")

    assert "ЗМ-1001" in (await ask(db, "статус зм-1001")).text


async def test_status_without_a_number_is_about_the_open_order(db) -> None:
    await put(db, "1", status="placed")
    await put(db, "2", status="delivered", placed_at=SHOP_TIME + timedelta(days=1))

    assert "Замовлення 1:" in (await ask(db, "статус")).text


@pytest.mark.parametrize("number", ["1001", "9999"])
async def test_a_stranger_cannot_tell_whether_there_is_such_an_order(
    db, number
) -> None:
    await put(db)
    await put(db, "2002", client=Buyer(phone="+380501112233"))

    reply = await ask(db, f"STATUS {number}", phone="+380501112233")

    assert reply.text == (
        f"Ми не знайшли замовлення {number} за цим номером телефону. "
        "Перевірте номер або напишіть нам тут, що сталося."
    )


async def test_an_unverified_number_of_the_owner_learns_nothing(db) -> None:
    await put(db)
    async with db.begin() as uow:
        row = await uow.session.scalar(select(Address).where(Address.kind == "phone"))
        row.verified_at = None

    reply = await ask(db, "STATUS 1001")

    assert reply.text.startswith("Ми не знайшли замовлення 1001")


async def test_a_bare_number_is_answered_only_when_it_is_his_order(db) -> None:
    await put(db)

    assert await ask(db, "2002") is None
    assert "Замовлення 1001" in (await ask(db, "1001")).text


async def test_other_words_and_machines_are_for_people(db) -> None:
    await put(db)

    assert await ask(db, "Order 1001 came broken") is None
    assert await ask(db, "STATUS 1001", automatic=True) is None


async def test_the_answer_is_sent_once(db) -> None:
    view = await put(db)
    reply = await ask(db, "STATUS 1001")
    async with db.begin() as uow:
        client = await uow.session.get_one(Client, view.client_id)
        conversation = await open_conversation(uow, client, channel="sms")
        asked = await add(
            uow,
            conversation,
            Said(
                kind="message",
                channel="sms",
                direction="in",
                author=Actor(kind="client", name=client.name, id=client.id),
                text="STATUS 1001",
            ),
        )
        send = partial(selfservice.send, uow, reply, asked, conversation)
        first, again = await send(), await send()

    assert first.id == again.id
    assert first.text == reply.text
