"""What is our own fault or passes by itself is said so, and logged without secrets."""

import asyncio
import errno

import pytest
import structlog
from aiohttp import web
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from hub import errors as tree
from hub.errors import HubError
from web.api.routing import Routes
from web.errors import STATUSES, errors, title_of


def families(kind):
    return [kind, *(one for sub in kind.__subclasses__() for one in families(sub))]


KINDS = [kind for kind in families(HubError) if kind.__module__ == tree.__name__]


@pytest.fixture
def lines():
    with structlog.testing.capture_logs() as caught:
        yield caught


@pytest.fixture
async def raising(build, serve):
    """Raise what the test puts into the box."""
    box = []

    async def fail(request):
        raise box[0]

    app = build(list(Routes(tag="none")))
    app.router.add_get("/api/v1/fail", fail)
    app.router.add_get("/fail", fail)
    async with serve(app) as client:
        yield box, client


async def test_who_leaves_while_he_sends_alarms_nobody(build, lines, caplog) -> None:
    began, over = asyncio.Event(), asyncio.Event()

    async def upload(request):
        began.set()
        try:
            return web.Response(body=await request.read())
        finally:
            over.set()

    app = build(list(Routes(tag="none")))
    app.router.add_post("/api/v1/upload", upload)
    # As the hub is served; the tests' own server cancels who is not waited for.
    runner = web.AppRunner(app, handler_cancellation=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    _, writer = await asyncio.open_connection(*runner.addresses[0])
    writer.write(
        b"POST /api/v1/upload HTTP/1.1\r\nHost: hub\r\n"
        b"Content-Length: 100\r\n\r\nthe beginning"
    )
    await began.wait()
    writer.close()
    await over.wait()
    await runner.cleanup()

    assert [one for one in lines if one["log_level"] == "error"] == []
    assert [one for one in caplog.records if one.levelname == "ERROR"] == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
async def test_every_refusal_of_the_tree_has_a_status_and_a_title(
    raising, kind
) -> None:
    box, client = raising
    box.append(kind())

    answer = await client.get("/api/v1/fail")
    problem = await answer.json()

    wanted = next(
        (status for one, status in STATUSES.items() if issubclass(kind, one)), 500
    )
    assert answer.status == problem["status"] == wanted
    assert problem["code"] == kind.code
    assert problem["title"] == title_of(kind)
    assert problem["type"] == f"/api/v1/docs#problem-{kind.code}"


async def test_every_problem_type_leads_to_its_place_in_the_documentation(
    client,
) -> None:
    page = await (await client.get("/api/v1/docs")).text()

    for kind in KINDS:
        if kind is not HubError:
            assert f'id="problem-{kind.code}"' in page


async def test_a_bug_is_logged_once_under_the_name_that_the_caller_gets(
    raising, lines
) -> None:
    box, client = raising
    box.append(KeyError("hunter2"))

    answer = await client.get("/api/v1/fail")
    problem = await answer.json()

    assert answer.status == 500
    assert [line["request_id"] for line in lines] == [problem["request_id"]]
    assert "hunter2" not in str(problem)


@pytest.mark.parametrize(
    "failure", [PoolTimeoutError("no connection"), ConnectionRefusedError("no server")]
)
async def test_a_database_that_is_away_is_a_503_to_try_again(
    raising, lines, failure
) -> None:
    box, client = raising
    box.append(failure)

    program = await client.get("/api/v1/fail")
    person = await client.get("/fail", headers={"Accept": "text/html"})

    assert program.status == person.status == 503
    assert program.headers["Retry-After"] == person.headers["Retry-After"] == "5"
    assert (await program.json())["code"] == "unavailable"
    assert "Try again in a minute" in await person.text()
    assert {line["log_level"] for line in lines} == {"warning"}


async def test_a_connection_that_is_cut_in_a_statement_is_a_503(
    client, db, signed_in
) -> None:
    browser = await signed_in("agent")

    async def cut() -> None:
        async with db.engine.connect() as connection:
            while not (
                await connection.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        "WHERE datname = current_database() "
                        "AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()"
                    )
                )
            ).all():
                await connection.rollback()

    async with db.begin() as holder:
        await holder.session.execute(text("LOCK TABLE accounts IN EXCLUSIVE MODE"))
        waiting = asyncio.create_task(browser.patch("/me", json={"name": "Other"}))
        await cut()
        answer = await waiting

    assert answer.status == 503
    assert (await browser.patch("/me", json={"name": "Other"})).status == 200


async def test_a_redirect_is_no_refusal() -> None:
    async def move(request):
        raise web.HTTPFound("/elsewhere")

    with pytest.raises(web.HTTPFound):
        await errors(None, move)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        PermissionError(errno.EACCES, "Permission denied", "data/files/ab"),
    ],
)
async def test_a_full_disk_is_not_taken_for_the_database(raising, error) -> None:
    box, client = raising
    box.append(error)

    answer = await client.get("/api/v1/fail")
    problem = await answer.json()

    assert answer.status == 503
    assert problem["detail"] == "the data folder takes nothing; try again soon"
