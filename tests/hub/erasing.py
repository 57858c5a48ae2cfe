"""What is left of a client in the whole database, for tests."""

from sqlalchemy import select, text

from hub.privacy import erasing
from hub.privacy.erasing import ErasureRules
from hub.search import filling
from hub.storage.tables import Erasure, EventRow
from hub.storage.timers import fire_due

NAME = "Zvenyslava Kurhanska"

#: Words that only he said, or that only were said of him.
MARKERS = (
    "zvenyslava",
    "kurhanska",
    "501112233",
    "50 111 2233",
    "marker.test",
    "qwubble",
    "флюгегехаймен",
    "zorptext",
    "noteblip",
    "draftwump",
    "taskfizz",
    "filegrommet",
    "orderquux",
    "trackplonk",
    "attrsnork",
)


async def settle(db, settings, *, batch=2) -> int:
    """Let search and the erasure do all that they owe."""
    fired = await fire_due(
        db,
        {
            erasing.ERASE: lambda uow, claim: erasing.proceed(
                uow, claim, rules=ErasureRules(batch=batch, events=5)
            )
        },
    )
    while await filling.step(db, most_words=10_000):
        pass
    await filling.step(db, most_words=10_000)
    return fired


async def erase(db, client_id, name=NAME, actor=None):
    return await db.run(
        lambda uow: erasing.begin(uow, client_id, name=name),
        *([actor] if actor else []),
    )


async def found(db, markers=MARKERS) -> list[tuple[str, str]]:
    """Look for markers in every column of every table."""
    hits = []
    async with db.engine.connect() as connection:
        tables = await connection.execute(
            text(
                "SELECT c.relname FROM pg_class c JOIN pg_namespace n"
                " ON n.oid = c.relnamespace WHERE n.nspname = 'public'"
                " AND c.relkind = 'r' ORDER BY 1"
            )
        )
        for table in list(tables.scalars()):
            rows = await connection.execute(
                text(f'SELECT t.*::text FROM "{table}" t')  # noqa: S608
            )
            whole = "\n".join(row[0] for row in rows).lower()
            raw = await connection.execute(
                text(
                    "SELECT column_name FROM information_schema.columns"
                    " WHERE table_name = :table AND data_type = 'bytea'"
                ),
                {"table": table},
            )
            for column in list(raw.scalars()):
                held = await connection.execute(
                    text(f'SELECT {column} FROM "{table}"')  # noqa: S608
                )
                whole += "\n".join(
                    bytes(one).decode(errors="replace").lower()
                    for one in held.scalars()
                    if one
                )
            hits += [(table, marker) for marker in markers if marker in whole]
    return hits


async def log_of(db):
    async with db.read() as session:
        return list(await session.scalars(select(EventRow).order_by(EventRow.seq)))


async def state_of(db, client):
    async with db.read() as session:
        return await session.scalar(
            select(Erasure.state).where(Erasure.client_id == client)
        )
