"""Twilio's calls to the hub: signed, sometimes doubled, sometimes swapped."""

from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
from twilio.request_validator import RequestValidator

from channels.simulator.behaviour import Behaviour


@dataclass(frozen=True, slots=True)
class Reply:
    """What the hub answered; a status of 0 when it did not."""

    status: int
    body: str = ""

    @property
    def taken(self) -> bool:
        """Whether the hub has it."""
        return 200 <= self.status < 300  # noqa: PLR2004 - the range is its own name


class HubLine:
    """The way to the hub's webhooks.

    Args:
        hub_url: Where the hub really is.
        public_url: What it believes its address to be; signatures are made over it.
        auth_token: The key of the signatures.
    """

    def __init__(self, hub_url: str, public_url: str, auth_token: str) -> None:
        self.hub_url = hub_url.rstrip("/")
        self.public_url = public_url.rstrip("/")
        self._validator = RequestValidator(auth_token)
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, fields: Mapping[str, str]) -> Reply:
        """Post a signed webhook to a public URL of the hub, and return the answer."""
        signature = self._validator.compute_signature(url, dict(fields))
        try:
            async with self._opened().post(
                self.hub_url + url.removeprefix(self.public_url),
                data=fields,
                headers={"X-Twilio-Signature": str(signature)},
            ) as response:
                return Reply(response.status, await response.text())
        except (aiohttp.ClientError, TimeoutError, OSError):
            return Reply(0)

    async def fetch(self, url: str) -> tuple[str, bytes] | None:
        """Fetch a picture from the hub's public address; None if it is not there."""
        if not url.startswith(f"{self.public_url}/"):
            return None
        try:
            async with self._opened().get(
                self.hub_url + url.removeprefix(self.public_url)
            ) as response:
                if response.status != 200:  # noqa: PLR2004 - "OK"
                    return None
                return response.content_type, await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError):
            return None

    def hook(self, path: str) -> str:
        """Return the public URL of one of the hub's hooks (``sms``, ``phone``)."""
        return f"{self.public_url}/hooks/{path}"

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=15)
            )
        return self._session

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


class Announcer:
    """Tells one thing's callbacks in order, or out of it if so set.

    End it with ``finish``: a callback that is held back goes out then.
    """

    def __init__(self, line: HubLine, behaviour: Behaviour) -> None:
        self._line = line
        self._behaviour = behaviour
        self._held: tuple[str, Mapping[str, str]] | None = None

    async def tell(self, url: str, fields: Mapping[str, str]) -> None:
        """Send a callback, or hold it back until the next one has overtaken it."""
        if not url:
            return
        if self._behaviour.swap and self._held is None:
            self._held = (url, fields)
            return
        await self._send(url, fields)
        await self.finish()

    async def finish(self) -> None:
        """Send what is held back."""
        if self._held is not None:
            url, fields = self._held
            self._held = None
            await self._send(url, fields)

    async def _send(self, url: str, fields: Mapping[str, str]) -> None:
        await self._line.post(url, fields)
        if self._behaviour.duplicate:
            await self._line.post(url, fields)
