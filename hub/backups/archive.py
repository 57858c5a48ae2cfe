"""The one file that a backup is: a tar that any system can open.

database.dump     pg_dump's custom format
files/<name>      a content each, under its hash; small pictures beside
secret            only if it was asked for
manifest.json     last, so that a file that was cut off has none
"""

import hashlib
import tarfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from hub.backups.manifest import BackupError, Manifest, Part, decode

DATABASE = "database.dump"
FILES = "files/"
SECRET = "secret"  # noqa: S105 - a name in the archive
MANIFEST = "manifest.json"

CHUNK = 1024 * 1024
#: Bytes that a tar counts in.
BLOCK = 512


class Digest:
    """The hash over many files: names, sizes and hashes in their order."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._count = 0
        self._bytes = 0

    def add(self, name: str, size: int, sha256: str) -> None:
        """Count one more file."""
        self._hash.update(f"{name} {size} {sha256}\n".encode())
        self._count += 1
        self._bytes += size

    def part(self) -> Part:
        """Give what was added so far."""
        return Part(count=self._count, bytes=self._bytes, sha256=self._hash.hexdigest())


class Writer:
    """Writes an archive from its beginning to its end."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._files = Digest()

    async def stream(self, name: str, chunks: AsyncIterator[bytes]) -> Part:
        """Add what comes in pieces, of a length that only its end tells."""
        start = self._file.tell()
        self._file.write(bytes(BLOCK))
        digest, size = hashlib.sha256(), 0
        async for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            self._file.write(chunk)
        self._pad(size)
        end = self._file.tell()
        self._file.seek(start)
        self._file.write(_header(name, size))
        self._file.seek(end)
        return Part(count=1, bytes=size, sha256=digest.hexdigest())

    def add(self, name: str, content: bytes) -> Part:
        """Add what is in memory."""
        self._file.write(_header(name, len(content)))
        self._file.write(content)
        self._pad(len(content))
        sha256 = hashlib.sha256(content).hexdigest()
        return Part(count=1, bytes=len(content), sha256=sha256)

    def add_file(self, name: str, content: bytes) -> None:
        """Add the content of a file under its name in the hub."""
        part = self.add(FILES + name, content)
        self._files.add(name, part.bytes, part.sha256)

    def files(self) -> Part:
        """Tell of all files so far."""
        return self._files.part()

    def finish(self, manifest: Manifest) -> None:
        """Add the manifest and the end mark."""
        self.add(MANIFEST, manifest.encode())
        self._file.write(bytes(2 * BLOCK))

    def _pad(self, size: int) -> None:
        self._file.write(bytes(-size % BLOCK))


@contextmanager
def reading(path: Path) -> Iterator[tarfile.TarFile]:
    """Open an archive.

    Raises:
        BackupError: It cannot be read, or is none.
    """
    try:
        with tarfile.open(path, "r:") as archive:
            yield archive
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror}.") from error
    except tarfile.TarError as error:
        raise BackupError(f"{path} is not a backup, or is damaged: {error}.") from error


def members(archive: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    """Give each part's name and content, in order, in constant memory."""
    while (found := archive.next()) is not None:
        # It would remember all that it has passed (in a list that its types leave out);
        # a hub may have a million files.
        archive.members = []  # type: ignore[attr-defined]
        content = archive.extractfile(found)
        if content is None:
            raise BackupError(f"{found.name} does not belong into a backup.")
        yield found.name, content


def verify(path: Path) -> Manifest:
    """Read all of a backup, and check it against its manifest.

    Raises:
        BackupError: It is cut off, damaged, or not a backup.
    """
    parts: dict[str, Part] = {}
    files = Digest()
    manifest = None
    with reading(path) as archive:
        for name, content in members(archive):
            if name == MANIFEST:
                manifest = decode(content.read())
                continue
            part = _read(content)
            if name.startswith(FILES):
                _check_name(name, part)
                files.add(name.removeprefix(FILES), part.bytes, part.sha256)
            else:
                parts[name] = part
    if manifest is None:
        raise BackupError(
            f"{path} is cut off: its manifest, the last part, is missing."
        )
    wanted = {
        DATABASE: (manifest.database, parts.get(DATABASE)),
        "files": (manifest.files, files.part()),
        SECRET: (manifest.secret, parts.get(SECRET)),
    }
    for name, (said, found) in wanted.items():
        if said != found:
            raise BackupError(f"{path} is damaged: {name} is not what was written.")
    return manifest


def part_of(path: Path, name: str) -> bytes:
    """Read one small part.

    Raises:
        BackupError: There is none.
    """
    with reading(path) as archive:
        for found, content in members(archive):
            if found == name:
                return content.read()
    raise BackupError(f"{path} has no {name}.")


def _read(content: IO[bytes]) -> Part:
    digest, size = hashlib.sha256(), 0
    while chunk := content.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return Part(count=1, bytes=size, sha256=digest.hexdigest())


def _check_name(name: str, part: Part) -> None:
    """A content is named by its hash, so that one damaged file can be named."""
    plain = name.removeprefix(FILES)
    if not plain.endswith(".small") and plain != part.sha256:
        raise BackupError(f"The backup is damaged: {name} is not what was written.")


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size = size
    info.mode = 0o600
    info.mtime = int(time.time())
    # GNU's form keeps any size in one block, so the block can be written afterwards.
    return info.tobuf(tarfile.GNU_FORMAT)
