"""A real PostgreSQL for every test; no network but loopback."""

import hashlib
import os
import shutil
import socket
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import settings

from hub.storage import database, embedded
from hub.storage.database import Database, connect
from tests.databases import Clock, OneDialect, copy, fast_place, make_template

ADMIN = "ROZMOVA_TEST_ADMIN_URL"

# How long one example takes says more of the machine's other work than of ours.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")


@pytest.fixture(scope="session", autouse=True)
def _one_dialect():
    """Let all engines of the run share what they compile."""
    with pytest.MonkeyPatch.context() as patch:
        one = OneDialect(database.create_async_engine)
        patch.setattr(database, "create_async_engine", one)
        yield


@pytest.fixture(scope="session")
def postgres(tmp_path_factory, worker_id):
    """The URL of a running server; one for all workers of the run."""
    if given := os.environ.get(ADMIN):
        yield given
        return
    # Not below pytest's own folder: that one is closed to the user whom PostgreSQL
    # runs as when root starts it.
    run = tmp_path_factory.getbasetemp()
    run = run if worker_id == "master" else run.parent
    mark = hashlib.sha256(str(run).encode()).hexdigest()[:8]
    folder = fast_place() / f"rozmova-tests-{mark}"
    folder.mkdir(mode=0o755, exist_ok=True)
    with embedded.running(folder / "postgres", durable=False) as url:
        yield url
    if not (folder / "postgres" / "postmaster.pid").exists():
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template(postgres, worker_id):
    """A migrated database that every test of this worker is copied from."""
    return make_template(postgres, f"template_{worker_id}")


@pytest_asyncio.fixture
async def database_url(postgres, template, worker_id, request):
    """An empty, migrated database of the test's own."""
    return await copy(postgres, template, f"test_{worker_id}")


@pytest.fixture
def clock():
    """A clock that moves only when it is told to."""
    return Clock()


@pytest_asyncio.fixture
async def db(database_url, clock):
    """The hub's database, on the test's own clock."""
    opened = Database(connect(database_url, pool=20), clock=clock)
    yield opened
    await opened.close()


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch):
    """Refuse connections that would leave the machine."""
    real = socket.socket.connect

    def connect_near(self, address):
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            host = str(address[0])
            if host not in {"localhost", "::1"} and not host.startswith("127."):
                raise AssertionError(f"a test wants to reach {host}")
        return real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_near)


@pytest.fixture
def data_dir(tmp_path) -> Path:
    """A folder for files."""
    return tmp_path
