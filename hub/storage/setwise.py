"""Write many rows of one table in one statement.

The session writes row by row and keeps books of each. For a batch that costs more than
the rows do, so intake writes by sets: one statement whose text does not depend on how
many rows there are, with the rows as one JSON parameter.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import orjson
from sqlalchemy import inspect, text
from sqlalchemy.ext.asyncio import AsyncSession

from hub.storage.tables import Base

Row = TypeVar("Row", bound=Base)


async def draw(session: AsyncSession, table: type[Base], count: int) -> list[int]:
    """Draw so many keys of a table, in ascending order.

    What an INSERT returns has no order to rely on, so the keys are drawn before it.
    """
    numbers = await session.scalars(
        text(
            "SELECT nextval(pg_get_serial_sequence(:name, 'id'))"
            " FROM generate_series(1, :count)"
        ),
        {"name": table.__tablename__, "count": count},
    )
    return sorted(numbers)


async def insert(
    session: AsyncSession,
    table: type[Base],
    rows: Sequence[Mapping[str, Any]],
    *,
    unless: str = "",
) -> None:
    """Insert rows that all name the same columns.

    Args:
        session: Of the unit.
        table: Where.
        rows: What; they are written in this order.
        unless: A unique column: a row whose value is there already is left out.
    """
    name, columns = table.__tablename__, ", ".join(rows[0])
    conflict = f" ON CONFLICT ({unless}) DO NOTHING" if unless else ""
    await session.execute(
        text(
            f"INSERT INTO {name} ({columns}) SELECT {columns}"  # noqa: S608 - our own names
            f" FROM jsonb_populate_recordset(NULL::{name}, CAST(:rows AS jsonb)){conflict}"
        ),
        {"rows": orjson.dumps(rows).decode()},
    )


async def update(session: AsyncSession, rows: Sequence[Base]) -> None:
    """Write what was changed in rows of one table; the unit holds all their locks.

    A column that was changed in one of them is written in all.
    """
    changed = sorted({key for row in rows for key in inspect(row).committed_state})
    if not changed:
        return
    name = rows[0].__tablename__
    values = [{key: getattr(row, key) for key in ("id", *changed)} for row in rows]
    given = ", ".join(f"{key} = given.{key}" for key in changed)
    # Otherwise the session would write them itself, one by one, just before.
    with session.no_autoflush:
        await session.execute(
            text(
                f"UPDATE {name} SET {given}"  # noqa: S608 - our own names
                f" FROM jsonb_populate_recordset(NULL::{name}, CAST(:rows AS jsonb)) AS given"
                f" WHERE {name}.id = given.id"
            ),
            {"rows": orjson.dumps(values).decode()},
        )
    for row in rows:
        # The session would look through all of them at its next flush, and find
        # nothing to write. Its own loading marks rows so; there is no public way.
        state = inspect(row)
        state._commit_all(state.dict, session.sync_session.identity_map)  # noqa: SLF001


def written(table: type[Row], row: Mapping[str, Any]) -> Row:
    """Give a row that ``insert`` wrote, to be read only: no session knows it."""
    made = table.__new__(table)
    # Past the constructor, which would keep books of changes that nobody makes.
    made.__dict__.update(_empty(table))
    made.__dict__.update(row)
    return made


@lru_cache
def _empty(table: type[Base]) -> Mapping[str, None]:
    return dict.fromkeys(table.__table__.columns.keys())
