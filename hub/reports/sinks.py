"""Where an export goes: a folder or a zip."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Protocol
from zipfile import ZipFile


class Sink(Protocol):
    """Takes files, one at a time."""

    def opened(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """Give a file to write, under a path with slashes."""
        ...


class FolderSink:
    """Into a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @contextmanager
    def opened(self, name: str) -> Iterator[IO[bytes]]:
        """See ``Sink.opened``."""
        path = self._root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            yield file


class ZipSink:
    """Into a zip."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive

    @contextmanager
    def opened(self, name: str) -> Iterator[IO[bytes]]:
        """See ``Sink.opened``."""
        with self._archive.open(name, "w", force_zip64=True) as file:
            yield file
