"""The migrations make what the tables say."""

import asyncio
import subprocess
import sys

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, inspect, text

from hub.storage.database import connect
from hub.storage.migrate import (
    MIGRATIONS,
    UnknownRevisionError,
    configuration,
    current,
    known,
    migrate,
    newest,
)
from hub.storage.schema import ensure_months
from hub.storage.tables import Base


def differences(connection):
    def ours(name, kind, _):
        # The log's months are made as time goes on.
        return not (kind == "table" and name and name.startswith("events_"))

    context = MigrationContext.configure(
        connection, opts={"include_name": ours, "compare_type": True}
    )
    return compare_metadata(context, Base.metadata)


async def test_a_migrated_database_has_exactly_the_tables_that_the_code_names(
    db,
) -> None:
    async with db.engine.connect() as connection:
        found = await connection.run_sync(differences)
        checks = await connection.scalar(
            text(
                "SELECT count(*) FROM pg_constraint WHERE contype = 'c'"
                " AND conname LIKE 'ck_%' AND conislocal AND coninhcount = 0"
            )
        )

    assert found == []
    wanted = sum(
        isinstance(constraint, CheckConstraint)
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
    )
    assert checks == wanted


async def test_the_database_knows_its_revision(db) -> None:
    async with db.engine.connect() as connection:
        assert await connection.run_sync(current) == newest()


def test_each_file_is_named_for_its_revision_and_stands_on_the_one_before() -> None:
    script = ScriptDirectory(str(MIGRATIONS))
    chain = [one.revision for one in script.walk_revisions()]

    assert chain == sorted(known(), reverse=True)
    assert script.get_current_head() == newest()


def test_a_database_of_a_newer_program_is_left_alone(database_url) -> None:
    async def age() -> None:
        engine = connect(database_url, pool=1)
        async with engine.begin() as connection:
            await connection.execute(
                text("UPDATE alembic_version SET version_num = '9999'")
            )
        await engine.dispose()

    asyncio.run(age())

    with pytest.raises(UnknownRevisionError, match="9999"):
        migrate(database_url)


def test_a_hub_that_is_up_to_date_starts_without_alembic(database_url) -> None:
    migrate(database_url)
    program = (
        "import sys; import web.serving, web.commands.base; from hub.storage.migrate import migrate;"
        f" migrate({database_url!r}); sys.exit('alembic' in sys.modules)"
    )

    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", program], cwd=MIGRATIONS.parent, check=False
    )

    assert done.returncode == 0


def test_migrating_again_changes_nothing(database_url) -> None:
    migrate(database_url)
    migrate(database_url)


def test_the_first_revision_can_be_taken_back(database_url) -> None:
    command.downgrade(configuration(database_url), "base")
    command.upgrade(configuration(database_url), "head")


async def test_months_that_the_catch_all_holds_do_not_stop_the_others(
    db, clock
) -> None:
    later = clock.now.replace(year=2050)
    async with db.engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO events (seq, at, kind, actor_kind, actor_name, topics,"
                " data, state) VALUES (1, :at, 'x', 'system', '', '{}', '{}', '{}')"
            ),
            {"at": later},
        )
        await ensure_months(connection, later)
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())

    assert "events_2050_05" not in names
    assert "events_2050_06" in names


async def test_the_log_has_months_ahead(db) -> None:
    async with db.engine.connect() as connection:
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())

    assert len([name for name in names if name.startswith("events_2")]) >= 4
