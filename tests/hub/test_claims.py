"""One message is taken once; another under the same id is another message."""

import asyncio

import pytest
from sqlalchemy import select

from hub.contracts import Attachment
from hub.conversations.intake.reception import Reception
from hub.storage.blobs import FolderBlobs
from hub.storage.tables import Attachment as AttachmentRow
from hub.storage.tables import Conversation, DueRow, TimelineItem
from tests.hub.conftest import mail

STRANGER = "stranger@elsewhere.test"


async def rows(db, table):
    async with db.read() as session:
        return list(await session.scalars(select(table).order_by(table.id)))


async def test_the_same_mail_by_several_ways_is_one(db, take) -> None:
    outcomes = await asyncio.gather(*(take(mail(digest="a")) for _ in range(20)))

    assert sum(outcome.fresh for (outcome,) in outcomes) == 1
    assert len(await rows(db, TimelineItem)) == 1


async def test_a_stranger_under_anothers_id_is_not_swallowed(db, take) -> None:
    (first,) = await take(mail(digest="a"))
    (second,) = await take(mail(digest="b", sender=STRANGER, text="Something else"))
    (again,) = await take(mail(digest="b", sender=STRANGER, text="Something else"))

    assert (first.fresh, second.fresh, again.fresh) == (True, True, False)
    one, other = await rows(db, TimelineItem)
    assert one.external_id == "<1@client.test>"
    assert other.external_id != one.external_id
    assert other.client_id != one.client_id
    assert other.conversation_id != one.conversation_id


async def test_two_under_one_id_in_one_batch_are_two(db, take) -> None:
    outcomes = await take(
        mail(digest="a"), mail(digest="b", text="Else"), mail(digest="a")
    )

    assert [one.fresh for one in outcomes] == [True, True, False]
    assert len(await rows(db, TimelineItem)) == 2


async def test_a_program_that_knows_but_one_id_stays_in_one_conversation(
    db, take
) -> None:
    await take(mail(digest="a", subject="Backup of Monday"))
    await take(mail(digest="b", subject="Backup of Tuesday"))

    assert len(await rows(db, TimelineItem)) == 2
    assert len(await rows(db, Conversation)) == 1


async def test_what_came_before_there_were_digests_is_the_same(db, take) -> None:
    await take(mail())
    (again,) = await take(mail(digest="a"))

    assert not again.fresh


@pytest.fixture
def reception(db, rules, tmp_path):
    return Reception(db, FolderBlobs(tmp_path / "files"), rules)


def original(content):
    return Attachment(name="m.eml", media_type="message/rfc822", content=content)


async def test_the_original_is_kept_and_that_of_a_repeat_is_forgotten(
    db, reception
) -> None:
    await reception.take([mail(digest="a", original=original(b"by SMTP"))])
    await reception.take([mail(digest="a", original=original(b"by IMAP"))])

    (item,) = await rows(db, TimelineItem)
    (kept,) = await rows(db, AttachmentRow)
    (owed,) = [one for one in await rows(db, DueRow) if one.kind == "file.forget"]
    assert (kept.item_id, kept.original) == (item.id, True)
    assert item.attachments == []
    assert item.data["original"] == len(b"by SMTP")
    assert owed.payload["hash"] != kept.hash


async def test_of_a_mail_that_was_cut_the_whole_is_named_as_missing(
    db, reception
) -> None:
    await reception.take([mail(whole_size=31_000_000)])

    (item,) = await rows(db, TimelineItem)
    assert item.data["refused_files"] == [
        {"name": "message.eml", "size": 31_000_000, "reason": "too_large"}
    ]
