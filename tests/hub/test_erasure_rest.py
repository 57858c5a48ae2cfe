"""Erasing a person: drafts, recordings and raw deliveries of his go too."""

from functools import partial

import pytest
from sqlalchemy import select

from hub.clients import dossier
from hub.contracts import Attachment as FileGiven
from hub.contracts import WebhookRequest
from hub.conversations import moving, quarantine
from hub.files import attachments, uploads
from hub.privacy import erasing
from hub.privacy.erasing import ErasureRules
from hub.storage.blobs import FolderBlobs
from hub.storage.tables import (
    Attachment,
    Call,
    Client,
    Conversation,
    Draft,
    DueRow,
    EventRow,
    QuarantineItem,
    StoredFile,
    Task,
    TimelineItem,
)
from hub.storage.timers import fire_due
from tests.hub.conftest import mail
from tests.hub.erasing import found, settle

NAME = "Zvenyslava Kurhanska"


@pytest.fixture
def stored(tmp_path, settings):
    blobs = FolderBlobs(tmp_path / "blobs")

    async def store(name, content, **more):
        given = FileGiven(name=name, media_type="", content=content, **more)
        return (await attachments.store(blobs, [given], settings.attachments)).stored[0]

    return store


@pytest.fixture
async def her(db, take):
    """A client who wrote; her id and her conversation's."""
    await take(mail(sender="z@marker.test", sender_name=NAME))
    async with db.read() as session:
        row = (
            await session.execute(select(Conversation.client_id, Conversation.id))
        ).one()
    return tuple(row)


async def erase(db, client_id) -> None:
    await db.run(lambda uow: erasing.begin(uow, client_id, name=NAME))
    rules = ErasureRules(batch=2, events=5)
    await fire_due(db, {erasing.ERASE: partial(erasing.proceed, rules=rules)})


async def test_drafts_go_with_the_files_that_wait_in_them(
    db, her, agent, stored
) -> None:
    client, place = her
    nadia = await agent()
    file = await stored("offer.txt", b"qwubble")
    view = await db.run(lambda uow: uploads.upload(uow, nadia.id, file))
    async with db.begin() as uow:
        for kind in ("reply", "note"):
            uow.session.add(
                Draft(
                    conversation_id=place,
                    account_id=nadia.id,
                    kind=kind,
                    text="draftwump",
                    attachment_ids=[view.id] if kind == "reply" else [],
                    mail={},
                    updated_at=uow.now,
                )
            )

    await erase(db, client)

    async with db.read() as session:
        assert list(await session.scalars(select(Draft))) == []
        assert list(await session.scalars(select(Attachment))) == []
        assert list(await session.scalars(select(StoredFile))) == []
        owed = set(await session.scalars(select(DueRow.kind)))
    # Its content goes soon; nothing waits to discard what is gone.
    assert uploads.FORGET in owed
    assert uploads.UNUSED not in owed


async def test_a_recording_goes_and_nothing_fetches_it_again(db, her, stored) -> None:
    client, place = her
    sound = await stored("call.wav", b"RIFF\x2c\x00\x00\x00WAVEfmt ", content_id="RE1")
    async with db.begin() as uow:
        item = TimelineItem(
            client_id=client,
            conversation_id=place,
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
        call = Call(
            channel="phone",
            external_id="CA1",
            item_id=item.id,
            client_id=client,
            conversation_id=place,
            state="ended",
            caller="+380501112233",
            called="",
            rung=[],
            started_at=uow.now,
            ended_at=uow.now,
            recording_id="RE1",
        )
        uow.session.add(call)
        await uow.session.flush()
        await uow.owe(
            "recording.fetch", "one", at=uow.now, payload={"call_id": call.id}
        )

    await erase(db, client)

    async with db.read() as session:
        (call,) = await session.scalars(select(Call))
        entry = await session.get_one(TimelineItem, call.item_id)
        assert (call.caller, call.recording_id, call.state) == ("", "", "ended")
        assert (entry.attachments, entry.text) == ([], "")
        assert list(await session.scalars(select(Attachment))) == []
        kinds = list(await session.scalars(select(DueRow.kind)))
    assert "recording.fetch" not in kinds


async def test_a_raw_delivery_that_was_filed_to_her_goes_and_anothers_stays(
    db, her
) -> None:
    client, _ = her
    for body in (b"qwubble raw", b"somebody else"):
        await db.run(
            partial(
                quarantine.keep,
                channel="email",
                request=WebhookRequest(
                    url="", body=body, headers={"X-From": "z"}, path="/hooks/email"
                ),
                reason="unreadable",
            )
        )
    async with db.begin() as uow:
        item = await uow.session.scalar(select(TimelineItem.id))
        row = await uow.session.scalar(
            select(QuarantineItem).order_by(QuarantineItem.id).limit(1)
        )
        row.state, row.item_id, row.settled_at = "filed", item, uow.now

    await erase(db, client)

    async with db.read() as session:
        rows = (
            await session.execute(
                select(QuarantineItem.body, QuarantineItem.headers).order_by(
                    QuarantineItem.id
                )
            )
        ).all()
    assert [tuple(one) for one in rows] == [
        (b"", {}),
        (b"somebody else", {"X-From": "z"}),
    ]


async def test_what_she_said_among_what_another_said_goes_and_his_words_stay(
    db, her, take, settings, clock
) -> None:
    client, _ = her
    await take(
        mail(
            sender="other@example.test",
            subject="His kettle",
            text="The kettle of the other",
            id="<2@example.test>",
        )
    )
    clock.move(minutes=1)
    await take(mail(sender="z@marker.test", text="qwubble, says she", id="<3@x>"))
    async with db.read() as session:
        theirs = await session.scalar(
            select(Conversation.id).where(Conversation.subject == "His kettle")
        )
        hers = await session.scalar(
            select(TimelineItem.id).where(TimelineItem.text == "qwubble, says she")
        )
    await db.run(lambda uow: moving.move(uow, [hers], theirs))
    async with db.read() as session:
        row = await session.get_one(Conversation, theirs)
    assert row.snippet == "qwubble, says she"

    await erase(db, client)
    await settle(db, settings)

    assert await found(db, ("qwubble", "z@marker.test", "zvenyslava")) == []
    async with db.read() as session:
        row = await session.get_one(Conversation, theirs)
        said = await session.scalars(
            select(TimelineItem.text).where(
                TimelineItem.conversation_id == theirs, TimelineItem.text != ""
            )
        )
        states = await session.scalars(
            select(EventRow.state["conversation"]["subject"].astext).where(
                EventRow.conversation_id == theirs,
                EventRow.state["conversation"]["id"].astext == str(theirs),
            )
        )
        assert (row.subject, row.snippet) == ("His kettle", "")
        assert "The kettle of the other" in list(said)
        assert set(states) == {"His kettle"}


async def test_the_log_says_by_kind_what_was_erased_and_not_whose_it_was(
    db, her
) -> None:
    client, _ = her
    await erase(db, client)

    async with db.read() as session:
        rows = list(
            await session.scalars(select(EventRow).where(EventRow.kind.like("%.eras%")))
        )
    assert {one.kind for one in rows} >= {
        "client.erased",
        "conversation.erased",
        "interaction.erased",
        "client.erasure_finished",
    }
    assert NAME not in str([(one.data, one.state, one.actor_name) for one in rows])


async def test_all_that_is_kept_of_her_has_what_was_to_be_done_for_her(db, her) -> None:
    client, place = her
    async with db.begin() as uow:
        for kind in ("task", "promise"):
            uow.session.add(
                Task(
                    kind=kind,
                    state="open",
                    title=f"{kind}fizz",
                    notes="",
                    client_id=client,
                    conversation_id=place,
                    priority="normal",
                    repeat="none",
                    deed="do",
                    attribute="",
                    created_at=uow.now,
                    updated_at=uow.now,
                    revision=0,
                )
            )

    async with db.read() as session:
        found = await dossier.dossier(session, client)
        known = (await session.get_one(Client, client)).name

    assert [one.title for one in found.tasks] == ["taskfizz", "promisefizz"]
    assert found.client.name == known
