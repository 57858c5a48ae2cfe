"""Files that a provider fetches from us, at addresses that end: ``/files/out/…``.

Twilio is told where a picture is and fetches it without any key, so the address itself
is the key (``hub/access/links.py``). Whoever has it sees this one file for some hours.
"""

from datetime import timedelta
from urllib.parse import quote

from aiohttp import web

from hub.access import links
from hub.access.secret import derive
from hub.delivery.enclosing import Link
from hub.files import attachments
from hub.files.media_types import PICTURES, PLAYED
from hub.storage.database import Clock
from web.files import send
from web.keys import DATABASE, SECRET

#: Path of the addresses; the file's name at the end is what a phone shows of it.
PATH = "/files/out"


def add(app: web.Application) -> None:
    """Mount the addresses on ``app``."""
    app.router.add_get(f"{PATH}/{{token}}/{{name}}", file)


def link_maker(
    base_url: str, secret: bytes, *, good_for: timedelta, clock: Clock
) -> Link:
    """Make what gives the address of a file."""
    key = _key(secret)

    def link(attachment_id: int, name: str) -> str:
        token = links.make_token(
            key, thing_id=attachment_id, owner_id=0, now=clock(), good_for=good_for
        )
        return f"{base_url}{PATH}/{token}/{quote(name, safe='')}"

    return link


async def file(request: web.Request) -> web.StreamResponse:
    """Give a file to whoever has its address in time."""
    db = request.app[DATABASE]
    token = request.match_info["token"]
    opens = links.read_token(_key(request.app[SECRET]), token, now=db.clock())
    async with db.read() as session:
        found = await attachments.public_attachment(session, opens.thing_id)
    return await send(
        request,
        found.hash,
        media_type=found.media_type,
        name=found.name,
        shown=found.media_type in PICTURES | PLAYED,
    )


def _key(secret: bytes) -> bytes:
    return derive(secret, "outgoing-files")
