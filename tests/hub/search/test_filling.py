"""How the index is filled, and how far a search goes."""

import asyncio
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text, update

from hub.clients import merging, unmerging
from hub.clients.layers import Choice
from hub.errors import NotFoundError
from hub.search import filling, search
from hub.search.search import Asker
from hub.storage.tables import Client, SearchEntry, TimelineItem
from tests.hub.conftest import sms
from tests.hub.search.conftest import WORDS, fill


async def test_pages_meet_every_conversation_once_while_more_comes_in(
    db, take, find
) -> None:
    await take(*(sms("бойлер", f"+3805000{n:05}", f"S{n}") for n in range(230)))
    await fill(db)

    seen, place, pages = [], None, 0
    while pages == 0 or place is not None:
        found, place = await find("бойлер", limit=30, place=place)
        seen += [one.conversation_id for one in found.conversations]
        await take(sms("бойлер", f"+3806000{pages:05}", f"T{pages}"))
        await fill(db)
        pages += 1

    assert len(seen) == len(set(seen)) == 230


async def test_a_rare_word_is_found_below_many_slices(db, take, texts) -> None:
    await take(sms("колись був самовар", sid="old"))
    async with db.begin() as uow:
        await uow.session.execute(
            text("ALTER SEQUENCE timeline_id_seq RESTART WITH 5000000")
        )
    await take(sms("тепер є бойлер", "+380671112233", "new"))
    await fill(db)

    assert await texts("самовар") == ["колись був самовар"]
    assert await texts("бойлер") == ["тепер є бойлер"]


async def test_what_was_frequent_only_long_ago_is_found_the_newest_first(
    db, take, texts, find, monkeypatch
) -> None:
    monkeypatch.setattr(search.candidates, "DENSE", 3)
    await take(*(sms(f"самовар {n}", f"+3805000{n:05}", f"S{n}") for n in range(6)))
    async with db.begin() as uow:
        await uow.session.execute(
            text("ALTER SEQUENCE timeline_id_seq RESTART WITH 5000000")
        )
    await take(sms("тепер є бойлер", "+380671112233", "new"))
    await fill(db)

    found, following = await find("самовар", limit=4)
    rest, end = await find("самовар", limit=4, place=following)

    seen = [*found.conversations, *rest.conversations]
    assert sorted(one.best.passage.text for one in seen) == [
        f"самовар {n}" for n in range(6)
    ]
    assert end is None
    assert await texts("tag:vip самовар") == []


async def test_what_was_there_before_is_read_in_batches(
    db, take, texts, monkeypatch
) -> None:
    monkeypatch.setattr(filling, "BATCH", 7)
    await take(*(sms(f"бойлер{n:02}", f"+3805000{n:05}", f"S{n}") for n in range(20)))

    await fill(db)

    async with db.read() as session:
        assert len(list(await session.scalars(select(SearchEntry.row_id)))) == 40
    assert len(await texts("бойлер07")) == 1  # noqa: RUF001 - Cyrillic


async def test_killed_within_a_step_nothing_is_forgotten(
    db, take, texts, monkeypatch
) -> None:
    await fill(db)
    await take(sms("бойлер гуде"))

    async def killed(*_args, **_more):
        raise asyncio.CancelledError

    with monkeypatch.context() as broken:
        broken.setattr(filling.vocabulary, "learn", killed)
        with pytest.raises(asyncio.CancelledError):
            await filling.step(db, most_words=WORDS)
    assert await texts("бойлер") == []

    await fill(db)

    assert await texts("бойлер") == ["бойлер гуде"]


async def test_writers_and_several_fillers_at_once_forget_and_double_nothing(
    db, take
) -> None:
    done = asyncio.Event()

    async def filling_on():
        while not done.is_set():
            await filling.step(db, most_words=WORDS)
            await asyncio.sleep(0)

    fillers = [asyncio.create_task(filling_on()) for _ in range(3)]
    await asyncio.gather(
        *(take(sms(f"слово{n}", f"+3805000{n:05}", f"S{n}")) for n in range(40))
    )
    done.set()
    await asyncio.gather(*fillers)
    await fill(db)

    async with db.read() as session:
        said = set(await session.scalars(select(TimelineItem.id)))
        kept = set(
            await session.scalars(
                select(SearchEntry.row_id).where(SearchEntry.kind == "item")
            )
        )
        uses = await session.scalar(
            text("SELECT uses FROM search_words WHERE word = 'слово'")
        )
        assert not await filling.is_behind(session)
    assert kept == said
    assert uses is None


async def test_words_are_counted_once_however_often_a_thing_changes(
    db, take, find
) -> None:
    await take(sms("бойлер"))
    await fill(db)
    async with db.begin() as uow:
        await uow.session.execute(update(TimelineItem).values(text="бойлер чайник"))
        await filling.begin_anew(uow.session)
    await fill(db)

    async with db.read() as session:
        uses = dict(
            (await session.execute(text("SELECT word, uses FROM search_words"))).all()
        )
    assert (uses["бойлер"], uses["чайник"]) == (1, 0)
    assert len((await find("чайник"))[0].conversations) == 1


async def test_the_words_known_are_bounded_and_others_are_still_found(
    db, take, texts
) -> None:
    await take(sms("альфа бета гамма дельта"))
    while await filling.step(db, most_words=2):
        pass

    async with db.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM search_words")) <= 2
    for word in ("альфа", "бета", "гамма", "дельта"):
        assert len(await texts(word)) == 1


async def test_who_was_merged_is_found_as_whom_he_goes_on_and_back(
    db, history, find
) -> None:
    async with db.read() as session:
        ids = dict((await session.execute(select(Client.name, Client.id))).all())
    kept, other = ids["Ольга Ковальчук"], ids["John Smith"]

    merge = await db.run(lambda uow: merging.merge(uow, kept, other, Choice()))
    await fill(db)
    both, _ = await find("john smith")
    await db.run(lambda uow: unmerging.undo(uow, merge.id))
    await fill(db)
    apart, _ = await find("john smith")

    assert [one.client.id for one in both.clients] == [kept]
    assert [one.client_id for one in both.conversations] == [kept]
    assert [one.client.id for one in apart.clients] == [other]
    assert [one.client_id for one in apart.conversations] == [other]


async def test_a_client_s_own_history_is_searched_newest_first(db, take, clock) -> None:
    for number in range(5):
        await take(sms(f"бойлер {number}", sid=f"S{number}"))
        clock.move(minutes=1)
    await take(sms("чужий бойлер", "+380671112233", "other"))
    await fill(db)
    asker = Asker(
        account_id=0,
        now=clock(),
        zone=ZoneInfo("Europe/Kyiv"),
        patience=timedelta(seconds=20),
    )

    async def within(client_id, place=None):
        async with db.read() as session:
            return await search.find_within(
                session, client_id, "бойлери", asker, limit=3, place=place
            )

    async with db.read() as session:
        client = await session.scalar(
            select(TimelineItem.client_id).order_by(TimelineItem.id).limit(1)
        )
    first, place = await within(client)
    second, end = await within(client, place)

    assert [one.passage.text for one in first.items] == [
        f"бойлер {n}" for n in (4, 3, 2)
    ]
    assert [one.passage.text for one in second.items] == ["бойлер 1", "бойлер 0"]
    assert end is None
    with pytest.raises(NotFoundError):
        await within(10**9)


async def test_time_that_is_up_is_told_and_what_was_found_is_given(
    db, history, clock, monkeypatch
) -> None:
    asker = Asker(
        account_id=0,
        now=clock(),
        zone=ZoneInfo("Europe/Kyiv"),
        patience=timedelta(milliseconds=300),
    )
    monkeypatch.setitem(
        search.candidates._TABLES,
        "client",
        ("JOIN clients t ON t.id = e.row_id", "pg_sleep(20) IS NOT NULL"),
    )

    async with db.read() as session:
        found, _ = await search.find(
            session, "john", asker, kind="all", limit=5, place=None
        )

    assert not found.complete
    assert len(found.conversations) == 1
