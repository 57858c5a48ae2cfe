"""The HTML of a message, with the pictures that came with it.

``sanitize`` left ``cid:`` addresses of attached pictures in the HTML. They are
replaced by the pictures themselves: the frame that shows foreign HTML has no origin,
so a browser would not send our cookie for a picture that it fetched.
"""

import base64
import html as markup
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from hub.conversations.sanitize import BLOCKED
from hub.errors import ContentLostError, NotFoundError
from hub.files.attachments import may_read
from hub.files.media_types import PICTURES
from hub.log.audience import Viewer
from hub.storage.blobs import Blobs
from hub.storage.tables import Attachment, StoredFile, TimelineItem

#: Bytes of all pictures that one page carries; the rest can be had below it.
MOST_PICTURES = 15 * 1024 * 1024
#: A picture of nothing, for one that is not there.
NOTHING = "data:,"
#: A tag as the sanitiser writes it: text has no "<", and values have no quotes.
_IMAGE = re.compile(r'<img\b(?:[^">]|"[^"]*")*>')
_SOURCE = re.compile(r' src="cid:([^"]*)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An attached picture that a page may show."""

    hash: str
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A message's HTML, and the pictures that it may name, by Content-ID."""

    html: str
    pictures: Mapping[str, Picture]


_BLOCKED = re.compile(rf' {BLOCKED}="([^"]*)"')
#: Pictures of one page that may be fetched from elsewhere.
MOST_REMOTE = 200


async def access_body(session: AsyncSession, viewer: Viewer, item_id: int) -> Body:
    """Hand out the HTML of an entry to somebody who may read it.

    Raises:
        NotFoundError: There is none, or none that he may know of.
    """
    item = await session.get(
        TimelineItem, item_id, options=[undefer(TimelineItem.html)]
    )
    if item is None or item.html is None or not await may_read(session, viewer, item):
        raise NotFoundError(f"body of {item_id}")
    rows = await session.execute(
        select(Attachment.content_id, StoredFile.hash, StoredFile.media_type)
        .join(StoredFile, StoredFile.hash == Attachment.hash)
        .where(
            Attachment.item_id == item_id,
            Attachment.content_id.is_not(None),
            StoredFile.media_type.in_(PICTURES),
        )
        .order_by(Attachment.id)
    )
    pictures = {
        row.content_id: Picture(hash=row.hash, media_type=row.media_type)
        for row in rows
    }
    return Body(html=item.html, pictures=pictures)


async def whole(body: Body, blobs: Blobs) -> str:
    """Put the pictures into the HTML that names them."""
    named = {
        markup.unescape(match[1])
        for tag in _IMAGE.finditer(body.html)
        for match in _SOURCE.finditer(tag[0])
    }
    left = MOST_PICTURES
    sources = {}
    for content_id in sorted(named & body.pictures.keys()):
        picture = body.pictures[content_id]
        size = await blobs.size(picture.hash)
        if size is None or size > left:
            continue
        try:
            content = await blobs.read(picture.hash)
        except ContentLostError:
            continue
        left -= size
        encoded = base64.b64encode(content).decode()
        sources[content_id] = f"data:{picture.media_type};base64,{encoded}"
    return filled(body.html, sources)


def filled(html: str, sources: Mapping[str, str]) -> str:
    """Replace each ``cid:`` source by what ``sources`` has for it, or by nothing."""

    def source(match: re.Match[str]) -> str:
        return f' src="{sources.get(markup.unescape(match[1]), NOTHING)}"'

    return _IMAGE.sub(lambda tag: _SOURCE.sub(source, tag[0]), html)


def remote_images(html: str) -> list[str]:
    """List where the pictures are that were not loaded, as the page names them."""
    return [
        markup.unescape(match[1])
        for tag in _IMAGE.finditer(html)
        for match in _BLOCKED.finditer(tag[0])
    ][:MOST_REMOTE]


def with_remote(html: str, address: Callable[[int], str]) -> str:
    """Let the pictures that were not loaded be asked for at ``address(number)``."""
    numbers = iter(range(MOST_REMOTE))

    def source(match: re.Match[str]) -> str:
        number = next(numbers, None)
        return match[0] if number is None else f' src="{address(number)}"'

    return _IMAGE.sub(lambda tag: _BLOCKED.sub(source, tag[0]), html)
