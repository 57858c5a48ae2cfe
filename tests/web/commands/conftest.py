"""The operator's commands, run as he runs them, over a database of the test's own."""

import asyncio

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.engine import make_url
from typer.testing import CliRunner

from hub.conversations.intake import batches as intake
from hub.conversations.intake.arrivals import Arrival, Intake
from hub.orders.shop import shop_of
from hub.storage.blobs import FolderBlobs
from hub.storage.database import Database, connect
from tests.hub.conftest import REPLY_KEY
from web.cli import app


class Operator:
    """Somebody at the command line of one hub."""

    def __init__(self, url, folder, settings) -> None:
        self.url = url
        self.folder = folder
        self.settings = settings
        self.environ = {
            "ROZMOVA_DATABASE_URL": url,
            "ROZMOVA_DATA_DIR": str(folder),
            "ROZMOVA_PORT": "0",
        }

    async def run(self, *arguments, input=None, **environ):  # noqa: A002
        """Run a command in a thread: it has an event loop of its own."""
        runner = CliRunner(env=self.environ | environ)
        return await asyncio.to_thread(
            runner.invoke, app, [str(one) for one in arguments], input=input
        )

    async def done(self, *arguments, **how):
        """Run a command that must succeed; give what it says."""
        result = await self.run(*arguments, **how)
        assert result.exit_code == 0, result.output
        return result.output

    async def refused(self, *arguments, **how):
        """Run a command that must be refused in words; give them."""
        result = await self.run(*arguments, **how)
        assert result.exit_code == 1, result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)
        assert "Traceback" not in result.output
        return result.output

    @property
    def blobs(self) -> FolderBlobs:
        return FolderBlobs(self.folder / "files")

    async def look(self, query, **values):
        """Read rows of the database; nothing stays connected."""
        engine = connect(self.url, pool=2)
        async with engine.connect() as connection:
            rows = list(await connection.execute(text(query), values))
        await engine.dispose()
        return rows

    async def one(self, query, **values):
        """Read one value."""
        return (await self.look(query, **values))[0][0]

    async def do(self, work, **how):
        """Run a unit of work; nothing stays connected."""
        db = Database(connect(self.url, pool=2), **how)
        try:
            return await db.run(work)
        finally:
            await db.close()

    async def take(self, *items):
        """Take messages in."""
        shop = shop_of(self.settings, b"secret", {"phone": "sms", "email": "email"})
        rules = Intake(settings=self.settings, reply_key=REPLY_KEY, shop=shop)
        arrivals = [Arrival(item=item) for item in items]
        return await self.do(lambda uow: intake.take(uow, rules, arrivals))


def _leave_the_log(settings):
    """Logging is the process's own; other tests have theirs."""


@pytest.fixture(autouse=True)
def _apart(tmp_path, monkeypatch):
    """No settings of whoever runs the tests, and no log set up for good."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("web.logs.configure", _leave_the_log)


@pytest.fixture
def operator(database_url, tmp_path, settings) -> Operator:
    """Whoever looks after a migrated hub."""
    return Operator(database_url, tmp_path / "data", settings)


@pytest_asyncio.fixture
async def elsewhere(postgres, worker_id, tmp_path, settings):
    """Whoever looks after another place, with an empty database."""
    name = f"other_{worker_id}"
    admin = connect(postgres, pool=2)
    async with admin.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        await connection.execute(text(f"CREATE DATABASE {name}"))
    await admin.dispose()
    url = make_url(postgres).set(database=name).render_as_string(hide_password=False)
    return Operator(url, tmp_path / "elsewhere", settings)
