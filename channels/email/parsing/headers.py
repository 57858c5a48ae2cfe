"""Header values as people wrote them, from whatever programs made of them.

The standard library's strict parser raises on many mails that exist, so values are
taken raw (``email.policy.compat32``) and read here. Nothing in this module raises.
"""

import binascii
import contextlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from channels.email.parsing.charsets import decode, printable

_WORD = re.compile(r"=\?([^?\s]{0,80})\?([bBqQ])\?(.{0,2000}?)\?=", re.DOTALL)
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?[^?\s]*\?[bBqQ]\?)")
_FOLD = re.compile(r"[\r\n]+[ \t\r\n]*")
_ADDRESS = re.compile(
    r"""(?:[^\s<>()\[\]",;:@]{1,128}|"[^"<>]{1,128}")@
    (?:[^\s<>()\[\]",;:@]{1,255}|\[[\w.:]{1,64}\])""",
    re.VERBOSE,
)
#: "him@a.example <me@b.example>" without quotes: who writes stands in the brackets.
_ADDRESS_AS_NAME = re.compile(
    r"(\A\s*|,\s*)([^\s\",<>():;][^\",<>():;]{0,250}@[^\",<>():;]{0,250}?)\s*<"
)
_DOUBLED_BRACKETS = re.compile(r"(<)(?:<|\s*mailto:)+|(?<=>)>+")
# The standard library's reader of addresses takes its time over nonsense.
_LONGEST_LIST = 50_000
_LONGEST_TEXT = 20_000
_DEEPEST = 5
_MESSAGE_ID = re.compile(r"<([^<>]{1,998})>")
# A mail's header may name thousands; a conversation is found by the nearest ones.
_MOST_REFERENCES = 100
_LONGEST_ID = 500


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A person's name, as he writes it, and address."""

    name: str
    address: str


def raw(message: Message, name: str) -> str:
    """Give the first ``name`` header as it stands, or an empty string."""
    values = raws(message, name)
    return values[0] if values else ""


def raws(message: Message, name: str) -> list[str]:
    """Give every ``name`` header as it stands, top to bottom."""
    return [
        str(value) for key, value in message.raw_items() if key.lower() == name.lower()
    ]


def text(message: Message, name: str) -> str:
    """Give the first ``name`` header as a person reads it."""
    value = raw(message, name)
    return decoded(value, _charset_beside(message, value))


def decoded(value: str, charset_beside: str = "") -> str:
    """Decode RFC 2047 words and raw 8-bit bytes, each as well as it can be.

    Args:
        value: As it stands.
        charset_beside: What the text of the same mail is in; the bytes may be too.
    """
    value = _FOLD.sub(" ", value[:_LONGEST_TEXT])
    value = _BETWEEN_WORDS.sub(r"\1", value)
    parts: list[str] = []
    pending = b""
    charset = ""
    end = 0
    for word in _WORD.finditer(value):
        plain = value[end : word.start()]
        # One letter may be split between two words of the same charset.
        if plain or word[1].lower() != charset:
            parts += [_said(pending, charset), _unescaped(plain, charset_beside)]
            pending = b""
        charset = word[1].lower()
        pending += _word(word[2], word[3])
        end = word.end()
    parts += [_said(pending, charset), _unescaped(value[end:], charset_beside)]
    return printable("".join(parts)).strip()


def mailboxes(message: Message, *names: str) -> list[Mailbox]:
    """Give the people in the ``names`` headers, in order; broken ones are left out."""
    found: list[Mailbox] = []
    for name in names:
        for value in raws(message, name):
            charset = _charset_beside(message, value)
            found += _mailboxes(_FOLD.sub(" ", value), charset)
    return found


def addresses(values: Iterable[str]) -> list[str]:
    """Give the bare addresses in header values."""
    return [box.address for value in values for box in _mailboxes(value)]


def message_ids(message: Message, *names: str) -> list[str]:
    """Give the ids in the ``names`` headers, each in angle brackets."""
    found: list[str] = []
    for name in names:
        for value in raws(message, name):
            found += ids_in(value)
    return found


def ids_in(value: str) -> list[str]:
    """Give the message ids in a header value, each in angle brackets."""
    value = printable(_FOLD.sub(" ", _unescaped(value)))
    found = _MESSAGE_ID.findall(value)
    if not found:
        # Some programs forget the brackets.
        found = [word for word in value.split() if "@" in word]
    whole = [re.sub(r"\s", "", one) for one in found]
    return [f"<{one}>" for one in whole if one and len(one) <= _LONGEST_ID]


def references(message: Message) -> tuple[str, ...]:
    """Give the ids that a mail answers, nearest first, each once."""
    nearest = message_ids(message, "In-Reply-To")
    older = message_ids(message, "References")[::-1]
    return tuple(dict.fromkeys(nearest + older))[:_MOST_REFERENCES]


def sent_at(message: Message) -> datetime | None:
    """Give what the Date header says, in UTC; None if it says nothing sensible."""
    value = raw(message, "Date")
    # Whatever is wrong with a date, the mail itself is fine.
    with contextlib.suppress(ValueError, TypeError, IndexError, OverflowError):
        found = parsedate_to_datetime(_unescaped(value).strip())
        if found.tzinfo is None:
            found = found.replace(tzinfo=UTC)
        return found.astimezone(UTC)
    return None


def from_base64(data: bytes) -> bytes:
    """Decode base64 that is cut off, padded wrongly, or has strangers in it."""
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _mailboxes(value: str, charset: str = "") -> list[Mailbox]:
    if (bare := _without_brackets(value, charset)) is not None:
        return [bare]
    value = _ADDRESS_AS_NAME.sub(r'\1"\2" <', _DOUBLED_BRACKETS.sub(r"\1", value))
    pairs: list[tuple[str, str]] = []
    # It gives up in its own ways over brackets that nobody closed.
    with contextlib.suppress(
        ValueError, IndexError, TypeError, AttributeError, RecursionError
    ):
        pairs = getaddresses([value]) if len(value) <= _LONGEST_LIST else []
    boxes = []
    for name, address in pairs:
        found = printable(_unescaped(address))
        if not found.startswith('"'):
            found = _unquoted(found.replace(" ", ""))
        if _ADDRESS.fullmatch(found):
            boxes.append(Mailbox(_unquoted(decoded(name, charset).strip('" ')), found))
    if not boxes:
        # Unbalanced quotes and the like: the address itself is usually whole.
        shown = printable(_unescaped(value[:_LONGEST_LIST]))
        found_in = _ADDRESS.findall(shown) or _ADDRESS.findall(decoded(shown))
        boxes = [Mailbox("", one) for one in found_in]
    return boxes


def _unquoted(value: str) -> str:
    # Only a pair is a quotation: some names end with an apostrophe.
    is_pair = value.startswith("'") and value.endswith("'")
    return value[1:-1].strip('" ') if is_pair else value


def _without_brackets(value: str, charset: str) -> Mailbox | None:
    """Read "Ivan Petrenko ivan@example.com", which the library would run together."""
    plain = printable(_unescaped(value[:_LONGEST_TEXT], charset))
    plain = plain.replace("mailto:", " ").strip()
    if not re.search(r"\s", plain) or re.search(r"[<>,;:]", plain):
        return None
    found = _ADDRESS.findall(plain)
    if len(found) != 1:
        return None
    name = decoded(plain.replace(found[0], " ", 1))
    return Mailbox(" ".join(name.strip("'\"()[] ").split()), found[0])


def _word(encoding: str, payload: str) -> bytes:
    data = payload.encode("ascii", "surrogateescape")
    if encoding in "qQ":
        return binascii.a2b_qp(
            data.replace(b"_", b" ").replace(b"\n", b""), header=False
        )
    return from_base64(data)


def _said(data: bytes, charset: str) -> str:
    # RFC 2231 lets a language stand behind the charset.
    return decode(data, charset.partition("*")[0]) if data else ""


def _unescaped(value: str, charset: str = "") -> str:
    """Read the raw bytes that the parser smuggled through as surrogates."""
    if value.isascii():
        return value
    data = value.encode("utf-8", "surrogateescape")
    said = decode(data, charset)
    return decode(data, "") if "\ufffd" in said else said


def _charset_beside(message: Message, value: str) -> str:
    """Name the charset of a mail's first text, if a header has letters of none."""
    if value.isascii():
        return ""
    for _ in range(_DEEPEST):
        payload = message.get_payload() if message.is_multipart() else None
        first = payload[0] if isinstance(payload, list) and payload else None
        if not isinstance(first, Message):
            break
        message = first
    with contextlib.suppress(ValueError, TypeError, IndexError, KeyError):
        return str(message.get_content_charset(""))
    return ""
