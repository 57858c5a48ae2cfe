"""Recordings: owed once, fetched patiently, on the timeline at the end."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from config.settings import Settings
from config.work import CallSettings
from hub.calls import calls, recordings
from hub.contracts import CallEvent, CallMoment
from hub.errors import PermanentSendError, TransientSendError
from hub.files import attachments
from hub.storage import due
from hub.storage.blobs import FolderBlobs
from hub.storage.jobs import do_due
from hub.storage.tables import Attachment, DueRow, TimelineItem
from tests.hub.desks import applied, events, head, tables

SETTINGS = Settings(locale="en")
#: The head of a WAV file, and silence.
SOUND = b"RIFF\x2c\x00\x00\x00WAVEfmt \x10\x00\x00\x00" + b"\x00" * 28
URL = "https://keeper.example/recordings/RE1"


def said(moment, **more) -> CallEvent:
    return CallEvent(
        channel="phone",
        external_id="CA1",
        moment=CallMoment(moment),
        caller="+380501112233",
        called="+380441110000",
        **more,
    )


LEFT = said(
    "voicemail",
    recording_id="RE1",
    recording_url=URL,
    duration=timedelta(seconds=7),
)
READY = said("recorded", recording_id="RE1", recording_url=URL)


class Keeper:
    """Plays the provider who keeps recordings: gives or raises these, in turn."""

    def __init__(self, *answers) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str]] = []

    async def __call__(self, channel, url) -> bytes:
        self.asked.append((channel, url))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def blobs(data_dir):
    return FolderBlobs(data_dir / "files")


async def hear(db, *said_in_turn) -> None:
    for event in said_in_turn:
        await db.run(partial(calls.take, event=event, country="UA", settings=SETTINGS))


async def work(db, blobs, keeper, settings=SETTINGS) -> int:
    job = partial(recordings.fetch, db, blobs=blobs, fetcher=keeper, settings=settings)
    return await do_due(
        db, {recordings.FETCH: job}, lease=timedelta(minutes=2), at_once=4
    )


async def the_item(db) -> TimelineItem:
    async with db.read() as session:
        return (await session.scalars(select(TimelineItem))).one()


async def test_a_missed_call_gets_its_message_and_then_its_sound(db, blobs) -> None:
    keeper = Keeper(SOUND)
    await hear(db, said("ringing"), LEFT, said("ended"), READY, READY)
    before, seq = await tables(db), await head(db)

    assert await work(db, blobs, keeper) == 1

    assert keeper.asked == [("phone", URL)]
    item = await the_item(db)
    (file,) = item.attachments
    assert file["name"].startswith("call-2026-05-14-0900")
    assert file["media_type"] == "audio/wav"
    assert item.data["recording"] == file
    assert (item.data["state"], item.data["recorded_s"]) == ("voicemail", 7)
    (loaded,) = await attachments.load(db, blobs, [file["id"]])
    assert loaded.content == SOUND
    log = await events(db, seq)
    assert [event["kind"] for event in log] == ["call.recorded"]
    assert log[0]["data"]["attachment_id"] == file["id"]
    assert applied(before, log) == await tables(db)


async def test_a_repeated_callback_fetches_nothing_twice(db, blobs) -> None:
    keeper = Keeper(SOUND)
    await hear(db, said("ringing"), LEFT)
    await work(db, blobs, keeper)
    seq = await head(db)

    await hear(db, LEFT, READY, said("ringing"))

    assert await work(db, blobs, keeper) == 0
    assert await head(db) == seq


async def test_a_second_recording_and_late_repeats_add_each_once(db, blobs) -> None:
    other = said("recorded", recording_id="RE2", recording_url=f"{URL}-2")
    keeper = Keeper(SOUND)
    for event in (said("ringing"), LEFT, other, READY, other):
        await hear(db, event)
        await work(db, blobs, keeper)

    async with db.read() as session:
        found = await session.scalar(select(func.count()).select_from(Attachment))
    assert found == 2
    assert len((await the_item(db)).attachments) == 2


async def test_one_that_is_not_ready_is_fetched_later(db, blobs, clock) -> None:
    keeper = Keeper(TransientSendError("not yet"), SOUND)
    await hear(db, said("ringing"), LEFT)

    await work(db, blobs, keeper)
    assert (await the_item(db)).data["recording"] is None
    assert await work(db, blobs, keeper) == 0
    clock.move(minutes=1)
    await work(db, blobs, keeper)

    assert (await the_item(db)).data["recording"] is not None
    async with db.read() as session:
        left = await session.scalar(
            select(func.count()).where(DueRow.kind == recordings.FETCH)
        )
    assert left == 0


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (PermanentSendError("it was deleted"), "it was deleted"),
        (SOUND + b"\x00" * 1024, "too_large"),
    ],
)
async def test_one_that_cannot_be_had_is_told(db, blobs, answer, reason) -> None:
    strict = Settings(locale="en", calls=CallSettings(max_recording_bytes=1024))
    await hear(db, said("ringing"), LEFT)
    before, seq = await tables(db), await head(db)

    await work(db, blobs, Keeper(answer), strict)

    item = await the_item(db)
    assert (item.data["recording"], item.data["not_recorded"]) == (None, reason)
    log = await events(db, seq)
    assert [event["data"]["what"] for event in log] == ["recording_lost"]
    assert applied(before, log) == await tables(db)
    assert await work(db, blobs, Keeper(SOUND)) == 0


async def test_it_is_given_up_after_the_days_that_the_settings_say(
    db, blobs, clock
) -> None:
    keeper = Keeper(TransientSendError("away"))
    await hear(db, said("ringing"), LEFT)
    for _ in range(60):
        await work(db, blobs, keeper)
        clock.move(hours=1)

    assert (await the_item(db)).data["not_recorded"] == "away"


async def test_a_job_that_was_lost_to_another_leaves_no_trace(db, blobs, clock) -> None:
    await hear(db, said("ringing"), LEFT)
    async with db.begin() as uow:
        (claim,) = await due.claim(
            uow.session, [recordings.FETCH], now=uow.now, lease=timedelta(minutes=2)
        )
    clock.move(minutes=3)
    await work(db, blobs, Keeper(SOUND))
    seq = await head(db)

    await recordings.fetch(
        db, claim, blobs=blobs, fetcher=Keeper(SOUND), settings=SETTINGS
    )

    assert await head(db) == seq
    assert len((await the_item(db)).attachments) == 1
