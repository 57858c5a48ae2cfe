"""``rozmova doctor``: what is wrong, in plain words, and what to do about it."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import orjson
import typer

import config
from channels.base import Place
from channels.registry import ChannelSettingsError
from config import Settings, SettingsError
from hub.access.secret import FILE as SECRET_FILE
from hub.access.secret import load as load_secret
from hub.storage import checkup
from hub.storage.blobs import FolderBlobs
from hub.storage.checkup import Finding
from hub.storage.database import DatabaseTooOldError
from hub.storage.embedded import DataFolderError
from web import demo, logs, serving
from web.commands import reaching
from web.commands.base import asking_database

#: Less free space than this will not do for a day.
LITTLE_SPACE = 1024**3


def doctor(
    *,
    files: Annotated[
        bool, typer.Option("--files", help="Read every file to find damaged ones.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Look at everything that the hub needs, and say what is wrong."""
    found: list[Finding] = []
    settings = _settings(found)
    if settings is not None:
        asyncio.run(_look(settings, found, read_all=files))
    _tell(found, as_json=as_json)
    if not all(one.ok for one in found):
        raise typer.Exit(1)


def _settings(found: list[Finding]) -> Settings | None:
    """Check the settings and those of all channels; name every mistake."""
    try:
        settings = config.load()
        errors = _channel_errors(settings)
        demo.with_demo(settings)
    except SettingsError as error:
        settings, errors = None, error.errors
    found += [
        Finding(
            check="settings",
            ok=False,
            says=one,
            do="Correct it in rozmova.toml or in the environment; see docs/settings.md.",
        )
        for one in errors
    ]
    if settings is None or errors:
        return None
    logs.configure(settings.log)
    found.append(Finding(check="settings", ok=True, says="can be used"))
    return settings


def _channel_errors(settings: Settings) -> list[str]:
    place = Place(
        public_url=settings.base_url,
        company=settings.company,
        country=settings.country,
        secret=b"",
    )
    try:
        serving.channels_of(settings, place)
    except ChannelSettingsError as error:
        return error.errors
    return []


async def _look(settings: Settings, found: list[Finding], *, read_all: bool) -> None:
    own, running = await reaching.port(settings)
    found.append(own)
    found += reaching.address(settings)
    secret = _secret(settings)
    async for one in reaching.channels(settings, secret, running=running):
        found.append(one)
    try:
        with serving.storage(settings) as (folder, url):
            found += _folder(folder)
            async for one in _stored(
                settings, folder, url, running=running, read_all=read_all
            ):
                found.append(one)
    except (DataFolderError, DatabaseTooOldError, serving.StartError) as error:
        # Their words say what to do.
        found.append(Finding(check="storage", ok=False, says=str(error)))


def _secret(settings: Settings) -> bytes:
    """Give the hub's secret if there is one; a check makes none."""
    given = settings.secret.get_secret_value() if settings.secret else None
    try:
        if given or (settings.data_dir / SECRET_FILE).exists():
            return load_secret(settings.data_dir, given)
    except (OSError, ValueError):
        pass
    return b""


def _folder(folder: Path) -> Iterable[Finding]:
    free = shutil.disk_usage(folder).free
    yield Finding(
        check="data folder",
        ok=free >= LITTLE_SPACE,
        says=f"{folder}, with {free / 1024**3:,.1f} GB free",
        do="" if free >= LITTLE_SPACE else "Make room, or move it (ROZMOVA_DATA_DIR).",
    )
    secret = folder / SECRET_FILE
    if secret.exists() and secret.stat().st_mode & 0o077:
        yield Finding(
            check="secret",
            ok=False,
            says=f"others on this machine can read {secret}",
            do=f"Run chmod 600 {secret}.",
        )


async def _stored(
    settings: Settings, folder: Path, url: str, *, running: bool, read_all: bool
) -> AsyncIterator[Finding]:
    with asking_database():
        db = await serving.database(settings, url)
    try:
        schema = True
        async for one in checkup.database(db, running=running):
            schema = schema and (one.check != "schema" or one.ok)
            yield one
        if schema:
            blobs = FolderBlobs(folder / "files")
            yield await checkup.files(db, blobs, read_all=read_all)
    finally:
        await db.close()


def _tell(found: list[Finding], *, as_json: bool) -> None:
    ok = all(one.ok for one in found)
    if as_json:
        whole = {"ok": ok, "checks": [asdict(one) for one in found]}
        typer.echo(orjson.dumps(whole, option=orjson.OPT_INDENT_2).decode())
        return
    for one in found:
        typer.echo(f"{_mark(one)} {one.check}: {one.says}")
        if one.do:
            typer.echo(f"      {one.do}")
    wrong = sum(not one.ok for one in found)
    typer.echo("All is well." if ok else f"{wrong} of {len(found)} are not well.")


def _mark(one: Finding) -> str:
    if not one.ok:
        return typer.style("WRONG", fg="red")
    if one.warns:
        return typer.style("NOTE ", fg="yellow")
    return typer.style("OK   ", fg="green")
