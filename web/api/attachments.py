"""Files for a reply that is being written."""

from typing import Annotated

from pydantic import Field

from config import Settings
from hub import contracts
from hub.access.rights import Right, viewer
from hub.answers import files
from hub.conversations.views import AttachmentView
from hub.files import attachments, uploads
from hub.storage.unit import UnitOfWork
from web.api.call import Call
from web.api.requests import Body, Upload, too_large
from web.api.routing import Routes
from web.keys import BLOBS

routes = Routes(tag="files")


def _limit(settings: Settings) -> int:
    return settings.attachments.max_bytes


@routes.post("/attachments", right=Right.REPLY, status=201, body_limit=_limit)
async def upload(call: Call, file: Upload) -> AttachmentView:
    """Upload a file; name its id in the reply that is to carry it.

    Only its uploader sees it until then. One that no reply carries is gone after a
    day.
    """
    limits = call.settings.attachments
    taken = await attachments.store(
        call.request.app[BLOBS],
        [
            contracts.Attachment(
                name=file.name, media_type=file.media_type, content=file.content
            )
        ],
        limits,
    )
    if not taken.stored:
        raise too_large(limits.max_bytes, len(file.content))

    async def keep(uow: UnitOfWork) -> AttachmentView:
        return await uploads.upload(uow, call.account.id, taken.stored[0])

    return await call.run(keep)


class CopyIn(Body):
    """Files that are to go along once more."""

    attachment_ids: Annotated[list[int], Field(min_length=1, max_length=100)]


@routes.post("/attachments/copy", right=Right.REPLY, status=201, idempotent=True)
async def copy(call: Call, body: CopyIn) -> list[AttachmentView]:
    """Make uploads of files that the asker may see: of a message, of a ready answer.

    The originals stay where they are; the copies wait as uploads do.
    """
    who = viewer(call.account)
    return await call.run(
        lambda uow: files.copy(uow, who, call.account.id, body.attachment_ids)
    )
