"""Contents of files, kept once under their hash.

``FolderBlobs`` keeps them in a folder; another keeper (S3) has the same few methods.
Contents are never changed, so a name that is there is right for ever.
"""

import asyncio
import hashlib
import os
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import get_ident
from typing import Protocol

from hub.errors import ContentLostError

#: Bytes read at once when a content is passed on.
CHUNK = 256 * 1024
#: Bytes that are written to see whether a disk takes any.
PROBE = 4096
#: How the name ends of what is out of sight while it is judged.
ASIDE = ".aside"


class Blobs(Protocol):
    """A keeper of contents."""

    async def put(self, content: bytes, *, beside: str = "") -> str:
        """Keep a content and return its name; it is safe when this returns.

        The name is the SHA-256 of the content in hex. The same content again is
        one content, and counts as touched now.

        Args:
            content: All of it.
            beside: The name of another content that this one is made from (its
                small picture); it is kept under that name with a mark. What is
                made from a content does not change either.
        """
        ...

    async def read(self, name: str) -> bytes:
        """Give the whole content, checked against its name.

        Raises:
            ContentLostError: It is missing or damaged.
        """
        ...

    def chunks(
        self, name: str, *, start: int = 0, stop: int | None = None
    ) -> AsyncIterator[bytes]:
        """Give the bytes from ``start`` up to ``stop``, in pieces.

        Raises:
            ContentLostError: It is missing.
        """
        ...

    async def size(self, name: str) -> int | None:
        """Tell how many bytes there are; None when the content is missing."""
        ...

    async def delete(self, name: str, *, untouched_for: timedelta) -> bool:
        """Delete a content, and what lies beside it, unless it was just touched.

        Whoever has put a content a moment ago is about to refer to it.

        Returns:
            False when it was touched since.
        """
        ...

    async def names(self, part: str, *, untouched_for: timedelta) -> list[str]:
        """Name the contents that nobody has touched for so long.

        Args:
            part: The first two letters of their names.
            untouched_for: Younger ones are left out.
        """
        ...

    async def check(self) -> None:
        """Raise unless contents can be kept at this moment.

        Raises:
            OSError: They cannot.
        """
        ...


def thumbnail_of(name: str) -> str:
    """Name the small picture of a content."""
    return f"{name}.small"


class FolderBlobs:
    """Contents in a folder, in sub-folders by the first letters of their names."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, content: bytes, *, beside: str = "") -> str:
        """See ``Blobs.put``."""
        return await asyncio.to_thread(self._put, content, beside)

    async def read(self, name: str) -> bytes:
        """See ``Blobs.read``."""
        return await asyncio.to_thread(self._read, name)

    async def chunks(
        self, name: str, *, start: int = 0, stop: int | None = None
    ) -> AsyncIterator[bytes]:
        """See ``Blobs.chunks``."""
        place = start
        while stop is None or place < stop:
            count = CHUNK if stop is None else min(CHUNK, stop - place)
            piece = await asyncio.to_thread(self._piece, name, place, count)
            if not piece:
                return
            place += len(piece)
            yield piece

    async def size(self, name: str) -> int | None:
        """See ``Blobs.size``."""
        try:
            return (await asyncio.to_thread(self._path(name).stat)).st_size
        except FileNotFoundError:
            return None

    async def delete(self, name: str, *, untouched_for: timedelta) -> bool:
        """See ``Blobs.delete``."""
        return await asyncio.to_thread(self._delete, name, untouched_for)

    async def names(self, part: str, *, untouched_for: timedelta) -> list[str]:
        """See ``Blobs.names``."""
        return await asyncio.to_thread(self._names, part, untouched_for)

    async def check(self) -> None:
        """See ``Blobs.check``."""
        await asyncio.to_thread(self._check)

    def _check(self) -> None:
        self._root.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=self._root, prefix=".") as file:
            # A full disk takes the name, but not what is to be in it.
            file.write(bytes(PROBE))
            file.flush()

    def _names(self, part: str, untouched_for: timedelta) -> list[str]:
        found = []
        newest = time.time() - untouched_for.total_seconds()
        self._put_back(part, newest)
        for path in (self._root / part).glob("*/*"):
            # What is being written or judged at this moment begins with a dot.
            if path.suffix or path.name.startswith("."):
                continue
            with suppress(FileNotFoundError):
                if path.stat().st_mtime <= newest:
                    found.append(path.name)
        return found

    def _put_back(self, part: str, newest: float) -> None:
        """Bring back what a process that died had taken aside to judge."""
        for aside in (self._root / part).glob("*/.*" + ASIDE):
            with suppress(FileNotFoundError):
                # Renaming keeps the time of the content; the time of being put aside
                # is that of the change of the name.
                if aside.stat().st_ctime <= newest:
                    aside.rename(aside.with_name(aside.name[1:].split("~", 1)[0]))

    def _path(self, name: str) -> Path:
        # Names come from the database; this guards the folder against a bad one.
        plain = name.removesuffix(".small")
        if not (plain.isalnum() and plain.isascii()):
            raise ContentLostError(f"no content can be named {name!r}")
        return self._root / name[:2] / name[2:4] / name

    def _put(self, content: bytes, beside: str) -> str:
        name = thumbnail_of(beside) if beside else hashlib.sha256(content).hexdigest()
        path = self._path(name)
        # A file of another size was cut off by a failing disk: it is written anew.
        with suppress(FileNotFoundError):
            if path.stat().st_size == len(content):
                os.utime(path)
                return name
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
        _sync_folder(path.parent)
        return name

    def _read(self, name: str) -> bytes:
        try:
            content = self._path(name).read_bytes()
        except FileNotFoundError as error:
            raise ContentLostError(f"content {name} is missing") from error
        whole = not name.endswith(".small")
        if whole and hashlib.sha256(content).hexdigest() != name:
            raise ContentLostError(f"content {name} is damaged")
        return content

    def _piece(self, name: str, start: int, count: int) -> bytes:
        try:
            with self._path(name).open("rb") as file:
                file.seek(start)
                return file.read(count)
        except FileNotFoundError as error:
            raise ContentLostError(f"content {name} is missing") from error

    def _delete(self, name: str, untouched_for: timedelta) -> bool:
        # First out of everybody's sight, then judged: who puts the same content now
        # either touched it before this (and it goes back) or writes it anew.
        small = self._aside(thumbnail_of(name))
        whole = self._aside(name)
        if whole is None:
            gone = True
        else:
            age = time.time() - whole.stat().st_mtime
            gone = age >= untouched_for.total_seconds()
        for kept, aside in ((thumbnail_of(name), small), (name, whole)):
            if aside is None:
                continue
            if gone:
                aside.unlink()
            else:
                aside.rename(self._path(kept))
        return gone

    def _aside(self, name: str) -> Path | None:
        path = self._path(name)
        aside = path.with_name(f".{name}~{os.getpid()}.{get_ident()}{ASIDE}")
        try:
            path.rename(aside)
        except FileNotFoundError:
            return None
        return aside


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable, where the system knows how."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
