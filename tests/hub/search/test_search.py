"""All that was said is found: as people type it, in the order that helps them."""

from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from hub.conversations import notes
from hub.storage.tables import Conversation
from tests.hub import orders
from tests.hub.conftest import sms
from tests.hub.search.conftest import fill


def marked(passage) -> list[str]:
    """Cut out what is marked, counting as JavaScript does."""
    units = passage.text.encode("utf-16-le")
    return [
        units[mark.start * 2 : mark.end * 2].decode("utf-16-le")
        for mark in passage.marks
    ]


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        # Other endings of the same word, in both languages.
        ("бойлера", "Бойлер"),
        ("рахунки", "рахунок"),
        ("замовленням", "замовлення"),
        ("deliver", "delivered"),
        ("parcel", "parcels"),
        # Case and accents.
        ("БОЙЛЕР", "Бойлер"),
        ("бо́йлер", "Бойлер"),  # noqa: RUF001 - an accent
        ("БОИ\u0306ЛЕР", "Бойлер"),
        # A slip: too few letters, too many, another, two swapped.
        ("бойлр", "Бойлер"),
        ("боййлер", "Бойлер"),
        ("бойлир", "Бойлер"),
        ("бойлирами", "Бойлер"),
        ("замволення", "замовлення"),
        ("замавлиння", "замовлення"),
        ("delivred", "delivered"),
        ("doorbel", "doorbell"),
        # Still being typed.
        ("бойл", "Бойлер"),
        ("deliv", "delivered"),
        # Typed on the other keyboard.
        ("hf[eyjr", "рахунок"),
        ("вудшмукув", "delivered"),
    ],
)
async def test_a_word_is_found_however_it_is_typed(history, find, typed, word) -> None:
    found, _ = await find(typed)

    assert word in [
        one for hit in found.conversations for one in marked(hit.best.passage)
    ] or word in [one for hit in found.conversations for one in hit.best.matched]


async def test_a_correction_is_told(history, find) -> None:
    found, _ = await find("бойлир гуде")

    assert [(one.typed, one.taken) for one in found.corrections] == [
        ("бойлир", ["бойлер"])
    ]


async def test_what_nobody_said_is_not_found(history, texts) -> None:
    assert await texts("холодильник") == []
    assert await texts("бойлер -вночі") == []


async def test_words_may_stand_anywhere_but_a_phrase_in_its_order(
    history, texts
) -> None:
    assert len(await texts("рахунок оплатити")) == 1
    assert len(await texts('"оплатити рахунок"')) == 1
    assert await texts('"рахунок оплатити"') == []


@pytest.mark.parametrize(
    "typed",
    [
        "+380501234567",
        "0501234567",
        "050 123-45-67",
        "(050) 123 45 67",
        "38 050 1234567",
        "00380501234567",
        "050123",
        "4567",
    ],
)
async def test_a_client_is_found_by_his_number_in_any_writing(
    history, find, typed
) -> None:
    found, _ = await find(typed)

    assert [one.address.text for one in found.clients] == ["+380 50 123 4567"]


async def test_clients_are_found_by_name_and_mail(history, find) -> None:
    for typed in ("ковальчук", "ольга ков", "olha@firma", "Ковальчука", "ковальчик"):
        found, _ = await find(typed)

        assert [one.client.name for one in found.clients] == ["Ольга Ковальчук"], typed

    assert marked(found.clients[0].name) == ["Ковальчук"]


async def test_orders_are_found_by_number_and_by_what_was_ordered(db, find) -> None:
    await orders.put(db, "AX-1001")
    await orders.put(db, "AX-1002")
    await fill(db)

    async def numbers(typed):
        return [one.number.text for one in (await find(typed))[0].orders]

    assert await numbers("AX-1001") == ["AX-1001"]
    assert await numbers("1002") == ["AX-1002"]
    assert sorted(await numbers("order:ax100")) == ["AX-1001", "AX-1002"]
    assert sorted(await numbers("shade")) == ["AX-1001", "AX-1002"]
    assert await numbers("AX-1003") == []


async def test_operators_narrow(history, texts, find) -> None:
    assert len(await texts("channel:sms")) == 2
    assert len(await texts("канал:пошта")) == 2
    assert len(await texts("-channel:sms")) == 2
    assert len(await texts("from:john")) == 1
    assert len(await texts("від:ольга рахунок")) == 1
    assert await texts("from:john рахунок") == []
    assert len(await texts("from:0501234567")) == 1
    assert len(await texts("order:10245")) == 1
    assert await texts("has:attachment") == []
    assert len(await texts("foo:bar бойлер")) == 0
    assert (await find("from:john"))[0].clients == []


async def test_days_are_those_of_the_company(db, take, clock, texts) -> None:
    await take(sms("перше про бойлер", sid="A"))
    clock.move(days=40)
    await take(sms("друге про бойлер", "+380671112233", "B"))
    await fill(db)
    today = clock().astimezone(ZoneInfo("Europe/Kyiv")).date()

    assert await texts(f"бойлер before:{today}") == ["перше про бойлер"]
    assert await texts(f"бойлер after:{today}") == ["друге про бойлер"]
    assert await texts("бойлер on:today") == ["друге про бойлер"]
    assert await texts("бойлер on:yesterday") == []


async def test_states_queues_and_tags_are_asked_as_they_are_now(
    db, history, texts, agent
) -> None:
    someone = await agent()
    async with db.read() as session:
        talk = await session.scalar(
            select(Conversation.id).where(Conversation.snippet.contains("Бойлер"))
        )

    assert len(await texts("is:open бойлер")) == 1
    assert len(await texts("is:waiting бойлер")) == 1

    async with db.begin() as uow:
        await uow.session.execute(
            update(Conversation)
            .where(Conversation.id == talk)
            .values(assignee_id=someone.id, tags=["VIP"], state="resolved")
        )

    assert await texts("is:open бойлер") == []
    assert len(await texts("is:resolved бойлер")) == 1
    assert len(await texts("tag:vip")) == 1
    assert len(await texts("in:mine", account_id=someone.id)) == 1
    assert await texts("in:mine", account_id=0) == []


async def test_notes_are_found_and_have_an_author(db, history, texts, agent) -> None:
    someone = await agent("Nadia")
    async with db.read() as session:
        talk = await session.scalar(select(Conversation.id).limit(1))
    await db.run(
        lambda uow: notes.add_note(
            uow, talk, "Майстер буде в четвер", mentions=(), key=uuid4(), longest=100
        ),
        someone,
    )
    await fill(db)

    assert await texts("майстер channel:note") == ["Майстер буде в четвер"]
    assert await texts("from:nadia четвер") == ["Майстер буде в четвер"]


async def test_the_better_fit_comes_first_and_of_equals_the_newer(
    db, take, clock, texts
) -> None:
    await take(sms("гарантія на бойлер", "+380500000001", "A"))
    clock.move(days=100)
    await take(sms("гарантія на бойлер діє", "+380500000002", "B"))
    await take(
        sms(
            "бойлер стоїть у ванній, і до нього ще далеко, як до слова гарантія",
            "+380500000003",
            "C",
        )
    )
    await fill(db)

    found = await texts("гарантія бойлер")

    assert found[0] == "гарантія на бойлер діє"
    assert len(found) == 3


async def test_hits_of_one_conversation_are_one_with_a_count(
    db, take, find, clock
) -> None:
    for number in range(3):
        await take(sms(f"бойлер {number}", sid=f"S{number}"))
        clock.move(minutes=1)
    await fill(db)

    found, _ = await find("бойлер")

    assert [(one.best.passage.text, one.more) for one in found.conversations] == [
        ("бойлер 2", 2)
    ]
    assert [(one.value, one.count) for one in found.facets.channels] == [("sms", 3)]


async def test_marks_count_as_javascript_does(db, take, find) -> None:
    await take(sms("😀😀 <b>бойлер</b> 😀 гуде"))
    await fill(db)

    found, _ = await find("гудуть бойлери")

    passage = found.conversations[0].best.passage
    assert marked(passage) == ["бойлер", "гуде"]
    assert "<b>" in passage.text
