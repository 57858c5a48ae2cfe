"""Find a form by its name, and the channel that reads its answers."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from aiohttp import web

from channels.webform import Channel
from hub.contracts import FormDefinition
from hub.errors import NotFoundError
from hub.forms import forms
from web.keys import ADAPTERS, DATABASE, SETTINGS

#: Before any form.
EVER = datetime(2000, 1, 1, tzinfo=UTC)


def channel(app: web.Application) -> Channel:
    """Give the channel of the forms.

    Raises:
        NotFoundError: It is not set up.
    """
    found = app[ADAPTERS].get(Channel.name)
    if not isinstance(found, Channel):
        raise NotFoundError("no forms here")
    return found


async def form(
    app: web.Application, name: str, *, since: datetime | None = None
) -> FormDefinition:
    """Give a form as it is now, with the versions that people may still have open.

    Raises:
        NotFoundError: There is none, or no forms at all.
    """
    began = app[DATABASE].clock() - channel(app).open_for if since is None else since
    async with app[DATABASE].read() as session:
        return await forms.access_form(
            session, name, settings=app[SETTINGS].forms, since=began
        )


async def seeding(app: web.Application) -> AsyncIterator[None]:
    """Put the forms of the settings into the database when the hub starts."""
    found = app[ADAPTERS].get(Channel.name)
    if isinstance(found, Channel) and (seeds := found.seeds()):
        settings = app[SETTINGS].forms
        await app[DATABASE].run(lambda uow: forms.seed(uow, seeds, settings=settings))
    yield
