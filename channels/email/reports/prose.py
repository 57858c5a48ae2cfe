"""What servers write in prose of their own when a mail did not arrive.

qmail, Exim, Exchange, Domino, Sendmail, Gmail and all the others agree on nothing but
this: they name an address, and near to it stands why. So every address that could be a
recipient begins a passage, and the passage up to the next one is about it.
"""

import re
from email.message import Message
from itertools import islice

from channels.email.parsing import headers
from channels.email.parsing.automatic import has_copy, is_from_nobody, is_report
from channels.email.parsing.bodies import text_of_part
from channels.email.parsing.server_words import (
    ABOUT_DELIVERY,
    ADDRESS,
    ALONE,
    ANNOUNCES,
    DELAYED,
    DIVIDER,
    FROM_SERVER,
    GIVEN_UP,
    HANDED_ON,
    NAMED,
    NOT_A_CLIENT,
    OF_HEAD,
    OF_SENDER,
)
from channels.email.reports.fates import CODE, LONGEST_REASON, STATUS, Fate
from channels.email.reports.originals import COPY_BEGINS
from hub.markup import text_from_html

_ANSWERS = re.compile(
    r"\s*(?:re|aw|sv|відп|ответ|odp|ynt|antw|res|r)\s*:", re.IGNORECASE
)
#: Lines of which one is written by no person.
_OF_A_HEAD = re.compile(
    r"(?:[^\n]+\n)*?(?:Return-Path|Received|Message-ID|MIME-Version|Content-Type):",
    re.IGNORECASE,
)
_LONGEST_PROSE = 20_000


def is_from_server(message: Message, envelope_from: str | None) -> bool:
    """Tell whether a server wrote this, and not a person or his absence note."""
    if "X-Failed-Recipients" in message or is_report(message):
        return True
    people = headers.mailboxes(message, "From")
    named = headers.text(message, "From")
    is_server = FROM_SERVER.match(people[0].address if people else named) or (
        is_from_nobody(message, envelope_from)
    )
    if "auto-replied" in _vacation(message):
        return False
    # A small firm's owner may write as postmaster@, and answer us about a delivery.
    is_answer = _ANSWERS.match(headers.text(message, "Subject")) and (
        "In-Reply-To" in message and not is_from_nobody(message, envelope_from)
    )
    return bool(is_server) and not is_answer


def fates_in_prose(message: Message, parts: list[Message]) -> list[Fate]:
    """Read what a server wrote; nothing if it is not about a delivery."""
    words = prose_of(parts)
    said = f"{headers.text(message, 'Subject')}\n{words[:4000]}"
    failed = [one.address for one in headers.mailboxes(message, "X-Failed-Recipients")]
    # With a copy, it is about a delivery in whichever language.
    is_about = failed or ABOUT_DELIVERY.search(said) or has_copy(parts)
    if not is_about:
        return []
    ours = {one.address.lower() for one in headers.mailboxes(message, "To", "From")}
    action = "failed"
    if DELAYED.search(said) and not GIVEN_UP.search(words):
        action = "delayed"
    passages = _passages(words, ours, [one.lower() for one in failed])
    if not passages:
        passages = [(one, words) for one in failed] or [("", words)]
    is_alone = len(passages) == 1
    return [
        _fate(action, address, passage, words if is_alone else passage, words)
        for address, passage in passages
    ]


def prose_of(parts: list[Message]) -> str:
    """Give what the server wrote for people, without the copy of our mail."""
    for part in parts:
        kind = part.get_content_type()
        if kind in {"text/plain", "text/html"}:
            text = text_of_part(part)[: 5 * _LONGEST_PROSE]
            text = text_from_html(text) if kind == "text/html" else text
            text = text[:_LONGEST_PROSE]
            divider = DIVIDER.search(text)
            if divider and divider.start():
                text = text[: divider.start()]
            text = text[: _copy_begins(text)]
            if text.strip():
                return text
    return ""


def _copy_begins(text: str) -> int:
    """Tell where the head of our mail begins; the end of the text if nowhere."""
    for line in islice(COPY_BEGINS.finditer(text), 50):
        start = line.start()
        # Some repeat a few lines of it to say whom it did not reach.
        is_copy = ADDRESS.search(text, 0, start) or _OF_A_HEAD.match(text, start)
        if start and is_copy:
            return start
    return len(text)


def line_about(recipient: str, prose: str) -> str:
    """Give the lines of a report that name a recipient; all of it if none does."""
    lines = [line.strip() for line in prose.splitlines() if line.strip()]
    for number, line in enumerate(lines):
        if recipient and recipient.lower() in line.lower():
            return " ".join(lines[number : number + 3])[:LONGEST_REASON]
    return " ".join(lines)[:LONGEST_REASON]


def _vacation(message: Message) -> str:
    # Some absence notes have an empty return path too, but no talk of delivery.
    if ABOUT_DELIVERY.search(headers.text(message, "Subject")):
        return ""
    return headers.text(message, "Auto-Submitted").lower()


def _passages(words: str, ours: set[str], failed: list[str]) -> list[tuple[str, str]]:
    """Cut the prose into what it says of each recipient."""
    starts = _starts(words, ours, failed)
    if not starts:
        # In the middle of a sentence ("wasn't delivered to a@b.example because ...").
        found = next(
            (one for one in ADDRESS.finditer(words) if _may_be(one, words, ours)), None
        )
        return [(found[1], words)] if found else []
    passages: dict[str, str] = {}
    for (address, start), (_, end) in zip(
        starts, [*starts[1:], ("", len(words))], strict=True
    ):
        before = HANDED_ON.search(words, start, end)
        named = before[1] if before else address
        known = next((one for one in passages if one.lower() == named.lower()), named)
        passages[known] = passages.get(known, "") + words[start:end]
    return list(passages.items())


def _starts(words: str, ours: set[str], failed: list[str]) -> list[tuple[str, int]]:
    """Find the recipients who are named, and where."""
    found: list[tuple[str, int]] = []
    repeated: list[tuple[str, int]] = []
    at = 0
    for line in words.splitlines(keepends=True):
        address = ADDRESS.search(line)
        if address and _is_recipient(line, address, ours, failed):
            is_of_head = OF_HEAD.fullmatch(line, 0, address.start())
            (repeated if is_of_head else found).append((address[1], at))
        at += len(line)
    announced = ANNOUNCES.search(words)
    since = announced.start() if announced else 0
    return [one for one in found if one[1] >= since] or found or repeated


def _is_recipient(
    line: str, found: re.Match[str], ours: set[str], failed: list[str]
) -> bool:
    address = found[1].lower()
    if failed:
        return address in failed
    if ALONE.match(line):
        return address not in ours
    return _may_be(found, line, ours) and bool(NAMED.fullmatch(line, 0, found.start()))


def _may_be(found: re.Match[str], said: str, ours: set[str]) -> bool:
    """Tell whether an address can be that of somebody whom we wrote to."""
    return (
        found[1].lower() not in ours
        and not NOT_A_CLIENT.fullmatch(found[1])
        and not OF_SENDER.search(said, max(0, found.start() - 20), found.start())
    )


def _fate(action: str, address: str, passage: str, near: str, words: str) -> Fate:
    """Read one passage; what it lacks may stand in ``near``, the rest about it."""
    status = STATUS.search(passage) or STATUS.search(near)
    code = CODE.search(passage)
    # Some name the address first, and tell the reason further below.
    source = passage if STATUS.search(passage) or code else near
    around = STATUS.search(source) or CODE.search(source)
    if around:
        diagnostic = _paragraph(source, around.start())
    elif len(passage.split()) > len(address.split()) + 2:
        diagnostic = " ".join(passage.split())[:LONGEST_REASON]
    else:
        diagnostic = line_about(address, words)
    return Fate(
        action,
        address,
        status[1] if status else "",
        _without(address, diagnostic),
        near,
    )


def _without(address: str, words: str) -> str:
    """Leave out the address at the beginning: it is told beside the words."""
    if not address:
        return words
    found = re.match(rf"\W*{re.escape(address)}\W*", words, re.IGNORECASE)
    return words[found.end() :] or words if found else words


def _paragraph(prose: str, position: int) -> str:
    start = max(prose.rfind("\n\n", 0, position), prose.rfind("<<<", 0, position)) + 1
    end = prose.find("\n\n", position)
    found = prose[start : end if end != -1 else None]
    return " ".join(found.strip("<> \n").split())[:LONGEST_REASON]
