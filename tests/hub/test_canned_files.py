"""Files of ready answers: the team's for everybody, one's own for oneself."""

import pytest

from hub.answers import canned
from hub.answers.canned import CannedGiven
from hub.answers.views import CannedText
from hub.contracts import Attachment
from hub.errors import NotFoundError
from hub.files import attachments, uploads
from hub.log.audience import Viewer
from hub.log.events import STAFF, account_topic
from hub.storage.blobs import FolderBlobs
from hub.storage.tables import Attachment as AttachmentRow


async def make(db, blobs, settings, maker, owner_id):
    """A ready answer with a file; gives the file's number."""
    file = Attachment(name="terms.txt", media_type="text/plain", content=b"terms")
    taken = await attachments.store(blobs, [file], settings.attachments)

    async def work(uow):
        view = await uploads.upload(uow, maker.id, taken.stored[0])
        made = await canned.create(
            uow,
            CannedGiven(
                title="Terms",
                folder="",
                channels=[],
                texts=[
                    CannedText(locale="en", text="Here they are", subject="", html="")
                ],
                attachment_ids=[view.id],
            ),
            maker_id=maker.id,
            owner_id=owner_id,
        )
        return made.attachments[0].id

    return await db.run(work, maker)


async def test_the_files_of_ones_own_answers_are_ones_own(
    db, agent, rules, data_dir
) -> None:
    blobs = FolderBlobs(data_dir / "files")
    mine, other = await agent("Nadia"), await agent("Taras")
    own = await make(db, blobs, rules.settings, mine, mine.id)
    teams = await make(db, blobs, rules.settings, mine, None)

    def eyes(who):
        return Viewer(frozenset({STAFF, account_topic(who.id)}))

    async with db.read() as session:
        for viewer, file in ((mine, own), (mine, teams), (other, teams)):
            found = await attachments.access_attachment(session, eyes(viewer), file)
            assert found.name == "terms.txt"
        with pytest.raises(NotFoundError):
            await attachments.access_attachment(session, eyes(other), own)
        assert await session.get(AttachmentRow, own) is not None
