"""Read what a form sends, within its limits, and lose no typed word over a large file.

A file that is too large is read to its end and not kept: the rest of the form comes
behind it. What is handed on says that it was too large.
"""

import secrets
from collections.abc import Sequence

from aiohttp import BodyPartReader, web

from channels.webform import Part, multipart
from config.settings import FormSettings
from hub.contracts import FormDefinition
from web.api.requests import read_body, too_large
from web.keys import SETTINGS

_CHUNK = 64 * 1024
#: Bytes of all typed text of one submission.
MOST_TEXT = 1024 * 1024
#: So many times the limit of all files is read to get at what stands behind it.
PATIENCE = 8
MOST_PARTS = 300


async def read(request: web.Request, form: FormDefinition) -> tuple[bytes, str]:
    """Read a submission; give its body and content type, within what the form takes.

    Raises:
        HTTPRequestEntityTooLarge: It is far beyond any limit.
        HTTPBadRequest: It is a damaged multipart body.
    """
    if request.content_type != "multipart/form-data":
        settings = request.app[SETTINGS]
        body = await read_body(request, settings.api.max_body_bytes)
        return body, request.headers.get("Content-Type", "")
    parts = await _parts(request, form, request.app[SETTINGS].forms)
    boundary = secrets.token_hex(16)
    return (
        multipart.write(parts, boundary),
        f"multipart/form-data; boundary={boundary}",
    )


async def _parts(
    request: web.Request, form: FormDefinition, settings: FormSettings
) -> Sequence[Part]:
    most = PATIENCE * settings.max_total_bytes
    if (request.content_length or 0) > most:
        raise too_large(most, request.content_length or 0)
    reading = _Reading(form, settings)
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader) or len(reading.parts) == MOST_PARTS:
                raise web.HTTPBadRequest(text="more parts than any form has")
            await reading.take(part)
    except (ValueError, RuntimeError, AssertionError, LookupError) as error:
        raise web.HTTPBadRequest(text="damaged multipart body") from error
    return reading.parts


class _Reading:
    """A multipart body on its way in, within what the form takes."""

    def __init__(self, form: FormDefinition, settings: FormSettings) -> None:
        self.parts: list[Part] = []
        self._form = form
        self._settings = settings
        self._read = self._text = self._files = 0

    async def take(self, part: BodyPartReader) -> None:
        """Read one part to its end; of a file, keep no more than is allowed."""
        is_file = part.filename is not None
        name = part.name or ""
        if is_file:
            left = self._settings.max_total_bytes - self._files
            # One byte more than is allowed says that it was too large.
            room = min(left, _largest(self._form, name)) + 1
        else:
            room = MOST_TEXT - self._text
        content = await self._content(part, room, whole=not is_file)
        if is_file:
            self._files += len(content)
        else:
            self._text += len(content)
        media_type = part.headers.get("Content-Type", "") if is_file else ""
        self.parts.append(Part(name, content, part.filename, media_type))

    async def _content(self, part: BodyPartReader, room: int, *, whole: bool) -> bytes:
        most = PATIENCE * self._settings.max_total_bytes
        content = bytearray()
        while chunk := await part.read_chunk(_CHUNK):
            self._read += len(chunk)
            if self._read > most:
                raise too_large(most, self._read)
            left = max(0, room - len(content))
            if whole and len(chunk) > left:
                raise too_large(MOST_TEXT, self._text + len(content) + len(chunk))
            content += chunk[:left]
        return bytes(content)


def _largest(form: FormDefinition, name: str) -> int:
    versions = (form, *form.earlier)
    asked = (one.question(name) for one in versions)
    return max((one.max_file_bytes for one in asked if one is not None), default=0)
