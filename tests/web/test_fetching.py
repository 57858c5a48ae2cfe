"""Pictures from elsewhere: only pictures, and only from the public internet."""

import asyncio
import socket
from datetime import timedelta

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.abc import AbstractResolver
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from web.fetching import NotFetchedError, Pictures, PublicOnly, allowed, is_public

GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "::127.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b:1::a9fe:a9fe",
        "ff02::1",
        "not an address",
    ],
)
def test_what_is_not_for_the_public_is_known(address) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111"])
def test_what_is_for_the_public_is_known(address) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/a.png",
        "https://127.0.0.1/a.png",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.0x1/",
        "https://127.0.0\N{IDEOGRAPHIC FULL STOP}1/",
        "https://10.0.0\N{FULLWIDTH FULL STOP}1/",
        "https://127.0.0.\N{FULLWIDTH DIGIT ONE}/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://localhost/",
        "https://intranet/",
        "https://a.example:8443/",
        "https://a.example:22/",
        "https://user:secret@a.example/",
        "file:///etc/passwd",
        "ftp://a.example/a.png",
        "data:image/png;base64,AA",
        "//a.example/a.png",
        "https://a.example:x/",
        "",
    ],
)
def test_these_are_never_asked_for(url) -> None:
    with pytest.raises(NotFetchedError):
        allowed(url)


def test_only_https_is_spoken() -> None:
    assert allowed("http://a.example/p?x=1#y") == "https://a.example/p?x=1"
    assert allowed("https://a.example") == "https://a.example/"
    assert allowed("https://крамниця.укр/p") == "https://xn--80aqejfp0c4d.xn--j1amh/p"


@given(st.text() | st.text(alphabet="https:/.@[]0x17f%#?", max_size=60))
def test_any_address_is_allowed_by_https_or_refused(url) -> None:
    try:
        asked = allowed(url)
    except NotFetchedError:
        return

    assert asked.startswith("https://")


class Names(AbstractResolver):
    """Says of every name that it is at the same address."""

    def __init__(self, address):
        self.address = address

    async def resolve(self, host, port=0, family=socket.AF_INET):  # noqa: ARG002
        return [
            {
                "hostname": host,
                "host": self.address,
                "port": port,
                "family": socket.AF_INET,
                "proto": 0,
                "flags": 0,
            }
        ]

    async def close(self):
        pass


async def test_a_name_for_a_private_address_is_not_followed() -> None:
    with pytest.raises(OSError, match="not public"):
        await PublicOnly(Names("10.0.0.1")).resolve("a.example", 443)
    (found,) = await PublicOnly(Names("93.184.216.34")).resolve("a.example", 443)
    assert found["host"] == "93.184.216.34"


ANSWERS = {
    "/gif": {"body": GIF, "content_type": "text/plain"},
    "/page": {"text": "<html>", "content_type": "image/png"},
    "/svg": {"text": "<svg onload=x>", "content_type": "image/svg+xml"},
    "/large": {"body": GIF + b"\0" * 5000},
}
MOVED = {
    "/on": "/gif",
    "/inside": "https://169.254.169.254/secret",
    "/round": "/round",
}


@pytest_asyncio.fixture
async def internet(monkeypatch):
    """A server under any name; gives what fetches from it, and who came."""
    came = []

    async def answer(request):
        came.append(request)
        if request.path == "/never":
            await asyncio.Event().wait()
        if request.path in MOVED:
            return web.Response(status=302, headers={"Location": MOVED[request.path]})
        return web.Response(**ANSWERS.get(request.path, {"status": 404}))

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    server = TestServer(app)
    await server.start_server()

    line = f"http://a.example:{server.port}"

    def plain(url):
        # The rules are asked as ever; only the line itself is this machine's.
        return allowed(url.replace(line, "https://a.example")).replace(
            "https://a.example", line
        )

    monkeypatch.setattr("web.fetching.allowed", plain)
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(resolver=Names("127.0.0.1"))
    )
    pictures = Pictures(max_bytes=1024, timeout=timedelta(seconds=0.5), session=session)
    yield pictures, came
    await pictures.close()
    await server.close()


async def test_a_picture_is_what_its_bytes_show(internet) -> None:
    pictures, came = internet

    assert await pictures.fetch("https://a.example/gif") == (GIF, "image/gif")
    (request,) = came
    # Nothing in it tells of the agent.
    assert not {"Cookie", "Referer", "X-Forwarded-For"} & set(request.headers)


@pytest.mark.parametrize(
    "path", ["page", "svg", "large", "inside", "round", "never", "missing"]
)
async def test_what_is_no_picture_or_too_much_is_not_taken(internet, path) -> None:
    pictures, came = internet

    with pytest.raises(NotFetchedError):
        await pictures.fetch(f"https://a.example/{path}")

    assert 1 <= len(came) <= 4


async def test_a_picture_that_has_moved_is_followed(internet) -> None:
    pictures, came = internet

    assert await pictures.fetch("https://a.example/on") == (GIF, "image/gif")
    assert [request.path for request in came] == ["/on", "/gif"]
