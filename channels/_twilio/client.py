"""What every channel by Twilio needs: its settings, signatures and parameters."""

import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Annotated, Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from multidict import MultiDict
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
)
from twilio.request_validator import RequestValidator, get_signature_algorithm

from channels.base import Place
from hub.contracts import WebhookRequest
from hub.errors import (
    PayloadError,
    SignatureError,
)

#: More parameters than Twilio ever sends; a bound on what a stranger makes us parse.
MOST_FIELDS = 1000


def _listed(given: Any) -> Any:
    """Read "+380…, +48…" as a list: an environment variable holds only text."""
    if isinstance(given, str):
        return [part.strip() for part in given.split(",") if part.strip()]
    return given


Listed = Annotated[tuple[str, ...], BeforeValidator(_listed)]


def _number(given: str) -> str:
    """Read a number of ours as people write it, without spaces and brackets.

    Raises:
        ValueError: It is none, nor a short code.
    """
    plain = re.sub(r"[\s().-]", "", given.strip().removeprefix("whatsapp:"))
    if not re.fullmatch(r"\+[1-9]\d{4,14}|[1-9]\d{2,7}", plain):
        msg = "a number like +380441234567 or a short code was expected"
        raise ValueError(msg)
    return plain


Number = Annotated[str, AfterValidator(_number)]
Numbers = Annotated[tuple[Number, ...], BeforeValidator(_listed)]


class TwilioSettings(BaseModel):
    """What every channel by Twilio is told."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: The account's identifier, from Twilio's console.
    account_sid: str = Field(pattern=r"^AC[0-9a-fA-F]{32}$")
    #: Signs Twilio's webhooks and opens its REST.
    auth_token: SecretStr = Field(min_length=1)
    #: Checks webhooks signed by a shared key instead of the account's token.
    signing_key: SecretStr | None = None
    #: Our own numbers, the one to use first in front.
    numbers: Listed = ()
    #: Where Twilio's REST is; a stand-in may play it.
    api_base_url: str = Field("https://api.twilio.com", pattern=r"^https?://[^/\s]+")
    #: How long one request to Twilio may take, in seconds.
    timeout: float = Field(20, gt=0)
    #: Other hosts where Twilio keeps media; our credentials never go there.
    media_hosts: Listed = ("mms.twiliocdn.com", "media.twiliocdn.com")
    #: The largest file that is fetched, in bytes.
    largest_file: int = Field(50 * 1024 * 1024, gt=0)


def signed_fields(request: WebhookRequest, settings: TwilioSettings) -> MultiDict[str]:
    """Check that Twilio signed the request, then read its parameters.

    Raises:
        SignatureError: Not signed, or signed for something else.
        PayloadError: Signed, but not a form.
    """
    is_json = "json" in header(request, "Content-Type").lower()
    try:
        fields = MultiDict() if is_json else form_fields(request)
        said = request.body if is_json else fields
        genuine = _is_signed(request, settings, said)
    except ValueError:
        # A broken encoding, or an unknown way to sign: none of it comes from Twilio.
        raise SignatureError("twilio") from None
    if not genuine:
        raise SignatureError("twilio")
    if is_json:
        raise PayloadError("twilio: JSON where a form was expected")
    return fields


def form_fields(request: WebhookRequest) -> MultiDict[str]:
    """Read a request's parameters without asking who sent it."""
    # Twilio signs empty values too, so they must not be dropped.
    pairs = parse_qsl(
        request.body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS
    )
    return MultiDict(pairs)


def _is_signed(
    request: WebhookRequest, settings: TwilioSettings, said: bytes | MultiDict[str]
) -> bool:
    signature = header(request, "X-Twilio-Signature").encode()
    if not signature:
        return False
    by_key = header(request, "X-Twilio-Webhooks-Signature-Settings")
    secret = settings.signing_key if by_key else None
    token = (secret or settings.auth_token).get_secret_value()
    validator = RequestValidator(token)
    algorithm = get_signature_algorithm(by_key)
    if isinstance(said, bytes):
        if not _is_hashed(request.url, said):
            return False
        said = MultiDict()
    return any(
        hmac.compare_digest(
            validator.compute_signature(url, said, algorithm).encode(), signature
        )
        for url in _spellings(request.url)
    )


def _is_hashed(url: str, body: bytes) -> bool:
    """Tell whether a URL, which is signed, names the hash of the body."""
    told = dict(parse_qsl(urlsplit(url).query)).get("bodySHA256", "")
    return hmac.compare_digest(told.encode(), sha256(body).hexdigest().encode())


#: A URL up to its port, the port, and the rest.
_AROUND_PORT = re.compile(
    r"(https?://(?:[^/?#]*@)?(?:\[[^]]*\]|[^:/?#]*))(:\d+)?(.*)",
    re.IGNORECASE | re.DOTALL,
)
#: Letters of a query that some programs write as they are and others as ``%27``.
_LOOSE = str.maketrans({one: quote(one, safe="") for one in "'\"<>"})


def _spellings(url: str) -> Iterator[str]:
    """Give the ways in which Twilio may have written a URL when it signed it.

    As it stands in nearly every case. Its services do not agree on whether the port
    is written, nor on how the letters of a query are; all of the ways name the same
    place, so nothing else comes in by them. The library's own tries lose a sign-in
    together with the port, brackets of an IPv6 address, and a bare ``?``.
    """
    yield url
    parts = _AROUND_PORT.fullmatch(url)
    if parts is None:
        return
    host, port, rest = parts[1], parts[2], parts[3]
    usual = ":443" if host.lower().startswith("https:") else ":80"
    before, mark, query = rest.partition("?")
    strict = query.translate(_LOOSE)
    loose = urlencode(
        parse_qsl(query, keep_blank_values=True), quote_via=quote, safe="!'()*"
    )
    for one in dict.fromkeys((query, strict, loose)):
        for number in dict.fromkeys((port or "", "", port or usual)):
            yield f"{host}{number}{before}{mark}{one}"


#: What the contract tests of all channels by Twilio are tried with.
SPECIMEN_TOKEN = "specimen-auth-token"  # noqa: S105 - opens nothing
SPECIMEN_SETTINGS = {
    "account_sid": "AC" + "5" * 32,
    "auth_token": SPECIMEN_TOKEN,
    "numbers": ("+380441110000",),
    # The discard port: nothing listens there on any sane machine.
    "api_base_url": "http://127.0.0.1:9",
}
SPECIMEN_PLACE = Place(
    public_url="https://hub.example",
    company="Specimen",
    country="UA",
    secret=b"specimen-place-secret",
)


def signed_request(
    url: str, fields: Mapping[str, str], token: str, path: str = ""
) -> WebhookRequest:
    """Make the webhook that Twilio would send, for specimens and stand-ins."""
    signature = RequestValidator(token).compute_signature(url, dict(fields))
    return WebhookRequest(
        url=url,
        path=path,
        body=urlencode(fields).encode(),
        headers={
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": str(signature),
        },
    )


def header(request: WebhookRequest, name: str) -> str:
    """Return a header's value, whatever the case of its name, or ""."""
    wanted = name.lower()
    for given, value in request.headers.items():
        if given.lower() == wanted:
            return value
    return ""


def query_value(request: WebhookRequest, name: str) -> str:
    """Return a parameter of our own callback URL, or ""."""
    return dict(parse_qsl(urlsplit(request.url).query)).get(name, "")


def required(fields: Mapping[str, str], name: str) -> str:
    """Return a parameter that Twilio always sends.

    Raises:
        PayloadError: It is not there.
    """
    value = fields.get(name, "")
    if not value:
        raise PayloadError(f"twilio: {name} is missing")
    return value


#: What Twilio puts in ``From`` when the caller hides his number: the words, and the
#: same words dialled on a phone's letters.
#: https://www.twilio.com/docs/voice/troubleshooting
_HIDDEN_WORDS = ("anonymous", "restricted", "unavailable", "blocked", "unknown")
_KEYPAD = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")
_HIDDEN = frozenset(_HIDDEN_WORDS) | {
    "+" + word.translate(_KEYPAD) for word in _HIDDEN_WORDS
}
_SIP_NUMBER = re.compile(r"^sips?:(\+?\d{5,15})@")


def phone_number(given: str) -> str:
    """Return the number in a ``From``, or "" when there is none to know a client by."""
    plain = given.strip().removeprefix("whatsapp:")
    if plain.lower() in _HIDDEN or plain.lower().startswith("client:"):
        return ""
    if plain.lower().startswith(("sip:", "sips:")):
        number = _SIP_NUMBER.match(plain.lower())
        return number.group(1) if number else ""
    return plain


def is_plain_number(numbers: Sequence[str]) -> bool:
    """Tell whether every number is written like +380441234567."""
    return all(re.fullmatch(r"\+[1-9]\d{5,14}", number) for number in numbers)
