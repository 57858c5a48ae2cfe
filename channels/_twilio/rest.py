"""The way to Twilio's REST, and what its refusals mean.

The official library checks signatures and writes TwiML for us. Its REST client is left
aside: it rewrites host names by region, which breaks a base address of one's own, and
cannot say whether a request was on its way when the line broke. That last fact is
what decides between "try again" and "may have gone out".
"""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from fnmatch import fnmatch
from types import SimpleNamespace
from typing import Any

import aiohttp
from yarl import URL

from channels._twilio.client import TwilioSettings
from channels._twilio.words import PASSING, cause, reason
from hub.errors import (
    PermanentSendError,
    SendError,
    TransientSendError,
    UncertainSendError,
)

#: Gateway errors do not tell whether the server behind the gateway took the request.
GATEWAY_STATUSES = frozenset({502, 504})
TOO_MANY_REQUESTS = 429
MOST_REDIRECTS = 3
CHUNK_BYTES = 65536


class TwilioRest:
    """One account at Twilio's REST.

    It opens its session at the first request, inside of the running loop; ``close``
    ends it.
    """

    def __init__(self, settings: TwilioSettings) -> None:
        self._settings = settings
        self._base = settings.api_base_url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None
        #: How far Twilio's clock is ahead of ours, by its last answer to a reading.
        self.ahead = timedelta(0)
        pair = f"{settings.account_sid}:{settings.auth_token.get_secret_value()}"
        self._auth = f"Basic {base64.b64encode(pair.encode()).decode()}"

    async def create(
        self, resource: str, form: Sequence[tuple[str, str]]
    ) -> dict[str, Any]:
        """Make one thing at Twilio (``Messages.json``) and return what it says of it.

        Raises:
            TransientSendError: It was surely not taken and may be tried again.
            PermanentSendError: Twilio refused it.
            UncertainSendError: The line broke after the request was on its way.
        """
        sent = SimpleNamespace(on_its_way=False)
        url = URL(self._base + self._path(resource))
        try:
            async with self._opened().post(
                url,
                data=form,
                headers={"Authorization": self._auth},
                allow_redirects=False,
                trace_request_ctx=sent,
            ) as response:
                said = await response.read()
                status = response.status
                wish = response.headers.get("Retry-After", "")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            # Only the kind of error is told: its text may hold the whole URL.
            what = type(error).__name__
            if sent.on_its_way:
                raise UncertainSendError(f"twilio: {what}") from None
            raise TransientSendError(f"twilio: {what}") from None
        if status in GATEWAY_STATUSES:
            raise UncertainSendError(f"twilio: HTTP {status}")
        if not 200 <= status < 300:  # noqa: PLR2004 - the range is its own name
            raise refusal(status, said, wish)
        answer = _object(said)
        if answer is None:
            raise UncertainSendError("twilio: took it, but the answer is unreadable")
        return answer

    async def read(
        self, resource: str, query: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Read a resource, or the next page that a listing named by its path.

        Raises:
            TransientSendError: It could not be read now.
            PermanentSendError: Twilio refuses to tell.
        """
        # A listing's next page comes ready encoded; encoding it again would break it.
        is_page = resource.startswith("/2010-04-01/")
        path = resource if is_page else self._path(resource)
        url = URL(self._base + path, encoded=is_page)
        try:
            async with self._opened().get(
                url if query is None else url.with_query(query),
                headers={"Authorization": self._auth},
                allow_redirects=False,
            ) as response:
                said = await response.read()
                status = response.status
                wish = response.headers.get("Retry-After", "")
                self.ahead = _ahead(response.headers.get("Date", ""))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise TransientSendError(f"twilio: {type(error).__name__}") from None
        answer = _object(said) if status == 200 else None  # noqa: PLR2004 - "OK"
        if answer is None:
            raise refusal(status, said, wish)
        return answer

    async def download(self, url: str, *, accepts: Sequence[str] = ()) -> bytes:
        """Fetch a recording or a client's picture.

        Our credentials go to our own account at Twilio and nowhere else; a redirect
        is followed only to the hosts in ``media_hosts``.

        Args:
            url: Where it is.
            accepts: Media types that are wanted, as ``image/*``; empty: all.

        Raises:
            TransientSendError: It may be there later.
            PermanentSendError: It will never be there, or is not for us to fetch.
        """
        target = _url(url)
        for _ in range(MOST_REDIRECTS):
            headers = {}
            if self._is_ours(target):
                headers["Authorization"] = self._auth
            elif not self._is_media_host(target):
                raise PermanentSendError("twilio: this file is at a foreign address")
            try:
                async with self._opened().get(
                    target, headers=headers, allow_redirects=False
                ) as response:
                    moved = response.headers.get("Location")
                    if moved and 300 <= response.status < 400:  # noqa: PLR2004 - the range is its own name
                        target = target.join(_url(moved))
                        continue
                    return await self._content(response, accepts)
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                raise TransientSendError(f"twilio: {type(error).__name__}") from None
        raise PermanentSendError("twilio: this file moves in a circle")

    async def close(self) -> None:
        """Close the connections to Twilio."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _content(
        self, response: aiohttp.ClientResponse, accepts: Sequence[str]
    ) -> bytes:
        if response.status == 404:  # noqa: PLR2004 - "not found"
            # Twilio announces a recording some moments before it can be fetched.
            raise TransientSendError("twilio: the file is not there yet")
        if response.status != 200:  # noqa: PLR2004 - "OK"
            raise refusal(response.status, b"", response.headers.get("Retry-After", ""))
        if accepts and not any(fnmatch(response.content_type, one) for one in accepts):
            raise PermanentSendError("twilio: a kind of file not wanted", file="type")
        content = bytearray()
        async for chunk in response.content.iter_chunked(CHUNK_BYTES):
            content += chunk
            if len(content) > self._settings.largest_file:
                raise PermanentSendError(
                    "twilio: the file is too large", file="too_large"
                )
        return bytes(content)

    def _is_ours(self, url: URL) -> bool:
        """Tell whether the address is in an account at the Twilio that we talk to."""
        base = URL(self._base)
        if (url.scheme, url.host, url.port) == (base.scheme, base.host, base.port):
            inside = f"{base.path.rstrip('/')}/2010-04-01/Accounts/"
            return url.path.startswith(inside) and ".." not in url.path
        # An account in another region gets addresses of several hosts of Twilio's.
        return (
            url.scheme == "https"
            and str(base.host).endswith(".twilio.com")
            and str(url.host).endswith(".twilio.com")
        )

    def _is_media_host(self, url: URL) -> bool:
        return url.scheme == "https" and url.host in self._settings.media_hosts

    def _path(self, resource: str) -> str:
        return f"/2010-04-01/Accounts/{self._settings.account_sid}/{resource}"

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            trace = aiohttp.TraceConfig()
            trace.on_request_headers_sent.append(_note_on_its_way)
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=self._settings.timeout),
                # An idle connection that Twilio has meanwhile closed would make a
                # message uncertain for nothing, so none is kept for long.
                connector=aiohttp.TCPConnector(keepalive_timeout=5),
                trace_configs=[trace],
            )
        return self._session


async def _note_on_its_way(
    _session: aiohttp.ClientSession,
    context: SimpleNamespace,
    _params: aiohttp.TraceRequestHeadersSentParams,
) -> None:
    if context.trace_request_ctx is not None:
        context.trace_request_ctx.on_its_way = True


def refusal(status: int, said: bytes, retry_after: str = "") -> SendError:
    """Translate Twilio's refusal into whether it makes sense to try again."""
    answer = _object(said) or {}
    code = answer.get("code")
    code = code if isinstance(code, int) else None
    words = reason(code, str(answer.get("message") or "")) or f"HTTP {status}"
    known = {"provider_code": code, "cause": cause(code)}
    if status == TOO_MANY_REQUESTS or status >= 500 or code in PASSING:  # noqa: PLR2004 - the server's fault
        return TransientSendError(words, **known, **_pause(retry_after))
    return PermanentSendError(words, **known)


def _pause(retry_after: str) -> dict[str, int]:
    """Read how long Twilio wishes us to wait; what is no sane number is no wish."""
    seconds = retry_after.strip()
    is_sane = seconds.isascii() and seconds.isdigit() and len(seconds) <= 5  # noqa: PLR2004 - up to a day
    return {"retry_after": int(seconds)} if is_sane else {}


def _url(text: str) -> URL:
    try:
        return URL(text)
    except ValueError:
        # Tried again, it would be the same: so this is the end of it.
        raise PermanentSendError("twilio: this file is at no address") from None


def _ahead(date: str) -> timedelta:
    """Compare the time that an answer names with ours."""
    try:
        there = parsedate_to_datetime(date)
    except ValueError:
        return timedelta(0)
    there = there.replace(tzinfo=there.tzinfo or UTC)
    return there - datetime.now(UTC)


def _object(said: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(said)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None
