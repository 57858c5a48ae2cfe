"""Webhooks over the API, and what is really sent over the wire."""

import asyncio
from datetime import timedelta

import orjson
import pytest
from aiohttp import web

from hub.errors import InvalidError
from hub.log.events import Actor
from hub.queues import queues
from hub.queues.queues import QueueGiven
from hub.storage.tables import Webhook
from hub.webhooks.delivering import Sending
from hub.webhooks.signing import HEADER, is_genuine
from web.webhooks import Deliveries, Poster, checked

KEY = b"signs webhooks in the tests"


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/hook",
        "https://localhost/hook",
        "https://127.0.0.1/hook",
        "https://127.1/hook",
        "https://[::1]/hook",
        "https://[::ffff:10.0.0.1]/hook",
        "https://10.0.0.8/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://2130706433/",
        "https://shop.example:8443/hook",
        "https://user:secret@shop.example/hook",
        "ftp://shop.example/",
        "file:///etc/passwd",
        "https://",
        "shop.example",
        "https://[::1",
    ],
)
def test_nothing_is_sent_where_it_must_not_go(url) -> None:
    with pytest.raises(InvalidError):
        checked(url, ())


def test_a_public_address_is_taken_and_a_near_one_if_it_is_named() -> None:
    near = ("hooks.lan:8000",)

    assert (
        checked("https://shop.example/hook?a=1", ()) == "https://shop.example/hook?a=1"
    )
    assert checked("http://hooks.lan:8000/x", near) == "http://hooks.lan:8000/x"
    with pytest.raises(InvalidError):
        checked("http://hooks.lan:8001/x", near)


@pytest.fixture
def post():
    """Send something, with what the settings allow."""

    async def sending(url, *near, patience=5):
        poster = Poster(timeout=timedelta(seconds=patience), near=near)
        closing = poster.context(web.Application())
        await anext(closing)
        try:
            return await poster.post(url, b"{}", {})
        finally:
            await anext(closing, None)

    return sending


async def test_a_redirect_is_not_followed(post, serve) -> None:
    asked = []

    async def away(request):
        asked.append(request.path)
        raise web.HTTPFound("/elsewhere")

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", away)
    async with serve(app) as client:
        place = f"{client.server.host}:{client.server.port}"
        answer = await post(f"http://{place}/hook", place)

    assert (answer.status, asked) == (302, ["/hook"])


async def test_a_name_that_leads_home_is_not_asked(post) -> None:
    answer = await post("https://localhost.localdomain/hook")

    assert answer.status is None


async def test_one_that_does_not_answer_is_left(post, serve) -> None:
    ended = asyncio.Event()

    async def slow(_):
        await ended.wait()

    app = web.Application()
    app.router.add_post("/hook", slow)
    async with serve(app) as client:
        place = f"{client.server.host}:{client.server.port}"
        answer = await post(f"http://{place}/hook", place, patience=0.05)
        ended.set()

    assert (answer.status, answer.text) == (None, "no answer in time")


async def test_an_event_goes_out_by_itself_over_the_wire(
    db, serve, signed_in, settings
) -> None:
    got: asyncio.Queue = asyncio.Queue()

    async def hook(request):
        await got.put((request.headers.copy(), await request.read()))
        return web.Response(text="thanks")

    app = web.Application()
    app.router.add_post("/hook", hook)
    admin = await signed_in("admin")
    async with serve(app) as client:
        place = f"{client.server.host}:{client.server.port}"
        poster = Poster(timeout=timedelta(seconds=5), near=(place,))
        sending = Sending(
            db=db,
            post=poster.post,
            signing_key=KEY,
            patience=timedelta(days=3),
            lease=timedelta(minutes=1),
        )
        deliveries = Deliveries(sending, rest=timedelta())
        contexts = [one.context(app) for one in (poster, deliveries)]
        for one in contexts:
            await anext(one)
        made = await (
            await admin.post(
                "/webhooks", json={"name": "Shop", "url": "https://shop.example/x"}
            )
        ).json()
        async with db.begin() as uow:
            row = await uow.session.get_one(Webhook, made["webhook"]["id"])
            row.url = f"http://{place}/hook"
        actor = Actor(kind="system", name="")
        await db.run(
            lambda uow: queues.create(
                uow,
                QueueGiven(name="Mail"),
                first_response=timedelta(hours=1),
                goal=0.8,
            ),
            actor,
        )
        headers, body = await asyncio.wait_for(got.get(), 20)
        for one in reversed(contexts):
            await anext(one, None)

    assert orjson.loads(body)["kind"] == "queue.changed"
    assert is_genuine(
        headers[HEADER],
        body,
        made["secret"],
        now=db.clock(),
        within=timedelta(minutes=5),
    )
    tries = await (await admin.get(f"/webhooks/{made['webhook']['id']}/tries")).json()
    assert [one["answer"] for one in tries["items"]][-1] == "thanks"


async def test_an_admin_makes_turns_and_removes_them(signed_in) -> None:
    admin, manager = await signed_in("admin"), await signed_in("manager")
    body = {"name": "Shop", "url": "https://shop.example/x", "kinds": ["note.added"]}

    made = await (await admin.post("/webhooks", json=body)).json()
    number = made["webhook"]["id"]
    refused = await manager.get("/webhooks")
    inside = await admin.post("/webhooks", json=body | {"url": "https://10.0.0.1/"})
    turned = await (await admin.post(f"/webhooks/{number}/secret", json={})).json()
    off = await (
        await admin.patch(
            f"/webhooks/{number}",
            json={"active": False, "revision": turned["webhook"]["revision"]},
        )
    ).json()
    listed = await (await admin.get("/webhooks")).text()
    gone = await admin.delete(f"/webhooks/{number}")

    assert made["secret"].startswith("whsec_")
    assert turned["secret"] != made["secret"]
    assert (refused.status, inside.status) == (403, 422)
    assert (off["disabled_because"], off["behind"]) == ("person", 0)
    assert "whsec_" not in listed
    assert gone.status == 204
    assert "note.added" in await (await admin.get("/webhooks/kinds")).json()
