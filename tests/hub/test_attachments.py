"""Files: stored once, told by their bytes, handed out only to who may have them."""

import asyncio
import io
import os
from dataclasses import asdict
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import func, select

from config.settings import AttachmentSettings
from hub import contracts
from hub.conversations.entries import Said, add, open_conversation
from hub.errors import InvalidError, NotFoundError
from hub.files import attachments, uploads
from hub.log.audience import Viewer
from hub.log.events import STAFF, Actor, account_topic, client_topic
from hub.storage import due
from hub.storage.blobs import FolderBlobs
from hub.storage.tables import Account, Attachment, Client, StoredFile

SETTINGS = AttachmentSettings()


@pytest.fixture
def blobs(data_dir):
    return FolderBlobs(data_dir / "files")


def picture(size=(800, 400), kind="PNG", **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return out.getvalue()


def sent(name="note.txt", content=b"hello", **more) -> contracts.Attachment:
    return contracts.Attachment(
        name=name, media_type="text/html", content=content, **more
    )


async def an_account(db, email="olena@desk.example") -> int:
    async with db.begin() as uow:
        account = Account(
            email=email, name="Olena", role="agent", locale="uk", created_at=uow.now
        )
        uow.session.add(account)
        await uow.session.flush()
        return account.id


async def an_item(db, *, kind="message", **more) -> tuple[int, int]:
    """Make a client with one entry; give the entry's and the client's id."""
    async with db.begin() as uow:
        client = Client(name="Iryna", attributes={}, created_at=uow.now)
        uow.session.add(client)
        await uow.session.flush()
        conversation = await open_conversation(uow, client, channel="email")
        said = Said(
            kind=kind,
            channel="email",
            direction="in",
            author=Actor(kind="client", name="Iryna", id=client.id),
            **more,
        )
        return (await add(uow, conversation, said)).id, client.id


async def attached(db, blobs, item_id, *files) -> list[dict]:
    taken = await attachments.store(blobs, files, SETTINGS)
    async with db.begin() as uow:
        return await attachments.attach(uow, item_id, taken.stored)


async def uploaded(db, blobs, account_id, file=None) -> int:
    taken = await attachments.store(blobs, [file or sent()], SETTINGS)
    async with db.begin() as uow:
        return (await uploads.upload(uow, account_id, taken.stored[0])).id


# --- storing and attaching


async def test_files_are_stored_once_and_attached_by_name(db, blobs) -> None:
    item_id, _ = await an_item(db)

    views = await attached(
        db,
        blobs,
        item_id,
        sent("a.txt"),
        sent("b.txt"),
        sent("view.png", picture(), content_id="logo@x"),
    )

    assert [one["name"] for one in views] == ["a.txt", "b.txt", "view.png"]
    assert [one["media_type"] for one in views] == [
        "text/plain",
        "text/plain",
        "image/png",
    ]
    assert [one["thumbnail"] for one in views] == [False, False, True]
    async with db.read() as session:
        assert await session.scalar(select(func.count()).select_from(StoredFile)) == 2
    loaded = await attachments.load(db, blobs, [views[2]["id"], views[0]["id"]])
    assert [(one.name, one.content_id) for one in loaded] == [
        ("view.png", "logo@x"),
        ("a.txt", None),
    ]
    assert loaded[1].content == b"hello"
    with pytest.raises(NotFoundError):
        await attachments.load(db, blobs, [views[0]["id"], 999])


async def test_what_is_too_large_or_too_many_is_told(blobs) -> None:
    limits = AttachmentSettings(max_bytes=1024, max_per_message=2)

    taken = await attachments.store(
        blobs,
        [sent("big.txt", b"x" * 1025), sent("1"), sent("2"), sent("3")],
        limits,
    )

    assert [one.name for one in taken.stored] == ["1", "2"]
    assert [asdict(one) for one in taken.refused] == [
        {"name": "big.txt", "size": 1025, "reason": "too_large"},
        {"name": "3", "size": 5, "reason": "too_many"},
    ]


async def test_many_units_that_attach_the_same_files_all_succeed(db, blobs) -> None:
    item_id, _ = await an_item(db)
    files = [sent(str(n), f"content {n}".encode()) for n in range(5)]
    forwards = (await attachments.store(blobs, files, SETTINGS)).stored

    async def attach(stored) -> None:
        async with db.begin() as uow:
            await attachments.attach(uow, item_id, stored)

    await asyncio.gather(*(attach(forwards[:: (-1) ** n]) for n in range(12)))

    async with db.read() as session:
        assert await session.scalar(select(func.count()).select_from(StoredFile)) == 5
        assert await session.scalar(select(func.count()).select_from(Attachment)) == 60


# --- who may have a file


async def test_staff_may_have_what_is_on_any_entry(db, blobs) -> None:
    item_id, _ = await an_item(db, kind="call")
    (one,) = await attached(db, blobs, item_id, sent())

    async with db.read() as session:
        file = await attachments.access_attachment(
            session, Viewer(frozenset({STAFF})), one["id"]
        )

    assert (file.name, file.size) == ("note.txt", 5)


@pytest.mark.parametrize(
    ("entry", "whose", "may"),
    [
        ({"kind": "message"}, 0, True),
        ({"kind": "form"}, 0, True),
        ({"kind": "message"}, 1, False),
        ({"kind": "note"}, 0, False),
        ({"kind": "call"}, 0, False),
        ({"kind": "message", "delivery": "held"}, 0, False),
        ({"kind": "message", "delivery": "cancelled"}, 0, False),
        ({"kind": "message", "delivery": "sent"}, 0, True),
    ],
)
async def test_a_client_may_have_his_own_files_only(
    db, blobs, entry, whose, may
) -> None:
    item_id, client_id = await an_item(db, **entry)
    (one,) = await attached(db, blobs, item_id, sent())
    viewer = Viewer(frozenset({client_topic(client_id + whose)}))

    async with db.read() as session:
        if may:
            await attachments.access_attachment(session, viewer, one["id"])
        else:
            with pytest.raises(NotFoundError):
                await attachments.access_attachment(session, viewer, one["id"])


async def test_an_upload_is_its_owners_alone_until_it_is_used(db, blobs) -> None:
    owner, other = await an_account(db), await an_account(db, "petro@desk.example")
    upload_id = await uploaded(db, blobs, owner)

    async with db.read() as session:
        await attachments.access_attachment(
            session, Viewer(frozenset({STAFF, account_topic(owner)})), upload_id
        )
        with pytest.raises(NotFoundError):
            await attachments.access_attachment(
                session, Viewer(frozenset({STAFF, account_topic(other)})), upload_id
            )


# --- uploads


async def test_a_reply_takes_ones_own_uploads_once(db, blobs) -> None:
    owner, other = await an_account(db), await an_account(db, "petro@desk.example")
    first = await uploaded(db, blobs, owner)
    second = await uploaded(db, blobs, owner, sent("v.png", picture()))
    foreign = await uploaded(db, blobs, other)
    item_id, _ = await an_item(db)

    with pytest.raises(InvalidError):
        async with db.begin() as uow:
            await uploads.claim_uploads(uow, owner, [first, foreign], item_id)
    async with db.begin() as uow:
        views = await uploads.claim_uploads(uow, owner, [second, first], item_id)
    with pytest.raises(InvalidError):
        async with db.begin() as uow:
            await uploads.claim_uploads(uow, owner, [first], item_id)

    assert [(one["id"], one["thumbnail"]) for one in views] == [
        (second, True),
        (first, False),
    ]


async def test_an_undone_reply_gives_its_files_back(db, blobs) -> None:
    owner = await an_account(db)
    upload_id = await uploaded(db, blobs, owner)
    item_id, _ = await an_item(db)
    async with db.begin() as uow:
        used = await uploads.claim_uploads(uow, owner, [upload_id], item_id)

    async with db.begin() as uow:
        back = await uploads.release(uow, owner, item_id)
    async with db.begin() as uow:
        again = await uploads.claim_uploads(uow, owner, [upload_id], item_id)

    assert used == back == again


async def test_an_unused_upload_is_forgotten_with_its_content(
    db, blobs, clock, data_dir
) -> None:
    owner = await an_account(db)
    item_id, _ = await an_item(db)
    unused = await uploaded(db, blobs, owner, sent("draft.txt", b"draft"))
    await uploaded(db, blobs, owner, sent("shared.txt", b"shared"))
    await attached(db, blobs, item_id, sent("shared.txt", b"shared"))

    assert await claimed(db, uploads.UNUSED) == []
    clock.move(hours=24)
    for claim in await claimed(db, uploads.UNUSED):
        async with db.begin() as uow:
            await uploads.discard(uow, claim)
            await due.settle(uow.session, claim)

    async with db.read() as session:
        assert await session.get(Attachment, unused) is None
        assert await session.scalar(select(func.count()).select_from(StoredFile)) == 1
    clock.move(hours=1)
    (claim,) = await claimed(db, uploads.FORGET)
    name = claim.payload["hash"]
    await uploads.forget(db, claim, blobs=blobs)
    # The file itself was touched a moment ago, so it stays for now.
    assert await blobs.read(name) == b"draft"
    (path,) = (path for path in (data_dir / "files").rglob(name))
    os.utime(path, (0, 0))
    clock.move(hours=1)
    (claim,) = await claimed(db, uploads.FORGET)
    await uploads.forget(db, claim, blobs=blobs)

    assert await blobs.size(name) is None
    clock.move(hours=9)
    assert await claimed(db, uploads.FORGET) == []


async def test_a_content_that_came_again_is_not_forgotten(
    db, blobs, clock, data_dir
) -> None:
    owner = await an_account(db)
    item_id, _ = await an_item(db)
    await uploaded(db, blobs, owner)
    clock.move(hours=24)
    (claim,) = await claimed(db, uploads.UNUSED)
    async with db.begin() as uow:
        await uploads.discard(uow, claim)
    (one,) = await attached(db, blobs, item_id, sent())
    for path in (data_dir / "files").rglob("*"):
        os.utime(path, (0, 0))

    clock.move(hours=1)
    (claim,) = await claimed(db, uploads.FORGET)
    await uploads.forget(db, claim, blobs=blobs)

    (loaded,) = await attachments.load(db, blobs, [one["id"]])
    assert asdict(loaded)["content"] == b"hello"


async def claimed(db, kind) -> list[due.Claim]:
    async with db.begin() as uow:
        return await due.claim(
            uow.session, [kind], now=uow.now, lease=timedelta(minutes=2), limit=10
        )
