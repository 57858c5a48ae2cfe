"""``rozmova``: start a hub, and look after one."""

import asyncio
import sys

import typer

from hub.storage import migrate as migrations
from web import demo as demonstration
from web import serving
from web.commands import access, backups, doctor, exporting, importing, searching
from web.commands.base import ready, with_database

app = typer.Typer(
    no_args_is_help=True,
    # A traceback with values in it could show a secret.
    pretty_exceptions_enable=False,
    help="A collaborative omnichannel contact-center hub.",
)
app.add_typer(access.users, name="user")
app.add_typer(access.keys, name="token")
app.command()(backups.backup)
app.command()(backups.restore)
app.command("export")(exporting.export)
app.add_typer(importing.imports, name="import")
app.command()(doctor.doctor)
app.add_typer(searching.searching, name="search")


@app.command()
def serve() -> None:
    """Run the hub until it is stopped."""
    with ready() as (settings, folder, url), _runner() as runner:
        runner.run(serving.serve(settings, folder, url))


@app.command()
def migrate() -> None:
    """Bring the database to the newest revision."""
    with ready():
        typer.echo(f"The database is at revision {migrations.newest()}.")


@app.command()
def demo() -> None:
    """Fill an empty hub with a company to try things on."""
    typer.echo(with_database(demonstration.fill_hub))


def _runner() -> asyncio.Runner:
    """Use the faster loop where there is one."""
    if sys.platform == "win32":
        return asyncio.Runner()
    import uvloop  # noqa: PLC0415 - not there on Windows

    return asyncio.Runner(loop_factory=uvloop.new_event_loop)
