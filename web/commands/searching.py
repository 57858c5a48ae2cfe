"""What search looks in: read everything again, while the hub runs."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from config import Settings
from hub.search import filling
from hub.storage.database import Database
from web.commands.base import with_database

searching = typer.Typer(no_args_is_help=True, help="What search looks in.")

#: Between two looks at how far another process is.
_PAUSE_S = 0.5
_WORDS = {"client": "clients", "order": "orders", "item": "messages"}


@searching.command("rebuild")
def rebuild(
    *,
    wait: Annotated[
        bool, typer.Option(help="Stay until it is done; else the hub does it.")
    ] = True,
) -> None:
    """Read all clients, orders and messages again, the newest first.

    What was found before is found meanwhile. Stopped at any point, the hub goes on
    by itself, or `rozmova search continue` does.
    """

    async def work(settings: Settings, _: Path, db: Database) -> None:
        await db.run(lambda uow: filling.begin_anew(uow.session))
        if wait:
            await _catch_up(settings, db)

    with_database(work)
    typer.echo(
        "Everything can be found." if wait else "It is read again when the hub runs."
    )


@searching.command("continue")
def go_on() -> None:
    """Read what search has not read yet; a hub that runs does so by itself."""

    async def work(settings: Settings, _: Path, db: Database) -> None:
        await _catch_up(settings, db)

    with_database(work)
    typer.echo("Everything can be found.")


async def _catch_up(settings: Settings, db: Database) -> None:
    """Step until nothing is left, beside a hub that may be stepping, too."""
    said: dict[str, int] = {}
    while True:
        more = await filling.step(db, most_words=settings.search.max_words)
        async with db.read() as session:
            if not await filling.is_behind(session):
                return
            left = await filling.left(session)
        for kind, word in _WORDS.items():
            if kind in left and said.get(kind) != left[kind]:
                typer.echo(f"{word}: at most {left[kind]} left")
        said = left
        if not more:
            await asyncio.sleep(_PAUSE_S)
