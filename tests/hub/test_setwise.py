"""Many rows in one statement are what the session would have written."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import undefer

from hub.queues.choice import queue_for
from hub.storage import setwise
from hub.storage.tables import Client, Conversation, TimelineItem

THEN = datetime(2026, 3, 1, 12, 30, 5, 123456, tzinfo=UTC)


@pytest.fixture
async def uow(db):
    """A unit that is taken back."""
    async with db.trying() as unit:
        yield unit


@pytest.fixture
async def matters(uow):
    """Three conversations of one client."""
    client = Client(name="Olena", attributes={}, created_at=uow.now)
    uow.session.add(client)
    await uow.session.flush()
    queue = await queue_for(uow, "sms")
    rows = [
        Conversation(
            client_id=client.id,
            queue_id=queue.id,
            channel="sms",
            last_direction="in",
            last_at=uow.now,
            created_at=uow.now,
        )
        for _ in range(3)
    ]
    uow.session.add_all(rows)
    await uow.session.flush()
    return rows


async def test_rows_are_inserted_whole_under_the_numbers_that_were_drawn(
    uow, matters
) -> None:
    numbers = await setwise.draw(uow.session, TimelineItem, 2)
    given = [
        {
            "id": number,
            "client_id": matters[0].client_id,
            "conversation_id": matters[0].id,
            "at": THEN,
            "kind": "message",
            "channel": "email",
            "direction": "in",
            "author_kind": "client",
            "author_name": "Ґанна «Анна» O'Neil",
            "text": 'a\nb\t\\ "{}" 🙂',
            "html": "<p>x</p>",
            "has_html": True,
            "data": {"to": ["a", None], "deep": {"n": 1.5}},
            "attachments": [{"id": 7}],
            "external_id": f"one-{number}",
        }
        for number in numbers
    ]

    await setwise.insert(
        uow.session, TimelineItem, [{**one, **_NOT_NULL} for one in given]
    )

    assert numbers == sorted(set(numbers))
    found = list(
        await uow.session.scalars(
            select(TimelineItem)
            .where(TimelineItem.id.in_(numbers))
            .order_by(TimelineItem.id)
            .options(undefer(TimelineItem.html))
        )
    )
    assert [{key: getattr(row, key) for key in given[0]} for row in found] == given


def test_a_row_to_read_shows_every_column_and_cannot_be_changed() -> None:
    row = setwise.written(TimelineItem, {"id": 5, "text": "hello"})

    assert (row.id, row.text, row.delivery, row.quoted) == (5, "hello", None, None)
    with pytest.raises(AttributeError):
        row.text = "goodbye"


async def test_what_changed_in_any_row_is_written_in_all_by_one_statement(
    uow, matters
) -> None:
    first, second, third = matters
    first.snippet, first.tags = 'it\'s "new"', ["a", "бойлер"]
    second.waiting_since = THEN

    await setwise.update(uow.session, [first, second])

    assert not uow.session.is_modified(first)
    assert not uow.session.is_modified(second)
    rows = await uow.session.execute(
        text("SELECT snippet, tags, waiting_since FROM conversations ORDER BY id")
    )
    assert [tuple(row) for row in rows] == [
        ('it\'s "new"', ["a", "бойлер"], None),
        ("", [], THEN),
        ("", [], None),
    ]
    assert third.snippet == ""


async def test_nothing_changed_is_nothing_written(uow, matters) -> None:
    before = await uow.session.scalar(_TOUCHED)

    await setwise.update(uow.session, matters)

    assert await uow.session.scalar(_TOUCHED) == before


_TOUCHED = text(
    "SELECT sum(xmin::text::bigint + cmin::text::bigint) FROM conversations"
)
_NOT_NULL = {"quoted": "", "address": "", "subject": ""} | {
    "delivery_reason": "",
    "delivery_code": "",
}
