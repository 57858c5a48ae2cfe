"""What may be wrong with an account at Twilio, a number of ours, or the way back."""

import base64
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import phonenumbers
from twilio.request_validator import RequestValidator

from channels import _trials
from channels._checking import (
    beginning,
    fine,
    public_address,
    warning,
    web_session,
    why_no_line,
    wrong,
)
from channels._twilio.client import TwilioSettings
from channels.base import Means, Place
from hub.contracts import TRIAL_KEY, Finding, Grade, Trial
from hub.errors import InvalidError

#: So far apart, in seconds, clocks may be before what depends on them goes wrong.
SKEW = 30
#: What Twilio calls the address that is told how a call goes on.
STATUS = "status_callback"
_MOST_BYTES = 256 * 1024
_UNAUTHORIZED = frozenset({401, 403})


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One address of ours that a number must call, and how Twilio names the setting."""

    #: ``sms`` makes ``sms_url``, ``sms_method`` and ``sms_application_sid``.
    field: str
    url: str
    #: Without it the channel takes nothing in; else it only misses news.
    vital: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A channel by Twilio, as its check sees it."""

    settings: TwilioSettings
    place: Place
    #: What its numbers must be able to do: ``sms`` or ``voice``.
    ability: str
    webhooks: Sequence[Webhook]
    #: A webhook of ours that changes nothing, for trying the signature.
    probe_url: str
    #: Its senders are not among the account's numbers (WhatsApp).
    apart: bool = False
    #: The pool that picks the number, if one does.
    service_sid: str | None = None


async def check(line: Line, means: Means) -> AsyncIterator[Finding]:
    """See ``Adapter.check``."""
    account = _Account(line.settings, means)
    opened = True
    async for one in account.look():
        opened = opened and one.grade is not Grade.WRONG
        yield one
    if opened:
        async for one in _numbers(line, account):
            yield one
    reached = True
    async for one in public_address(line.place, means):
        reached = reached and (one.grade is not Grade.WRONG)
        yield one
    if reached and means.running:
        yield await _signature(line, means)


class _Account:
    """The account's REST, only read."""

    def __init__(self, settings: TwilioSettings, means: Means) -> None:
        self._settings = settings
        self._means = means
        self._base = (
            f"{settings.api_base_url.rstrip('/')}/2010-04-01/Accounts/"
            f"{settings.account_sid}"
        )

    async def look(self) -> AsyncIterator[Finding]:
        """Look at the account itself, and at its clock."""
        host = urlsplit(self._base).netloc
        try:
            status, said, headers = await self.read(".json")
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            code, words = why_no_line(error)
            yield wrong("twilio.line", code, where=host, host=host, said=words)
            return
        if status in _UNAUTHORIZED:
            yield wrong("twilio.sign_in", "twilio_refused")
            return
        if status != 200:  # noqa: PLR2004 - "OK"
            code = "twilio_no_account" if status == 404 else "twilio_trouble"  # noqa: PLR2004 - "not found"
            yield wrong("twilio.account", code, status=status)
            return
        yield _account(said)
        if skew := _skew(headers):
            yield skew

    async def numbers(self, number: str) -> Sequence[Mapping[str, Any]]:
        """Find a number among those of the account.

        Raises:
            aiohttp.ClientError: Twilio does not tell; so for other errors of lines.
        """
        status, said, _ = await self.read(
            "/IncomingPhoneNumbers.json", {"PhoneNumber": number}
        )
        if status != 200:  # noqa: PLR2004 - "OK"
            raise aiohttp.ClientError(f"HTTP {status}")
        listed = said.get("incoming_phone_numbers")
        found = [one for one in listed or () if isinstance(one, dict)]
        return [one for one in found if one.get("phone_number") == number]

    async def read(
        self, resource: str, query: Mapping[str, str] | None = None
    ) -> tuple[int, Mapping[str, Any], Mapping[str, str]]:
        """Read a resource; give the status, the object, and the headers."""
        settings = self._settings
        token = settings.auth_token.get_secret_value()
        pair = f"{settings.account_sid}:{token}".encode()
        headers = {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
        async with (
            web_session(self._means) as web,
            web.get(
                self._base + resource,
                params=query,
                headers=headers,
                allow_redirects=False,
            ) as answer,
        ):
            whole = await beginning(answer, _MOST_BYTES)
            return answer.status, _object(whole), answer.headers


async def _numbers(line: Line, account: _Account) -> AsyncIterator[Finding]:
    if line.service_sid:
        # A pool has a webhook of its own, at an address that we do not ask.
        yield warning("twilio.service", "service_unseen", url=line.webhooks[0].url)
    for number in line.settings.numbers:
        if line.apart:
            url = line.webhooks[0].url
            yield warning("twilio.sender", "sender_unseen", number=number, url=url)
            continue
        try:
            found = await account.numbers(number)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            _, words = why_no_line(error)
            yield wrong("twilio.number", "numbers_unread", number=number, said=words)
            return
        if not found:
            yield wrong("twilio.number", "number_foreign", number=number)
            continue
        for one in _number(line, number, found[0]):
            yield one


def _number(line: Line, number: str, said: Mapping[str, Any]) -> Sequence[Finding]:
    able = said.get("capabilities")
    if isinstance(able, dict) and not _is_able(able, line.ability):
        return [wrong("twilio.number", f"number_no_{line.ability}", number=number)]
    found = [fine("twilio.number", "number_ours", number=number)]
    return found + [_webhook(number, said, one, line) for one in line.webhooks]


def _is_able(able: Mapping[str, Any], ability: str) -> bool:
    # Twilio writes "SMS" in one place and "sms" in another.
    return any(bool(able.get(one)) for one in (ability, ability.upper()))


def _webhook(
    number: str, said: Mapping[str, Any], webhook: Webhook, line: Line
) -> Finding:
    check = f"twilio.{webhook.field}"
    if said.get(f"{webhook.field}_application_sid"):
        return warning(check, "webhook_by_app", number=number, url=webhook.url)
    if webhook.field == "sms" and line.service_sid:
        return fine(check, "webhook_by_service", number=number)
    name = webhook.field if webhook.field == STATUS else f"{webhook.field}_url"
    given = str(said.get(name) or "")
    grade = wrong if webhook.vital else warning
    if not given:
        return grade(check, "webhook_missing", number=number, url=webhook.url)
    if given.rstrip("/") != webhook.url:
        return grade(
            check,
            "webhook_elsewhere",
            number=number,
            url=webhook.url,
            given=_shown(given),
        )
    method = str(said.get(f"{webhook.field}_method") or "POST").upper()
    if method != "POST":
        return grade(check, "webhook_method", number=number, url=webhook.url)
    return fine(check, "webhook_ours", number=number, url=webhook.url)


def _shown(url: str) -> str:
    """Give an address without what may be a password in it."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"[:200]


async def _signature(line: Line, means: Means) -> Finding:
    """Sign a webhook as Twilio does, and bring it by our public address."""
    check = "twilio.signature"
    fields = {
        "MessageSid": "SM" + "0" * 32,
        "CallSid": "CA" + "0" * 32,
        "AccountSid": line.settings.account_sid,
        "MessageStatus": "delivered",
    }
    token = line.settings.auth_token.get_secret_value()
    signed = RequestValidator(token).compute_signature(line.probe_url, fields)
    try:
        async with (
            web_session(means) as web,
            web.post(
                line.probe_url,
                data=fields,
                headers={"X-Twilio-Signature": str(signed)},
                allow_redirects=False,
            ) as answer,
        ):
            status = answer.status
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        code, words = why_no_line(error)
        return wrong(check, f"public_{code}", url=line.place.public_url, said=words)
    if 200 <= status < 300:  # noqa: PLR2004 - the range is its own name
        return fine(check, "signature_fine")
    if status in _UNAUTHORIZED:
        return wrong(check, "signature_refused", url=line.place.public_url)
    return wrong(check, "signature_lost", url=line.place.public_url, status=status)


def trials(
    channel: str, place: Place, recipient: str, mark: str, *, returns: bool
) -> Sequence[Trial]:
    """See ``Adapter.trials``: a message to the phone of whoever asks, if he gives it."""
    if not recipient.strip():
        return ()
    try:
        read = phonenumbers.parse(recipient, place.country)
    except phonenumbers.NumberParseException:
        read = None
    if read is None or not phonenumbers.is_possible_number(read):
        raise InvalidError(
            "not a phone number", errors={"recipient": "is not a phone number"}
        )
    to = phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164)
    name = "sms" if returns else "given"
    message = _trials.message(channel, f"{mark}-{name}", to, place.company)
    return (
        Trial(
            name=name,
            check="trial.sms",
            message=message,
            needs=("twilio.line", "twilio.sign_in", "twilio.account"),
            returns=returns,
        ),
    )


def probe_url(place: Place, channel: str) -> str:
    """Name the receipt of a test message that nobody waits for."""
    return f"{place.public_url}/hooks/{channel}/status?ref={TRIAL_KEY}signature"


def _account(said: Mapping[str, Any]) -> Finding:
    check, state = "twilio.account", str(said.get("status") or "active")
    if state != "active":
        return wrong(check, "twilio_not_active", state=state)
    if str(said.get("type") or "").lower() == "trial":
        return warning(check, "twilio_on_trial")
    return fine(check, "twilio_open", name=str(said.get("friendly_name") or "Twilio"))


def _skew(headers: Mapping[str, str]) -> Finding | None:
    try:
        theirs = parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return None
    theirs = theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)
    apart = abs((datetime.now(UTC) - theirs).total_seconds())
    if apart <= SKEW:
        return fine("clock", "clock_right")
    return warning("clock", "clock_wrong", seconds=round(apart))


def _object(whole: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(whole)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
