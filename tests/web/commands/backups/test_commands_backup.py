"""A backup is one moment of the whole hub, and comes back without lies."""

import json
import tarfile

import pytest
from sqlalchemy import select

from hub.errors import CursorLostError
from hub.log import feed
from hub.orders.orders import put_order
from hub.storage.database import Database, connect, utc_now
from hub.storage.tables import DueRow
from tests.hub.conftest import sms
from tests.hub.orders import given as order


async def test_a_backup_comes_back_elsewhere_as_it_was(
    operator, elsewhere, company, tmp_path
) -> None:
    await company()
    file = tmp_path / "hub.tar"
    tables = ("clients", "addresses", "timeline", "orders", "order_lines", "files")
    rows = "SELECT * FROM {} ORDER BY 1"
    before = {name: await operator.look(rows.format(name)) for name in tables}

    said = await operator.done("backup", file)
    await elsewhere.done("restore", file)

    assert "3 clients" in said
    assert file.stat().st_mode & 0o077 == 0
    for name in tables:
        assert before[name] == await elsewhere.look(rows.format(name))
    ((digest,),) = await elsewhere.look("SELECT hash FROM files")
    assert await elsewhere.blobs.read(digest) == b"drip"


async def test_a_cursor_of_the_lost_timeline_is_told_so(
    operator, elsewhere, company, tmp_path
) -> None:
    await company()
    await operator.done("backup", tmp_path / "hub.tar")
    await operator.take(sms("It is worse now", sid="SM2"))
    lost = await operator.one("SELECT seq FROM log_head")

    await elsewhere.done("restore", tmp_path / "hub.tar")

    db = Database(connect(elsewhere.url, pool=2))
    try:
        async with db.read() as session:
            now = await feed.head(session)
            await feed.reach(session, now)
            with pytest.raises(CursorLostError):
                await feed.reach(session, lost)
    finally:
        await db.close()
    assert now > 10**9


async def test_ids_of_the_lost_timeline_are_nobodys(
    operator, elsewhere, company, tmp_path
) -> None:
    await company()
    await operator.done("backup", tmp_path / "hub.tar")
    await operator.take(sms("Lost", "+380501112299", sid="SM2"))
    lost = await operator.one("SELECT max(id) FROM conversations")

    await elsewhere.done("restore", tmp_path / "hub.tar")
    await elsewhere.take(sms("New", "+380501112277", sid="SM3"))

    assert await elsewhere.one("SELECT max(id) FROM conversations") > lost + 10**5


@pytest.mark.parametrize("delivery", ["held", "queued"])
async def test_what_was_to_be_sent_is_asked_about_and_not_sent(
    operator, elsewhere, company, write, tmp_path, delivery
) -> None:
    agent = await company()
    item_id = await write(agent, delivery)
    await operator.done("backup", tmp_path / "hub.tar")

    said = await elsewhere.done("restore", tmp_path / "hub.tar")

    assert "On their way then: 1 messages" in said
    rows = await elsewhere.look("SELECT id FROM timeline WHERE delivery = 'uncertain'")
    assert rows == [(item_id,)]
    assert not await elsewhere.one(
        "SELECT count(*) FROM due_rows WHERE kind LIKE '%send%'"
    )
    notified = await elsewhere.look(
        "SELECT account_id, kind, item_id FROM notifications"
    )
    assert notified == [(agent.id, "uncertain", item_id)]


async def test_what_a_provider_had_in_hand_is_looked_up_there(
    operator, elsewhere, company, write, tmp_path
) -> None:
    item_id = await write(await company(), "sending")
    await operator.done("backup", tmp_path / "hub.tar")

    await elsewhere.done("restore", tmp_path / "hub.tar")

    state = await elsewhere.one(
        "SELECT delivery FROM timeline WHERE id = :id", id=item_id
    )
    assert state == "uncertain"
    ((kind, tried),) = await elsewhere.look(
        "SELECT kind, first_tried_at FROM due_rows WHERE kind LIKE '%send%'"
    )
    assert kind == "send"
    assert tried < utc_now()
    assert not await elsewhere.one("SELECT count(*) FROM notifications")


async def test_a_notice_that_was_owed_is_asked_about(
    operator, elsewhere, company, tmp_path
) -> None:
    await company()
    await operator.do(
        lambda uow: put_order(
            uow, "1001", order(status="shipped", minute=5), country="UA"
        )
    )
    await operator.done("backup", tmp_path / "hub.tar")
    sms_channel = {
        "ROZMOVA_CHANNELS__SMS__ACCOUNT_SID": "AC" + "1" * 32,
        "ROZMOVA_CHANNELS__SMS__AUTH_TOKEN": "token",
        "ROZMOVA_CHANNELS__SMS__NUMBERS": "+380440000000",
    }

    await elsewhere.done("restore", tmp_path / "hub.tar", **sms_channel)

    ((text, delivery),) = await elsewhere.look(
        "SELECT text, delivery FROM timeline WHERE direction = 'out'"
    )
    assert "1001" in text
    assert delivery == "uncertain"
    assert not await elsewhere.one("SELECT count(*) FROM due_rows WHERE kind = 'send'")


async def test_a_sign_in_code_is_not_sent_late(
    operator, elsewhere, company, write, tmp_path
) -> None:
    item_id = await write(await company(), "queued", "Your code")

    async def hide(uow):
        row = await uow.session.scalar(select(DueRow).where(DueRow.kind == "send"))
        row.payload = {"item_id": item_id, "secret_text": "Your code is 123456"}

    await operator.do(hide)
    await operator.done("backup", tmp_path / "hub.tar")

    await elsewhere.done("restore", tmp_path / "hub.tar")

    state = await elsewhere.one(
        "SELECT delivery FROM timeline WHERE id = :id", id=item_id
    )
    assert state == "failed"
    assert not await elsewhere.one("SELECT count(*) FROM due_rows WHERE kind = 'send'")


@pytest.mark.parametrize(("options", "left"), [((), 0), (("--keep-sessions",), 1)])
async def test_everybody_signs_in_again_unless_told_otherwise(
    operator, elsewhere, company, tmp_path, options, left
) -> None:
    await company()
    await operator.done("backup", tmp_path / "hub.tar")

    await elsewhere.done("restore", tmp_path / "hub.tar", *options)

    assert await elsewhere.one("SELECT count(*) FROM sessions") == left


async def test_the_secret_is_in_it_only_when_asked_for(
    operator, elsewhere, company, tmp_path
) -> None:
    await company()
    (operator.folder / "secret").write_text("ab" * 32)

    await operator.done("backup", tmp_path / "without.tar")
    await operator.done("backup", tmp_path / "with.tar", "--with-secret")
    await elsewhere.done("restore", tmp_path / "with.tar")

    with tarfile.open(tmp_path / "without.tar") as archive:
        assert "secret" not in archive.getnames()
    assert (elsewhere.folder / "secret").read_text() == "ab" * 32
    assert (elsewhere.folder / "secret").stat().st_mode & 0o077 == 0


async def test_a_secret_of_the_settings_is_not_copied(
    operator, company, tmp_path
) -> None:
    said = await operator.refused(
        "backup", tmp_path / "x.tar", "--with-secret", ROZMOVA_SECRET="from elsewhere"
    )

    assert "ROZMOVA_SECRET" in said
    assert list(tmp_path.glob("*.tar")) == []


async def test_a_file_is_not_overwritten_unless_told(
    operator, company, tmp_path
) -> None:
    file = tmp_path / "hub.tar"
    file.write_text("something dear")

    said = await operator.refused("backup", file)

    assert "--force" in said
    assert file.read_text() == "something dear"
    await operator.done("backup", file, "--force")
    assert tarfile.is_tarfile(file)


async def test_lost_files_are_named_and_the_rest_is_saved(
    operator, company, tmp_path
) -> None:
    await company()
    ((digest,),) = await operator.look("SELECT hash FROM files")
    next(operator.folder.glob(f"files/**/{digest}")).write_bytes(b"drop")

    said = await operator.done("backup", tmp_path / "hub.tar")

    assert digest in said
    with tarfile.open(tmp_path / "hub.tar") as archive:
        manifest = json.load(archive.extractfile("manifest.json"))
    assert manifest["lost"] == [digest]
