"""The text, the HTML and the files of a parsed mail.

A mail is a tree of parts, and programs disagree about what the tree means. The rule
here: what a mail program would show in the window is body, everything else is a file,
and nothing is left out.
"""

import base64
import html as markup
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, message_from_string, policy
from email.errors import MessageError
from email.message import Message

from channels.email.parsing import headers
from channels.email.parsing.calendars import MOST as MOST_INVITATIONS
from channels.email.parsing.calendars import invitations
from channels.email.parsing.charsets import decode, printable
from channels.email.parsing.names import filename, fitting, safe_name
from channels.email.parsing.plain import unflowed, without_files
from channels.email.parsing.signed import signed_content
from channels.email.parsing.tnef import unpack
from hub.contracts import Attachment, Invitation
from hub.markup import text_from_html

_MOST_PARTS = 2000
_DEEPEST = 60
_MOST_ENDS = 3
_MOST_PIECES = 1000
UNPARSABLE = (RecursionError, ValueError, LookupError, TypeError, AssertionError)
_LONGEST_WORD = 12
_META_CHARSET = re.compile(
    rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE
)
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]{1,100}/[\w!#$&^.+-]{1,100}", re.ASCII)
_ENCODING = re.compile(
    r"[\s\"']*(?:(b(?:ase[-_ ]?)?64)|(q(?:uoted[-_ ]?)?p(?:rintable)?))\b",
    re.IGNORECASE,
)
#: Begins at no padding twice, so that a file of nothing else takes no time.
_PADDING_WITHIN = re.compile(rb"(?<!=)=++\s*+(?=[A-Za-z0-9+/])")
_ALL_BASE64 = re.compile(rb"[A-Za-z0-9+/\r\n]*=*\s*")
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_SIGNED_WHOLE = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_CALENDARS = frozenset({"text/calendar", "application/ics"})


@dataclass(frozen=True, slots=True)
class Body:
    """What a mail says and carries."""

    text: str
    html: str
    attachments: tuple[Attachment, ...]
    invitations: tuple[Invitation, ...] = ()


@dataclass(frozen=True, slots=True)
class _Said:
    """One piece of the body, in one or both forms."""

    text: str = ""
    html: str = ""


@dataclass(slots=True)
class _Found:
    """What has been found in a mail so far."""

    said: list[_Said] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    invitations: dict[Invitation, None] = field(default_factory=dict)

    @property
    def is_full(self) -> bool:
        return len(self.said) + len(self.files) >= _MOST_PARTS

    def beside(self) -> "_Found":
        """Collect pieces apart from the others, and all the rest with them."""
        return _Found(files=self.files, invitations=self.invitations)


def body_of(message: Message) -> Body:
    """Give the body of a mail and its files."""
    found = _Found()
    _collect(message, found, depth=0, is_whole=True)
    said = found.said
    html = ""
    if any(piece.html for piece in said):
        html = "\n".join(piece.html or _as_html(piece.text) for piece in said)
    text = "\n\n".join(
        whole
        for piece in said
        if (whole := (piece.text or text_from_html(piece.html)).strip("\r\n"))
    )
    return Body(
        text=_lines(text),
        html=html,
        attachments=tuple(found.files),
        invitations=tuple(found.invitations)[:MOST_INVITATIONS],
    )


def text_of_part(part: Message) -> str:
    """Decode one text part, whatever it says of itself."""
    return printable(_lines(_text(part)))


def content_of(part: Message) -> bytes:
    """Give a part's bytes as they were before they were mailed."""
    if part.is_multipart():
        whole = b"\r\n".join(_source(one) for one in _children(part))
        return _unwrapped(part, whole)
    part = _decodable(part)
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError, TypeError):
        content = None
    if not isinstance(content, bytes):
        return b""
    if headers.raw(part, "Content-Transfer-Encoding") == "base64":
        return _whole(content, part.get_payload())
    return content


def parts_of(message: Message) -> Iterator[Message]:
    """Walk the parts of a mail, without those of the mails attached to it."""
    waiting = [(message, 0)]
    for _ in range(_MOST_PARTS):
        if not waiting:
            return
        part, depth = waiting.pop()
        yield part
        if part.get_content_maintype() == "multipart" and depth < _DEEPEST:
            waiting += [(one, depth + 1) for one in reversed(_children(part))]


def gather(message: Message) -> None:
    """Add the parts that stand behind the line that should end them.

    Programs that take one boundary for a mail and for a mail within it end both by it.
    """
    for part in parts_of(message):
        boundary = _parameter(part, "boundary")
        head = f'Content-Type: multipart/mixed; boundary="{boundary}"\n\n'
        for _ in range(_MOST_ENDS):
            behind = part.epilogue if boundary and part.is_multipart() else None
            if not behind or f"\n--{boundary}\n" not in _lines(f"\n{behind}"):
                break
            try:
                rest = message_from_string(head + behind, policy=policy.compat32)
            except UNPARSABLE:
                break
            for one in _children(rest):
                part.attach(one)
            part.epilogue = rest.epilogue


def _collect(
    part: Message, found: _Found, *, depth: int, is_whole: bool = False
) -> None:
    kind = part.get_content_type()
    children = _children(part)
    if found.is_full:
        return
    if kind.startswith("multipart/") and children and depth < _DEEPEST:
        if kind == "multipart/alternative":
            _collect_alternative(children, found, depth=depth + 1)
            return
        for child in children:
            _collect(child, found, depth=depth + 1)
    elif _is_shown(part, is_whole=is_whole):
        _collect_text(part, found)
    elif kind in _TNEF or (
        filename(part).lower() == "winmail.dat" and kind.startswith("application/")
    ):
        _collect_packet(part, found)
    elif kind in _SIGNED_WHOLE and (inside := signed_content(content_of(part))):
        _collect(
            message_from_bytes(inside, policy=policy.compat32), found, depth=depth + 1
        )
        found.files.append(_attachment(part))
    else:
        if kind in _CALENDARS:
            found.invitations |= dict.fromkeys(invitations(text_of_part(part)))
        found.files.append(_attachment(part))


def _collect_text(part: Message, found: _Found) -> None:
    text = text_of_part(part)
    if part.get_content_type() == "text/html":
        found.said.append(_Said(html=text))
        return
    text, files = without_files(text)
    found.said.append(_Said(text=text))
    for name, content in files:
        kind = "application/octet-stream"
        found.files.append(
            Attachment(name=fitting(name, kind), media_type=kind, content=content)
        )


def _collect_alternative(children: list[Message], found: _Found, *, depth: int) -> None:
    """Take the forms of one text together: the same words are not said twice."""
    pieces = found.beside()
    for child in children:
        _collect(child, pieces, depth=depth, is_whole=True)
    texts = [piece.text for piece in pieces.said if piece.text.strip()]
    htmls = [piece.html for piece in pieces.said if piece.html.strip()]
    found.said.append(_Said(text="\n\n".join(texts), html="\n".join(htmls)))


def _collect_packet(part: Message, found: _Found) -> None:
    """Take Outlook's packet apart; it stays beside what was in it."""
    content = content_of(part)
    packet = unpack(content)
    has_words = any(piece.text.strip() or piece.html.strip() for piece in found.said)
    if not has_words and (packet.text or packet.html):
        found.said.append(_Said(text=packet.text, html=packet.html))
    for one in packet.files:
        is_kind = _MEDIA_TYPE.fullmatch(one.media_type)
        kind = one.media_type.lower() if is_kind else "application/octet-stream"
        found.files.append(
            Attachment(
                name=fitting(safe_name(one.name), kind),
                media_type=kind,
                content=one.content,
                content_id=one.content_id.strip("<> ") or None,
            )
        )
    found.files.append(_attachment(part))


def _is_shown(part: Message, *, is_whole: bool) -> bool:
    kind = part.get_content_type()
    if not _MEDIA_TYPE.fullmatch(kind):
        # Named in no way that there is, it is what it would be without a name.
        kind = "text/plain"
    if kind.startswith("multipart/"):
        # Says that it has parts and has none: what is there is text.
        return True
    if kind not in {"text/plain", "text/html", "text/enriched"}:
        return False
    disposition = headers.raw(part, "Content-Disposition").strip().lower()
    if disposition.startswith("attachment"):
        return False
    # What is the whole mail, or a form of it, is its text, even if it has a name.
    return is_whole or not filename(part)


def _attachment(part: Message) -> Attachment:
    kind = part.get_content_type()
    name = filename(part)
    if kind == "message/rfc822" and not name:
        inner = _children(part)
        name = safe_name(headers.text(inner[0], "Subject")) if inner else ""
        name = f"{name or 'message'}.eml"
    content_id = printable(headers.decoded(headers.raw(part, "Content-ID")))
    return Attachment(
        name=fitting(name, kind),
        media_type=kind if _MEDIA_TYPE.fullmatch(kind) else "application/octet-stream",
        content=content_of(part),
        content_id=content_id.strip("<> \t") or None,
    )


def _children(part: Message) -> list[Message]:
    # Asked for a text, the library would decode it, and may stumble over its charset.
    payload = part.get_payload() if part.is_multipart() else None
    if isinstance(payload, list):
        return [one for one in payload if isinstance(one, Message)]
    return []


def _text(part: Message) -> str:
    content = content_of(part)
    try:
        charset = part.get_content_charset("") or ""
    except (ValueError, TypeError, IndexError, KeyError):
        charset = ""
    if part.get_content_type() == "text/html" and not charset:
        told = _META_CHARSET.search(content[:4096])
        charset = told[1].decode("ascii", "replace") if told else ""
    text = decode(content, charset)
    if part.get_content_type() == "text/enriched":
        return re.sub(r"<(/?[A-Za-z-]+)>", "", text).replace("<<", "<")
    if (
        part.get_content_type() == "text/plain"
        and _parameter(part, "format").lower() == "flowed"
    ):
        return unflowed(_lines(text), delsp=_parameter(part, "delsp").lower() == "yes")
    return text


def _parameter(part: Message, name: str) -> str:
    try:
        return str(part.get_param(name, "")).strip()
    except (ValueError, TypeError, IndexError, KeyError):
        return ""


def _decodable(part: Message) -> Message:
    """Give a part under an encoding that the library knows: it minds every blank."""
    written = headers.raw(part, "Content-Transfer-Encoding")
    named = _ENCODING.match(written)
    if named is None:
        return part
    meant = "base64" if named[1] else "quoted-printable"
    if meant == "base64" and _is_prose(part.get_payload()):
        meant = "8bit"
    if meant == written.lower():
        return part
    plain = Message(policy=policy.compat32)
    plain["Content-Transfer-Encoding"] = meant
    plain.set_payload(part.get_payload())
    return plain


def _whole(content: bytes, payload: object) -> bytes:
    """Give what base64 says of which the library gives all, or nothing, or a piece.

    It gives up over one letter too many, and reads no further than the first padding,
    though some programs encode a file piece by piece.
    """
    said = payload if isinstance(payload, str) else ""
    is_decoded = len(content) * 5 < len(said) * 4
    if is_decoded and "=" not in said.rstrip("=\r\n\t "):
        return content
    coded = said.encode("ascii", "replace")
    pieces = _PADDING_WITHIN.split(coded, maxsplit=_MOST_PIECES)
    if not all(map(_ALL_BASE64.fullmatch, pieces)):
        return content
    return b"".join(map(headers.from_base64, pieces))


def _is_prose(payload: object) -> bool:
    """Tell whether words stand where base64 was announced: words have blanks."""
    start = payload[:2000].strip() if isinstance(payload, str) else ""
    return start.count(" ") * _LONGEST_WORD > len(start)


def _source(message: Message) -> bytes:
    try:
        return message.as_bytes()
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
        MessageError,
    ):
        # Its headers cannot be written again; the words matter more than the form.
        lines = [f"{name}: {value}" for name, value in message.raw_items()]
        text = "\r\n".join(lines).encode("utf-8", "surrogateescape")
        return text + b"\r\n\r\n" + content_of(message)


def _unwrapped(part: Message, content: bytes) -> bytes:
    """Decode an attached mail that was encoded, which no standard allows."""
    encoding = headers.raw(part, "Content-Transfer-Encoding").strip().lower()
    if part.get_content_maintype() != "message" or encoding != "base64":
        return content
    try:
        decoded = base64.b64decode(content, validate=False)
    except ValueError:
        return content
    return decoded if b":" in decoded[:200] else content


def _as_html(text: str) -> str:
    return f'<div style="white-space:pre-wrap">{markup.escape(text)}</div>'


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
