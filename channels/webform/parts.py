"""Read and write ``multipart/form-data``, whole and in memory. Pure.

What a browser sends with a form that has files. The body's size was limited before it
comes here; what is damaged is said to be, never guessed at.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from hub.errors import PayloadError

#: More parts than any form has; a bound on what a stranger makes us parse.
MOST_PARTS = 500
_BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))', re.IGNORECASE)
_PARAMETER = re.compile(r';\s*(name|filename)="((?:[^"\\]|\\.)*)"', re.IGNORECASE)
#: Browsers write these three so (the HTML standard), and nothing else escaped.
_ESCAPED = {"%0D": "\r", "%0A": "\n", "%22": '"'}


@dataclass(frozen=True, slots=True)
class Part:
    """One answer: a text, or a file if it has a file name (an empty one: none chosen)."""

    name: str
    content: bytes
    filename: str | None = None
    media_type: str = ""

    @property
    def text(self) -> str:
        """The content as text."""
        return self.content.decode("utf-8", "replace")


def read(body: bytes, content_type: str) -> list[Part]:
    """Take a body apart.

    Raises:
        PayloadError: It is not a whole multipart body.
    """
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise PayloadError("multipart without a boundary")
    mark = b"--" + (found[1] or found[2]).encode("utf-8", "replace")
    # The first mark may stand at the very beginning, all others follow a line break.
    head, *pieces = (b"\r\n" + body).split(b"\r\n" + mark, MOST_PARTS + 1)
    if head.strip() or not pieces or not pieces[-1].startswith(b"--"):
        raise PayloadError("multipart: cut off or too many parts")
    return [_part(piece) for piece in pieces[:-1]]


def write(parts: Iterable[Part], boundary: str) -> bytes:
    """Put a body together; ``boundary`` must be in no part (make it a random one)."""
    written = bytearray()
    for part in parts:
        about = f'form-data; name="{_escape(part.name)}"'
        if part.filename is not None:
            about += f'; filename="{_escape(part.filename)}"'
        written += f"--{boundary}\r\nContent-Disposition: {about}\r\n".encode()
        if part.media_type:
            plain = "".join(one for one in part.media_type if one.isprintable())
            written += f"Content-Type: {plain}\r\n".encode()
        written += b"\r\n" + part.content + b"\r\n"
    return bytes(written) + f"--{boundary}--\r\n".encode()


def _part(piece: bytes) -> Part:
    # What follows the mark on its line is padding; headers end with an empty line.
    said, gap, content = piece.partition(b"\r\n\r\n")
    if not gap:
        raise PayloadError("multipart: a part without an end of its headers")
    headers: dict[str, str] = {}
    for line in said.decode("utf-8", "replace").split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    named = {
        match[1].lower(): _unescape(match[2])
        for match in _PARAMETER.finditer(headers.get("content-disposition", ""))
    }
    if "name" not in named:
        raise PayloadError("multipart: a part without a name")
    return Part(
        named["name"],
        content,
        named.get("filename"),
        headers.get("content-type", ""),
    )


def _escape(text: str) -> str:
    plain = text.encode("utf-8", "replace").decode()
    for written, letter in _ESCAPED.items():
        plain = plain.replace(letter, written)
    return plain.replace("\\", "%5C")


def _unescape(text: str) -> str:
    plain = re.sub(r"\\(.)", r"\1", text)
    for written, letter in (*_ESCAPED.items(), ("%5C", "\\")):
        plain = plain.replace(written, letter)
    return plain
