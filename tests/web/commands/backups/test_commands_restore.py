"""A restore that does not go well: nothing is half done, and nobody is told twice."""

import tarfile
from datetime import timedelta

import pytest

from hub.storage import due
from hub.storage.database import Database, connect
from tests.hub.conftest import sms


async def test_a_used_hub_is_replaced_only_on_a_typed_word(
    operator, company, tmp_path
) -> None:
    await company()
    file = tmp_path / "hub.tar"
    await operator.done("backup", file)
    await operator.take(sms("After the backup", "+380501112299", sid="SM9"))

    assert "--replace" in await operator.refused("restore", file)
    assert "4 clients" in await operator.refused(
        "restore", file, "--replace", input="y\n"
    )
    assert await operator.one("SELECT count(*) FROM clients") == 4

    await operator.done("restore", file, "--replace", input="replace\n")
    assert await operator.one("SELECT count(*) FROM clients") == 3


async def test_a_running_hub_is_not_pulled_from_under_its_agents(
    operator, company, tmp_path
) -> None:
    await company()
    await operator.done("backup", tmp_path / "hub.tar")
    db = Database(connect(operator.url, pool=2))
    await db.check()

    said = await operator.refused("restore", tmp_path / "hub.tar", "--replace")

    await db.close()
    assert "Stop it first" in said


@pytest.mark.parametrize("damage", ["database.dump", "files/", "manifest.json", "end"])
async def test_a_damaged_backup_is_refused_before_anything_changes(
    operator, elsewhere, company, tmp_path, damage
) -> None:
    await company()
    file = tmp_path / "hub.tar"
    await operator.done("backup", file)
    content = bytearray(file.read_bytes())
    with tarfile.open(file) as archive:
        parts = {one.name: one for one in archive.getmembers()}
    if damage == "end":
        content = content[: parts["manifest.json"].offset]
    else:
        part = next(one for name, one in parts.items() if name.startswith(damage))
        content[part.offset_data + part.size // 2] ^= 0xFF
    file.write_bytes(content)

    said = await elsewhere.refused("restore", file)

    assert any(word in said for word in ("damaged", "cut off", "cannot be read"))
    assert await elsewhere.one("SELECT to_regclass('clients') IS NULL")


async def test_a_failure_half_way_leaves_the_database_as_it_was(
    operator, company, tmp_path, monkeypatch
) -> None:
    await company()
    file = tmp_path / "hub.tar"
    await operator.done("backup", file)
    await operator.take(sms("After the backup", "+380501112299", sid="SM9"))
    monkeypatch.setattr("hub.backups.restoring._ids_ahead", _fail)

    said = await operator.refused("restore", file, "--replace", input="replace\n")

    assert "division by zero" in said
    assert await operator.one("SELECT count(*) FROM clients") == 4


async def test_a_dump_that_breaks_off_is_not_committed(
    operator, company, tmp_path, monkeypatch
) -> None:
    await company()
    file = tmp_path / "hub.tar"
    await operator.done("backup", file)
    await operator.take(sms("After the backup", "+380501112299", sid="SM9"))
    monkeypatch.setattr("hub.backups.restoring._dump_of", _half_of_it)

    said = await operator.refused("restore", file, "--replace", input="replace\n")

    assert "pg_restore failed" in said
    assert await operator.one("SELECT count(*) FROM clients") == 4


def _fail(schema, ahead):
    return "SELECT 1/0"


def _unknown(connection):
    return "9999"


async def _half_of_it(path):
    with tarfile.open(path) as archive:
        content = archive.extractfile("database.dump").read()
    yield content[: len(content) // 2]


async def test_messages_stay_silent_when_a_restore_is_cut_short(
    operator, elsewhere, company, write, tmp_path, monkeypatch
) -> None:
    await write(await company(), "queued")
    await operator.done("backup", tmp_path / "hub.tar")
    monkeypatch.setattr("hub.backups.lifting.ask", _die)

    result = await elsewhere.run("restore", tmp_path / "hub.tar")

    assert isinstance(result.exception, ZeroDivisionError)
    db = Database(connect(elsewhere.url, pool=2))
    async with db.begin() as uow:
        later = uow.now + timedelta(days=9)
        claims = await due.claim(
            uow.session, ["send"], now=later, lease=timedelta(minutes=1)
        )
    await db.close()
    assert claims == []


async def _die(db, notice):
    raise ZeroDivisionError


async def test_a_backup_of_a_newer_program_is_refused(
    operator, elsewhere, company, tmp_path, monkeypatch
) -> None:
    await company()
    monkeypatch.setattr("hub.storage.migrate.current", _unknown)
    await operator.done("backup", tmp_path / "hub.tar")
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)

    said = await elsewhere.refused("restore", tmp_path / "hub.tar")

    assert "Update Rozmova first" in said


async def test_what_is_no_backup_is_refused(elsewhere, tmp_path) -> None:
    (tmp_path / "notes.txt").write_text("not a tar")

    assert "not a backup" in await elsewhere.refused("restore", tmp_path / "notes.txt")
    assert "cannot be read" in await elsewhere.refused("restore", tmp_path / "nowhere")


async def test_a_database_without_a_hub_has_nothing_to_back_up(
    elsewhere, tmp_path
) -> None:
    said = await elsewhere.refused("backup", tmp_path / "hub.tar")

    assert "no hub in this database" in said
    assert list(tmp_path.glob("*.tar")) == []
