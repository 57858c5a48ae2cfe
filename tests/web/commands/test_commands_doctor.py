"""What is wrong with a hub is said in plain words, and nothing is called well that is not."""

import json
import os
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from sqlalchemy import text

from hub.contracts import Attachment
from hub.files import attachments
from hub.storage import checkup
from hub.storage.database import utc_now
from hub.storage.tables import Account
from tests.hub.conftest import sms
from web import health
from web.keys import PARTS

WELL = {
    "ROZMOVA_PUBLIC_URL": "https://hub.example",
    "ROZMOVA_TRUSTED_PROXIES": "1",
}
TOKEN = "a token that nobody may see"


@pytest.fixture
def checks(operator):
    """Let the doctor look; give what is found, by check."""

    async def look(*options, exit_code=None, **environ):
        result = await operator.run("doctor", "--json", *options, **WELL | environ)
        told = json.loads(result.stdout)
        assert result.exit_code == (0 if told["ok"] else 1)
        if exit_code is not None:
            assert result.exit_code == exit_code, told
        assert TOKEN not in result.output
        return {one["check"]: one for one in told["checks"]}

    return look


@pytest.fixture
def well(operator):
    """Give a hub that lacks nothing: an admin, a message, a file."""

    async def make():
        files = [Attachment(name="a.txt", media_type="text/plain", content=b"drip")]
        stored = await attachments.store(
            operator.blobs, files, operator.settings.attachments
        )
        await operator.take(sms())

        async def rest(uow):
            uow.session.add(
                Account(email="a@hub.test", name="A", role="admin", created_at=uow.now)
            )
            await attachments.attach(uow, 1, stored.stored)

        await operator.do(rest)

    return make


@pytest.fixture
def change(operator):
    """Change the tables by hand."""

    async def work(statement, **values):
        async def do(uow):
            await uow.session.execute(text(statement), values)

        await operator.do(do)

    return work


async def test_a_hub_that_lacks_nothing_is_well(operator, well) -> None:
    await well()

    said = await operator.done("doctor", **WELL)

    assert "All is well." in said
    assert "WRONG" not in said


async def test_every_mistake_of_the_settings_is_named(operator) -> None:
    said = await operator.refused(
        "doctor", ROZMOVA_PORT="none", ROZMOVA_CHANELS="x", ROZMOVA_COUNTRY="Ukraine"
    )

    for name in ("ROZMOVA_PORT", "ROZMOVA_CHANELS", "ROZMOVA_COUNTRY"):
        assert name in said


async def test_mistakes_of_all_channels_are_named_without_their_secrets(
    operator,
) -> None:
    said = await operator.refused(
        "doctor",
        ROZMOVA_CHANNELS__SMS__AUTH_TOKEN=TOKEN,
        ROZMOVA_CHANNELS__PIGEON__LOFT="roof",
    )

    assert "channels.sms.account_sid" in said
    assert "channels.pigeon: no such channel" in said
    assert TOKEN not in said


async def test_a_database_that_does_not_answer_is_said_without_its_password(
    operator,
) -> None:
    url = f"postgresql://hub:secretword@127.0.0.1:{unused_port()}/hub"

    said = await operator.refused("doctor", **WELL | {"ROZMOVA_DATABASE_URL": url})

    assert "The database does not answer" in said
    assert "secretword" not in said


async def test_a_database_without_a_hub_is_not_well(operator, elsewhere) -> None:
    said = await elsewhere.refused("doctor", **WELL)

    assert "there is no hub in the database yet" in said
    assert "rozmova migrate" in said


@pytest.mark.parametrize(
    ("statement", "check", "words"),
    [
        ("UPDATE log_head SET seq = seq - 1", "log", "its head says"),
        ("DELETE FROM log_head", "log", "0 heads"),
        ("UPDATE accounts SET active = false", "accounts", "nobody"),
        ("UPDATE alembic_version SET version_num = '0000'", "schema", "wants"),
        (
            "UPDATE files SET size = size + 1",
            "files",
            "of another size",
        ),
    ],
)
async def test_what_is_wrong_in_the_tables_is_found(
    checks, well, change, statement, check, words
) -> None:
    await well()
    await change(statement)

    found = await checks(exit_code=1)

    assert not found[check]["ok"]
    assert words in found[check]["says"]
    assert found[check]["do"]
    assert [one for one in found.values() if not one["ok"]] == [found[check]]


async def test_a_restored_log_is_well(checks, well, change) -> None:
    await well()
    await change("UPDATE log_head SET seq = seq + 1000")
    await change("UPDATE log_head SET floor = seq")

    await checks(exit_code=0)


async def test_missing_months_of_the_log_are_found(checks, well, change) -> None:
    await well()
    following = utc_now().replace(day=1) + timedelta(days=32)
    await change(f"DROP TABLE events_{following:%Y_%m}")

    found = await checks(exit_code=1)

    assert f"{following:%Y-%m}" in found["log's months"]["says"]


async def test_a_restore_that_was_cut_short_is_found(checks, well, change) -> None:
    await well()
    await change(
        "INSERT INTO due_rows (kind, key, due_at, created_at) "
        "VALUES ('restored.send', 'send:1', now(), now())"
    )

    found = await checks(exit_code=1)

    assert "cut short" in found["restore"]["says"]


async def test_lost_and_damaged_files_are_found(checks, well, operator) -> None:
    await well()
    path = next(one for one in operator.folder.glob("files/*/*/*") if one.is_file())

    path.write_bytes(b"drop")
    unread, read = await checks(), await checks("--files")
    path.unlink()
    gone = await checks()

    assert unread["files"]["ok"]
    assert f"{path.name} (damaged)" in read["files"]["says"]
    assert f"{path.name} (missing)" in gone["files"]["says"]


async def test_a_secret_that_others_can_read_is_found(checks, well, operator) -> None:
    await well()
    secret = operator.folder / "secret"
    secret.write_text("ab" * 32)
    secret.chmod(0o644)

    assert not (await checks(exit_code=1))["secret"]["ok"]

    secret.chmod(0o600)
    await checks(exit_code=0)


@pytest.mark.parametrize(
    ("url", "proxies", "wrong"),
    [
        ("https://hub.example", "1", set()),
        ("https://hub.example", "0", {"proxy"}),
        ("http://hub.example", "0", {"address"}),
        ("https://localhost", "1", {"address"}),
        ("https://127.0.0.1:8443", "1", {"address"}),
        ("https://example.com/hub", "1", {"address"}),
        ("null", "0", {"address"}),
    ],
)
async def test_the_address_is_judged_as_clients_will_see_it(
    checks, well, url, proxies, wrong
) -> None:
    await well()

    found = await checks(ROZMOVA_PUBLIC_URL=url, ROZMOVA_TRUSTED_PROXIES=proxies)

    assert {name for name, one in found.items() if not one["ok"]} == wrong


async def test_channels_say_what_is_wrong_with_them(checks, well) -> None:
    await well()
    closed = unused_port()

    found = await checks(
        ROZMOVA_CHANNELS__SMS__ACCOUNT_SID="AC" + "1" * 32,
        ROZMOVA_CHANNELS__SMS__AUTH_TOKEN=TOKEN,
        ROZMOVA_CHANNELS__SMS__NUMBERS="+380440000000",
        ROZMOVA_CHANNELS__SMS__API_BASE_URL=f"http://127.0.0.1:{closed}",
        ROZMOVA_CHANNELS__EMAIL__ADDRESS="help@hub.example",
        ROZMOVA_CHANNELS__EMAIL__SMTP__HOST="127.0.0.1",
        ROZMOVA_CHANNELS__EMAIL__SMTP__PORT=str(closed),
        exit_code=1,
    )

    sending = found["email: Mail server for sending"]
    assert sending["says"] == f"Nobody listens at 127.0.0.1:{closed}"
    assert "port" in sending["do"]
    assert not found["sms: Twilio"]["ok"]
    assert not found["email: Receiving"]["ok"]
    # Nothing of the hub's own is looked for while it does not run.
    assert not any("The way to us" in one for one in found)


async def test_what_works_with_a_note_is_not_wrong(operator, well) -> None:
    await well()

    said = await operator.done(
        "doctor",
        **WELL,
        ROZMOVA_CHANNELS__EMAIL__ADDRESS="help@hub.example",
        ROZMOVA_CHANNELS__EMAIL__HOOK_SECRET=TOKEN,
    )

    assert "NOTE  email: Mail server for sending: No server is set" in said


@pytest.fixture
def hub():
    """Serve the health pages of a hub whose only part says this."""

    def make(why):
        async def part():
            return why

        app = web.Application()
        app[PARTS] = {"outbox": part}
        app.add_routes(health.routes)
        return TestServer(app)

    return make


async def test_a_running_hub_is_asked_how_it_is(checks, well, hub) -> None:
    await well()
    async with hub(None) as fit, hub("is stuck") as ill:
        found = await checks(ROZMOVA_PORT=str(fit.port), exit_code=0)
        sick = await checks(ROZMOVA_PORT=str(ill.port), exit_code=1)

    assert "a hub runs on" in found["port"]["says"]
    assert "outbox is stuck" in sick["port"]["says"]


async def test_overdue_work_is_wrong_only_where_a_hub_should_do_it(
    checks, well, hub, change
) -> None:
    await well()
    await change(
        "INSERT INTO due_rows (kind, key, due_at, created_at) "
        "VALUES ('send', 'send:1', now() - interval '1 hour', now())"
    )

    stopped = await checks(exit_code=0)
    async with hub(None) as server:
        running = await checks(ROZMOVA_PORT=str(server.port), exit_code=1)

    assert "done when the hub runs" in stopped["work"]["says"]
    assert "1 of send" in running["work"]["says"]


async def test_a_port_taken_by_another_program_is_said(checks, well) -> None:
    await well()
    async with TestServer(web.Application()) as other:
        found = await checks(ROZMOVA_PORT=str(other.port), exit_code=1)

    assert "taken by another program" in found["port"]["says"]


async def test_a_clock_that_runs_apart_is_found(checks, well, monkeypatch) -> None:
    await well()
    monkeypatch.setattr(checkup, "utc_now", lambda: utc_now() + timedelta(seconds=9))

    found = await checks(exit_code=1)

    assert "9.0 s apart" in found["clock"]["says"]


async def test_a_data_folder_that_cannot_be_used_is_said(operator, tmp_path) -> None:
    (tmp_path / "file").write_text("not a folder")

    said = await operator.refused(
        "doctor", **WELL | {"ROZMOVA_DATA_DIR": str(tmp_path / "file" / "data")}
    )

    assert "The data folder" in said
    assert os.sep in said
