"""Bring a backup back.

All that the database must know of it happens in one transaction of ``psql``: what was
there goes, what the backup holds comes, the log is lifted, sign-ins end, and what was
to be sent is set aside. Stopped at any point, the database is as before, or restored
and silent: nothing leaves before ``lifting`` has asked about it.

**The lifted log.** Between the backup and now the hub went on, and that timeline is
lost. Screens and programs may hold cursors of it, clients links and reply addresses
with ids of it. So events and ids are numbered on from far above: a thousand for each
second that has passed, which no hub hands out, and a head start beside. A cursor from
before is below the log's floor and is told so; an id of the lost timeline is nobody's,
also when the same backup is brought back a second time.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.backups import archive, tools
from hub.backups.lifting import ASIDE, SENDING
from hub.backups.manifest import BackupError, Manifest
from hub.backups.processes import Running, started
from hub.storage import migrate
from hub.storage.blobs import Blobs
from hub.storage.database import Database
from hub.storage.tables import Base
from hub.storage.tables.base import FUNCTIONS

#: Numbers that are left out, at the least, between what the backup holds and new events.
LOG_AHEAD = 10**9
#: Likewise for ids.
IDS_AHEAD = 10**6
#: Numbers left out for each second that has passed since.
A_SECOND = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """What is in the database that a backup is to be brought back to."""

    server: int
    schema: str
    #: It holds a hub in which something has happened.
    used: bool
    clients: int
    last_at: datetime | None


def check(path: Path) -> Manifest:
    """Read all of a backup and check that this program can bring it back.

    Raises:
        BackupError: It is damaged, or a newer program made it.
    """
    manifest = archive.verify(path)
    if manifest.revision not in migrate.known():
        raise BackupError(
            f"The backup is of {manifest.made_by} (revision {manifest.revision}), "
            "which this program does not know. Update Rozmova first."
        )
    return manifest


async def look(db: Database) -> Present:
    """Tell what is there.

    Raises:
        BackupError: A hub is running on it.
    """
    async with db.engine.connect() as connection:
        await _check_alone(connection)
        server, schema, has_log = (
            await connection.execute(
                text(
                    "SELECT current_setting('server_version_num')::int, "
                    "current_schema(), to_regclass('log_head') IS NOT NULL"
                )
            )
        ).one()
        if not has_log:
            return Present(
                server=server, schema=schema, used=False, clients=0, last_at=None
            )
        # Every change of anything is in the log, so an empty log is an empty hub.
        seq, clients, last_at = (
            await connection.execute(
                text(
                    "SELECT (SELECT max(seq) FROM log_head), "
                    "(SELECT count(*) FROM clients), (SELECT max(at) FROM events)"
                )
            )
        ).one()
        used = bool(seq) or bool(clients)
        return Present(
            server=server, schema=schema, used=used, clients=clients, last_at=last_at
        )


async def restore(
    url: str,
    blobs: Blobs,
    path: Path,
    manifest: Manifest,
    *,
    present: Present,
    keep_sessions: bool,
    now: datetime,
) -> None:
    """Bring back files and database; ``lifting.ask`` and a migration must follow.

    Args:
        url: The database; what it holds of a hub is replaced.
        blobs: Where the files go.
        path: The backup, which ``check`` has read.
        manifest: What it says.
        present: What ``look`` saw.
        keep_sessions: Sign-ins stay good.
        now: The present.

    Raises:
        BackupError: It cannot be brought back; the database is as before.
    """
    if present.server // 10_000 < manifest.server // 10_000:
        raise BackupError(
            f"The backup is of PostgreSQL {manifest.server // 10_000}, and this server "
            f"is {present.server // 10_000}. Use a server that is as new."
        )
    if present.schema != manifest.schema:
        raise BackupError(
            f"The backup's tables are in the schema {manifest.schema!r}, and this "
            f"database begins to look in {present.schema!r}."
        )
    kit = tools.choose(present.server // 10_000, at_least=manifest.tool)
    with archive.reading(path) as parts:
        for name, content in archive.members(parts):
            if name.startswith(archive.FILES):
                await _put(blobs, name.removeprefix(archive.FILES), content.read())
    await _load(
        kit,
        tools.environment(url),
        path,
        schema=manifest.schema,
        before=_drops(manifest.schema),
        after=_lift(manifest, now=now, keep_sessions=keep_sessions),
    )


async def _check_alone(connection: AsyncConnection) -> None:
    others = await connection.scalar(
        text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND application_name = 'rozmova' AND pid <> pg_backend_pid()"
        )
    )
    if others:
        raise BackupError(
            "A hub works on this database now. Stop it first, everywhere it runs."
        )


async def _put(blobs: Blobs, name: str, content: bytes) -> None:
    whole = name.removesuffix(".small")
    await blobs.put(content, beside="" if whole == name else whole)


def _drops(schema: str) -> str:
    names = [*Base.metadata.tables, "alembic_version"]
    listed = ", ".join(f'"{schema}"."{name}"' for name in names)
    made = ", ".join(f'"{schema}"."{name}"' for name in FUNCTIONS)
    return (
        "SET client_min_messages = warning; "
        f"DROP TABLE IF EXISTS {listed} CASCADE; DROP FUNCTION IF EXISTS {made}"
    )


def _lift(manifest: Manifest, *, now: datetime, keep_sessions: bool) -> str:
    """Write what follows the loading, in its transaction. See above."""
    passed = max(0, int((now - manifest.taken_at).total_seconds())) * A_SECOND
    kinds = ", ".join(f"'{kind}'" for kind in SENDING)
    # Numbers of our own making and names from the manifest's schema, nothing else.
    statements = [
        f'SET search_path = "{manifest.schema}"',
        f"UPDATE log_head SET seq = seq + {LOG_AHEAD + passed}",  # noqa: S608
        "UPDATE log_head SET floor = seq",
        f"UPDATE due_rows SET kind = '{ASIDE}' || kind WHERE kind IN ({kinds})",  # noqa: S608
        _ids_ahead(manifest.schema, IDS_AHEAD + passed),
        "DELETE FROM portal_codes",
    ]
    if not keep_sessions:
        statements += ["DELETE FROM sessions", "DELETE FROM portal_sessions"]
    return "; ".join(statements)


def _ids_ahead(schema: str, ahead: int) -> str:
    return f"""
        DO $$ DECLARE one record; BEGIN
            FOR one IN
                SELECT format('%I.%I', schemaname, sequencename)::regclass AS name,
                       coalesce(last_value, 0) AS last
                FROM pg_sequences WHERE schemaname = '{schema}'
            LOOP
                PERFORM setval(one.name, one.last + {ahead});
            END LOOP;
        END $$"""  # noqa: S608 - see above


async def _load(
    kit: tools.Tools,
    environment: dict[str, str],
    path: Path,
    *,
    schema: str,
    before: str,
    after: str,
) -> None:
    unpacking = ["--file=-", f"--schema={schema}", "--no-owner", "--no-privileges"]
    loading = [
        "--no-psqlrc",
        "--quiet",
        "--output=/dev/null",
        "--single-transaction",
        "--set=ON_ERROR_STOP=1",
        f"--command={before}",
        "--file=-",
        f"--command={after}",
    ]
    async with (
        started(kit.program("psql"), loading, environment) as psql,
        started(kit.program("pg_restore"), unpacking, environment) as unpack,
    ):
        feeding = asyncio.ensure_future(_feed(unpack, path))
        try:
            async for chunk in unpack.read():
                await psql.write(chunk)
            await feeding
        finally:
            feeding.cancel()
        # Only now: at the end of its input psql commits, and a dump that broke off in
        # the middle has an end too.
        psql.close()
        await psql.succeed()


async def _feed(unpack: Running, path: Path) -> None:
    async for chunk in _dump_of(path):
        await unpack.write(chunk)
    unpack.close()


async def _dump_of(path: Path) -> AsyncIterator[bytes]:
    with archive.reading(path) as parts:
        for name, content in archive.members(parts):
            if name == archive.DATABASE:
                while chunk := content.read(archive.CHUNK):
                    yield chunk
                return
