"""One call of the API, as a handler sees it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cached_property
from typing import TypeVar

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from config import Settings
from hub.access import rights
from hub.access.rights import Right
from hub.access.views import AccountView, Caller
from hub.errors import InvalidError, NotSignedInError
from hub.log.events import Actor
from hub.storage.database import Database
from hub.storage.unit import SYSTEM, UnitOfWork
from web.errors import request_id
from web.keys import DATABASE, SETTINGS
from web.security import remote_address

T = TypeVar("T")


class Call:
    """Who asks, and what a handler needs to answer him.

    A handler reads by ``read()`` and writes by ``run()``, and by nothing else: under an
    Idempotency-Key all of it is one unit of work, which may be run again.
    """

    def __init__(self, request: web.Request, caller: Caller | None) -> None:
        self.request = request
        #: Who asks; None on public routes.
        self.caller = caller
        #: Set it to answer with another status than the route's own.
        self.status: int | None = None
        #: The unit that the whole handler runs in, under an Idempotency-Key.
        self.unit: UnitOfWork | None = None
        #: Applied to the response before it leaves (cookies, headers).
        self.finishing: list[Callable[[web.StreamResponse], None]] = []

    @cached_property
    def db(self) -> Database:
        """The database; handlers use ``run`` and ``read`` instead."""
        return self.request.app[DATABASE]

    @cached_property
    def settings(self) -> Settings:
        """The configuration."""
        return self.request.app[SETTINGS]

    @property
    def account(self) -> AccountView:
        """The account that asks, with its rights in this request.

        Raises:
            NotSignedInError: Nobody whom we know; only on public routes.
        """
        return self.identity.account

    @property
    def identity(self) -> Caller:
        """Who asks, and by what.

        Raises:
            NotSignedInError: Nobody whom we know; only on public routes.
        """
        if self.caller is None:
            raise NotSignedInError
        return self.caller

    @property
    def session_id(self) -> int | None:
        """The sign-in that the call came by; None for a token."""
        return self.caller.session_id if self.caller else None

    @property
    def program(self) -> str:
        """What the caller's program calls itself; nothing to be trusted."""
        said = self.request.headers.get("User-Agent", "")
        return "".join(one for one in said if one.isprintable())[:300]

    @property
    def actor(self) -> Actor:
        """Who does what this call does."""
        return self.caller.actor if self.caller else SYSTEM

    @property
    def request_id(self) -> str:
        """Names this call in logs and problems."""
        return request_id(self.request)

    @cached_property
    def remote(self) -> str:
        """The caller's address, as far as it can be known."""
        return remote_address(self.request)

    def may(self, right: Right) -> bool:
        """Tell whether the caller has a right beside the route's own."""
        return rights.may(self.account, right)

    def require(self, right: Right) -> None:
        """Go on only with a right beside the route's own.

        Raises:
            ForbiddenError: The caller lacks it.
        """
        rights.require(self.account, right)

    async def run(self, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        """Run ``work`` as one unit, done by the caller; see ``Database.run``."""
        if self.unit is not None:
            return await work(self.unit)
        return await self.db.run(work, self.actor)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Give a session to read one moment with (or the unit's own)."""
        if self.unit is not None:
            await self.unit.session.flush()
            yield self.unit.session
        else:
            async with self.db.read() as session:
                yield session

    def limit(self, wanted: int | None) -> int:
        """Give the size of a page.

        Raises:
            InvalidError: More than one page may hold.
        """
        most = self.settings.api.max_page
        if wanted is None:
            return min(self.settings.api.page, most)
        if wanted > most:
            raise InvalidError("limit", errors={"limit": f"must be at most {most}"})
        return wanted
