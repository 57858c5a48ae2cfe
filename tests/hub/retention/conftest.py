"""Much that was kept for long."""

from uuid import uuid4

import pytest
from sqlalchemy import select, text

from hub.contracts import Attachment as FileGiven
from hub.conversations import changes, notes
from hub.conversations.entries import lock
from hub.conversations.intake import batches as intake
from hub.conversations.intake.arrivals import Arrival
from hub.files import attachments
from hub.storage.blobs import FolderBlobs
from hub.storage.tables import (
    Conversation,
)
from tests.hub.conftest import mail


@pytest.fixture
def blobs(tmp_path):
    return FolderBlobs(tmp_path / "blobs")


@pytest.fixture
def stored(blobs, settings):
    async def store(name, content, **more):
        given = FileGiven(name=name, media_type="", content=content, **more)
        return (await attachments.store(blobs, [given], settings.attachments)).stored

    return store


@pytest.fixture
def talk(db, take, stored, rules, agent):
    """Make a conversation with words, a note, a file; resolved unless told."""
    made = []

    async def talking(*, state="resolved") -> int:
        made.append(1)
        number = len(made)
        files = await stored(f"file{number}.txt", f"fileblip {number}".encode())
        item = mail(
            f"Subject {number}",
            sender=f"c{number}@client.test",
            id=f"<{number}@client.test>",
            text=f"wordblip {number}",
            html=f"<p>wordblip {number}</p>",
        )
        await db.run(
            lambda uow: intake.take(
                uow, rules, [Arrival(item=item, files=tuple(files))]
            )
        )
        async with db.read() as session:
            found = await session.scalar(
                select(Conversation.id).order_by(Conversation.id.desc()).limit(1)
            )
        nadia = await agent(f"Nadia{number}")

        async def work(uow):
            await notes.add_note(
                uow, found, "noteblip", mentions=(), key=uuid4(), longest=100
            )
            if state != "open":
                await changes.set_state(uow, await lock(uow, found), state)

        await db.run(work, nadia)
        return found

    return talking


async def words(db) -> str:
    """Give all that the tables and the log say, as one text."""
    whole = ""
    async with db.engine.connect() as connection:
        for table in (
            "timeline",
            "conversations",
            "events",
            "search_entries",
            "drafts",
        ):
            rows = await connection.execute(
                text(f'SELECT t.*::text FROM "{table}" t')  # noqa: S608 - ours
            )
            whole += "\n".join(row[0] for row in rows)
    return whole
