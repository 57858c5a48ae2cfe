"""A hub that gives files out."""

from contextlib import asynccontextmanager

import pytest

from config.settings import AttachmentSettings, Settings
from hub import contracts
from hub.conversations.entries import Said, add, open_conversation
from hub.files import attachments
from hub.log.events import Actor
from hub.storage.blobs import FolderBlobs
from hub.storage.tables import Client
from web import files, mails


@pytest.fixture
def settings() -> Settings:
    return Settings(attachments=AttachmentSettings(max_bytes=4096))


@pytest.fixture
def hub(build, serve, settings):
    """Serve the API and the files, with some settings changed."""

    @asynccontextmanager
    async def serving(**changed):
        app = build(settings=settings.model_copy(update=changed))
        files.add(app)
        mails.add(app)
        async with serve(app) as client:
            yield client

    return serving


@pytest.fixture
def put(db, tmp_path):
    """Put an entry with files on a client's timeline; give it and its client."""

    async def make(*sent, html=None, kind="message"):
        stored = await attachments.store(
            FolderBlobs(tmp_path / "files"), sent, AttachmentSettings()
        )
        async with db.begin() as uow:
            client = Client(name="Iryna", attributes={}, created_at=uow.now)
            uow.session.add(client)
            await uow.session.flush()
            item = await add(
                uow,
                await open_conversation(uow, client, channel="email"),
                Said(
                    kind=kind,
                    channel="email",
                    direction="in",
                    author=Actor(kind="client", name="Iryna", id=client.id),
                    html=html,
                    files=stored.stored,
                ),
            )
            return item, client

    return make


def sent(name, content, **more) -> contracts.Attachment:
    return contracts.Attachment(
        name=name, media_type="image/png", content=content, **more
    )
