"""Read what a caller sends: the body and one uploaded file, each within its limit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import BodyPartReader, web
from pydantic import BaseModel, ConfigDict, ValidationError

from hub.errors import InvalidError
from web.api.values import read_json, unfit

#: Characters of an uploaded file's name that are kept.
LONGEST_NAME = 255
#: Bytes that a multipart body may have around its file.
ENVELOPE = 64 * 1024


class Body(BaseModel):
    """What a request says. A name that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def given(self) -> dict[str, Any]:
        """Give the fields that the caller named, for a PATCH."""
        return {name: getattr(self, name) for name in self.model_fields_set}


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file of a ``multipart/form-data`` request, the part named ``file``."""

    name: str
    #: As its sender claims; believe the content instead.
    media_type: str
    content: bytes


async def read_body(request: web.Request, limit: int) -> bytes:
    """Read the whole body, but never more than ``limit`` bytes of it.

    Raises:
        HTTPRequestEntityTooLarge: It is larger.
    """
    if (request.content_length or 0) > limit:
        raise too_large(limit, request.content_length or 0)
    read = bytearray()
    async for chunk in request.content.iter_any():
        read += chunk
        if len(read) > limit:
            raise too_large(limit, len(read))
    return bytes(read)


def json_body(request: web.Request, raw: bytes, kind: type[Body]) -> Body:
    """Understand a JSON body as ``kind``.

    Raises:
        HTTPUnsupportedMediaType: It does not call itself JSON.
        HTTPBadRequest: It is not JSON.
        InvalidError: It says something else than was asked for.
    """
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="send application/json")
    if (request.charset or "utf-8").lower() not in {"utf-8", "utf8", "us-ascii"}:
        raise web.HTTPUnsupportedMediaType(text="send JSON in UTF-8")
    try:
        said = read_json(raw)
    except ValueError as error:
        raise web.HTTPBadRequest(text=f"not JSON: {error}") from None
    refuse(unfit(said))
    try:
        body = kind.model_validate(said)
    except ValidationError as error:
        raise invalid(error) from None
    # Once more: a text may have become a time, or a float a number without end.
    refuse(unfit(body))
    return body


async def read_upload(request: web.Request, limit: int) -> Upload:
    """Read the part ``file`` of a multipart body, at most ``limit`` bytes of it.

    Raises:
        HTTPUnsupportedMediaType: It is no multipart body.
        HTTPBadRequest: It is a damaged one.
        HTTPRequestEntityTooLarge: The file is larger.
        InvalidError: There is no such part.
    """
    if request.content_type != "multipart/form-data":
        raise web.HTTPUnsupportedMediaType(text="send multipart/form-data")
    if (request.content_length or 0) > limit + ENVELOPE:
        raise too_large(limit, request.content_length or 0)
    try:
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.name == "file":
                name = (part.filename or "file")[:LONGEST_NAME]
                refuse(unfit(name, "file"))
                media_type = part.headers.get("Content-Type", "")
                content = await _read_part(part, limit)
                return Upload(name=name, media_type=media_type, content=content)
    except (ValueError, RuntimeError, AssertionError, LookupError) as error:
        raise web.HTTPBadRequest(text="damaged multipart body") from error
    raise InvalidError("file", errors={"file": "is missing"})


async def _read_part(part: BodyPartReader, limit: int) -> bytes:
    content = bytearray()
    while chunk := await part.read_chunk(64 * 1024):
        content += chunk
        if len(content) > limit:
            raise too_large(limit, len(content))
    return bytes(content)


def too_large(limit: int, actual: int) -> web.HTTPRequestEntityTooLarge:
    """Say how large it may be."""
    return web.HTTPRequestEntityTooLarge(
        max_size=limit, actual_size=actual, text=f"at most {limit} bytes are taken"
    )


def refuse(found: Iterable[tuple[str, str]]) -> None:
    """Go on only if nothing was found.

    Raises:
        InvalidError: Something was, and all of it is named.
    """
    errors: Mapping[str, str] = {place or "body": reason for place, reason in found}
    if errors:
        raise InvalidError(", ".join(errors)[:200], errors=errors)


def invalid(error: ValidationError, place: str = "") -> InvalidError:
    """Name each wrong field and what it should have been; never what was sent."""
    errors = {}
    for problem in error.errors(include_url=False, include_input=False):
        where = [str(part) for part in problem["loc"]]
        errors[".".join([place, *where] if place else where) or "body"] = problem["msg"]
    return InvalidError(", ".join(errors)[:200], errors=errors)
