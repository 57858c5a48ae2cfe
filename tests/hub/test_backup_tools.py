"""PostgreSQL's own programs: the right ones, and no password where others see it."""

from pathlib import Path

import pytest

from hub.backups import tools
from hub.backups.manifest import BackupError
from hub.backups.tools import Tools


@pytest.fixture
def installed(monkeypatch):
    """Let programs of these versions be there."""

    def put(*majors):
        there = [Tools(folder=Path(f"/pg{one}"), major=one) for one in majors]
        monkeypatch.setattr(tools, "_installed", lambda: iter(there))

    return put


@pytest.mark.parametrize(
    ("there", "server", "at_least", "chosen"),
    [
        ((15, 16, 18), 16, 0, 16),
        ((15, 16, 18), 17, 0, 18),
        # A dump of newer programs needs them again, whatever the server is.
        ((15, 16, 18), 15, 16, 16),
        ((18, 16), 18, 18, 18),
    ],
)
def test_the_programs_fit_the_server(
    installed, there, server, at_least, chosen
) -> None:
    installed(*there)

    assert tools.choose(server, at_least=at_least).major == chosen


@pytest.mark.parametrize("there", [(), (15, 16)])
def test_programs_that_are_too_old_are_named(installed, there) -> None:
    installed(*there)

    with pytest.raises(BackupError, match="postgresql-client-17"):
        tools.choose(17)


def test_the_embedded_servers_programs_are_found(monkeypatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    assert tools.choose(18).major == 18


def test_a_url_reaches_the_programs_by_their_environment(monkeypatch) -> None:
    monkeypatch.setenv("PGHOST", "elsewhere")

    said = tools.environment(
        "postgresql+asyncpg://hub:p%40ss@db.example:6432/desk?ssl=require"
    )

    wanted = {
        "PGHOST": "db.example",
        "PGPORT": "6432",
        "PGUSER": "hub",
        "PGPASSWORD": "p@ss",
        "PGDATABASE": "desk",
        "PGSSLMODE": "require",
    }
    assert wanted.items() <= said.items()


def test_a_socket_reaches_them_too() -> None:
    said = tools.environment("postgresql://postgres:@/postgres?host=/run/hub")

    assert said["PGHOST"] == "/run/hub"
    assert said.get("PGPASSWORD", "") == ""
