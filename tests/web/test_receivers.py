"""The channels' own receivers begin with the hub and end as soon as it is told to."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from hub.errors import ChannelError
from web.hooks.taking import Taking
from web.receivers import Receivers


class Listening:
    """A channel that only listens."""

    def __init__(self, name, happened, *, fails=False) -> None:
        self.name = name
        self.happened = happened
        self.fails = fails
        self.ended = asyncio.Event()

    @asynccontextmanager
    async def listening(self, _deliver, _keep):
        if self.fails:
            raise ChannelError(f"{self.name} cannot listen")
        self.happened.append(f"{self.name} begins")
        yield
        self.happened.append(f"{self.name} ends")
        self.ended.set()


def receivers(*adapters) -> Receivers:
    return Receivers(
        Taking(
            db=None,
            reception=None,
            adapters={one.name: one for one in adapters},
            metrics=None,
        )
    )


async def test_they_end_when_the_hub_is_told_to_and_not_only_when_all_else_has() -> (
    None
):
    happened = []
    mail, mailbox = Listening("smtp", happened), Listening("imap", happened)
    app = web.Application()
    running = receivers(mail, mailbox)
    context = running.context(app)
    await anext(context)
    assert happened == ["smtp begins", "imap begins"]

    await running.end(app)
    async with asyncio.timeout(5):
        await mail.ended.wait()

    assert happened[2:] == ["imap ends", "smtp ends"]
    assert [one async for one in context] == []


async def test_one_that_cannot_listen_stops_the_start_and_the_others() -> None:
    happened = []
    context = receivers(
        Listening("smtp", happened), Listening("imap", happened, fails=True)
    ).context(web.Application())

    with pytest.raises(ChannelError, match="imap cannot listen"):
        await anext(context)

    assert happened == ["smtp begins"]
