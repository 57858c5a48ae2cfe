"""Files and foreign HTML, as a browser is given them."""

import io

import pytest
from aiohttp import FormData
from PIL import Image

from hub.access import portal_sessions
from tests.web.giving.conftest import sent
from web.portal import session as portal


def picture(size=(400, 200)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, "PNG")
    return out.getvalue()


async def get(who, path, **headers):
    return await who.client.get(
        path, headers={"Cookie": f"rozmova_session={who.secret}"} | headers
    )


async def test_a_picture_is_shown_and_cannot_do_anything_else(
    hub, put, signed_in
) -> None:
    item, _ = await put(sent("вид з вікна.png", picture()))
    (one,) = item.attachments
    async with hub() as client:
        olena = await signed_in(on=client)

        answer = await get(olena, f"/files/{one['id']}/view.png")
        small = await get(olena, f"/files/{one['id']}/thumbnail")

        assert answer.status == 200
        assert await answer.read() == picture()
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.headers["Content-Disposition"].startswith("inline; ")
        assert (
            "filename*=UTF-8''%D0%B2%D0%B8%D0%B4"
            in (answer.headers["Content-Disposition"])
        )
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert policy.endswith("sandbox")
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert small.headers["Content-Type"] == "image/webp"
        drawn = Image.open(io.BytesIO(await small.read()))
        assert max(drawn.size) == 320


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("picture.png", b"<svg onload=alert(1)>", "application/octet-stream"),
        ("page.html", b"<html><script>1</script>", "application/octet-stream"),
        ("bill.pdf", b"%PDF-1.7\n\xe2\xe3", "application/pdf"),
        ("words.txt", "Привіт".encode(), "text/plain; charset=utf-8"),
    ],
)
async def test_what_is_no_picture_is_saved_and_not_shown(
    hub, put, signed_in, name, content, media_type
) -> None:
    item, _ = await put(sent(name, content))
    async with hub() as client:
        olena = await signed_in(on=client)

        answer = await get(olena, f"/files/{item.attachments[0]['id']}/{name}")
        none = await get(olena, f"/files/{item.attachments[0]['id']}/thumbnail")

        assert answer.headers["Content-Type"] == media_type
        assert answer.headers["Content-Disposition"].startswith("attachment; ")
        assert none.status == 404


async def test_a_pdf_is_shown_in_a_frame_of_ours_and_nowhere_else(
    hub, put, signed_in
) -> None:
    item, _ = await put(
        sent("bill.pdf", b"%PDF-1.7\n\xe2\xe3"), sent("page.pdf", b"<script>1</script>")
    )
    async with hub() as client:
        olena = await signed_in(on=client)

        bill, page = [
            await get(olena, f"/files/{one['id']}/bill.pdf?view")
            for one in item.attachments
        ]

        assert bill.headers["Content-Type"] == "application/pdf"
        assert bill.headers["Content-Disposition"].startswith("inline; ")
        policy = bill.headers["Content-Security-Policy"]
        # Browsers open no viewer in a sandbox; but nothing is loaded, and nothing runs.
        assert policy.startswith("default-src 'none'; object-src 'self'")
        assert "script-src" not in policy
        assert policy.endswith("frame-ancestors 'self'")
        assert bill.headers["X-Content-Type-Options"] == "nosniff"
        # What only calls itself one is still a download.
        assert page.headers["Content-Disposition"].startswith("attachment; ")
        assert page.headers["Content-Security-Policy"].endswith("sandbox")


async def test_a_known_copy_is_not_sent_again(hub, put, signed_in) -> None:
    item, _ = await put(sent("a.txt", b"hello"))
    path = f"/files/{item.attachments[0]['id']}/a.txt"
    async with hub() as client:
        olena = await signed_in(on=client)
        first = await get(olena, path)

        again = await get(olena, path, **{"If-None-Match": first.headers["ETag"]})

        assert (again.status, await again.read()) == (304, b"")


@pytest.mark.parametrize(
    ("asked", "status", "given", "told"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=4-", 206, b"456789", "bytes 4-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=-99", 200, b"0123456789", None),
        ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=nonsense", 200, b"0123456789", None),
        ("bytes=0-1,4-5", 200, b"0123456789", None),
    ],
)
async def test_a_player_is_given_the_part_that_it_asks_for(
    hub, put, signed_in, asked, status, given, told
) -> None:
    item, _ = await put(sent("a.txt", b"0123456789"))
    async with hub() as client:
        olena = await signed_in(on=client)

        answer = await get(
            olena, f"/files/{item.attachments[0]['id']}/a.txt", Range=asked
        )

        assert (answer.status, await answer.read()) == (status, given)
        assert answer.headers.get("Content-Range") == told


async def test_the_head_of_a_file_tells_its_size_alone(hub, put, signed_in) -> None:
    item, _ = await put(sent("a.txt", b"0123456789"))
    async with hub() as client:
        olena = await signed_in(on=client)

        answer = await client.head(
            f"/files/{item.attachments[0]['id']}/a.txt",
            headers={"Cookie": f"rozmova_session={olena.secret}"},
        )

        assert (answer.status, answer.headers["Content-Length"]) == (200, "10")


async def test_strangers_get_nothing_and_clients_their_own(
    hub, put, signed_in, db, settings
) -> None:
    item, owner = await put(sent("a.txt", b"hello"), html="<p>x</p>")
    _, stranger = await put(sent("b.txt", b"else"))
    note, _ = await put(sent("c.txt", b"note"), kind="note")
    path = f"/files/{item.attachments[0]['id']}/a.txt"
    secrets = []
    for one in (owner, stranger):
        async with db.begin() as uow:
            secrets.append(
                await portal_sessions.start(uow, one, policy=settings.access)
            )
    async with hub() as client:

        async def status(at, secret) -> int:
            cookie = {"Cookie": f"{portal.COOKIE}={secret}"}
            return (await client.get(at, headers=cookie)).status

        assert (await client.get(path)).status == 401
        assert (await client.get(f"/files/html/{item.id}")).status == 401
        assert await status(path, "x" * 43) == 401
        assert await status(path, secrets[0]) == 200
        assert await status(f"/files/html/{item.id}", secrets[0]) == 200
        assert await status(path, secrets[1]) == 404
        assert await status(f"/files/html/{item.id}", secrets[1]) == 404
        aside = f"/files/{note.attachments[0]['id']}/c.txt"
        assert await status(aside, secrets[0]) == 404
        bearer = {"Authorization": "Bearer " + "x" * 40}
        assert (await client.get(path, headers=bearer)).status == 401


async def test_an_upload_is_kept_for_its_uploader(hub, signed_in) -> None:
    form = FormData()
    form.add_field("file", picture((8, 8)), filename="x.html", content_type="text/html")
    async with hub() as client:
        olena, petro = await signed_in(on=client), await signed_in(on=client)

        answer = await olena.post("/attachments", data=form)
        one = await answer.json()

        assert answer.status == 201
        assert one | {"size": 0} == {
            "id": one["id"],
            "name": "x.html",
            "media_type": "image/png",
            "size": 0,
            "thumbnail": True,
        }
        path = f"/files/{one['id']}/x.html"
        assert (await get(olena, path)).status == 200
        assert (await get(petro, path)).status == 404


async def test_an_upload_that_is_too_large_is_refused(hub, signed_in) -> None:
    form = FormData()
    form.add_field("file", b"x" * 4097, filename="x.bin")
    async with hub() as client:
        olena = await signed_in(on=client)

        answer = await olena.post("/attachments", data=form)

        assert answer.status == 413
        assert (await answer.json())["code"] == "too_large"
