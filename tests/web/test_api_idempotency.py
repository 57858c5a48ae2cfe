"""A key given with a request: it is done once, whoever asks again."""

import asyncio

import pytest

from hub.storage.tables import Throttle
from tests.web.toys import routes


@pytest.fixture
async def toys(build, serve, signed_in):
    async with serve(build(list(routes))) as client:
        yield await signed_in("agent", on=client)


# --- idempotency --------------------------------------------------------------------


async def test_twenty_at_once_with_one_key_are_done_once(toys) -> None:
    answers = await asyncio.gather(
        *(
            toys.post("/toys", json={"name": "bear"}, headers={"Idempotency-Key": "k1"})
            for _ in range(20)
        )
    )

    assert [answer.status for answer in answers] == [201] * 20
    assert len({await answer.text() for answer in answers}) == 1
    replayed = [answer.headers.get("Idempotency-Replayed") for answer in answers]
    assert replayed.count("true") == 19


async def test_a_key_is_not_for_another_request(toys) -> None:
    key = {"Idempotency-Key": "k1"}
    await toys.post("/toys", json={"name": "bear"}, headers=key)

    answer = await toys.post("/toys", json={"name": "fox"}, headers=key)

    assert answer.status == 409
    assert (await answer.json())["code"] == "key_reused"


async def test_a_refusal_is_not_kept(toys, db) -> None:
    key = {"Idempotency-Key": "k1"}
    await toys.post("/toys", json={"name": "bear"})
    refused = await toys.post("/toys", json={"name": "bear"}, headers=key)
    async with db.begin() as uow:
        await uow.session.delete(await uow.session.get(Throttle, "toy:bear"))

    again = await toys.post("/toys", json={"name": "bear"}, headers=key)

    assert (refused.status, again.status) == (409, 201)
    assert "Idempotency-Replayed" not in again.headers


async def test_keys_of_two_accounts_never_meet(toys, signed_in) -> None:
    other = await signed_in("agent", on=toys.client)
    key = {"Idempotency-Key": "k1"}

    mine = await toys.post("/toys", json={"name": "bear"}, headers=key)
    theirs = await other.post("/toys", json={"name": "fox"}, headers=key)

    assert (mine.status, theirs.status) == (201, 201)


async def test_an_answer_is_kept_for_a_day_and_then_cleared(toys, clock) -> None:
    key = {"Idempotency-Key": "k1"}
    await toys.post("/toys", json={"name": "bear"}, headers=key)

    clock.move(hours=23)
    within = await toys.post("/toys", json={"name": "bear"}, headers=key)
    clock.move(hours=2)
    after = await toys.post("/toys", json={"name": "fox"}, headers=key)

    assert within.headers["Idempotency-Replayed"] == "true"
    assert after.status == 201


@pytest.mark.parametrize("key", ["", "x" * 201, "\u00e9"])
async def test_a_key_that_is_none_is_refused(toys, key) -> None:
    answer = await toys.post(
        "/toys", json={"name": "bear"}, headers={"Idempotency-Key": key}
    )

    assert answer.status == 422
