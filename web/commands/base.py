"""What all commands share: settings, clear refusals, a database to work on."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import asyncpg
import typer
from sqlalchemy.exc import DBAPIError

import config
from channels import registry
from channels.registry import ChannelSettingsError
from config import Settings, SettingsError
from hub.backups.manifest import BackupError
from hub.errors import HubError, InvalidError
from hub.log.events import Actor
from hub.storage import migrate
from hub.storage.database import Database, DatabaseTooOldError
from hub.storage.embedded import DataFolderError
from hub.storage.outfiles import OutfileError
from web import demo, logs, serving

T = TypeVar("T")

#: Who does what a person at the command line does, in the log.
OPERATOR = Actor(kind="system", name="command line")

#: What a person is told in words, without a traceback.
_REFUSALS = (
    SettingsError,
    ChannelSettingsError,
    DataFolderError,
    DatabaseTooOldError,
    serving.StartError,
    BackupError,
    OutfileError,
    HubError,
)


@contextmanager
def settled() -> Iterator[Settings]:
    """Give the settings; turn what cannot go on into one clear message and exit 1."""
    try:
        settings = demo.with_demo(config.load())
        logs.configure(settings.log)
        yield settings
    except _REFUSALS as error:
        typer.secho(words(error), fg="red", err=True)
        raise typer.Exit(1) from None


@contextmanager
def ready() -> Iterator[tuple[Settings, Path, str]]:
    """Give the settings, the data folder and the URL of a migrated database."""
    with settled() as settings, serving.storage(settings) as (folder, url):
        with asking_database():
            migrate.migrate(url)
        yield settings, folder, url


def with_database(
    work: Callable[[Settings, Path, Database], Awaitable[T]], *, migrated: bool = True
) -> T:
    """Run ``work`` over the hub's database.

    Args:
        work: What is to be done.
        migrated: Bring the database to the newest revision first. False for what only
            looks: a hub of another version may be running on it.
    """
    with settled() as settings, serving.storage(settings) as (folder, url):
        if migrated:
            with asking_database():
                migrate.migrate(url)

        async def run() -> T:
            with asking_database():
                db = await serving.database(settings, url)
            try:
                return await work(settings, folder, db)
            finally:
                await db.close()

        return asyncio.run(run())


@contextmanager
def asking_database() -> Iterator[None]:
    """Say in words that a database does not answer or refuses.

    Raises:
        StartError: It does.
    """
    try:
        yield
    except OSError as error:
        raise serving.StartError(
            f"The database does not answer: {error}. See ROZMOVA_DATABASE_URL."
        ) from error
    except (asyncpg.PostgresError, DBAPIError) as error:
        raise serving.StartError(
            f"The database refuses: {_first_line(error)} See ROZMOVA_DATABASE_URL."
        ) from error
    except migrate.UnknownRevisionError as error:
        raise serving.StartError(
            f"The database is at revision {error}, which this Rozmova does not know. "
            "If a newer one made it, use that one."
        ) from error


def words(error: Exception) -> str:
    """Say what is refused to a person at the command line."""
    if isinstance(error, InvalidError) and (errors := error.details.get("errors")):
        return "\n".join(f"{place}: {reason}" for place, reason in errors.items())
    if isinstance(error, ChannelSettingsError):
        return "\n".join(["The settings cannot be used:", *error.errors])
    if isinstance(error, SettingsError):
        return "\n".join([str(error), *registry.mistakes(error.channels)])
    return str(error)


def _first_line(error: Exception) -> str:
    # SQLAlchemy adds the statement to the driver's own words, and a link to its pages.
    said = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    line = said.partition("\n")[0].rpartition(">: ")[2].rstrip(".")
    return f"{line}."
