"""The way to push services: public addresses only, by https, over the usual port.

A browser says where its push service is, so the hub is sent to a place that somebody
else chose; the rules are those of ``web/fetching.py``.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from urllib.parse import urlsplit

import aiohttp

from hub.errors import InvalidError, TransientSendError
from web.fetching import NotFetchedError, PublicOnly, allowed

LONGEST_ENDPOINT = 2000


def public(endpoint: str) -> None:
    """Check an address.

    Raises:
        InvalidError: It is not a public one by https.
    """
    try:
        fine = urlsplit(endpoint).scheme == "https" and bool(allowed(endpoint))
    except NotFetchedError:
        fine = False
    if not fine or len(endpoint) > LONGEST_ENDPOINT:
        raise InvalidError("endpoint", errors={"endpoint": "not a push service"})


class PushServices:
    """Posts to push services."""

    def __init__(
        self,
        *,
        patience: timedelta,
        check: Callable[[str], None] = public,
        session: aiohttp.ClientSession | None = None,
    ) -> None:
        self._patience = patience.total_seconds()
        self._check = check
        self._session = session

    def check(self, endpoint: str) -> None:
        """See ``hub.notices.pushing.PushDoor``."""
        self._check(endpoint)

    async def post(
        self, endpoint: str, *, headers: Mapping[str, str], body: bytes
    ) -> int:
        """See ``hub.notices.pushing.PushDoor``."""
        self._check(endpoint)
        try:
            async with (
                asyncio.timeout(self._patience),
                self._open().post(
                    endpoint, data=body, headers=dict(headers), allow_redirects=False
                ) as response,
            ):
                return response.status
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            # Its text may hold the address, which is the browser's secret.
            raise TransientSendError(type(error).__name__) from None

    async def close(self) -> None:
        """Close what was opened."""
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(resolver=PublicOnly(), limit=20),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session
