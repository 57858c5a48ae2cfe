"""Signing in over HTTP: the cookie, forged requests, throttling, passwords."""

import asyncio
import re
from http.cookies import SimpleCookie

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from sqlalchemy import select

from config import Settings
from hub.access import passwords
from hub.storage.tables import Session
from tests.web.conftest import SignedIn
from web import security
from web.keys import SETTINGS

PASSWORD = "a long enough word"


@pytest.fixture
async def olena(account):
    hashed = await passwords.hashed(PASSWORD, min_length=10)
    return await account("agent", email="olena@example.test", password_hash=hashed)


def sign_in(client, *, email="olena@example.test", password=PASSWORD, **how):
    return client.post(
        "/api/v1/session", json={"email": email, "password": password}, **how
    )


def cookie_in(answer):
    return SimpleCookie(answer.headers["Set-Cookie"])[security.COOKIE]


async def test_who_knows_the_password_is_signed_in(client, olena) -> None:
    answer = await sign_in(client, email=" Olena@Example.TEST")
    said = await answer.json()
    shown = await client.get("/api/v1/session")

    assert answer.status == 200
    assert said["account"]["id"] == olena.id
    assert said["account"]["rights"] == [
        "self",
        "read",
        "reply",
        "clients",
        "quarantine",
    ]
    now = await shown.json()
    assert isinstance(now.pop("cursor"), int)
    assert now.items() <= said.items()


async def test_the_cookie_is_for_this_site_and_no_script(client, olena) -> None:
    cookie = cookie_in(await sign_in(client))

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert not cookie["secure"]
    assert int(cookie["max-age"]) == 14 * 24 * 3600
    assert len(cookie.value) >= 43


async def test_on_https_the_cookie_is_secure_and_the_browser_is_told(
    build, serve, olena
) -> None:
    settings = Settings(public_url="https://hub.example.test")
    async with serve(build(settings=settings)) as client:
        answer = await sign_in(client)

    assert cookie_in(answer)["secure"]
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "wss://hub.example.test" in answer.headers["Content-Security-Policy"]


async def test_refusals_tell_nothing_of_who_has_an_account(
    client, olena, account
) -> None:
    hashed = await passwords.hashed(PASSWORD, min_length=10)
    await account(
        "agent", email="gone@example.test", active=False, password_hash=hashed
    )

    answers = [
        await sign_in(client, password="wrong"),
        await sign_in(client, email="nobody@example.test"),
        await sign_in(client, email="gone@example.test"),
    ]

    said = [await answer.json() for answer in answers]
    for one in said:
        del one["request_id"]
    assert [answer.status for answer in answers] == [401] * 3
    assert said[0] == said[1] == said[2]
    assert all("Set-Cookie" not in answer.headers for answer in answers)


async def test_too_many_tries_are_put_off_even_all_at_once(
    client, olena, clock
) -> None:
    answers = await asyncio.gather(
        *(sign_in(client, password="wrong") for _ in range(15))
    )
    now_right = await sign_in(client)
    clock.move(minutes=15, seconds=1)
    later = await sign_in(client)

    assert sorted(answer.status for answer in answers) == [401] * 10 + [429] * 5
    assert now_right.status == 429
    assert (await now_right.json())["retry_after"] == 900
    assert now_right.headers["Retry-After"] == "900"
    assert later.status == 200


async def test_a_good_sign_in_is_no_try(client, olena) -> None:
    statuses = []
    for _ in range(12):
        answer = await sign_in(client)
        statuses.append(answer.status)

    assert statuses == [200] * 12


async def test_signing_out_ends_the_session_and_takes_the_cookie(client, olena) -> None:
    said = await (await sign_in(client)).json()

    ended = await client.delete(
        "/api/v1/session", headers={security.CSRF_HEADER: said["csrf"]}
    )
    after = await client.get("/api/v1/session")

    assert ended.status == 204
    assert int(cookie_in(ended)["max-age"]) == 0
    assert after.status == 401


# --- forged requests ----------------------------------------------------------------


async def test_a_write_without_our_pages_word_is_refused(signed_in) -> None:
    browser = await signed_in("agent")
    other = await signed_in("agent")

    answers = {
        "none": await browser.patch("/me", json={"locale": "en"}, csrf=False),
        "another's": await browser.patch(
            "/me",
            json={"locale": "en"},
            csrf=False,
            headers={security.CSRF_HEADER: other.csrf},
        ),
        "odd": await browser.patch(
            "/me", json={}, csrf=False, headers={security.CSRF_HEADER: "\u00e9"}
        ),
        "good": await browser.patch("/me", json={"locale": "en"}),
        "reading": await browser.get("/session", csrf=False),
    }

    assert {name: answer.status for name, answer in answers.items()} == {
        "none": 403,
        "another's": 403,
        "odd": 403,
        "good": 200,
        "reading": 200,
    }


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8080"}, 403),
        ({"Origin": "http://127.0.0.1:8080"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
    ],
)
async def test_another_sites_page_can_neither_write_nor_sign_one_in(
    client, signed_in, olena, headers, status
) -> None:
    browser = await signed_in("agent")

    wrote = await browser.patch("/me", json={"locale": "en"}, headers=headers)
    signed = await sign_in(client, headers=headers)

    assert (wrote.status, signed.status) == (status, status)


# --- sessions -----------------------------------------------------------------------


async def test_one_sees_ones_own_sign_ins_and_ends_one(signed_in) -> None:
    here = await signed_in("agent")
    there = await signed_in(who=here.account)
    stranger = await signed_in("agent")

    listed = (await (await here.get("/sessions")).json())["items"]
    elsewhere = next(one["id"] for one in listed if not one["current"])
    foreign = (await (await stranger.get("/sessions")).json())["items"][0]["id"]
    ended = await here.delete(f"/sessions/{elsewhere}")
    refused = await here.delete(f"/sessions/{foreign}")

    assert [one["current"] for one in listed].count(True) == 1
    assert len(listed) == 2
    assert "hash" not in str(listed)
    assert ended.status == 204
    assert refused.status == 404
    assert (await there.get("/session")).status == 401
    assert (await stranger.get("/session")).status == 200


async def test_a_session_lives_on_while_it_is_used(signed_in, clock) -> None:
    browser = await signed_in("agent")

    renewed = []
    for _ in range(3):
        clock.move(days=13)
        answer = await browser.get("/session")
        renewed.append((answer.status, "Set-Cookie" in answer.headers))
    clock.move(days=14, seconds=1)
    after = await browser.get("/session")

    assert renewed == [(200, True)] * 3
    assert after.status == 401


async def test_sign_ins_that_have_run_out_are_cleared_away(
    db, signed_in, clock
) -> None:
    browser = await signed_in("agent")
    clock.move(days=14, seconds=1)
    await signed_in(who=browser.account)

    async with db.read() as session:
        assert len((await session.scalars(select(Session))).all()) == 1


async def test_a_deactivated_account_is_out_at_once(signed_in) -> None:
    admin, agent = await signed_in("admin"), await signed_in("agent")

    changed = await admin.patch(f"/accounts/{agent.account.id}", json={"active": False})

    assert changed.status == 200
    assert (await agent.get("/session")).status == 401


async def test_a_new_password_ends_all_sign_ins_but_gives_a_new_one(
    client, olena, signed_in
) -> None:
    here, there = await signed_in(who=olena), await signed_in(who=olena)

    wrong = await here.put(
        "/me/password", json={"current": "x", "new": "another word!"}
    )
    short = await here.put("/me/password", json={"current": PASSWORD, "new": "short"})
    done = await here.put(
        "/me/password", json={"current": PASSWORD, "new": "another word!"}
    )

    client.session.cookie_jar.clear()
    new = SignedIn(client, olena, cookie_in(done).value)

    assert (wrong.status, short.status, done.status) == (403, 422, 200)
    assert (await here.get("/session")).status == 401
    assert (await there.get("/session")).status == 401
    said = await done.json()
    assert (await (await new.get("/session")).json())["account"] == said["account"]
    assert (await sign_in(client)).status == 401
    assert (await sign_in(client, password="another word!")).status == 200


async def test_no_name_of_the_document_tells_of_modules(client) -> None:
    document = await (await client.get("/api/v1/openapi.json")).json()

    names = document["components"]["schemas"]
    assert "OrderIn" in names
    assert not [one for one in names if "__" in one]


# --- headers ------------------------------------------------------------------------


async def test_every_answer_is_guarded(client) -> None:
    for path in ("/api/v1/session", "/api/v1/openapi.json", "/nowhere"):
        answer = await client.get(path)
        policy = answer.headers["Content-Security-Policy"]

        assert policy.startswith("default-src 'none'; script-src 'self'")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "Referrer-Policy" in answer.headers
        assert "Permissions-Policy" in answer.headers


async def test_a_response_may_have_a_policy_of_its_own(client) -> None:
    answer = await client.get("/api/v1/docs")
    policy, page = answer.headers["Content-Security-Policy"], await answer.text()

    assert re.search(r"style-src 'sha256-[\w+/]+=*'", policy)
    assert "script-src" not in policy
    assert "<script" not in page
    assert " style=" not in page


@pytest.mark.parametrize(
    ("proxies", "told", "seen"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9", "198.51.100.1"),
        (2, "203.0.113.9", "203.0.113.9"),
        (1, "no address", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_the_remote_address_is_what_trusted_proxies_saw(proxies, told, seen) -> None:
    app = web.Application()
    app[SETTINGS] = Settings(trusted_proxies=proxies)
    request = make_mocked_request("GET", "/", {"X-Forwarded-For": told}, app=app)

    assert security.remote_address(request.clone(remote="127.0.0.1")) == seen
