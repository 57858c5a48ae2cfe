"""Forms on other sites' pages: their scripts, frames and languages."""

import pytest
import pytest_asyncio
from sqlalchemy import select
from yarl import URL

from hub.storage.tables import (
    Client,
    TimelineItem,
)
from tests.web.portal import Browser, make_app, served
from tests.web.sending import GOOD, LIMITS, edit

SHOP = "https://shop.example"


@pytest.fixture
def app(db, data_dir):
    return make_app(db, data_dir, forms=LIMITS)


@pytest_asyncio.fixture
async def http(app):
    async with served(app) as client:
        yield client


@pytest.fixture
def browser(http):
    return Browser(http)


async def rows(db, table):
    async with db.read() as session:
        return list(
            await session.scalars(select(table).order_by(*table.__mapper__.primary_key))
        )


async def came(db):
    return [one for one in await rows(db, TimelineItem) if one.kind == "form"]


async def token(http, **query):
    async with http.get("/forms/ask/definition", params=query) as answer:
        return (await answer.json())["token"]


# --- by another site's script ---------------------------------------------------------


async def test_a_script_of_an_allowed_site_may_send_it(http, db) -> None:
    await edit(db, origins=(SHOP,))
    asking = {
        "Origin": SHOP,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }

    async with http.options("/forms/ask/submissions", headers=asking) as asked:
        may = asked.headers
    said = {**GOOD, "token": await token(http)}
    async with http.post(
        "/forms/ask/submissions", json=said, headers={"Origin": SHOP}
    ) as answer:
        thanks = await answer.json()

    assert asked.status == 204
    assert may["Access-Control-Allow-Origin"] == SHOP
    assert "Content-Type" in may["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in may
    assert answer.headers["Access-Control-Allow-Origin"] == SHOP
    assert "Origin" in answer.headers.getall("Vary")
    assert thanks == {"thanks": "We answer today.", "repeated": False}
    assert len(await came(db)) == 1


async def test_a_refusal_can_be_read_by_the_script_too(http, db) -> None:
    await edit(db, origins=(SHOP,))

    async with http.post(
        "/forms/ask/submissions",
        json={"token": await token(http), "email": "no"},
        headers={"Origin": SHOP},
    ) as answer:
        problem = await answer.json()

    assert answer.status == 422
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == SHOP
    assert problem["errors"]["email"] == "not_an_email"
    assert problem["messages"]["question"] == "Fill this in."


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "https://shop.example.evil"]
)
async def test_another_site_may_not(http, db, origin) -> None:
    await edit(db, origins=(SHOP,))
    said = {**GOOD, "token": await token(http)}

    async with http.options(
        "/forms/ask/submissions", headers={"Origin": origin}
    ) as asked:
        assert asked.status == 403
        assert "Access-Control-Allow-Origin" not in asked.headers
    async with http.post(
        "/forms/ask/submissions", json=said, headers={"Origin": origin}
    ) as answer:
        assert answer.status == 403
        assert "Access-Control-Allow-Origin" not in answer.headers
    assert await came(db) == []


@pytest.mark.parametrize(
    ("named", "comes_as"),
    [
        ("https://Shop.Example/", SHOP),
        ("https://shop.example:443", SHOP),
        ("http://shop.example:8080", "http://shop.example:8080"),
        ("https://крамниця.укр", "https://xn--80aqejfp0c4d.xn--j1amh"),
    ],
)
async def test_a_site_may_be_named_as_people_write_it(
    http, db, named, comes_as
) -> None:
    await edit(db, origins=(named,))

    async with http.options(
        "/forms/ask/submissions", headers={"Origin": comes_as}
    ) as asked:
        assert asked.status == 204
    async with http.get("/forms/ask?framed=1") as framed:
        assert comes_as in framed.headers["Content-Security-Policy"]


async def test_what_one_site_may_read_is_not_kept_for_another(http, db) -> None:
    await edit(db, origins=(SHOP,))

    for origin in ({}, {"Origin": SHOP}, {"Origin": "https://evil.example"}):
        async with http.get("/forms/ask/definition", headers=origin) as answer:
            assert "Origin" in answer.headers.getall("Vary")


@pytest.mark.parametrize("name", ["%00", "a%00b", "ASK", "x" * 3000])
async def test_a_name_that_no_form_has_is_not_found(http, name) -> None:
    for path in ("", "/definition", "/embed.js"):
        async with http.get(URL(f"/forms/{name}{path}", encoded=True)) as answer:
            assert answer.status == 404
    async with http.post(URL(f"/forms/{name}", encoded=True), data=GOOD) as answer:
        assert answer.status == 404


async def test_a_frame_is_only_for_the_sites_that_are_named(http, db) -> None:
    await edit(db, origins=(SHOP,))

    async with http.get("/forms/ask?framed=1") as framed, http.get("/forms/ask") as own:
        assert (
            f"frame-ancestors 'self' {SHOP}"
            in framed.headers["Content-Security-Policy"]
        )
        assert "frame-ancestors 'none'" in own.headers["Content-Security-Policy"]


async def test_a_frame_is_light_unless_its_site_is_not(http) -> None:
    seen = {}
    for frame in ("1", "auto"):
        async with http.get(f"/forms/ask?framed={frame}") as answer:
            seen[frame] = await answer.text()

    assert '<html lang="en" class="light">' in seen["1"]
    assert 'content="light dark"' not in seen["1"]
    assert '<html lang="en">' in seen["auto"]
    assert 'name="framed" value="auto"' in seen["auto"]


# --- languages ----------------------------------------------------------------------


async def test_the_language_is_the_browsers_unless_the_address_says_so(
    browser, db
) -> None:
    await edit(db, title={"en": "Ask us", "uk": "Запитайте нас"})

    english = await browser.get("/forms/ask", **{"Accept-Language": "en-GB"})
    ukrainian = await browser.get("/forms/ask", **{"Accept-Language": "uk-UA,en;q=0.5"})
    chosen = await browser.get("/forms/ask?lang=uk", **{"Accept-Language": "en"})
    sent = await browser.send(chosen, GOOD)

    assert "Ask us" in english.text
    assert "Запитайте нас" in ukrainian.text
    # A label that is in one language only falls back to it.
    assert "Your name" in ukrainian.text
    assert 'lang="uk"' in chosen.html
    assert "Дякуємо" in sent.text
    (client,) = await rows(db, Client)
    assert client.locale == "uk"
