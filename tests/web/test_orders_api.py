"""Orders over REST: whole, idempotent, never overwritten by what is late."""

from datetime import UTC, datetime

import pytest

from tests.hub.orders import put

BODY = {
    "client": {"email": "oksana@mail.example", "phone": "067 111 22 33"},
    "status": "placed",
    "currency": "UAH",
    "lines": [{"name": "Lamp", "quantity": 2, "amount": 120_000}],
    "expected_at": "2026-05-21",
    "updated_at": "2026-05-14T11:00:00+03:00",
}


async def tell(shop, number="1001", **changes):
    """Tell an order as the shop does: status and body of the answer."""
    answer = await shop.put(f"/orders/{number}", json={**BODY, **changes})
    return answer.status, await answer.json()


async def test_an_order_is_taken_and_read_back(signed_in) -> None:
    shop = await signed_in("manager")

    status, view = await tell(shop)
    read = await (await shop.get("/orders/1001")).json()
    own = await (await shop.get(f"/clients/{view['client_id']}/orders")).json()

    assert status == 200
    assert view == read == own["items"][0]
    assert view["total"] == 120_000
    assert view["title"] == "Lamp"
    # A day as a whole is the company's midnight.
    assert datetime.fromisoformat(view["expected_at"]) == datetime(
        2026, 5, 20, 21, tzinfo=UTC
    )
    assert [step["status"] for step in view["steps"] if step["now"]] == ["placed"]


async def test_the_same_put_again_answers_the_same(signed_in) -> None:
    shop = await signed_in("manager")

    assert await tell(shop) == await tell(shop)


async def test_a_late_put_is_refused_with_the_order_as_it_stands(signed_in) -> None:
    shop = await signed_in("manager")
    await tell(shop, status="shipped")

    status, problem = await tell(shop, updated_at="2026-05-14T07:59:59Z")

    assert (status, problem["code"]) == (409, "stale_update")
    assert problem["order"]["status"] == "shipped"


async def test_a_number_may_hold_a_slash_and_its_sign(signed_in) -> None:
    shop = await signed_in("manager")

    _, view = await tell(shop, number="%232026%2F17")

    assert view["number"] == "2026/17"
    assert (await shop.get("/orders/2026%2F17")).status == 200


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"client": {}}, "client"),
        ({"client": {"email": "nobody"}}, "client.email"),
        ({"status": "lost"}, "status"),
        ({"currency": "ZZZ"}, "currency"),
        ({"updated_at": "2026-05-14T11:00:00"}, "updated_at"),
        ({"lines": [{"name": " "}]}, "lines.0"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_what_is_wrong_is_named(signed_in, changes, where) -> None:
    status, problem = await tell(await signed_in("manager"), **changes)

    assert (status, problem["code"]) == (422, "invalid")
    assert any(place.startswith(where) for place in problem["errors"])


async def test_a_list_goes_on_where_the_page_ended(signed_in, db) -> None:
    for number in range(3):
        await put(db, f"{number}")
    reader = await signed_in("agent")

    first = await (await reader.get("/orders?limit=2")).json()
    second = await (await reader.get(f"/orders?cursor={first['next']}")).json()

    numbers = [one["number"] for one in first["items"] + second["items"]]
    assert numbers == ["2", "1", "0"]
    assert second["next"] is None


async def test_an_agent_makes_a_link_that_ends(signed_in, db, clock) -> None:
    await put(db)
    agent = await signed_in("agent")

    made = await (await agent.post("/orders/1001/link")).json()

    assert "/portal/o/" in made["url"]
    assert datetime.fromisoformat(made["expires_at"]) > clock.now


async def test_an_agent_cannot_change_orders(signed_in) -> None:
    status, problem = await tell(await signed_in("agent"))

    assert (status, problem["code"]) == (403, "forbidden")


async def test_what_is_not_there_is_not_found(signed_in) -> None:
    agent = await signed_in("agent")

    for path in ("/orders/7", "/clients/77/orders"):
        assert (await agent.get(path)).status == 404
    assert (await agent.post("/orders/7/link")).status == 404
