"""Start a hub from its settings, and end it in good order."""

import asyncio
import errno
import gc
import signal
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
import structlog
from aiohttp import web
from sqlalchemy.exc import DBAPIError

from channels import registry
from channels.base import Adapter, Place
from config import Settings
from hub.access import secret
from hub.storage import embedded, migrate
from hub.storage.database import Database, connect
from web.app import Ground, build_app

log = structlog.get_logger(__name__)


class StartError(RuntimeError):
    """The hub cannot start; the message says why and what to do."""


@contextmanager
def storage(settings: Settings) -> Iterator[tuple[Path, str]]:
    """Give the data folder and the database's URL; run the embedded one if need be.

    Raises:
        DataFolderError: The folder cannot be used.
    """
    folder = embedded.data_folder(settings.data_dir)
    if settings.database_url is not None:
        yield folder, settings.database_url.get_secret_value()
        return
    with embedded.running(embedded.database_folder(folder)) as url:
        yield folder, url


def upgrade(url: str) -> None:
    """Bring the database to the newest revision.

    Raises:
        StartError: The server does not answer, or does not let us in.
    """
    try:
        migrate.migrate(url)
    except (OSError, asyncpg.PostgresError, DBAPIError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise StartError(
            f"The database cannot be used: {cause}. See ROZMOVA_DATABASE_URL."
        ) from error


async def database(settings: Settings, url: str) -> Database:
    """Connect, and check that the server answers and is new enough.

    Raises:
        StartError: It does not answer.
        DatabaseTooOldError: It is too old.
    """
    db = Database(connect(url, pool=settings.database_pool))
    try:
        await db.check()
    except OSError as error:
        await db.close()
        raise StartError(
            f"The database does not answer: {error}. See ROZMOVA_DATABASE_URL."
        ) from error
    return db


def channels_of(settings: Settings, place: Place) -> Mapping[str, Adapter]:
    """Make the configured channels.

    Raises:
        ChannelSettingsError: A section is wrong; all of it is named.
    """
    return registry.build(settings.channels, place)


async def serve(settings: Settings, folder: Path, url: str) -> None:
    """Run the hub until it is told to stop.

    Raises:
        StartError: The port is taken, or the database does not answer.
    """
    db = await database(settings, url)
    app = build_app(
        Ground(
            settings=settings,
            engine=db.engine,
            data=folder,
            secret=secret.load(
                folder, settings.secret.get_secret_value() if settings.secret else None
            ),
            channels=lambda place: channels_of(settings, place),
        )
    )
    async with running(app, settings):
        if settings.demo:
            # Nothing of it is loaded otherwise.
            from web.demo import note  # noqa: PLC0415

            await note.write(settings, folder, db)
        collect_seldom()
        log.info("ready", url=settings.base_url)
        await _told_to_stop()
        log.info("stopping")
    log.info("stopped")


def collect_seldom() -> None:
    """Let the collector leave alone what stays, and look less often at what comes.

    What a hub has loaded lives as long as it does, and a batch makes thousands of
    objects that no cycle holds. Looking at all of them every 700 allocations took an
    eighth of the time of intake.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(25_000, 20, 20)


@asynccontextmanager
async def running(app: web.Application, settings: Settings) -> AsyncIterator[None]:
    """Serve an application; at the end stop accepting, finish, close.

    Raises:
        StartError: The port is taken.
    """
    runner = web.AppRunner(
        app,
        access_log=None,
        shutdown_timeout=settings.shutdown_grace.total_seconds(),
        handle_signals=False,
    )
    await _claimable(settings)
    try:
        # Within: what has begun when something cannot begin, ends.
        await runner.setup()
        site = web.TCPSite(runner, settings.host, settings.port)
        try:
            await site.start()
        except OSError as error:
            raise StartError(_port(settings, error)) from error
        yield
    finally:
        await runner.cleanup()


async def _claimable(settings: Settings) -> None:
    """Refuse a port that is taken, before anything beside it is opened or named."""
    loop = asyncio.get_running_loop()
    try:
        for family, kind, _, _, place in await loop.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM
        ):
            # Bound and not listened to: nobody is made to wait by it.
            with socket.socket(family, kind) as held:
                held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                held.bind(place)
    except OSError as error:
        raise StartError(_port(settings, error)) from error


async def _told_to_stop() -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, told.set)
    await told.wait()


def _port(settings: Settings, error: OSError) -> str:
    where = f"{settings.host}:{settings.port}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"{where} is taken by another program. "
            "Stop that one, or set ROZMOVA_PORT to another port."
        )
    return (
        f"Cannot listen on {where}: {error.strerror}. See ROZMOVA_HOST, ROZMOVA_PORT."
    )
