"""Whose a message is, and in which conversation: strangers, guests, typed addresses."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from hub.clients import clients, duplicates
from hub.contracts import FormField
from hub.conversations import linking, participants
from hub.conversations.intake import batches as intake
from hub.conversations.intake.arrivals import Arrival
from hub.conversations.threading import reply_token
from hub.log import feed
from hub.storage.tables import Address, Client, Conversation, TimelineItem
from tests.hub.conftest import REPLY_KEY, form, mail, sms

FIELDS = (FormField(name="email", label="Email", value="oksana@client.test"),)
PHONE = (("phone", "050 111 22 33"),)


@pytest.fixture
def read(db):
    """Give all rows of a table, in order."""

    async def reading(table):
        async with db.read() as session:
            return list(await session.scalars(select(table).order_by(table.id)))

    return reading


@pytest.mark.parametrize(
    ("how", "more"),
    [
        ("quoted", {"references": ("<1@client.test>",)}),
        ("reply_address", {"reply_token": "its own"}),
    ],
)
async def test_a_stranger_gets_a_conversation_of_his_own_linked_from_both(
    db, take, read, how, more
) -> None:
    await take(mail())
    (boiler,) = await read(Conversation)
    if how == "reply_address":
        more = {"reply_token": reply_token(boiler.id, REPLY_KEY)}

    await take(mail("Re: Boiler", sender="thief@x.test", id="<2@x.test>", **more))

    _, his = await read(Conversation)
    assert his.client_id != boiler.client_id
    async with db.read() as session:
        for one, other in ((boiler, his), (his, boiler)):
            (link,) = await linking.links_of(session, one.id)
            assert (link.conversation_id, link.reason) == (other.id, how)
            assert link.client_id == other.client_id
        logged = await feed.after(session, 0, kinds=["conversation.linked"])
    assert len(logged) == 1


async def test_who_takes_part_is_let_in(db, take, read) -> None:
    await take(mail())
    (boiler,) = await read(Conversation)
    async with db.begin() as uow:
        await participants.join(uow, boiler.id, {"son@family.test": "Son"})

    await take(
        mail(
            "Re: Boiler",
            sender="son@family.test",
            sender_name="Son",
            id="<2@family.test>",
            references=("<1@client.test>",),
        )
    )

    _, his = await read(TimelineItem)
    assert (his.conversation_id, his.client_id) == (boiler.id, boiler.client_id)
    assert (his.author_name, his.address) == ("Son", "son@family.test")
    async with db.read() as session:
        assert await linking.links_of(session, boiler.id) == []


async def test_who_takes_part_opens_no_other_matter_of_that_client(
    db, take, read
) -> None:
    await take(mail(), mail("Invoice", id="<3@client.test>"))
    boiler, invoice = await read(Conversation)
    async with db.begin() as uow:
        await participants.join(uow, boiler.id, {"son@family.test": "Son"})

    await take(
        mail(
            "Re: Invoice",
            sender="son@family.test",
            id="<2@family.test>",
            references=("<3@client.test>",),
        )
    )

    his = (await read(TimelineItem))[-1]
    assert his.conversation_id not in {boiler.id, invoice.id}


async def test_an_answer_finds_its_conversation_behind_many_newer_ones(
    db, take, read, clock
) -> None:
    await take(mail())
    for number in range(55):
        clock.move(minutes=1)
        await take(mail(f"Matter no{number}", id=f"<m{number}@client.test>"))

    await take(
        mail("Re: Boiler", id="<last@client.test>", references=("<1@client.test>",))
    )

    items = await read(TimelineItem)
    assert items[-1].conversation_id == items[0].conversation_id


async def test_an_answer_under_a_new_subject_is_linked_unless_that_is_turned_off(
    db, take, read, rules
) -> None:
    await take(mail())
    new = {"references": ("<1@client.test>",)}

    await take(mail("Invoice for May", id="<2@client.test>", **new))
    calm = rules.settings.conversations.model_copy(update={"new_subject_splits": False})
    settings = rules.settings.model_copy(update={"conversations": calm})
    pump = Arrival(item=mail("A pump please", id="<3@client.test>", **new))
    await db.run(
        lambda uow: intake.take(uow, replace(rules, settings=settings), [pump])
    )

    first, second, third = await read(TimelineItem)
    assert first.conversation_id == third.conversation_id != second.conversation_id
    async with db.read() as session:
        (link,) = await linking.links_of(session, first.conversation_id)
    assert link.reason == "subject"


async def test_an_absence_note_stays_with_what_it_answers(take, read) -> None:
    await take(mail())

    await take(
        mail(
            "Out of office",
            id="<2@client.test>",
            references=("<1@client.test>",),
            automatic=True,
        )
    )

    first, second = await read(TimelineItem)
    assert first.conversation_id == second.conversation_id


# --- an address that somebody only typed ------------------------------------------------


async def test_the_owner_of_an_address_typed_long_ago_is_a_client_of_his_own(
    db, take, read, clock
) -> None:
    await take(form(fields=FIELDS, also=PHONE, sender_name="Somebody"))
    clock.move(days=8)

    await take(mail(sender_name="Oksana"))

    typed_by, owner = await read(Client)
    form_item, mail_item = await read(TimelineItem)
    assert (form_item.client_id, mail_item.client_id) == (typed_by.id, owner.id)
    async with db.read() as session:
        ours = await clients.access_client(session, owner.id)
        for one, other in ((typed_by, owner), (owner, typed_by)):
            (two,) = await duplicates.duplicates(session, one.id)
            assert (two.client.id, two.reason) == (other.id, "typed")
            assert two.detail == "oksana@client.test"
    assert [(one.value, one.verified) for one in ours.addresses] == [
        ("oksana@client.test", True)
    ]


async def test_an_address_typed_beside_a_proven_client_is_not_his(
    take, read, clock
) -> None:
    """Somebody who knows a client's mail cannot write as he does from his own phone."""
    await take(mail())
    clock.move(minutes=1)
    await take(form(fields=FIELDS, also=PHONE, external_id="f2"))
    clock.move(minutes=1)

    await take(sms(number="+380501112233"))

    client, stranger = await read(Client)
    assert [row.client_id for row in await read(TimelineItem)] == [
        client.id,
        client.id,
        stranger.id,
    ]
    assert {row.kind: row.client_id for row in await read(Address)} == {
        "email": client.id,
        "phone": stranger.id,
    }


async def test_numbers_typed_by_the_dozen_catch_nobody(take, read, clock) -> None:
    """Somebody lays a net: forms with his own mail and a stranger's number each."""
    for number in range(3):
        typed = (("phone", f"+38050111223{number}"),)
        await take(form(fields=FIELDS, also=typed, external_id=f"net-{number}"))
    await take(mail())
    clock.move(minutes=1)

    await take(sms(number="+380501112231"))

    net, stranger = await read(Client)
    assert (await read(TimelineItem))[-1].client_id == stranger.id
    assert net.id != stranger.id


async def typed_by_two(take, clock):
    """Two give different mails and one number in their forms."""
    await take(form(fields=FIELDS, also=PHONE, external_id="f1"))
    clock.move(minutes=1)
    other = "other@elsewhere.test"
    await take(form(sender=other, fields=FIELDS, also=PHONE, external_id="f2"))
    clock.move(minutes=1)


async def test_two_who_type_one_number_are_two(db, take, read, clock) -> None:
    await typed_by_two(take, clock)

    one, other = await read(Client)
    assert [row.client_id for row in await read(TimelineItem)] == [one.id, other.id]
    async with db.read() as session:
        (two,) = await duplicates.duplicates(session, other.id)
    assert (two.client.id, two.reason) == (one.id, "typed")
    assert two.detail == "+380 50 111 2233"


async def test_who_writes_from_a_number_that_two_typed_is_neither(
    db, take, read, clock
) -> None:
    await typed_by_two(take, clock)

    await take(sms(number="+380501112233"))

    one, other, owner = await read(Client)
    assert (await read(TimelineItem))[-1].client_id == owner.id
    async with db.read() as session:
        found = await duplicates.duplicates(session, owner.id)
    assert {two.client.id for two in found} == {one.id, other.id}


async def test_who_typed_a_number_alone_is_who_types_it_with_a_mail(
    take, read, clock
) -> None:
    await take(
        form(sender="+380501112233", sender_kind="phone", fields=(), external_id="f1")
    )
    clock.move(minutes=1)

    await take(form(fields=FIELDS, also=PHONE, external_id="f2"))
    await take(sms(number="+380501112233"))

    assert len(await read(Client)) == 1


async def test_who_has_talked_to_us_from_a_typed_address_goes_on(
    take, read, clock, db
) -> None:
    await take(form(fields=FIELDS, also=PHONE))
    await take(mail())
    await take(sms(number="+380501112233"))
    clock.move(days=300)

    await take(sms("Still me", number="+380501112233", sid="SM2"))

    async with db.read() as session:
        assert await session.scalar(select(func.count()).select_from(Client)) == 1
    assert len({row.client_id for row in await read(TimelineItem)}) == 1
