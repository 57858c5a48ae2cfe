"""What arrives is taken in once, on the right client's timeline."""

import asyncio
import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from hub.contracts import CallEvent, CallMoment, FormField
from hub.conversations.changes import set_state
from hub.conversations.entries import lock, open_conversation
from hub.conversations.intake import filing
from hub.conversations.intake.reception import Reception
from hub.conversations.threading import reply_token
from hub.storage.blobs import FolderBlobs
from hub.storage.tables import Address, Client, Conversation, EventRow, TimelineItem
from tests.hub.conftest import REPLY_KEY, form, mail, sms


async def rows(db, table):
    async with db.read() as session:
        return list(await session.scalars(select(table).order_by(table.id)))


async def count(db, table) -> int:
    async with db.read() as session:
        return await session.scalar(select(func.count()).select_from(table))


async def test_fifty_parallel_deliveries_of_one_sms_make_one_row(db, take) -> None:
    outcomes = await asyncio.gather(*(take(sms()) for _ in range(50)))

    assert sum(outcome.fresh for (outcome,) in outcomes) == 1
    assert await count(db, TimelineItem) == 1
    assert await count(db, Client) == 1
    assert await count(db, Conversation) == 1


async def test_the_same_message_twice_in_one_batch_is_one(db, take) -> None:
    first, second = await take(sms(), sms())

    assert (first.fresh, second.fresh) == (True, False)
    assert await count(db, TimelineItem) == 1


async def test_first_messages_of_many_clients_at_once_all_arrive(db, take) -> None:
    await asyncio.gather(
        *(take(sms(sid=f"SM{n}", number=f"+38050111{n % 5:04}")) for n in range(20))
    )

    assert await count(db, TimelineItem) == 20
    assert await count(db, Client) == 5


async def test_a_known_clients_messages_at_once_open_one_conversation(db, take) -> None:
    await take(sms())
    (row,) = await rows(db, Conversation)
    async with db.begin() as uow:
        resolved = await lock(uow, row.id)
        await set_state(uow, resolved, "resolved")
        resolved.last_at -= timedelta(days=30)

    await asyncio.gather(*(take(sms(sid=f"SM-{n}")) for n in range(10)))

    assert await count(db, Conversation) == 2


async def test_a_repeat_leaves_no_event(db, take) -> None:
    await take(sms())
    async with db.read() as session:
        before = await session.scalar(select(func.count()).select_from(EventRow))

    await take(sms())

    async with db.read() as session:
        after = await session.scalar(select(func.count()).select_from(EventRow))
    assert after == before


async def test_mail_sms_and_form_of_one_person_share_a_timeline(db, take) -> None:
    await take(form(also=(("phone", "050 111 22 33"),), sender_name="Оксана"))
    await take(mail())
    await take(sms(number="+380501112233"))

    items = await rows(db, TimelineItem)
    assert len({item.client_id for item in items}) == 1
    assert [item.channel for item in items] == ["webform", "email", "sms"]
    (client,) = await rows(db, Client)
    assert client.name == "Оксана"


async def test_what_was_typed_is_verified_by_the_first_real_message_alone(
    db, take
) -> None:
    async def verified():
        return {one.kind for one in await rows(db, Address) if one.verified_at}

    fields = (FormField(name="email", label="Email", value="oksana@client.test"),)
    await take(form(fields=fields, also=(("phone", "050 111 22 33"),)))
    typed = await verified()
    await take(mail())
    wrote = await verified()
    await take(sms(number="+380501112233"))

    assert (typed, wrote, await verified()) == (set(), {"email"}, {"email"})
    assert await count(db, Client) == 1


async def test_a_client_who_mails_and_then_texts_is_in_one_conversation(
    db, take
) -> None:
    await take(mail(also=(("phone", "+380501112233"),)))
    await take(sms())

    (conversation,) = await rows(db, Conversation)
    assert conversation.subject == "Boiler"
    assert conversation.channel == "sms"


async def test_a_fresh_mail_on_another_matter_is_another_conversation(db, take) -> None:
    await take(mail())
    await take(mail("Invoice for May", id="<2@client.test>"))
    await take(mail("Re: Boiler", id="<3@client.test>"))

    boiler, invoice = await rows(db, Conversation)
    items = await rows(db, TimelineItem)
    assert [item.conversation_id for item in items] == [
        boiler.id,
        invoice.id,
        boiler.id,
    ]


async def test_a_mail_goes_where_its_references_or_its_reply_address_say(
    db, take
) -> None:
    await take(mail())
    await take(mail("Invoice", id="<2@client.test>"))
    boiler, invoice = await rows(db, Conversation)

    await take(
        mail("Re: That", id="<3@client.test>", references=("<1@client.test>",)),
        mail(
            "Re: An odd subject",
            id="<4@client.test>",
            reply_token=reply_token(invoice.id, REPLY_KEY),
        ),
    )

    items = await rows(db, TimelineItem)
    assert [item.conversation_id for item in items[2:]] == [boiler.id, invoice.id]


async def test_a_reply_address_of_another_clients_matter_opens_nothing(
    db, take
) -> None:
    await take(mail())
    (boiler,) = await rows(db, Conversation)

    await take(
        mail(
            "Let me in",
            sender="thief@client.test",
            id="<2@client.test>",
            reply_token=reply_token(boiler.id, REPLY_KEY),
        )
    )

    _, other = await rows(db, TimelineItem)
    assert other.conversation_id != boiler.id
    assert other.client_id != boiler.client_id


async def test_a_message_opens_a_resolved_conversation_but_thanks_do_not(
    db, take
) -> None:
    await take(sms())
    (row,) = await rows(db, Conversation)
    async with db.begin() as uow:
        await set_state(uow, await lock(uow, row.id), "resolved")

    await take(sms("Дякую вам!", sid="SM2"))
    (after_thanks,) = await rows(db, Conversation)
    await take(sms("It hums again", sid="SM3"))
    (after_more,) = await rows(db, Conversation)

    assert after_thanks.state == "resolved"
    assert after_thanks.waiting_since is None
    assert after_more.state == "open"
    assert after_more.waiting_since is not None


async def test_what_postgresql_cannot_keep_does_not_lose_the_message(db, take) -> None:
    await take(sms("a\x00b \ud83d c"))

    (item,) = await rows(db, TimelineItem)
    assert item.text.startswith("a\N{REPLACEMENT CHARACTER}b")


async def test_one_bad_delivery_does_not_refuse_the_others(
    db, rules, tmp_path, monkeypatch
) -> None:
    reception = Reception(db, FolderBlobs(tmp_path), rules)
    bad = sms(sid="SM-bad", number="+380501119999")
    real = filing._said

    def said(letter, **how):
        if letter.message.external_id == "SM-bad":
            raise ZeroDivisionError
        return real(letter, **how)

    monkeypatch.setattr(filing, "_said", said)
    results = await asyncio.gather(
        *(reception.take([sms(sid=f"SM{n}")]) for n in range(5)),
        reception.take([bad]),
        return_exceptions=True,
    )

    assert [type(one) for one in results[:5]] == [list] * 5
    assert isinstance(results[5], ZeroDivisionError)
    assert await count(db, TimelineItem) == 5


async def test_foreign_html_is_made_harmless_before_anybody_waits_for_it(
    db, rules, tmp_path, monkeypatch
) -> None:
    def late(*_):
        raise AssertionError("within the unit")

    monkeypatch.setattr(filing, "harmless", late)
    reception = Reception(db, FolderBlobs(tmp_path), rules)

    await reception.take([mail("Hi", html="<p>Hi<script>x()</script></p>", id="<1@x>")])
    await reception.take([mail("Hi", html="<p>Hi</p>" * 5000, id="<2@x>")])

    async with db.read() as session:
        short, long = await session.scalars(
            select(TimelineItem.html).order_by(TimelineItem.id)
        )
    assert short == "<p>Hi</p>"
    assert long == "<p>Hi</p>" * 5000


async def test_somebody_with_many_matters_hides_nobody_elses(db, take) -> None:
    await take(sms("Where is my lamp?", sid="SM-own"))
    async with db.begin() as uow:
        crowd = Client(name="Marketplace", attributes={}, created_at=uow.now)
        uow.session.add(crowd)
        await uow.session.flush()
        uow.session.add(
            Address(
                client_id=crowd.id,
                kind="phone",
                value="+380501119999",
                display="+380501119999",
                verified_at=uow.now,
                created_at=uow.now,
            )
        )
        for _ in range(120):
            newer = await open_conversation(uow, crowd, channel="sms")
            newer.last_at = uow.now + timedelta(minutes=1)

    await take(
        sms("More of it", sid="SM-crowd", number="+380501119999"),
        sms("Are you there?", sid="SM-own-2"),
    )

    (mine, *_) = await rows(db, Conversation)
    said = [
        one for one in await rows(db, TimelineItem) if one.external_id != "SM-crowd"
    ]
    assert [one.conversation_id for one in said] == [mine.id, mine.id]


async def test_deliveries_that_wait_share_one_commit(db, rules, tmp_path) -> None:
    reception = Reception(db, FolderBlobs(tmp_path), rules)
    commits = []
    db.on_events(lambda: commits.append(1))

    await asyncio.gather(*(reception.take([sms(sid=f"SM{n}")]) for n in range(60)))

    assert await count(db, TimelineItem) == 60
    assert len(commits) < 10


async def test_who_gives_up_waiting_does_not_take_the_others_commit_with_him(
    db, rules, tmp_path
) -> None:
    reception = Reception(db, FolderBlobs(tmp_path), rules)
    given_up = asyncio.create_task(reception.take([sms(sid="SM-gone")]))
    others = [
        asyncio.create_task(reception.take([sms(sid=f"SM{n}")])) for n in range(3)
    ]
    await asyncio.sleep(0)
    assert reception._under_way

    given_up.cancel()
    outcomes = await asyncio.gather(*others)

    assert all(outcome.fresh for (outcome,) in outcomes)
    assert await count(db, TimelineItem) == 4
    ((again,),) = [await reception.take([sms(sid="SM-gone")])]
    assert not again.fresh


async def test_a_second_unit_begins_only_when_it_is_full(
    db, rules, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr("hub.conversations.intake.reception.BATCH", 10)
    reception = Reception(db, FolderBlobs(tmp_path), rules)
    most = 0

    async def take(number: int) -> None:
        nonlocal most
        waits = asyncio.create_task(reception.take([sms(sid=f"SM{number}")]))
        await asyncio.sleep(0)
        most = max(most, len(reception._under_way))
        await waits

    await asyncio.gather(*(take(n) for n in range(9)))
    assert most == 1

    await asyncio.gather(*(take(n) for n in range(20, 80)))
    assert most == 2
    assert await count(db, TimelineItem) == 69


async def test_a_text_that_is_too_long_is_kept_whole_as_a_file(
    db, rules, tmp_path
) -> None:
    blobs = FolderBlobs(tmp_path)
    reception = Reception(db, blobs, rules)
    text = "word " * 30_000

    await reception.take([mail(text=text)])

    (item,) = await rows(db, TimelineItem)
    assert len(item.text) == 100_000
    assert item.attachments[0]["name"] == "message.txt"
    assert item.attachments[0]["size"] == len(text)


#: As long as no index takes it, and of letters that do not compress.
ENDLESS = "".join(hashlib.sha256(bytes([n])).hexdigest() for n in range(128))


@pytest.mark.parametrize("odd", ["NUL \x00 within", "half \ud83d a letter", ENDLESS])
async def test_no_way_to_write_a_mail_refuses_it(db, take, odd) -> None:
    odd_mail = mail(
        id=f"<{odd}>",
        sender=f"{odd}@client.test",
        sender_name=odd,
        recipient=odd,
        references=(odd,),
        reply_token=odd,
        media=(("https://media.test/1", odd),),
    )

    (first,) = await take(odd_mail)
    (again,) = await take(odd_mail)

    assert (first.fresh, again.fresh) == (True, False)
    assert await count(db, TimelineItem) == 1


@pytest.mark.parametrize("odd", ["NUL \x00 within", "half \ud83d a letter", ENDLESS])
async def test_no_way_to_write_a_call_refuses_it(db, take, odd) -> None:
    (outcome,) = await take(
        CallEvent(
            channel="phone",
            external_id=odd,
            moment=CallMoment.RINGING,
            caller=odd,
            called=odd,
        )
    )

    assert outcome.directive is not None
    assert await count(db, TimelineItem) == 1


async def test_two_long_ids_that_begin_alike_are_two_messages(db, take) -> None:
    await take(mail(id=f"<{ENDLESS}1>"), mail(id=f"<{ENDLESS}2>"))

    assert await count(db, TimelineItem) == 2


async def test_a_long_id_is_answered_as_itself(db, take) -> None:
    await take(mail(id=f"<{ENDLESS}>"))
    await take(mail(id="<2@client.test>", subject="", references=(f"<{ENDLESS}>",)))

    assert await count(db, Conversation) == 1
