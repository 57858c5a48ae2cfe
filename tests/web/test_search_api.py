"""Search over REST: by right, in bounds, in pages, and never as HTML."""

import pytest

from hub.search import filling
from tests.hub.orders import put


@pytest.fixture
async def shop(db, signed_in):
    """An agent, and orders of one client who is found."""
    for number in range(3):
        await put(db, f"AX-100{number}")
    while await filling.step(db, most_words=10_000):
        pass
    return await signed_in("agent")


async def search(caller, **query):
    """Ask; give the status and the body."""
    answer = await caller.get("/search", params=query)
    return answer.status, await answer.json()


async def test_clients_and_orders_come_with_marks_of_plain_text(shop) -> None:
    status, found = await search(shop, q="левчука")
    _, orders = await search(shop, q="order:AX-1001")

    assert status == 200
    assert found["ready"]
    assert found["complete"]
    assert [one["client"]["name"] for one in found["clients"]] == ["Оксана Левчук"]
    assert found["clients"][0]["name"] == {
        "text": "Оксана Левчук",
        "marks": [{"start": 7, "end": 13}],
    }
    assert [one["number"]["text"] for one in orders["orders"]] == ["AX-1001"]
    assert orders["understood"] == ["order:AX-1001"]


async def test_each_kind_has_pages_of_its_own(shop) -> None:
    seen, cursor = [], {}
    while True:
        _, found = await search(shop, q="lamp", kind="orders", limit=2, **cursor)
        seen += [one["number"]["text"] for one in found["orders"]]
        if found["next"] is None:
            break
        cursor = {"cursor": found["next"]}

    assert sorted(seen) == ["AX-1000", "AX-1001", "AX-1002"]
    assert found["clients"] == found["conversations"] == []


async def test_a_history_is_searched_by_its_client(shop) -> None:
    _, found = await search(shop, q="левчук")
    client_id = found["clients"][0]["client"]["id"]

    within = await shop.get(f"/clients/{client_id}/search", params={"q": "lamp"})
    nobody = await shop.get("/clients/999/search", params={"q": "lamp"})

    assert (within.status, nobody.status) == (200, 404)
    assert (await within.json())["items"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"q": "x" * 301}, "q"),
        ({"q": "x", "kind": "agents"}, "kind"),
        ({"q": "x", "cursor": "abc"}, "cursor"),
        ({"q": "x", "limit": "100000"}, "limit"),
    ],
)
async def test_what_is_out_of_bounds_is_refused_by_name(shop, query, field) -> None:
    status, problem = await search(shop, **query)

    assert status == 422
    assert field in problem["errors"]


@pytest.mark.parametrize(
    "typed", ["", "'", "\\", ":*&|!()<->", "=n:ax", "' | 'a", "🙂"]
)
async def test_no_query_breaks_it(shop, typed) -> None:
    status, _ = await search(shop, q=typed)

    assert status == 200


async def test_it_is_for_those_who_may_read(shop, client) -> None:
    answer = await client.get("/api/v1/search", params={"q": "lamp"})

    assert answer.status == 401
