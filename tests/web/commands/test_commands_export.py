"""What a company has here it can take along, whole and readable."""

import json
from zipfile import ZipFile

import pytest
from sqlalchemy import select, update

from hub.contracts import Attachment
from hub.files import attachments
from hub.orders.orders import put_order
from hub.reports import exporting
from hub.storage.tables import Account, TimelineItem
from tests.hub.conftest import mail, sms
from tests.hub.orders import given as order

LONG = "The boiler hums. " * 2000 + "Please come."


@pytest.fixture
def company(operator, settings):
    """Fill a hub: an agent, three clients, two files of one name, an order."""

    async def make():
        await operator.take(
            sms(), mail(text=LONG, html="<p>It <b>hums</b></p>"), sms("Hi", sid="SM2")
        )
        files = [
            Attachment(name="leak.txt", media_type="text/plain", content=content)
            for content in (b"drip", b"drop")
        ]
        stored = await attachments.store(operator.blobs, files, settings.attachments)

        async def rest(uow):
            uow.session.add(
                Account(
                    email="nadia@hub.test",
                    name="Nadia",
                    role="agent",
                    password_hash="$argon2id$secret",
                    created_at=uow.now,
                )
            )
            item = await uow.session.scalar(
                select(TimelineItem).where(TimelineItem.channel == "email")
            )
            views = await attachments.attach(uow, item.id, stored.stored)
            await uow.session.execute(
                update(TimelineItem)
                .where(TimelineItem.id == item.id)
                .values(attachments=views)
            )
            await put_order(uow, "1001", order(status="shipped"), country="UA")

        await operator.do(rest)

    return make


def read(folder, name):
    """Read a part of an export."""
    return [
        json.loads(line) for line in (folder / f"{name}.jsonl").read_text().splitlines()
    ]


async def test_everything_is_exported_in_open_form(operator, company, tmp_path) -> None:
    await company()
    target = tmp_path / "out"

    said = await operator.done("export", target)

    assert "3 clients, 2 conversations" in said
    names = {path.name for path in target.iterdir()}
    parts = {"clients", "conversations", "timeline", "orders", "queues", "accounts"}
    assert names == {f"{part}.jsonl" for part in parts} | {"export.json"}
    for part in parts - {"queues"}:
        assert len(read(target, part)) == await operator.one(
            f"SELECT count(*) FROM {part}"  # noqa: S608 - names from above
        )
    letter = next(one for one in read(target, "timeline") if one["channel"] == "email")
    assert letter["text"] == LONG
    assert letter["external_id"] == "<1@client.test>"
    assert "html" not in letter
    (bought,) = read(target, "orders")
    assert bought["client"]["phone"] == "+380671112233"
    assert [line["name"] for line in bought["lines"]] == ["Lamp", "Shade"]
    assert target.stat().st_mode & 0o077 == 0


async def test_no_secret_is_exported(operator, company, tmp_path) -> None:
    await company()

    await operator.done("export", tmp_path / "out", "--html", "--events", "--files")

    for path in (tmp_path / "out").rglob("*.jsonl"):
        assert "argon2id" not in path.read_text()
        assert "hash" not in path.read_text()


async def test_more_is_exported_when_asked_for(operator, company, tmp_path) -> None:
    await company()

    await operator.done("export", tmp_path / "out.zip", "--html", "--events", "--files")

    with ZipFile(tmp_path / "out.zip") as archive:
        lines = archive.read("timeline.jsonl").splitlines()
        letter = next(
            one for one in map(json.loads, lines) if one["channel"] == "email"
        )
        contents = [archive.read(one["file"]) for one in letter["attachments"]]
        events = archive.read("events.jsonl").splitlines()
    assert "<b>hums</b>" in letter["html"]
    assert contents == [b"drip", b"drop"]
    assert len(events) == await operator.one("SELECT seq FROM log_head")
    assert json.loads(events[-1])["seq"] == len(events)


async def test_pages_join_without_a_gap(
    operator, company, tmp_path, monkeypatch
) -> None:
    await company()
    monkeypatch.setattr(exporting, "PAGE", 1)

    await operator.done("export", tmp_path / "out", "--events", "--files")

    clients = read(tmp_path / "out", "clients")
    assert [len(one["addresses"]) for one in clients] == [1, 1, 2]
    seqs = [one["seq"] for one in read(tmp_path / "out", "events")]
    assert seqs == list(range(1, len(seqs) + 1))


async def test_an_export_is_one_moment(
    operator, company, tmp_path, monkeypatch
) -> None:
    await company()
    real = exporting._lines

    async def meanwhile(pages):
        await operator.take(sms("Meanwhile", "+380509998877", sid="SM77"))
        async for page in real(pages):
            yield page

    monkeypatch.setattr(exporting, "_lines", meanwhile)

    await operator.done("export", tmp_path / "out")

    about = json.loads((tmp_path / "out" / "export.json").read_text())
    assert about["counts"]["clients"] == 3
    assert about["counts"]["timeline"] == len(read(tmp_path / "out", "timeline")) == 4
    assert await operator.one("SELECT count(*) FROM clients") == 4


async def test_another_hub_takes_over_what_was_exported(
    operator, elsewhere, company, tmp_path
) -> None:
    await company()
    out = tmp_path / "out"
    await operator.done("export", out)
    query = (
        "SELECT name, locale, (SELECT string_agg(value || (verified_at IS NULL), ' ' "
        "ORDER BY id) FROM addresses WHERE client_id = clients.id) "
        "FROM clients ORDER BY name"
    )
    bought = "SELECT number, status, total, placed_at, expected_at, title FROM orders"

    await elsewhere.done("import", "clients", out / "clients.jsonl")
    await elsewhere.done("import", "orders", out / "orders.jsonl")

    assert await elsewhere.look(query) == await operator.look(query)
    assert await elsewhere.look(bought) == await operator.look(bought)


async def test_what_is_there_is_not_overwritten(operator, company, tmp_path) -> None:
    await company()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "dear.txt").write_text("dear")

    assert "name another folder" in await operator.refused("export", tmp_path / "out")
    assert [one.name for one in (tmp_path / "out").iterdir()] == ["dear.txt"]


async def test_lost_files_are_named(operator, company, tmp_path) -> None:
    await company()
    for path in (operator.folder / "files").rglob("*"):
        if path.is_file():
            path.write_bytes(b"other")

    said = await operator.done("export", tmp_path / "out", "--files")

    assert "2 files are missing or damaged" in said
    assert "leak.txt" in said


async def test_a_database_of_another_revision_is_not_exported(
    elsewhere, tmp_path
) -> None:
    assert "no hub" in await elsewhere.refused("export", tmp_path / "out")
    assert not (tmp_path / "out").exists()
