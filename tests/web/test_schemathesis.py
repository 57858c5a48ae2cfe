"""Whatever is sent to the API, right or wrong by its own document: never a 5xx."""

import asyncio
import os
from dataclasses import dataclass

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance
from sqlalchemy import text

from hub.access import tokens
from hub.access.rights import Right
from tests.web.conftest import shown
from web.api.build import all_routes

#: Requests of each kind for each route.
EXAMPLES = int(os.environ.get("ROZMOVA_TEST_EXAMPLES", "12"))
NAMES = [route.name for route in all_routes()]
#: Examples are few, so each run takes the same; what a longer run finds becomes a test.
SEED = 20260514
#: Parts that the routes are tried in, so that workers may share them.
PARTS = 4


@dataclass
class Found:
    """A route that did not keep what the document says."""

    name: str
    why: str


@pytest.fixture
async def keys(account, db, settings):
    """A token with all rights for each route: some routes revoke what they find."""
    admin = await account("admin")
    async with db.begin() as uow:
        await uow.session.execute(
            text("ALTER TABLE api_tokens ALTER COLUMN id RESTART WITH 1000000")
        )
    made = {}
    for name in NAMES:
        new = await db.run(
            lambda uow: tokens.create(
                uow,
                shown(admin),
                name="fuzz",
                scopes=list(Right),
                policy=settings.access,
            )
        )
        made[name] = new.key
    return made


@pytest.fixture
async def lively(client, keys) -> None:
    """Something at the small ids that are tried most."""

    async def post(path, **said):
        answer = await client.post(
            f"/api/v1{path}",
            json=said,
            headers={"Authorization": f"Bearer {keys['queues.create']}"},
        )
        assert answer.status == 201, await answer.text()
        return await answer.json()

    await post("/queues", name="All", fallback=True, channels=["email"])
    for number in range(3):
        ivan = await post(
            "/clients",
            name=f"Ivan {number}",
            addresses=[
                {"kind": "email", "value": f"ivan{number}@example.test"},
                {"kind": "phone", "value": f"+38044555010{number}"},
            ],
        )
        matter = await post("/conversations", client_id=ivan["id"], subject="A lamp")
        await post(
            f"/conversations/{matter['id']}/notes", text="He rang before.", mentions=[]
        )
        for address, channel in zip(ivan["addresses"], ("email", "sms"), strict=True):
            await post(
                f"/conversations/{matter['id']}/replies",
                channel=channel,
                address_id=address["id"],
                text="It is on its way.",
                seen=0,
                anyway=True,
            )


def attack(url: str, names: list[str], keys: dict[str, str]) -> list[Found]:
    """Send what the document allows and what it does not; collect what went wrong."""
    schema = schemathesis.openapi.from_url(f"{url}/api/v1/openapi.json")
    found = []
    for result in schema.get_all_operations():
        operation = result.ok()
        name = operation.definition.raw["operationId"]
        if name not in names:
            continue
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            try:
                _try(operation, mode, {"Authorization": f"Bearer {keys[name]}"})
            except AssertionError as failure:
                found.append(Found(f"{name} ({mode.value})", str(failure)))
            except BaseExceptionGroup as failures:
                found += [
                    Found(f"{name} ({mode.value})", str(one))
                    for one in failures.exceptions
                ]
    return found


def _try(operation, mode, headers) -> None:
    @seed(SEED)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case) -> None:
        response = case.call(headers=headers)
        case.validate_response(
            response, checks=[not_a_server_error, response_schema_conformance]
        )

    check()


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.usefixtures("lively")
async def test_nothing_that_is_sent_breaks_it(client, keys, part) -> None:
    names = NAMES[part::PARTS]

    found = await asyncio.to_thread(attack, str(client.make_url("")), names, keys)

    assert found == []
