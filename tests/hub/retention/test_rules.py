"""The rules of what is kept, and the sweep of contents that nothing refers to."""

import os
import time
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select, text

from config import Settings
from config.work import RetentionSettings
from hub.conversations import (
    drafts,
)
from hub.errors import InvalidError, NotFoundError
from hub.log import feed
from hub.retention import nightly, rules, sweeping
from hub.retention.preview import preview
from hub.storage.jobs import do_due
from hub.storage.tables import (
    Draft,
    DueRow,
    EventRow,
    Notification,
    StoredFile,
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


async def test_forgotten_drafts_go_and_those_of_open_conversations_stay(
    db, talk, keeps, clock, agent
) -> None:
    done, going_on = await talk(), await talk(state="open")
    nadia = await agent()
    for one in (done, going_on):
        async with db.begin() as uow:
            uow.session.add(
                Draft(
                    conversation_id=one,
                    account_id=nadia.id,
                    kind="note",
                    text="draftblip",
                    attachment_ids=[],
                    mail={},
                    updated_at=uow.now,
                )
            )
    clock.move(days=31)
    await keeps("drafts", 30)

    await night(db)

    async with db.read() as session:
        assert list(await session.scalars(select(Draft.conversation_id))) == [going_on]
        assert await drafts.drafts_of(session, going_on, nadia.id)


async def test_the_log_forgets_who_it_was_about_and_keeps_what_people_did_to_the_hub(
    db, talk, keeps, clock, blobs
) -> None:
    await talk()
    await talk(state="open")
    await keeps("files", 5)
    async with db.read() as session:
        before = await session.scalar(select(func.count(EventRow.seq)))
    clock.move(days=31)
    await keeps("log", 30)

    await night(db)

    async with db.read() as session:
        rows = list(await session.scalars(select(EventRow).order_by(EventRow.seq)))
    whole = str([(one.data, one.state) for one in rows])
    assert "c1@client.test" not in whole
    assert "c2@client.test" in whole
    assert [one.data["days"] for one in rows if one.kind == "retention.changed"] == [
        5,
        30,
    ]
    # Its own entries came on top.
    assert len(rows) >= before
    # What is done is not looked at again; what goes on is, another night.
    old = [one for one in rows if one.client_id is not None]
    assert any(one.thinned for one in old)
    assert any(not one.thinned for one in old)
    assert (await preview(db, blobs, "log", 30)).count == 0


async def test_what_a_process_remembers_of_the_log_is_dropped(
    db, talk, keeps, clock
) -> None:
    known = feed.Feed(db)
    await known.step()
    start = known.seq
    await talk()
    await keeps("log", 30)
    await known.step()
    clock.move(days=31)

    await night(db)
    await known.step()

    said = "".join(one.wire for one in await known.after(start))
    assert known.seq > start
    assert "c1@client.test" not in said


async def test_a_rule_is_chosen_within_bounds_and_stands_before_the_settings(
    db, keeps
) -> None:
    ours = RetentionSettings(mails_days=90)
    async with db.read() as session:
        before = {one.kind: one for one in await rules.all_rules(session, ours)}
    await keeps("mails", None)
    async with db.read() as session:
        after = {one.kind: one for one in await rules.all_rules(session, ours)}

    assert (before["mails"].days, before["mails"].chosen) == (90, False)
    assert (after["mails"].days, after["mails"].chosen) == (None, True)
    with pytest.raises(InvalidError):
        await keeps("log", 29)
    with pytest.raises(InvalidError):
        await keeps("bodies", 0)
    with pytest.raises(NotFoundError):
        await keeps("everything", 5)


async def test_the_preview_counts_what_then_goes(db, talk, blobs, clock) -> None:
    for _ in range(3):
        await talk()
    await talk(state="open")
    clock.move(days=31)

    found = await preview(db, blobs, "bodies", 30)

    assert (found.count, found.more) == (3, False)
    assert (await preview(db, blobs, "bodies", 40)).count == 0
    assert "wordblip 1" in await words(db)


async def sweep(db, blobs) -> None:
    await db.run(lambda uow: uow.owe(sweeping.SWEEP, sweeping.SWEEP, at=uow.now))
    await do_due(
        db,
        {sweeping.SWEEP: partial(sweeping.sweep, db, blobs=blobs, settings=SETTINGS)},
        lease=timedelta(minutes=1),
        at_once=1,
    )


def age(blobs, name, days) -> None:
    path = blobs._path(name)
    then = time.time() - days * 86_400
    os.utime(path, (then, then))


async def test_only_contents_that_nothing_refers_to_are_swept_and_none_that_is_new(
    db, talk, keeps, blobs
) -> None:
    await talk()
    async with db.read() as session:
        kept = await session.scalar(select(StoredFile.hash))
    old, new = await blobs.put(b"left by a crash"), await blobs.put(b"just written")
    age(blobs, kept, 100)
    age(blobs, old, 100)
    await keeps("files", 30)

    assert (await preview(db, blobs, "files", 30)).count == 1
    await sweep(db, blobs)

    assert await blobs.size(old) is None
    assert await blobs.size(new) is not None
    assert await blobs.size(kept) is not None
    async with db.read() as session:
        told = list(
            await session.scalars(
                select(EventRow.data).where(EventRow.kind == "retention.ran")
            )
        )
    assert told == [{"counts": {"files": 1}}]


async def test_a_content_that_is_put_again_during_the_sweep_stays(
    db, keeps, blobs, monkeypatch
) -> None:
    name = await blobs.put(b"the same again")
    age(blobs, name, 100)
    await keeps("files", 30)
    orphans = sweeping.orphans

    async def found_and_then_put(*given):
        found = await orphans(*given)
        if found:
            await blobs.put(b"the same again")
        return found

    monkeypatch.setattr(sweeping, "orphans", found_and_then_put)
    await sweep(db, blobs)

    assert await blobs.size(name) is not None


async def test_for_ever_is_for_ever(db, talk, blobs, clock) -> None:
    await talk()
    old = await blobs.put(b"left by a crash")
    age(blobs, old, 5000)
    clock.move(days=5000)

    await night(db)
    await sweep(db, blobs)

    assert "wordblip 1" in await words(db)
    assert await blobs.size(old) is not None


async def test_the_night_comes_once_however_often_the_hub_starts(db, clock) -> None:
    for _ in range(3):
        await db.run(lambda uow: nightly.begin(uow, settings=SETTINGS))
        clock.move(minutes=1)
    async with db.read() as session:
        at = await session.scalar(
            select(DueRow.due_at).where(DueRow.key == nightly.RUN)
        )
    clock.now = at
    await fire_due(db, {nightly.RUN: partial(nightly.proceed, settings=SETTINGS)})
    async with db.read() as session:
        again = await session.scalar(
            select(DueRow.due_at).where(DueRow.key == nightly.RUN)
        )

    assert again - at == timedelta(days=1)


async def told(db, account, *, about, read, conversation=None) -> None:
    async with db.begin() as uow:
        uow.session.add(
            Notification(
                account_id=account.id,
                kind="mentioned" if conversation else "task_due",
                conversation_id=conversation,
                about=about,
                at=uow.now,
                read_at=uow.now if read else None,
            )
        )


async def test_notices_that_were_read_go_and_others_stay(
    db, talk, keeps, clock, blobs, agent
) -> None:
    done, going_on = await talk(), await talk(state="open")
    nadia = await agent()
    # Besides, whoever worked on them was told; that he has not read.
    await told(db, nadia, about="of none", read=True)
    await told(db, nadia, about="of what is done", read=True, conversation=done)
    await told(db, nadia, about="going on", read=True, conversation=going_on)
    await told(db, nadia, about="unread", read=False, conversation=done)
    clock.move(days=31)
    await told(db, nadia, about="new", read=True)
    await keeps("notices", 30)
    assert (await preview(db, blobs, "notices", 30)).count == 2

    await night(db)

    async with db.read() as session:
        left = set(await session.scalars(select(Notification.about)))
        found = await rules.all_rules(session, SETTINGS.retention)
    assert left - {""} == {"going on", "unread", "new"}
    assert next(one.removed for one in found if one.kind == "notices") == 2


async def test_notices_are_found_by_what_they_are_about(db) -> None:
    async with db.read() as session:
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = await session.scalars(
            text("EXPLAIN SELECT id FROM notifications WHERE item_id = ANY('{1,2}')")
        )
        assert "ix_notifications_item_id" in "\n".join(plan)
