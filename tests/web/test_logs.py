"""What is sent to the hub as a secret is in no line of its log."""

import asyncio
import io
import logging

import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestServer

from config.settings import LogSettings
from web import logs

SECRET = "rzm_a_key_that_opens_doors"


@pytest.fixture
def written(monkeypatch):
    """The log, with everything as it was put back."""
    root, served = logging.getLogger(), logging.getLogger("aiohttp.server")
    level, filters = root.level, list(served.filters)
    out = io.StringIO()
    monkeypatch.setattr("sys.stderr", out)
    logs.configure(LogSettings(level="debug", format="json"))
    (ours,) = root.handlers
    # A logger that is first used here would write to ``out`` for ever, in any test.
    structlog.configure(cache_logger_on_first_use=False)
    yield out
    structlog.reset_defaults()
    # Only ours: the other handlers are those that pytest hangs in for each phase.
    root.removeHandler(ours)
    root.setLevel(level)
    served.filters = filters


@pytest.mark.parametrize(
    "request_line_and_headers",
    [
        f"GET /portal/o/{SECRET} HTTP/9.9.9\r\n",
        f"GET /\x01{SECRET} HTTP/1.1\r\nHost: hub.test\r\n",
        f"GET / HTTP/1.1\r\nHost: hub.test\r\nAuthorization : Bearer {SECRET}\r\n",
        f"GET / HTTP/1.1\r\nHost: hub.test\r\nCookie: rozmova_session={SECRET}\0\r\n",
    ],
)
async def test_a_damaged_request_is_not_repeated(
    written, request_line_and_headers
) -> None:
    async with TestServer(web.Application()) as server:
        reader, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(request_line_and_headers.encode() + b"\r\n")
        answer = await reader.read()
        writer.close()

    assert b" 400 " in answer.partition(b"\r\n")[0]
    assert SECRET not in written.getvalue()
    assert "not HTTP" in written.getvalue()


async def test_other_failures_keep_their_traceback(written) -> None:
    try:
        _ = 1 / 0
    except ZeroDivisionError:
        logging.getLogger("aiohttp.server").exception("Unhandled exception")

    assert "ZeroDivisionError" in written.getvalue()
