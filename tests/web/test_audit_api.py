"""The audit by who, what and when; as pages and as one file."""

import csv
import io

import pytest
from sqlalchemy import text

from hub.access import audit
from hub.access.audit import Wanted
from hub.log.events import Actor
from hub.queues.events import QueueChanged


async def happen(db, actor, count=1):
    async with db.begin(actor) as uow:
        for number in range(count):
            uow.record(QueueChanged(queue_id=number + 1, what=("name",)))


async def rows(answer):
    said = (await answer.read()).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(said)))


async def test_the_file_holds_all_that_was_asked_for(
    signed_in, db, monkeypatch
) -> None:
    monkeypatch.setattr("web.api.audit._PIECE", 3)
    manager = await signed_in("manager")
    await happen(db, Actor(kind="agent", id=77, name="Ada"), 7)
    await happen(db, Actor(kind="agent", id=78, name="Bo"), 2)

    found = await manager.get("/audit.csv?actor_id=77")
    none = await manager.get("/audit.csv?kind=no.such")

    assert found.headers["Content-Type"].startswith("text/csv")
    assert [one["actor_name"] for one in await rows(found)] == ["Ada"] * 7
    assert await rows(none) == []


async def test_a_name_is_no_formula(signed_in, db) -> None:
    manager = await signed_in("manager")
    await happen(db, Actor(kind="client", id=5, name='=HYPERLINK("http://x","y")'))

    (one,) = await rows(await manager.get("/audit.csv?actor_kind=client"))

    assert one["actor_name"].startswith("'=")


async def test_an_agent_has_neither(signed_in) -> None:
    agent = await signed_in("agent")

    assert (await agent.get("/audit.csv")).status == 403
    assert (await agent.get("/audit")).status == 403


@pytest.mark.parametrize("kind", [None, "agent", "client"])
async def test_an_account_is_not_taken_for_a_client_of_its_number(db, kind) -> None:
    await happen(db, Actor(kind="agent", id=5, name="Ada"))
    await happen(db, Actor(kind="client", id=5, name="Oksana"))

    async with db.read() as session:
        found = await audit.page(session, Wanted(actor_id=5, actor_kind=kind), limit=10)

    assert [one.actor.name for one in found] == [
        "Oksana" if kind == "client" else "Ada"
    ]


async def test_one_account_is_found_by_the_index(db) -> None:
    wanted = audit.matching(Wanted(actor_id=5)).order_by(text("seq DESC")).limit(50)
    compiled = wanted.compile(db.engine, compile_kwargs={"literal_binds": True})

    async with db.engine.begin() as connection:
        await connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = await connection.execute(text(f"EXPLAIN {compiled}"))
        told = "\n".join(row[0] for row in plan)

    assert "actor_id" in told
    assert "Index Scan" in told
    assert "Filter: (actor_id" not in told
