"""Archives of all that is kept of one client, as they leave.

An archive is finished before the first of it leaves: whoever takes his time to fetch it
holds a file of ours for so long, and no connection to the database.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from tempfile import TemporaryFile

from aiohttp import web
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from hub.privacy.archive import archive
from web.keys import BLOBS, DATABASE

MEDIA_TYPE = "application/zip"
#: Archives that one process makes at once; others wait.
AT_ONCE = 2
#: Gives the bytes of a file from what a session reads.
Pieces = Callable[[AsyncSession], AsyncIterator[bytes]]
_MAKING = web.AppKey("archives_making", asyncio.Semaphore)
_CHUNK = 256 * 1024


def add(app: web.Application) -> None:
    """Make ready to send archives."""
    app[_MAKING] = asyncio.Semaphore(AT_ONCE)


async def send(
    request: web.Request, client_id: int, *, locale: str | None, own: bool = False
) -> web.StreamResponse:
    """Answer with a client's archive.

    Args:
        request: What asks.
        client_id: Whose.
        locale: The language of its page.
        own: It is for the client himself.

    Raises:
        NotFoundError: There is no such client.
    """
    now = request.app[DATABASE].clock()

    def pieces(session: AsyncSession) -> AsyncIterator[bytes]:
        blobs = request.app[BLOBS]
        return archive(session, blobs, client_id, locale=locale, now=now, own=own)

    return await send_made(request, pieces, f"client-{client_id}.zip", MEDIA_TYPE)


async def send_made(
    request: web.Request, pieces: Pieces, name: str, media_type: str
) -> web.StreamResponse:
    """Answer with a file that is made of what is read at one moment.

    Args:
        request: What asks.
        pieces: Gives the bytes of it, from a session of ``Database.read``.
        name: What it is to be called.
        media_type: What it is.
    """
    with TemporaryFile() as whole:
        async with request.app[_MAKING], request.app[DATABASE].read() as session:
            # Large files must not end the one moment that is read.
            await session.execute(
                text("SET LOCAL idle_in_transaction_session_timeout = 0")
            )
            held = bytearray()
            async for piece in pieces(session):
                held += piece
                if len(held) >= _CHUNK:
                    await asyncio.to_thread(whole.write, held)
                    held = bytearray()
            await asyncio.to_thread(whole.write, held)
        response = web.StreamResponse(
            headers={
                "Content-Type": media_type,
                "Content-Length": str(whole.tell()),
                "Content-Disposition": f'attachment; filename="{name}"',
                "Cache-Control": "no-store",
                "X-Content-Type-Options": "nosniff",
            }
        )
        whole.seek(0)
        await response.prepare(request)
        while piece := await asyncio.to_thread(whole.read, _CHUNK):
            await response.write(piece)
    await response.write_eof()
    return response
