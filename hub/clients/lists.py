"""Open a list of clients: which form it has, and how its letters are written."""

import codecs
from collections.abc import Iterator
from pathlib import Path

from hub.clients import cards, spreadsheets, vcards
from hub.clients.cards import Card
from hub.errors import InvalidError
from hub.storage.batches import Refused

CHUNK = 1024 * 1024
#: What a file's first bytes say of its letters.
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def read(path: Path, *, encoding: str | None) -> Iterator[tuple[int, Card | Refused]]:
    """Read a table, vCards or JSON Lines, whichever it is.

    Args:
        path: The file.
        encoding: How its letters are written; None: as ``encoding_of`` finds.

    Raises:
        InvalidError: It cannot be read, or no column of a table is known.
    """
    try:
        encoding = encoding or encoding_of(path)
        with path.open(encoding=encoding, newline="") as lines:
            head = lines.read(4096).lstrip()
            lines.seek(0)
            if head[:11].upper() == "BEGIN:VCARD":
                yield from vcards.read(lines)
            elif head.startswith("{"):
                yield from cards.from_json(lines)
            else:
                yield from spreadsheets.read(lines)
    except (UnicodeError, LookupError) as error:
        raise InvalidError(
            f"{path} is not written in {encoding}: {error}. See --encoding."
        ) from error
    except OSError as error:
        raise InvalidError(f"{path} cannot be read: {error.strerror}.") from error


def encoding_of(path: Path) -> str:
    """Find how a file's letters are written: UTF-8, UTF-16, else Windows-1251.

    Raises:
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(4096)
        for mark, name in _MARKS.items():
            if head.startswith(mark):
                return name
        # Without a mark, every second byte of most letters tells UTF-16.
        if b"\0" in head:
            return (
                "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
            )
        decoder = codecs.getincrementaldecoder("utf-8")()
        file.seek(0)
        try:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1251"
        return "utf-8"
