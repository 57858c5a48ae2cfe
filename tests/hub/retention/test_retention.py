"""What was kept long enough goes, and nothing that is still needed ever does."""

import asyncio
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from config import Settings
from config.work import RetentionSettings
from hub.contracts import WebhookRequest
from hub.conversations import changes, notes, quarantine, replies
from hub.conversations.entries import lock
from hub.conversations.given import ReplyGiven
from hub.files import attachments
from hub.files.uploads import FORGET
from hub.log import feed
from hub.retention import nightly, rules
from hub.search import filling
from hub.storage.tables import (
    Address,
    Attachment,
    Call,
    Conversation,
    DueRow,
    EventRow,
    QuarantineItem,
    StoredFile,
    TimelineItem,
)
from hub.storage.timers import fire_due
from tests.hub.retention.conftest import words

SETTINGS = Settings(retention=RetentionSettings(batch=2, log_batch=100))


async def keep(db, kind, days, actor=None):
    return await db.run(
        lambda uow: rules.choose(uow, kind, days, settings=SETTINGS.retention),
        *([actor] if actor else []),
    )


@pytest.fixture
def keeps(db, agent):
    """Choose how long a kind is kept, as an admin."""

    async def choosing(kind, days):
        return await keep(db, kind, days, await agent("Admin", role="admin"))

    return choosing


async def night(db) -> int:
    await db.run(nightly.run_now)
    return await fire_due(
        db, {nightly.RUN: partial(nightly.proceed, settings=SETTINGS)}
    )


async def test_words_of_what_is_long_done_go_from_everywhere_and_numbers_stay(
    db, talk, keeps, clock
) -> None:
    for _ in range(5):
        await talk()
    while await filling.step(db, most_words=10_000):
        pass
    async with db.read() as session:
        items = await session.scalar(select(func.count(TimelineItem.id)))
    clock.move(days=31)
    await keeps("bodies", 30)

    await night(db)

    whole = await words(db)
    assert "wordblip" not in whole
    assert "noteblip" not in whole
    assert "Subject 3" in whole
    async with db.read() as session:
        assert await session.scalar(select(func.count(TimelineItem.id))) == items
        assert await session.scalar(select(func.count(Attachment.id))) == 0
        rows = list(await session.scalars(select(TimelineItem)))
        marked = [one for one in rows if one.data.get("expired")]
        told = await session.scalar(
            select(EventRow.data).where(EventRow.kind == "retention.ran")
        )
        found = await rules.all_rules(session, SETTINGS.retention)
    assert len(marked) == 10
    assert told == {"counts": {"bodies": 5}}
    bodies = found[0]
    assert (bodies.days, bodies.chosen, bodies.removed) == (30, True, 5)
    # A second night finds nothing more to do, and says nothing.
    await night(db)
    async with db.read() as session:
        kinds = list(await session.scalars(select(EventRow.kind)))
    assert kinds.count("retention.ran") == 1


@pytest.mark.parametrize("state", ["open", "pending"])
async def test_nothing_under_a_conversation_that_goes_on_is_touched(
    db, talk, keeps, clock, state
) -> None:
    await talk(state=state)
    clock.move(days=4000)
    for kind in ("bodies", "recordings", "mails", "quarantine", "drafts", "log"):
        await keeps(kind, 30)
    before = await words(db)

    await night(db)

    after = await words(db)
    for word in ("wordblip 1", "noteblip", "file1.txt"):
        assert before.count(word) == after.count(word) > 0


async def test_a_conversation_that_came_back_stays_until_it_is_done_again(
    db, talk, keeps, clock
) -> None:
    one = await talk()
    clock.move(days=29)
    await db.run(partial(_set, one=one, state="open"))
    await db.run(partial(_set, one=one, state="resolved"))
    clock.move(days=2)
    await keeps("bodies", 30)
    await night(db)
    assert "wordblip 1" in await words(db)
    clock.move(days=29)
    await night(db)

    assert "wordblip" not in await words(db)


async def _set(uow, *, one, state) -> None:
    await changes.set_state(uow, await lock(uow, one), state)


async def test_what_came_after_the_words_went_goes_in_its_time_too(
    db, talk, keeps, clock
) -> None:
    one = await talk()
    clock.move(days=31)
    await keeps("bodies", 30)
    await night(db)
    clock.move(minutes=1)

    async def again(uow):
        row = await lock(uow, one)
        await changes.set_state(uow, row, "open")
        await notes.add_note(
            uow, one, "lateblip", mentions=(), key=uuid4(), longest=100
        )
        await changes.set_state(uow, row, "resolved")

    await db.run(again)
    clock.move(days=29)
    await night(db)
    assert "lateblip" in await words(db)
    clock.move(days=2)
    await night(db)

    assert "lateblip" not in await words(db)


async def test_a_message_that_waits_to_leave_keeps_all_that_it_needs(
    db, talk, keeps, clock, reply_rules
) -> None:
    one = await talk(state="open")
    async with db.read() as session:
        seen = await feed.head(session)
        address = await session.scalar(select(Address.id))

    async def send_next_year(uow):
        await replies.reply(
            uow,
            one,
            ReplyGiven(
                channel="email",
                address_id=address,
                text="replyblip",
                seen=seen,
                send_at=uow.now + timedelta(days=300),
            ),
            key=uuid4(),
            rules=reply_rules,
        )
        await changes.set_state(uow, await lock(uow, one), "resolved", because="test")

    await db.run(send_next_year)
    clock.move(days=100)
    await keeps("bodies", 30)

    await night(db)

    assert "replyblip" in await words(db)
    assert "wordblip 1" in await words(db)


async def test_whoever_opens_a_conversation_at_that_moment_keeps_it(
    db, talk, keeps, clock
) -> None:
    one = await talk()
    clock.move(days=31)
    await keeps("bodies", 30)
    held, goes_on = asyncio.Event(), asyncio.Event()

    async def reopen(uow):
        await changes.set_state(uow, await lock(uow, one), "open")
        held.set()
        await goes_on.wait()

    opening = asyncio.create_task(db.run(reopen))
    await held.wait()
    await night(db)
    goes_on.set()
    await opening
    await night(db)

    assert "wordblip 1" in await words(db)


async def test_a_content_that_another_entry_also_has_stays(
    db, talk, keeps, clock, stored, rules, blobs
) -> None:
    await talk()
    open_one = await talk(state="open")
    async with db.read() as session:
        item = await session.scalar(
            select(TimelineItem.id).where(TimelineItem.conversation_id == open_one)
        )
    (same,) = await stored("mine.txt", b"fileblip 1")
    await db.run(lambda uow: attachments.attach(uow, item, [same]))
    clock.move(days=31)
    await keeps("bodies", 30)

    await night(db)
    async with db.read() as session:
        kept = list(await session.scalars(select(StoredFile.hash)))
        owed = list(
            await session.scalars(select(DueRow.payload).where(DueRow.kind == FORGET))
        )

    assert same.hash in kept
    assert {"hash": same.hash} not in owed


async def test_recordings_go_and_the_call_says_that_there_was_one(
    db, talk, keeps, clock, stored
) -> None:
    done, going_on = await talk(), await talk(state="open")
    for number, one in enumerate((done, going_on)):
        (sound,) = await stored(
            "call.wav",
            b"RIFF\x2c\x00\x00\x00WAVEfmt " + bytes([number]) * 30,
            content_id=f"RE{number}",
        )
        await db.run(partial(_call, one=one, sound=sound, number=number))
    clock.move(days=31)
    await keeps("recordings", 30)

    await night(db)

    async with db.read() as session:
        calls = list(
            await session.scalars(
                select(TimelineItem)
                .where(TimelineItem.kind == "call")
                .order_by(TimelineItem.id)
            )
        )
    gone, kept = calls
    assert (gone.attachments, gone.data["not_recorded"]) == ([], "expired")
    assert "recording" not in gone.data
    assert kept.data["recording"]["name"] == "call.wav"
    assert "wordblip" in await words(db)


async def _call(uow, *, one, sound, number) -> None:
    row = await uow.session.get_one(Conversation, one)
    item = TimelineItem(
        client_id=row.client_id,
        conversation_id=one,
        at=uow.now,
        kind="call",
        channel="phone",
        direction="in",
        author_kind="client",
        data={},
        attachments=[],
        has_html=False,
    )
    uow.session.add(item)
    await uow.session.flush()
    (view,) = await attachments.attach(uow, item.id, [sound])
    item.attachments, item.data = [view], {"recording": view}
    uow.session.add(
        Call(
            channel="phone",
            external_id=f"CA{number}",
            item_id=item.id,
            client_id=row.client_id,
            conversation_id=one,
            state="ended",
            caller="",
            called="",
            rung=[],
            started_at=uow.now,
            ended_at=uow.now,
            recording_id=f"RE{number}",
        )
    )


async def test_raw_deliveries_go_when_somebody_has_looked_at_them_and_not_before(
    db, keeps, clock, agent
) -> None:
    for body in (b"looked at", b"nobody has seen this"):
        await db.run(
            partial(
                quarantine.keep,
                channel="sms",
                request=WebhookRequest(
                    url="", body=body, headers={}, path="/hooks/sms"
                ),
                reason="unreadable",
            )
        )
    async with db.read() as session:
        first = await session.scalar(select(func.min(QuarantineItem.id)))
    await db.run(lambda uow: quarantine.dismiss(uow, first), await agent())
    clock.move(days=31)
    await keeps("quarantine", 30)

    await night(db)

    async with db.read() as session:
        rows = list(
            await session.execute(
                select(QuarantineItem.body, QuarantineItem.state).order_by(
                    QuarantineItem.id
                )
            )
        )
    assert [tuple(row) for row in rows] == [
        (b"", "dismissed"),
        (b"nobody has seen this", "waiting"),
    ]
