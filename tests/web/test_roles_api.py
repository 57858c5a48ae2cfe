"""Roles over HTTP: made, changed, put in order, removed; nobody climbs by them."""

import pytest

from hub.access import tokens
from hub.access.rights import ROLE_RIGHTS, Right
from tests.web.conftest import shown

LEAD = {"name": "Shift lead", "rights": ["read", "reply", "wall"]}


@pytest.fixture
async def admin(signed_in):
    """Somebody who may give anything."""
    return await signed_in("admin")


async def test_a_role_is_made_given_changed_and_removed(admin, account) -> None:
    made = await admin.post("/roles", json=LEAD)
    first = await made.json()
    hired = await admin.post(
        "/accounts",
        json={"email": "lead@hub.test", "name": "Lena", "role": "shift-lead"},
    )
    invited = await admin.post(
        "/invitations", json={"email": "new@hub.test", "role": "shift-lead"}
    )
    changed = await admin.patch(
        "/roles/shift-lead", json={"name": "Lead", "rights": ["read"], "revision": 0}
    )
    stale = await admin.patch("/roles/shift-lead", json={"name": "L", "revision": 0})
    listed = await (await admin.get("/roles")).json()
    found = await (await admin.get("/accounts?role=shift-lead")).json()
    kept = await admin.delete("/roles/shift-lead")
    gone = await admin.delete("/roles/shift-lead?move_to=agent")
    after = await (await admin.get("/accounts?role=agent")).json()

    assert (made.status, hired.status, invited.status) == (201, 201, 201)
    assert (first["key"], first["built_in"]) == ("shift-lead", False)
    assert changed.status == 200
    assert (stale.status, (await stale.json())["role"]["name"]) == (409, "Lead")
    assert {one["key"]: one["people"] for one in listed["items"]} == {
        "agent": 0,
        "manager": 0,
        "admin": 1,
        "shift-lead": 1,
    }
    assert listed["items"][-1]["invited"] == 1
    assert [one["rights"] for one in found["items"]] == [["self", "read"]]
    refused = await kept.json()
    assert (kept.status, refused["code"]) == (409, "wrong_state")
    assert [one["name"] for one in refused["people"]] == ["Lena"]
    assert refused["invited"] == ["new@hub.test"]
    assert gone.status == 204
    assert [one["email"] for one in after["items"]] == ["lead@hub.test"]


async def test_the_table_of_rights_can_be_read(admin) -> None:
    listed = (await (await admin.get("/roles")).json())["items"]
    rights = await (await admin.get("/rights")).json()

    assert {one["name"]: set(one["rights"]) for one in listed} == {
        key: set(map(str, held)) for key, held in ROLE_RIGHTS.items()
    }
    assert [one["name"] for one in rights] == [right.value for right in Right]
    assert {"name": "erase", "needs": "clients"} in rights


async def test_roles_are_put_in_order(admin) -> None:
    for name in ("One", "Two"):
        await admin.post("/roles", json={"name": name, "rights": []})

    ordered = await admin.put("/roles/order", json={"keys": ["two", "one"]})
    wrong = await admin.put("/roles/order", json={"keys": ["admin"]})

    assert [one["key"] for one in await ordered.json()][3:] == ["two", "one"]
    assert wrong.status == 404


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"name": "x", "rights": ["erase", "read"]}, {"erase": "needs clients"}),
        ({"name": " ", "rights": []}, {"name": "1 to 60 letters"}),
    ],
)
async def test_what_will_not_do_is_named(admin, body, where) -> None:
    answer = await admin.post("/roles", json=body)

    assert (answer.status, (await answer.json())["errors"]) == (422, where)


async def test_an_unknown_role_is_given_to_nobody(admin, account) -> None:
    agent = await account()

    for answer in (
        await admin.patch(f"/accounts/{agent.id}", json={"role": "owner"}),
        await admin.post(
            "/invitations", json={"email": "new@hub.test", "role": "owner"}
        ),
    ):
        assert (answer.status, "role" in (await answer.json())["errors"]) == (422, True)


async def test_nobody_climbs(admin, signed_in, account) -> None:
    rights = ["read", "reply", "clients", "quarantine", "accounts"]
    await admin.post("/roles", json={"name": "People", "rights": rights})
    boss, agent = await signed_in("people"), await account("agent")
    chief = await account("admin")

    tries = [
        await boss.post("/roles", json={"name": "X", "rights": ["retention"]}),
        await boss.patch(
            "/roles/people", json={"rights": [*rights, "wall"], "revision": 0}
        ),
        await boss.patch(f"/accounts/{boss.account.id}", json={"role": "admin"}),
        await boss.patch(f"/accounts/{chief.id}", json={"password": "mine, long"}),
        await boss.patch(f"/accounts/{chief.id}", json={"role": "agent"}),
        await boss.post(
            "/accounts", json={"email": "x@hub.test", "name": "X", "role": "manager"}
        ),
        await boss.post("/invitations", json={"email": "y@hub.test", "role": "admin"}),
    ]
    allowed = await boss.patch(f"/accounts/{agent.id}", json={"name": "Renamed"})

    assert [one.status for one in tries] == [403] * len(tries)
    assert (await tries[0].json())["missing"] == ["retention"]
    assert allowed.status == 200


async def test_a_program_gives_no_more_than_its_scopes(
    client, account, db, settings
) -> None:
    admin = await account("admin")
    keys = []
    for scopes in (["accounts"], ["accounts", *map(str, ROLE_RIGHTS["agent"])]):
        new = await db.run(
            lambda uow, scopes=scopes: tokens.create(
                uow, shown(admin), name="hr", scopes=scopes, policy=settings.access
            )
        )
        keys.append(new.key)

    answers = [
        await client.post(
            "/api/v1/accounts",
            headers={"Authorization": f"Bearer {key}"},
            json={"email": f"{role}{n}@hub.test", "name": "N", "role": role},
        )
        for n, key in enumerate(keys)
        for role in ("agent", "admin")
    ]

    assert [one.status for one in answers] == [403, 403, 201, 403]


async def test_what_happened_to_roles_is_in_the_audit(admin) -> None:
    await admin.post("/roles", json=LEAD)
    await admin.patch(
        "/roles/shift-lead", json={"rights": ["read", "tags"], "revision": 0}
    )
    await admin.delete("/roles/shift-lead")

    found = (await (await admin.get("/audit?kind=role")).json())["items"]

    assert [one["kind"] for one in found] == [
        "role.removed",
        "role.changed",
        "role.created",
    ]
    assert {one["actor"]["name"] for one in found} == {admin.account.name}
    assert found[1]["data"]["gained"] == ["tags"]
    assert found[1]["data"]["lost"] == ["reply", "wall"]
