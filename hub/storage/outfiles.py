"""Files that a command writes: whole under their name, or not there."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


class OutfileError(RuntimeError):
    """A file cannot be written; the message says why."""


@contextmanager
def replacing(target: Path, *, force: bool) -> Iterator[IO[bytes]]:
    """Give a file that takes the name ``target`` once all of it is on the disk.

    Nobody else may read it: it holds what clients wrote.

    Raises:
        OutfileError: There is such a file already, or it cannot be written.
    """
    if target.exists() and not force:
        raise OutfileError(f"{target} is there already; --force overwrites it.")
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        handle = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        raise OutfileError(f"{target} cannot be written: {error.strerror}.") from error
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def filling(target: Path) -> Iterator[Path]:
    """Give a new folder that takes the name ``target`` once all is in it.

    Nobody else may enter it.

    Raises:
        OutfileError: There is such a folder already, or it cannot be written.
    """
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise OutfileError(f"{target} is there already; name another folder.")
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        partial.mkdir(mode=0o700)
        yield partial
        partial.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        raise OutfileError(f"{target} cannot be written: {error.strerror}.") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable, where the system knows how."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
