"""Access tokens for mail servers: Gmail, Microsoft 365, and whoever speaks OAuth 2.

One ``Tokens`` serves reading and sending alike. A token is asked for when it is first
needed, renewed before it ends, and asked for once however many want it.
"""

import asyncio
import base64
import hashlib
import json
import time
from collections.abc import Mapping
from typing import Any

import aiohttp
from cryptography.fernet import Fernet, InvalidToken

from channels.base import Keep
from channels.email.settings_oauth import OAuthSettings
from hub.errors import ChannelError

_GOOGLE = "https://oauth2.googleapis.com/token"
_MICROSOFT = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
_GOOGLE_SCOPE = "https://mail.google.com/"
_MICROSOFT_SCOPE = (
    "https://outlook.office.com/IMAP.AccessAsUser.All"
    " https://outlook.office.com/SMTP.Send offline_access"
)
_MICROSOFT_APP_SCOPE = "https://outlook.office365.com/.default"
#: Seconds that a token is good for whose giver does not say.
_USUAL_LIFE = 3600.0
#: More of an answer is not read.
_MOST_BYTES = 256 * 1024

#: What the codes of RFC 6749 mean to whoever set the mailbox up.
_WORDS: Mapping[str, str] = {
    "invalid_grant": "the refresh token is no longer good (withdrawn, expired, or the"
    " password was changed): let the app in again and set the new refresh_token",
    "invalid_client": "client_id and client_secret do not belong together, or the"
    " secret has expired",
    "unauthorized_client": "the app may not ask for tokens this way: look at what it"
    " is allowed where it is registered",
    "invalid_scope": "the app is not allowed what scope asks for (IMAP and SMTP)",
    "unsupported_grant_type": "the token_url does not give tokens this way",
    "invalid_request": "the token_url wants something else: look at tenant, scope and"
    " token_url",
    "access_denied": "the administrator has not agreed to what the app asks for",
}


class NoTokenError(ChannelError):
    """No token is given; the message says why in plain words, without secrets."""

    code = "no_token"

    def __init__(self, message: str, *, lasting: bool) -> None:
        super().__init__(message)
        #: A person has to change something; trying again would not help.
        self.lasting = lasting


class Tokens:
    """The tokens of one sign-in.

    Args:
        settings: Who gives them.
        secret: Seals what is kept of them across restarts.
    """

    def __init__(self, settings: OAuthSettings, secret: bytes) -> None:
        self._settings = settings
        self._seal = Fernet(
            base64.urlsafe_b64encode(hashlib.sha256(b"mail tokens\n" + secret).digest())
        )
        self._turn = asyncio.Lock()
        self._token = ""
        self._good_until = 0.0
        self._keep: Keep | None = None
        #: The newest refresh token, once another than that of the settings was given.
        self._renewed: str | None = None
        self._has_looked = False

    def remember_in(self, keep: Keep) -> None:
        """Keep renewed refresh tokens there, sealed: some providers change them."""
        self._keep = keep
        self._has_looked = False

    async def token(self) -> str:
        """Give an access token that is good for a while.

        Raises:
            NoTokenError: None is given.
        """
        async with self._turn:
            if not self._token or time.monotonic() >= self._good_until:
                await self._renew()
            return self._token

    def refused(self, token: str) -> None:
        """Say that a server did not take a token: the next one is a new one."""
        if token == self._token:
            self._token = ""

    async def _renew(self) -> None:
        settings = self._settings
        await self._look_up()
        asked = {"client_id": settings.client_id, "scope": self._scope()}
        if settings.client_secret is not None:
            asked["client_secret"] = settings.client_secret.get_secret_value()
        if settings.refresh_token is None:
            asked["grant_type"] = "client_credentials"
        else:
            asked["grant_type"] = "refresh_token"
            asked["refresh_token"] = (
                self._renewed or settings.refresh_token.get_secret_value()
            )
        given = await self._ask({name: one for name, one in asked.items() if one})
        token = given.get("access_token")
        if not isinstance(token, str) or not token:
            raise NoTokenError("the answer holds no access_token", lasting=True)
        life = given.get("expires_in")
        try:
            seconds = float(life) if life is not None else _USUAL_LIFE
        except (TypeError, ValueError):
            seconds = _USUAL_LIFE
        self._token = token
        # One that lives shorter than it should be renewed early is used for half of it.
        self._good_until = time.monotonic() + max(seconds - settings.early, seconds / 2)
        renewed = given.get("refresh_token")
        if isinstance(renewed, str) and renewed and settings.refresh_token is not None:
            await self._remember(renewed)

    async def _ask(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        url = self._url()
        limit = aiohttp.ClientTimeout(total=self._settings.timeout)
        try:
            async with (
                aiohttp.ClientSession(timeout=limit) as http,
                http.post(url, data=form, allow_redirects=False) as response,
            ):
                said = await response.content.read(_MOST_BYTES)
                status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            # Only the kind of error: its text may hold what was sent.
            raise NoTokenError(
                f"{url} cannot be reached ({type(error).__name__})", lasting=False
            ) from None
        try:
            answer = json.loads(said)
        except ValueError:
            answer = None
        if status == 200 and isinstance(answer, dict):  # noqa: PLR2004 - OK
            return answer
        raise _refusal(url, status, answer if isinstance(answer, dict) else {})

    def _url(self) -> str:
        settings = self._settings
        if settings.token_url:
            return settings.token_url
        if settings.provider == "google":
            return _GOOGLE
        return _MICROSOFT.format(tenant=settings.tenant)

    def _scope(self) -> str:
        settings = self._settings
        if settings.scope or settings.provider == "other":
            return settings.scope
        if settings.provider == "google":
            return _GOOGLE_SCOPE
        return _MICROSOFT_SCOPE if settings.refresh_token else _MICROSOFT_APP_SCOPE

    async def _look_up(self) -> None:
        """Find the refresh token that was given last, in this life or an earlier one."""
        if self._has_looked or self._keep is None:
            return
        sealed = await self._keep.get(self._name())
        self._has_looked = True
        if sealed is None:
            return
        try:
            self._renewed = self._seal.decrypt(sealed.encode()).decode()
        except InvalidToken:
            # Sealed with another secret: what the settings say is all there is.
            self._renewed = None

    async def _remember(self, renewed: str) -> None:
        if renewed == self._renewed:
            return
        self._renewed = renewed
        if self._keep is not None:
            sealed = self._seal.encrypt(renewed.encode()).decode()
            await self._keep.put(self._name(), sealed)

    def _name(self) -> str:
        # A new token in the settings begins anew: what came of the old one is void.
        settings = self._settings
        set_by_hand = (
            settings.refresh_token.get_secret_value() if settings.refresh_token else ""
        )
        said = f"{settings.client_id}\n{set_by_hand}".encode()
        return "token:" + hashlib.sha256(said).hexdigest()[:32]


class Wallet:
    """The tokens of one channel: who signs in the same way has the same ones.

    Args:
        secret: Seals what is kept of them across restarts.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._tokens: list[tuple[OAuthSettings, Tokens]] = []

    def tokens(self, settings: OAuthSettings | None) -> Tokens | None:
        """Give the tokens for these settings; None where there are none."""
        if settings is None:
            return None
        for known, tokens in self._tokens:
            if known == settings:
                return tokens
        made = Tokens(settings, self._secret)
        self._tokens.append((settings, made))
        return made

    def remember_in(self, keep: Keep) -> None:
        """Keep renewed refresh tokens there."""
        for _, tokens in self._tokens:
            tokens.remember_in(keep)


def _refusal(url: str, status: int, answer: Mapping[str, Any]) -> NoTokenError:
    code = answer.get("error")
    code = code if isinstance(code, str) else ""
    said = answer.get("error_description")
    more = ""
    if isinstance(said, str) and said:
        # The first line says it; the others are numbers for the provider's own people.
        more = f" ({said.splitlines()[0][:300]})"
    if words := _WORDS.get(code):
        return NoTokenError(words + more, lasting=True)
    busy = status >= 500 or status == 429  # noqa: PLR2004 - its own trouble
    return NoTokenError(
        f"{url} answers {status} {code}".rstrip() + more, lasting=not busy
    )
