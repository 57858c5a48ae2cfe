"""Foreign pages and pictures from elsewhere, as they are given out."""

import io

import pytest
from PIL import Image

from hub.access import portal_sessions
from hub.conversations import bodies
from tests.web.giving.conftest import sent
from web import mails
from web.fetching import NotFetchedError
from web.portal import session as portal


def picture(size=(400, 200)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, "PNG")
    return out.getvalue()


async def get(who, path, **headers):
    return await who.client.get(
        path, headers={"Cookie": f"rozmova_session={who.secret}"} | headers
    )


async def test_foreign_html_is_a_page_without_rights(hub, put, signed_in) -> None:
    item, _ = await put(
        sent("logo.png", picture((4, 4)), content_id="logo@x"),
        html='<p>Hi</p><img src="cid:logo@x" alt="a"><img src="cid:gone">',
    )
    async with hub() as client:
        olena = await signed_in(on=client)

        answer = await get(olena, f"/files/html/{item.id}")
        page = await answer.text()

        assert '<p>Hi</p><img src="data:image/png;base64,' in page
        assert "cid:" not in page
        policy = answer.headers["Content-Security-Policy"].split("; ")
        assert "default-src 'none'" in policy
        assert "img-src data:" in policy
        (sandbox,) = (one for one in policy if one.startswith("sandbox"))
        assert "allow-scripts" not in sandbox
        # Our own page may put it into a frame, and nobody else's.
        assert "frame-ancestors 'self'" in policy
        assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
        assert (await get(olena, "/files/html/999")).status == 404


REMOTE = (
    '<p>data-blocked-src="no"</p><img data-blocked-src="https://a.example/x?b=1&amp;c=2">'
    '<img alt=">" data-blocked-src="https://a.example/y">'
)


async def test_pictures_from_elsewhere_are_fetched_for_staff_when_asked(
    hub, put, signed_in, monkeypatch
) -> None:
    asked = []

    async def fetch(_, url):
        asked.append(url)
        if url.endswith("y"):
            raise NotFetchedError("too large")
        return b"GIF89a", "image/gif"

    monkeypatch.setattr(mails.Pictures, "fetch", fetch)
    item, _ = await put(html=REMOTE)
    async with hub() as client:
        olena = await signed_in(on=client)
        still = await get(olena, f"/files/html/{item.id}")
        shown = await get(olena, f"/files/html/{item.id}?images=1")

        assert "img-src data:" in still.headers["Content-Security-Policy"]
        assert 'data-blocked-src="https' in await still.text()
        assert "img-src 'self' data:" in shown.headers["Content-Security-Policy"]
        page = await shown.text()
        assert "https://" not in page
        assert f'src="/files/remote/{item.id}/1"' in page
        assert '<p>data-blocked-src="no"</p>' in page
        assert asked == []

        picture = await get(olena, f"/files/remote/{item.id}/0")
        gone = await get(olena, f"/files/remote/{item.id}/1")
        none = await get(olena, f"/files/remote/{item.id}/2")

        assert (await picture.read(), picture.content_type) == (b"GIF89a", "image/gif")
        assert asked == ["https://a.example/x?b=1&c=2", "https://a.example/y"]
        assert (gone.status, none.status) == (204, 404)
        nobody = await client.get(f"/files/remote/{item.id}/0")
        assert nobody.status == 401


async def test_clients_send_us_nowhere(hub, put, db, settings) -> None:
    item, owner = await put(html=REMOTE)
    async with db.begin() as uow:
        secret = await portal_sessions.start(uow, owner, policy=settings.access)
    async with hub() as client:
        cookie = {"Cookie": f"{portal.COOKIE}={secret}"}

        answer = await client.get(f"/files/remote/{item.id}/0", headers=cookie)

        assert answer.status == 404


async def test_pictures_from_elsewhere_can_be_switched_off(
    hub, put, signed_in, settings
) -> None:
    item, _ = await put(html=REMOTE)
    off = settings.remote_images.model_copy(update={"enabled": False})
    async with hub(remote_images=off) as client:
        olena = await signed_in(on=client)

        page = await (await get(olena, f"/files/html/{item.id}?images=1")).text()

        assert "/files/remote/" not in page
        assert 'data-images="off"' in page
        assert (await get(olena, f"/files/remote/{item.id}/0")).status == 404


@pytest.mark.parametrize(
    ("html", "look", "paper"),
    [
        ("<p>x</p>", "dark", "dark"),
        ("<p>x</p>", "light", "light"),
        ('<p style="color:red">x</p>', "dark", "light"),
        ('<table bgcolor="#fff"></table>', "dark", "light"),
    ],
)
async def test_paper_is_dark_only_for_a_page_without_colours(
    hub, put, signed_in, html, look, paper
) -> None:
    item, _ = await put(html=html)
    async with hub() as client:
        olena = await signed_in(on=client)

        page = await (await get(olena, f"/files/html/{item.id}?look={look}")).text()

        assert f'data-paper="{paper}"' in page


def test_only_pictures_are_filled_in() -> None:
    html = '<p>src="cid:x"</p><img alt="a > b" src="cid:x&amp;y"><a title=" src=x">'

    assert bodies.filled(html, {"x&y": "data:image/png;base64,AA"}) == (
        '<p>src="cid:x"</p><img alt="a > b" src="data:image/png;base64,AA">'
        '<a title=" src=x">'
    )
