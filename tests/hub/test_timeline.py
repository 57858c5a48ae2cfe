"""One scroll, in both directions, whatever it is filtered by."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, text

from hub.clients import timeline
from hub.clients.timeline import Wanted
from hub.errors import NotFoundError
from hub.storage.tables import Client, TimelineItem


@pytest.fixture
async def history(db, clock):
    """Three hundred entries, many of them within one second."""
    async with db.begin() as uow:
        client = Client(name="Оксана", attributes={}, created_at=uow.now)
        uow.session.add(client)
        await uow.session.flush()
        await uow.session.execute(
            insert(TimelineItem),
            [
                {
                    "client_id": client.id,
                    "at": uow.now + timedelta(seconds=number // 7),
                    "kind": "note" if number % 3 == 0 else "message",
                    "channel": None
                    if number % 3 == 0
                    else ("sms", "email")[number % 2],
                    "author_kind": "client",
                    "text": str(number),
                }
                for number in range(300)
            ],
        )
    return client.id


async def scroll(db, client_id, wanted, *, limit=37):
    """Read from the newest page to the beginning."""
    seen, before = [], None
    while True:
        async with db.read() as session:
            page = await timeline.page(
                session, client_id, wanted=wanted, limit=limit, before=before
            )
        seen = [item.text for item in page.items] + seen
        if page.older is None:
            return seen
        before = page.older


async def test_scrolling_up_meets_every_entry_once(db, history) -> None:
    assert await scroll(db, history, Wanted()) == [str(n) for n in range(300)]


async def test_scrolling_down_from_the_middle_meets_the_rest(db, history) -> None:
    async with db.read() as session:
        page = await timeline.page(session, history, wanted=Wanted(), limit=200)
        middle = page.items[50]
        found = await timeline.around(
            session, history, middle.id, wanted=Wanted(), limit=20
        )
        texts = [item.text for item in found.items]
        place = found.newer
        while place is not None:
            more = await timeline.page(
                session, history, wanted=Wanted(), limit=40, after=place
            )
            texts += [item.text for item in more.items]
            place = more.newer

    assert middle.text in texts[:20]
    assert texts == [str(n) for n in range(int(texts[0]), 300)]


async def test_filters_keep_the_order(db, history) -> None:
    notes = await scroll(db, history, Wanted(kinds=["note"]))
    texts = await scroll(db, history, Wanted(channels=["sms"]), limit=5)

    assert notes == [str(n) for n in range(0, 300, 3)]
    assert texts == [str(n) for n in range(300) if n % 3 and n % 2 == 0]


async def test_an_unknown_client_has_no_timeline(db) -> None:
    async with db.read() as session:
        with pytest.raises(NotFoundError):
            await timeline.page(session, 1, wanted=Wanted(), limit=10)


async def test_the_first_page_reads_one_range_of_the_index(db, history) -> None:
    async with db.begin() as uow:
        await uow.session.execute(text("ANALYZE timeline"))
        await uow.session.execute(text("SET LOCAL enable_seqscan = off"))
        rows = await uow.session.scalars(
            text(
                "EXPLAIN (ANALYZE, FORMAT TEXT) SELECT id FROM timeline "
                "WHERE client_id = :client AND (delivery IS NULL OR "
                "delivery <> 'cancelled') ORDER BY at DESC, id DESC LIMIT 51"
            ),
            {"client": history},
        )
        plan = "\n".join(rows)

    assert "Index Scan Backward using ix_timeline_client_id_at_id" in plan
    assert "Sort" not in plan
