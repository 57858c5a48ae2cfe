"""Erasing a person: nothing of his words is left anywhere, and his numbers are."""

import asyncio
import os
import time
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from hub.clients import clients, consent, merging, unmerging
from hub.clients.layers import Choice
from hub.collaboration import tasks
from hub.collaboration.rules import task_rules
from hub.collaboration.tasks import TaskGiven
from hub.contracts import Attachment
from hub.conversations import notes
from hub.conversations.intake import batches as intake
from hub.conversations.intake.arrivals import Arrival
from hub.delivery.permission import Place
from hub.errors import InvalidError, NotFoundError, StateError
from hub.files import attachments, uploads
from hub.log.feed import Feed
from hub.orders.access import access_order_by_link
from hub.orders.buyers import Buyer
from hub.orders.given import LineGiven, OrderGiven
from hub.orders.links import OrderLink
from hub.orders.orders import put_order
from hub.privacy import erasing, preview
from hub.privacy.erasing import ErasureRules
from hub.storage.blobs import FolderBlobs
from hub.storage.jobs import do_due
from hub.storage.tables import Client, Conversation, TimelineItem
from hub.storage.timers import fire_due
from tests.hub.conftest import mail, sms
from tests.hub.erasing import MARKERS, NAME, erase, found, log_of, settle, state_of

PHONE, EMAIL = "+380501112233", "zvenyslava@marker.test"


@pytest.fixture
def blobs(tmp_path):
    return FolderBlobs(tmp_path / "blobs")


@pytest.fixture
def stored(blobs, settings):
    async def store(name, content):
        taken = await attachments.store(
            blobs,
            [Attachment(name=name, media_type="", content=content)],
            settings.attachments,
        )
        return taken.stored

    return store


@pytest.fixture
def life(db, rules, settings, agent, reply_rules, stored):
    """A client with all that may be kept of one."""

    async def live() -> int:
        files = await stored("filegrommet.txt", b"qwubble in a file")
        shared = await stored("price list.txt", b"our prices")
        letter = mail(
            "Qwubble subject",
            sender=EMAIL,
            sender_name=NAME,
            html="<p>It says zorptext at night</p>",
            text="It says zorptext at night",
        )
        arrivals = [
            Arrival(item=letter, files=(*files, *shared)),
            Arrival(
                item=mail("Other", sender="other@else.test", id="<o@x>"), files=shared
            ),
        ]
        await db.run(lambda uow: intake.take(uow, rules, arrivals))
        async with db.read() as session:
            client = await session.scalar(select(Client.id).where(Client.name == NAME))
            place = await session.scalar(
                select(Conversation.id).where(Conversation.client_id == client)
            )
        nadia = await agent()

        async def work(uow):
            await clients.change(uow, client, {"attributes": {"pet": "attrsnork"}})
            await clients.add_address(uow, client, "phone", PHONE, country="UA")
            await notes.add_note(
                uow, place, "noteblip about her", mentions=(), key=uuid4(), longest=1000
            )

        await db.run(work, nadia)
        await db.run(
            lambda uow: tasks.create(
                uow,
                TaskGiven(kind="task", title="taskfizz", client_id=client),
                rules=task_rules(settings),
            ),
            nadia,
        )
        given = OrderGiven(
            client=Buyer(client_id=client),
            status="placed",
            currency="UAH",
            total=12_300,
            title="orderquux",
            tracking_number="trackplonk",
            carrier="",
            lines=(LineGiven(name="orderquux lamp", quantity=1, amount=12_300),),
        )
        await db.run(lambda uow: put_order(uow, "1001", given, country="UA"))
        return client

    return live


async def test_nothing_that_he_said_or_that_was_said_of_him_is_left(
    db, settings, life, blobs
) -> None:
    client = await life()
    await settle(db, settings)
    before = await found(db)

    await erase(db, client)
    await settle(db, settings)

    assert {marker for _, marker in before} >= set(MARKERS) - {
        "50 111 2233",
        "флюгегехаймен",
        "draftwump",
    }
    assert await found(db) == []


async def test_numbers_stay_and_the_log_is_as_long_as_it_was(
    db, settings, life
) -> None:
    client = await life()
    before = await log_of(db)

    await erase(db, client)
    await settle(db, settings)

    after = await log_of(db)
    assert [(one.seq, one.kind, one.at) for one in after[: len(before)]] == [
        (one.seq, one.kind, one.at) for one in before
    ]
    assert after[-1].kind == "client.erasure_finished"
    async with db.read() as session:
        order = await session.execute(text("SELECT number, total FROM orders"))
        assert order.one() == ("1001", 12_300)
        states = await session.scalars(
            select(Conversation.state).where(Conversation.client_id == client)
        )
        assert set(states) == {"resolved"}


async def test_the_last_state_of_everything_in_the_log_is_how_it_is(
    db, settings, life
) -> None:
    client = await life()
    await erase(db, client)
    await settle(db, settings)

    seen = {}
    for one in await log_of(db):
        if item := one.state.get("item"):
            seen[item["id"]] = item
    async with db.read() as session:
        rows = list(await session.scalars(select(TimelineItem)))
    assert rows
    for row in rows:
        assert (seen[row.id]["text"], seen[row.id]["data"]) == (row.text, row.data)


async def test_an_erasure_that_is_killed_at_any_step_goes_on(
    db, settings, life
) -> None:
    client = await life()
    await erase(db, client)
    steps = 0

    async def one_then_dies(uow, claim):
        nonlocal steps
        steps += 1
        await erasing.proceed(uow, claim, rules=ErasureRules(batch=2, events=5))
        if steps % 2:
            raise OSError("killed")

    while await state_of(db, client) == "running":
        await fire_due(db, {erasing.ERASE: one_then_dies})
        db.clock.now += erasing_pause()

    await settle(db, settings)
    assert await found(db) == []
    assert steps > 10


async def test_whoever_was_merged_into_him_goes_too(db, settings, life, take) -> None:
    client = await life()
    await take(sms("флюгегехаймен", number="+380672223344", sender_name="Qwubble Two"))
    async with db.read() as session:
        other = await session.scalar(
            select(Client.id).where(Client.name == "Qwubble Two")
        )
    merge = await db.run(lambda uow: merging.merge(uow, client, other, Choice()))

    await erase(db, other)
    await settle(db, settings)

    assert await found(db, (*MARKERS, "672223344")) == []
    with pytest.raises(NotFoundError):
        await db.run(lambda uow: unmerging.undo(uow, merge.id))


async def test_a_stop_outlives_its_client_and_a_new_message_is_a_new_client(
    db, settings, life, take
) -> None:
    client = await life()
    place = Place(channel="email", kind="email", value=EMAIL)
    said = consent.Said(
        kind="email",
        value=EMAIL,
        state="refused",
        source="agent",
        channel="email",
        client_id=client,
    )
    await db.run(lambda uow: consent.record(uow, said))
    await erase(db, client)
    await settle(db, settings)

    await take(mail("Hello again", sender=EMAIL, id="<again@x>"))

    async with db.read() as session:
        fresh = await session.scalar(
            text("SELECT client_id FROM addresses WHERE value = :value"),
            {"value": EMAIL},
        )
        assert fresh != client
        assert await consent.refusal(session, place.channel, place.kind, place.value)
        assert ("email", "email", EMAIL) in await consent.refusals(
            session, {("email", EMAIL)}
        )


async def test_a_message_that_arrives_meanwhile_is_erased_or_a_new_client(
    db, settings, life, take
) -> None:
    client = await life()
    await asyncio.gather(
        erase(db, client),
        *(
            take(mail(f"Late {n}", sender=EMAIL, id=f"<late{n}@x>", text="zorptext"))
            for n in range(4)
        ),
    )
    await settle(db, settings)

    async with db.read() as session:
        rows = await session.execute(
            select(TimelineItem.text, TimelineItem.subject).where(
                TimelineItem.client_id == client
            )
        )
        assert set(rows.all()) == {("", "")}
        news = await session.scalars(select(Client).where(Client.erased_at.is_(None)))
        assert all(one.id != client for one in news)


async def test_contents_go_and_those_that_others_have_stay(
    db, settings, life, blobs, clock
) -> None:
    client = await life()
    async with db.read() as session:
        held = dict(
            (await session.execute(text("SELECT name, hash FROM attachments"))).all()
        )
    await erase(db, client)
    await settle(db, settings)
    clock.now += 2 * uploads.FORGET_AFTER
    for one in blobs._root.rglob("*"):
        if one.is_file():
            os.utime(one, (time.time() - 9_999, time.time() - 9_999))

    async def forget(claim):
        await uploads.forget(db, claim, blobs=blobs)

    await do_due(db, {uploads.FORGET: forget}, lease=uploads.FORGET_AFTER, at_once=1)

    assert await blobs.size(held["filegrommet.txt"]) is None
    assert await blobs.size(held["price list.txt"]) is not None


async def test_a_slip_or_a_call_under_way_erases_nobody(db, life) -> None:
    client = await life()
    with pytest.raises(InvalidError):
        await erase(db, client, name="Zvenyslava")
    async with db.begin() as uow:
        await uow.session.execute(
            text("UPDATE timeline SET delivery = 'sending' WHERE client_id = :id"),
            {"id": client},
        )
    with pytest.raises(StateError):
        await erase(db, client)

    async with db.read() as session:
        seen = await preview.preview(session, client)
    assert (seen.name, seen.blocks.messages > 0, seen.goes.files) == (NAME, True, 2)


async def test_what_a_process_remembers_of_the_log_is_dropped(
    db, settings, life
) -> None:
    known = Feed(db)
    await known.step()
    start = known.seq
    client = await life()
    await known.step()
    await erase(db, client)
    await settle(db, settings)
    await known.step()

    said = "".join(one.wire for one in await known.after(start)).lower()
    assert known.seq > start
    assert [one for one in MARKERS if one in said] == []


async def test_an_order_link_is_dead_and_the_shop_brings_nothing_back(
    db, settings, life
) -> None:
    client = await life()
    await erase(db, client)
    await settle(db, settings)
    given = OrderGiven(
        client=Buyer(email=EMAIL, name=NAME),
        status="done",
        currency="UAH",
        total=99,
        title="orderquux",
        tracking_number="trackplonk",
    )
    seen = await db.run(lambda uow: put_order(uow, "1001", given, country="UA"))

    assert (seen.status, seen.total, seen.title) == ("done", 99, "")
    assert await found(db) == []
    async with db.read() as session:
        link = OrderLink(order_id=seen.id, client_id=client, expires_at=db.clock())
        with pytest.raises(NotFoundError):
            await access_order_by_link(session, link)


def erasing_pause():
    return uploads.FORGET_AFTER
