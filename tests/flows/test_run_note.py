"""``run.json`` opens the running demonstration to a program."""

import json
from stat import S_IMODE

import aiohttp

from hub.storage.blobs import FolderBlobs
from tests.flows.stage import SECRET
from web.demo import company, note


async def test_a_program_can_do_everything_that_the_note_says(stage, tmp_path) -> None:
    await company.fill(
        stage.db,
        stage.settings,
        FolderBlobs(tmp_path / "files"),
        secret=SECRET,
        clients=4,
        months=1,
    )
    await note.write(stage.settings, tmp_path, stage.db)
    said = json.loads((tmp_path / note.FILE).read_text())

    async def status(method, path, **how) -> int:
        async with stage.http.request(method, f"{said['url']}{path}", **how) as answer:
            return answer.status

    for one in (*said["agents"], said["manager"], said["admin"]):
        assert one["mail"] == one["email"]
        body = {"email": one["email"], "password": one["password"]}
        assert await status("POST", "/api/v1/session", json=body) == 200
    bearer = {"Authorization": f"Bearer {said['api_token']}"}
    assert await status("GET", "/api/v1/accounts", headers=bearer) == 200
    async with stage.http.get(said["form_url"]) as form:
        assert form.status == 200
    twilio = said["twilio"]
    rest = f"{twilio['rest_base']}/2010-04-01/Accounts/{twilio['account_sid']}"
    async with stage.http.get(
        f"{rest}/Messages.json",
        headers={
            "Authorization": aiohttp.encode_basic_auth(
                twilio["account_sid"], twilio["auth_token"]
            )
        },
    ) as answer:
        assert answer.status == 200
    assert said["smtp"]["port"] != said["lmtp"]["port"]


async def test_the_note_is_for_its_owner_and_its_token_for_one_start(
    stage, tmp_path
) -> None:
    await company.fill(
        stage.db,
        stage.settings,
        FolderBlobs(tmp_path / "files"),
        secret=SECRET,
        clients=4,
        months=1,
    )
    tokens = []
    for _ in range(2):
        await note.write(stage.settings, tmp_path, stage.db)
        tokens.append(json.loads((tmp_path / note.FILE).read_text())["api_token"])

    async def answer_to(token) -> int:
        bearer = {"Authorization": f"Bearer {token}"}
        async with stage.http.get(f"{stage.url}/api/v1/sync", headers=bearer) as answer:
            return answer.status

    assert S_IMODE((tmp_path / note.FILE).stat().st_mode) == 0o600
    assert [await answer_to(token) for token in tokens] == [401, 200]


async def test_a_hub_without_the_demo_company_has_no_note(stage, tmp_path) -> None:
    await note.write(stage.settings, tmp_path, stage.db)

    assert not (tmp_path / note.FILE).exists()
