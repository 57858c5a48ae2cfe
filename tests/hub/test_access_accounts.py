"""Accounts: unique, validated, and never without an admin."""

import asyncio
from functools import partial

import pytest
from sqlalchemy import func, select

from hub.access import accounts, sessions, tokens
from hub.errors import ConflictError, InvalidError, NotFoundError, StateError
from hub.storage.tables import Account, ApiToken, EventRow, Session


async def make(db, **about):
    wanted = {
        "email": "olena@example.test",
        "name": "Olena",
        "role": "agent",
        "password_hash": None,
    } | about
    return await db.run(lambda uow: accounts.create(uow, **wanted))


async def change(db, account_id, **changes):
    return await db.run(lambda uow: accounts.change(uow, account_id, changes))


async def logged(db):
    async with db.read() as session:
        return (await session.scalars(select(EventRow).order_by(EventRow.seq))).all()


async def test_an_address_has_one_account_however_it_is_written(db) -> None:
    made = await make(db, email="  Olena@Example.TEST ")

    assert made.email == "olena@example.test"
    with pytest.raises(ConflictError):
        await make(db, email="OLENA@example.test")


async def test_many_at_once_make_one_account(db) -> None:
    done = await asyncio.gather(*(make(db) for _ in range(10)), return_exceptions=True)

    assert (
        sorted(type(one).__name__ for one in done)
        == ["AccountView"] + ["ConflictError"] * 9
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "olena"),
        ("email", "olena@"),
        ("email", "o" * 300 + "@example.test"),
        ("name", "  "),
        ("name", "x" * 121),
        ("role", "owner"),
        ("outside_number", "12"),
    ],
)
async def test_what_cannot_be_taken_is_named(db, field, value) -> None:
    with pytest.raises(InvalidError) as refused:
        await make(db, **{field: value})

    assert list(refused.value.details["errors"]) == [field]


async def test_a_number_is_kept_as_the_world_dials_it(db) -> None:
    made = await make(db, outside_number="044 555 01 01")

    assert made.outside_number == "+380445550101"
    assert (await change(db, made.id, outside_number="")).outside_number is None


async def test_a_change_tells_what_and_not_the_password(db) -> None:
    made = await make(db)
    await change(db, made.id, name=" Olena  K. ", password_hash="$argon2id$secret")
    await change(db, made.id, name="Olena K.")

    rows = await logged(db)
    created, changed = (one for one in rows if one.kind.startswith("account."))
    assert created.kind == "account.created"
    assert changed.data["changed"] == ["name", "password"]
    assert changed.state["account"]["name"] == "Olena K."
    assert set(changed.topics) == {"admins", f"account:{made.id}"}
    assert "argon2" not in str([changed.data, changed.state])


async def test_what_is_not_there_cannot_be_changed(db) -> None:
    with pytest.raises(NotFoundError):
        await change(db, 77, name="Nobody")
    made = await make(db)
    with pytest.raises(InvalidError):
        await change(db, made.id, created_at=None)


async def test_the_last_admin_stays(db) -> None:
    first = await make(db, role="admin")
    second = await make(db, role="admin", email="petro@example.test")
    await change(db, second.id, active=False)

    with pytest.raises(StateError):
        await change(db, first.id, role="manager")
    with pytest.raises(StateError):
        await change(db, first.id, active=False)
    await change(db, second.id, active=True)
    assert (await change(db, first.id, role="agent")).role == "agent"


async def test_two_admins_cannot_remove_each_other_at_once(db) -> None:
    for _ in range(5):
        async with db.begin() as uow:
            found = await uow.session.scalars(select(Account))
            for row in found:
                row.active = False
        mark = (await logged(db))[-1].seq if await logged(db) else 0
        first = await make(db, role="admin", email=f"a{mark}@example.test")
        second = await make(db, role="admin", email=f"b{mark}@example.test")

        done = await asyncio.gather(
            change(db, first.id, active=False),
            change(db, second.id, role="agent"),
            return_exceptions=True,
        )

        assert [isinstance(one, StateError) for one in done].count(True) == 1


async def test_a_deactivated_account_loses_its_keys(db, clock, settings) -> None:
    made = await make(db)
    async with db.begin() as uow:
        row = await uow.session.get_one(Account, made.id)
        secret, _ = await sessions.start(
            uow, row, remote="", program="", policy=settings.access
        )
        new = await tokens.create(
            uow, made, name="shop", scopes=["read"], policy=settings.access
        )

    await change(db, made.id, active=False)
    await change(db, made.id, active=True)

    assert await sessions.access_by_cookie(db, secret, settings.access) is None
    assert await tokens.access_by_token(db, new.key) is None
    kinds = [row.kind for row in await logged(db)]
    assert kinds.count("session.ended") == kinds.count("token.revoked") == 1


async def test_no_secret_is_in_any_table(db, settings) -> None:
    made = await make(db)
    async with db.begin() as uow:
        row = await uow.session.get_one(Account, made.id)
        secret, _ = await sessions.start(
            uow, row, remote="", program="", policy=settings.access
        )
    new = await db.run(
        partial(
            tokens.create,
            account=made,
            name="shop",
            scopes=["read"],
            policy=settings.access,
        )
    )

    async with db.read() as session:
        kept = [
            await session.scalar(select(func.json_agg(table.__table__.table_valued())))
            for table in (Session, ApiToken, EventRow)
        ]
    assert len(kept[0]) == len(kept[1]) == 1
    assert secret not in str(kept)
    assert new.key not in str(kept)
