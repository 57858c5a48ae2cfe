"""Every route with every role: allowed or refused as the table says, and never lost."""

import json
import re
from pathlib import Path

import pytest

from hub.access import tokens
from hub.access.rights import NEEDS, ROLE_RIGHTS, Right, whole
from hub.storage.tables import Role
from tests.web.conftest import shown
from web.api.build import all_routes

WORDS = Path(__file__).parents[2] / "web" / "ui" / "src" / "i18n"
ROUTES = {route.name: route for route in all_routes()}
ROLES = tuple(ROLE_RIGHTS)
REFUSED = {401, 403}


def address(route) -> str:
    """Fill the path with an id that nothing has, or a word that the route knows."""
    path = re.sub(r"{kind}", "note", route.path)
    return re.sub(r"{\w+}", "77", path)


async def status_of(caller, route) -> int:
    answer = await caller.request(
        route.method, address(route), **({"json": {}} if route.unsafe else {})
    )
    return answer.status


def test_the_table_of_rights_is_as_agreed() -> None:
    agent = {"self", "read", "reply", "clients", "quarantine"}
    manager = agent | {
        "erase",
        "orders",
        "wall",
        "queues",
        "views",
        "forms",
        "channels",
        "answers",
        "tags",
        "attributes",
        "tokens",
        "audit",
    }

    assert {role: set(map(str, held)) for role, held in ROLE_RIGHTS.items()} == {
        "agent": agent,
        "manager": manager,
        "admin": manager | {"accounts", "webhooks", "retention"},
    }


def test_no_route_lacks_a_right_and_only_signing_in_is_public() -> None:
    public = [name for name, route in ROUTES.items() if route.right is None]

    assert set(public) == {
        "session.start",
        "invitations.forgot",
        "invitations.look",
        "invitations.take",
    }
    assert all(isinstance(ROUTES[name].right, Right) for name in ROUTES.keys() - public)


def test_no_address_is_declared_twice() -> None:
    addresses = [
        (route.method, re.sub(r"{\w+}", "{}", route.path)) for route in all_routes()
    ]

    assert len(addresses) == len(set(addresses))


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_may_do_what_the_table_says(signed_in, role) -> None:
    found, expected = {}, {}
    for name, route in ROUTES.items():
        # Anew for each: some of the routes end the sign-in that they are called with.
        caller = await signed_in(role)
        status = await status_of(caller, route)
        found[name] = (status not in REFUSED, status >= 500)
        allowed = route.right is None or route.right in ROLE_RIGHTS[role]
        expected[name] = (allowed or name == "session.start", False)

    # Nobody signs in with an empty body, but everybody may try.
    assert found == expected


#: Roles of a company's own: one that counts, one that hires, one that may next to nothing.
OWN = {
    "counting": {Right.READ, Right.ORDERS, Right.AUDIT},
    "hiring": {Right.ACCOUNTS, Right.RETENTION},
    "guest": set(),
}


@pytest.mark.parametrize("name", OWN)
async def test_a_role_of_the_companys_own_may_do_what_it_says(
    signed_in, db, name
) -> None:
    held = set(whole(OWN[name]))
    async with db.begin() as uow:
        uow.session.add(
            Role(key=name, name=name, place=1, rights=list(held), created_at=uow.now)
        )
    found, expected = {}, {}
    for route_name, route in ROUTES.items():
        caller = await signed_in(name)
        status = await status_of(caller, route)
        found[route_name] = (status not in REFUSED, status >= 500)
        allowed = route.right is None or route.right in held
        expected[route_name] = (allowed or route_name == "session.start", False)

    assert found == expected


def test_what_a_right_needs_is_as_agreed() -> None:
    free = set(Right) - set(NEEDS)

    assert set(map(str, free)) == {"self", "read", "tokens", "accounts", "retention"}
    assert {str(one): str(NEEDS[one]) for one in NEEDS if NEEDS[one] != "read"} == {
        "erase": "clients",
        "answers": "reply",
    }
    for held in ROLE_RIGHTS.values():
        assert set(whole(held)) == held


@pytest.mark.parametrize("locale", ["en", "uk"])
def test_every_right_is_explained_on_the_desk(locale) -> None:
    words = json.loads((WORDS / f"{locale}.json").read_text("utf-8"))

    assert set(words["right"]) == {right.value for right in Right}
    assert set(words["rightHint"]) == set(words["right"]) - {"self"}
    assert set(words["role"]) == set(ROLE_RIGHTS)


async def test_nobody_may_do_anything_without_a_sign_in(client) -> None:
    found = {}
    for name, route in ROUTES.items():
        answer = await client.request(
            route.method,
            f"/api/v1{address(route)}",
            **({"json": {}} if route.unsafe else {}),
        )
        found[name] = answer.status
        if answer.status == 401:
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")

    assert found == {
        name: 401 if route.right else 422 for name, route in ROUTES.items()
    }


@pytest.mark.parametrize("right", list(Right))
async def test_a_token_may_do_what_its_scope_says_and_no_more(
    client, account, db, settings, right
) -> None:
    admin = await account("admin")
    new = await db.run(
        lambda uow: tokens.create(
            uow, shown(admin), name="one right", scopes=[right], policy=settings.access
        )
    )
    # What only a browser's sign-in can do, whatever the scope.
    browsers = {"session.end", "me.change_password", "agendas.renew"}

    refused = set()
    for name, route in ROUTES.items():
        answer = await client.request(
            route.method,
            f"/api/v1{address(route)}",
            headers={"Authorization": f"Bearer {new.key}"},
            **({"json": {}} if route.unsafe else {}),
        )
        assert answer.status < 500, name
        if answer.status in REFUSED:
            refused.add(name)

    assert refused - browsers == {
        name
        for name, route in ROUTES.items()
        if route.right not in {None, right} and name not in browsers
    }
