"""``rozmova backup`` and ``rozmova restore``."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from channels.base import Place
from config import Settings
from hub.access import secret as secrets
from hub.backups import archive, lifting, restoring, taking
from hub.backups.manifest import BackupError, Manifest
from hub.backups.restoring import Present
from hub.orders.notices import send_notice
from hub.orders.shop import shop_of
from hub.storage import migrate
from hub.storage.blobs import FolderBlobs
from hub.storage.database import Database, utc_now
from hub.storage.timers import Handler
from web import serving
from web.commands.base import asking_database, settled, with_database

T = TypeVar("T")

#: What must be typed before a hub is replaced.
CONFIRMATION = "replace"


def backup(
    file: Annotated[Path, typer.Argument(help="Where to, such as rozmova.tar.")],
    *,
    with_secret: Annotated[
        bool,
        typer.Option(
            help="Put the hub's secret in as well. Whoever has it can sign links to "
            "orders and reply addresses, so it is left out unless you ask. Without it "
            "links and reply addresses sent so far end with this machine."
        ),
    ] = False,
    force: Annotated[bool, typer.Option(help="Overwrite the file.")] = False,
) -> None:
    """Copy the whole hub, which may be running, into one file."""

    async def work(settings: Settings, folder: Path, db: Database) -> Manifest:
        return await taking.take(
            db,
            FolderBlobs(folder / "files"),
            db.engine.url.render_as_string(hide_password=False),
            file,
            secret=_own_secret(settings, folder) if with_secret else None,
            force=force,
        )

    made = with_database(work, migrated=False)
    typer.echo(
        f"{file}: {file.stat().st_size:,} bytes, the hub as of "
        f"{made.taken_at:%Y-%m-%d %H:%M:%S} UTC: {_listed(made)}."
    )
    if made.lost:
        typer.secho(
            f"{len(made.lost)} files were missing or damaged already and are not in "
            f"it: {', '.join(made.lost)}",
            fg="yellow",
            err=True,
        )


def restore(
    file: Annotated[Path, typer.Argument(help="What rozmova backup wrote.")],
    *,
    replace: Annotated[
        bool, typer.Option(help="Replace a hub that is there; asks first.")
    ] = False,
    keep_sessions: Annotated[
        bool, typer.Option(help="Leave everybody signed in.")
    ] = False,
) -> None:
    """Bring a backup back into an empty hub. No hub may be running on it."""
    with settled() as settings, serving.storage(settings) as (folder, url):
        # Mistakes in the settings are better known before than after.
        reaches = _reaches(settings)
        manifest = restoring.check(file)
        present = asyncio.run(_with(settings, url, restoring.look))
        _confirm(present, replace=replace)
        kept = _keep_secret(file, settings, folder, manifest)
        asyncio.run(
            restoring.restore(
                url,
                FolderBlobs(folder / "files"),
                file,
                manifest,
                present=present,
                keep_sessions=keep_sessions,
                now=utc_now(),
            )
        )
        with asking_database():
            migrate.migrate(url)
        notice = _notice(settings, folder, reaches)
        asked = asyncio.run(_with(settings, url, partial(_ask, notice=notice)))
    _tell(manifest, asked=asked, kept=kept, keep_sessions=keep_sessions)


async def _with(
    settings: Settings, url: str, work: Callable[[Database], Awaitable[T]]
) -> T:
    with asking_database():
        db = await serving.database(settings, url)
    try:
        return await work(db)
    finally:
        await db.close()


def _own_secret(settings: Settings, folder: Path) -> bytes:
    if settings.secret is not None:
        raise BackupError(
            "The secret stands in your settings (ROZMOVA_SECRET), not in the data "
            "folder. Keep those beside the backup, and leave --with-secret out."
        )
    return secrets.load(folder, None)


def _confirm(present: Present, *, replace: bool) -> None:
    """Let nothing be replaced that somebody did not mean to lose.

    Raises:
        BackupError: Something is there, and it is not to be replaced.
    """
    if not present.used:
        return
    last = f"{present.last_at:%Y-%m-%d %H:%M} UTC" if present.last_at else "unknown"
    there = f"a hub with {present.clients:,} clients, last used {last}"
    if not replace:
        raise BackupError(
            f"There is {there}. A backup is brought back into an empty one; "
            "--replace gives up what is there."
        )
    typer.secho(f"This gives up {there}.", fg="yellow", err=True)
    if typer.prompt(f'Type "{CONFIRMATION}" to go on', err=True) != CONFIRMATION:
        raise BackupError("Nothing was changed.")


def _keep_secret(
    file: Path, settings: Settings, folder: Path, manifest: Manifest
) -> bool:
    """Put the secret back; what the settings say of it comes first."""
    if manifest.secret is None or settings.secret is not None:
        return False
    text = archive.part_of(file, archive.SECRET).decode()
    path = folder / secrets.FILE
    fresh = path.with_suffix(".restored")
    try:
        fresh.touch(mode=0o600)
        fresh.write_text(text)
        fresh.replace(path)
    except OSError as error:
        raise BackupError(f"{path} cannot be written: {error.strerror}.") from error
    return True


def _reaches(settings: Settings) -> dict[str, str]:
    """Tell which channel reaches each kind of address; nothing is opened."""
    place = Place(
        public_url=settings.base_url,
        company=settings.company,
        country=settings.country,
        secret=b"",
    )
    adapters = serving.channels_of(settings, place)
    return {one.reaches: name for name, one in adapters.items() if one.reaches}


def _notice(settings: Settings, folder: Path, reaches: dict[str, str]) -> Handler:
    given = settings.secret.get_secret_value() if settings.secret else None
    shop = shop_of(settings, secrets.load(folder, given), reaches)
    return partial(send_notice, shop=shop)


async def _ask(db: Database, *, notice: Handler) -> int:
    return await lifting.ask(db, notice)


def _tell(manifest: Manifest, *, asked: int, kept: bool, keep_sessions: bool) -> None:
    typer.echo(
        f"The hub is as of {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC again: "
        f"{_listed(manifest)}."
    )
    if asked:
        typer.echo(
            f"On their way then: {asked:,} messages. They may have gone out since, so "
            "none is sent blindly: their authors are asked, or the provider is."
        )
    if not keep_sessions:
        typer.echo("Everybody has to sign in again.")
    if manifest.secret is None:
        typer.echo(
            "The backup holds no secret: links and reply addresses sent before are "
            "void unless this hub has the same secret."
        )
    elif not kept:
        typer.echo("The secret is that of your settings, not that of the backup.")
    typer.echo(
        "Accounts, passwords and API tokens are those of that time too: look whether "
        "some were to be closed since."
    )


def _listed(manifest: Manifest) -> str:
    counts = manifest.counts
    return ", ".join(f"{counts[name]:,} {name}" for name in sorted(counts))
