"""``rozmova export``: everything of the company in open form."""

from pathlib import Path
from typing import Annotated

import typer

from config import Settings
from hub.reports import exporting
from hub.reports.exporting import Exported, Wanted
from hub.storage import migrate
from hub.storage.blobs import FolderBlobs
from hub.storage.database import Database
from web import serving
from web.commands.base import with_database


def export(
    target: Annotated[Path, typer.Argument(help="A new folder, or a file.zip.")],
    *,
    html: Annotated[bool, typer.Option(help="With the HTML of mails.")] = False,
    events: Annotated[bool, typer.Option(help="With the event log.")] = False,
    files: Annotated[bool, typer.Option(help="With the attachments.")] = False,
) -> None:
    """Write clients, conversations, timeline, orders, queues and accounts as JSON Lines."""

    async def work(_: Settings, folder: Path, db: Database) -> Exported:
        await _check_revision(db)
        return await exporting.export(
            db,
            FolderBlobs(folder / "files"),
            target,
            Wanted(html=html, events=events, files=files),
        )

    done = with_database(work, migrated=False)
    counts = ", ".join(f"{count:,} {name}" for name, count in done.counts.items())
    typer.echo(f"{target}: {counts}.")
    if done.lost:
        typer.secho(
            f"{len(done.lost)} files are missing or damaged: {', '.join(done.lost)}",
            fg="yellow",
            err=True,
        )


async def _check_revision(db: Database) -> None:
    """Refuse a database of another revision: what is read would not fit.

    Raises:
        StartError: It is of another one.
    """
    async with db.engine.connect() as connection:
        at = await connection.run_sync(migrate.current)
    if at is None:
        raise serving.StartError("There is no hub in this database yet.")
    if at != migrate.newest():
        raise serving.StartError(
            f"The database is at revision {at}, and this program wants "
            f"{migrate.newest()}: run rozmova migrate first."
        )
