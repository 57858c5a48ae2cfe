"""Take a backup while the hub runs.

One transaction's snapshot is what ``pg_dump`` writes, what the counts count and what
the list of files lists: all of it is one moment. Contents of files never change, so
they may be copied after it.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from hub.backups import archive, tools
from hub.backups.manifest import FORMAT, BackupError, Manifest, Part
from hub.backups.processes import started
from hub.errors import ContentLostError
from hub.storage import migrate
from hub.storage.blobs import Blobs, thumbnail_of
from hub.storage.database import Database
from hub.storage.outfiles import replacing
from hub.storage.tables import (
    Account,
    Client,
    Conversation,
    EventRow,
    Order,
    StoredFile,
    TimelineItem,
)

#: Rows that the manifest counts.
COUNTED = (Account, Client, Conversation, TimelineItem, Order, EventRow, StoredFile)
#: Rows of the list of files read at once.
PAGE = 1000


async def take(
    db: Database,
    blobs: Blobs,
    url: str,
    target: Path,
    *,
    secret: bytes | None,
    force: bool,
) -> Manifest:
    """Write a backup of the whole hub to ``target``.

    Args:
        db: The hub's database.
        blobs: Its files.
        url: The database again, for ``pg_dump``.
        target: It appears there only when all of it is on the disk.
        secret: The hub's secret, if it is to be in it: whoever has it can sign links
            to orders and reply addresses.
        force: Overwrite what is there.

    Raises:
        BackupError: It cannot be taken.
        OutfileError: It cannot be written.
    """
    async with db.read() as session:
        # The copying may take far longer than any unit of work.
        await session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        ground = await _look(session)
        with replacing(target, force=force) as file:
            return await _write(
                file, session, ground, blobs=blobs, url=url, secret=secret
            )


class _Ground:
    """What the moment of the snapshot is."""

    def __init__(self, row: tuple[str, datetime, int, str], revision: str) -> None:
        self.snapshot, self.taken_at, self.server, self.schema = row
        self.revision = revision


async def _look(session: AsyncSession) -> _Ground:
    revision = await (await session.connection()).run_sync(migrate.current)
    if revision is None:
        raise BackupError("There is no hub in this database yet.")
    row = await session.execute(
        text(
            "SELECT pg_export_snapshot(), now(), "
            "current_setting('server_version_num')::int, current_schema()"
        )
    )
    snapshot, taken_at, server, schema = row.one()
    return _Ground((snapshot, taken_at, server, schema), revision)


async def _write(
    file: IO[bytes],
    session: AsyncSession,
    ground: _Ground,
    *,
    blobs: Blobs,
    url: str,
    secret: bytes | None,
) -> Manifest:
    kit = tools.choose(ground.server // 10_000)
    writer = archive.Writer(file)
    database = await writer.stream(archive.DATABASE, _dump(kit, ground, url))
    lost = [name async for name in _copy_files(writer, session, blobs)]
    kept: Part | None = None
    if secret is not None:
        kept = writer.add(archive.SECRET, secret.hex().encode())
    manifest = Manifest(
        format=FORMAT,
        made_by=f"rozmova {version('rozmova')}",
        taken_at=ground.taken_at,
        revision=ground.revision,
        server=ground.server,
        tool=kit.major,
        schema=ground.schema,
        seq=(await session.execute(text("SELECT seq FROM log_head"))).scalar_one(),
        counts=await _counts(session),
        database=database,
        files=writer.files(),
        lost=tuple(lost),
        secret=kept,
    )
    writer.finish(manifest)
    return manifest


async def _dump(kit: tools.Tools, ground: _Ground, url: str) -> AsyncIterator[bytes]:
    arguments = [
        "--format=custom",
        f"--snapshot={ground.snapshot}",
        f"--schema={ground.schema}",
        "--no-owner",
        "--no-privileges",
    ]
    async with started(
        kit.program("pg_dump"), arguments, tools.environment(url)
    ) as running:
        async for chunk in running.read():
            yield chunk


async def _copy_files(
    writer: archive.Writer, session: AsyncSession, blobs: Blobs
) -> AsyncIterator[str]:
    """Copy every content that the snapshot refers to; give the names of lost ones."""
    rows = await session.stream(
        select(StoredFile.hash, StoredFile.has_thumbnail)
        .order_by(StoredFile.hash)
        .execution_options(yield_per=PAGE)
    )
    async for name, has_thumbnail in rows:
        wanted = [name, thumbnail_of(name)] if has_thumbnail else [name]
        for one in wanted:
            try:
                content = await blobs.read(one)
            except ContentLostError:
                # What is gone already must not keep the rest from being saved.
                yield one
            else:
                writer.add_file(one, content)


async def _counts(session: AsyncSession) -> dict[str, int]:
    return {
        table.__tablename__: (
            await session.execute(select(func.count()).select_from(table))
        ).scalar_one()
        for table in COUNTED
    }
