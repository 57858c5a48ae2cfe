"""Sign-in: passwords, throttles, and what the audit says of it."""

import asyncio
import time
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from config.settings import AccessSettings
from hub.access import accounts, passwords, sign_in, throttles
from hub.errors import InvalidError, NotSignedInError, TooManyError
from hub.storage.tables import Account, EventRow, Throttle

PASSWORD = "a long enough word"
POLICY = AccessSettings()


@pytest.fixture
async def olena(db):
    hashed = await passwords.hashed(PASSWORD, min_length=10)
    return await db.run(
        lambda uow: accounts.create(
            uow,
            email="olena@example.test",
            name="Olena",
            role="agent",
            password_hash=hashed,
        )
    )


def enter(db, password=PASSWORD, *, email="olena@example.test", remote="192.0.2.1"):
    return sign_in.sign_in(
        db, email, password, remote=remote, program="tests", policy=POLICY
    )


async def tries(db, count, **how):
    for _ in range(count):
        with pytest.raises(NotSignedInError):
            await enter(db, "wrong", **how)


async def test_passwords_are_refused_for_a_reason() -> None:
    for password in ("short", "x" * 513, "aaaaaaaaaaaa", "Olena@example.test"):
        with pytest.raises(InvalidError) as refused:
            await passwords.hashed(password, min_length=10, email="olena@example.test")
        assert "password" in refused.value.details["errors"]


async def test_a_password_is_the_same_from_any_keyboard() -> None:
    composed, apart = "пароль зі словом й", "пароль зі словом и\u0306"

    hashed = await passwords.hashed(composed, min_length=10)

    assert hashed.startswith("$argon2id$")
    assert await passwords.fits(apart, hashed)
    assert not await passwords.fits(composed + " ", hashed)


async def test_a_damaged_hash_fits_nothing() -> None:
    assert not await passwords.fits(PASSWORD, "no hash at all")
    assert not await passwords.fits(PASSWORD, None)


async def test_an_unknown_account_takes_as_long_as_a_known_one() -> None:
    hashed = await passwords.hashed(PASSWORD, min_length=10)

    async def cost(password_hash) -> float:
        times = []
        for _ in range(7):
            begun = time.process_time()
            await passwords.fits("wrong", password_hash)
            times.append(time.process_time() - begun)
        return sorted(times)[3]

    known, unknown = await cost(hashed), await cost(None)

    assert 0.5 < unknown / known < 2


async def test_an_old_hash_is_made_anew_at_the_next_sign_in(db, olena) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    async with db.begin() as uow:
        (await uow.session.get_one(Account, olena.id)).password_hash = old

    await enter(db)
    async with db.read() as session:
        new = (await session.get_one(Account, olena.id)).password_hash

    assert new != old
    assert not passwords.is_dated(new)
    assert (await enter(db)).account.id == olena.id


async def test_an_account_is_guarded_from_many_places(db, olena, clock) -> None:
    for number in range(10):
        await tries(db, 1, remote=f"192.0.2.{number}")

    with pytest.raises(TooManyError) as refused:
        await enter(db, remote="198.51.100.7")

    assert refused.value.details["retry_after"] == 900
    clock.move(seconds=901)
    assert (await enter(db, remote="198.51.100.7")).account.id == olena.id


async def test_a_place_is_guarded_over_many_accounts(db, olena) -> None:
    for number in range(10):
        await tries(db, 1, email=f"nobody{number}@example.test")

    with pytest.raises(TooManyError):
        await enter(db)
    assert (await enter(db, remote="198.51.100.7")).account.id == olena.id


async def test_a_good_sign_in_forgets_the_accounts_bad_ones(db, olena) -> None:
    await tries(db, 9)
    await enter(db)
    await tries(db, 9, remote="198.51.100.7")

    assert (await enter(db, remote="203.0.113.1")).account.id == olena.id


async def test_a_hundred_at_once_are_a_hundred_tries(db) -> None:
    verdicts = await asyncio.gather(
        *(
            db.run(
                lambda uow: throttles.take(
                    uow, ["b", "a"], tries=10, window=timedelta(minutes=1)
                )
            )
            for _ in range(100)
        )
    )

    assert [one.blocked_until for one in verdicts].count(None) == 10


async def test_windows_that_are_over_are_cleared_away(db, clock) -> None:
    async def take(key):
        return await db.run(
            lambda uow: throttles.take(uow, [key], tries=1, window=timedelta(minutes=1))
        )

    for number in range(5):
        await take(f"old:{number}")
    clock.move(minutes=2)
    await take("new")

    async with db.read() as session:
        assert (await session.scalars(select(Throttle.key))).all() == ["new"]


@pytest.mark.parametrize(
    ("remote", "place"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("", ""),
        ("x" * 500, "x" * 100),
    ],
)
def test_a_network_is_one_place(remote, place) -> None:
    assert throttles.place(remote) == place


async def test_the_audit_knows_of_each_try_and_of_no_password(db, olena) -> None:
    await tries(db, 1)
    await tries(db, 1, email="my password typed here")
    await enter(db)

    async with db.read() as session:
        rows = (
            await session.scalars(
                select(EventRow)
                .where(EventRow.kind.regexp_match("^(sign_in|session)[.]"))
                .order_by(EventRow.seq)
            )
        ).all()

    assert [(row.kind, row.data.get("account_id")) for row in rows] == [
        ("sign_in.failed", olena.id),
        ("sign_in.failed", None),
        ("session.started", olena.id),
    ]
    assert rows[0].topics == ["admins"]
    assert rows[2].actor_id == olena.id
    assert "password typed" not in str([(row.data, row.state) for row in rows])
    assert "wrong" not in str([(row.data, row.state) for row in rows])
