"""What servers write in prose of their own when a mail did not arrive.

qmail, Exim, Exchange, Domino, Sendmail, Gmail and all the others agree on nothing but
this: they name an address, and near to it stands why. So every address that could be a
recipient begins a passage, and the passage up to the next one is about it.
"""

import re
from email.message import Message

from channels.email import headers
from channels.email.automatic import is_from_nobody
from channels.email.bodies import text_of_part
from channels.email.fates import CODE, LONGEST_REASON, STATUS, Fate
from channels.email.originals import COPY_BEGINS
from hub.markup import text_from_html

_FROM_SERVER = re.compile(
    r"""(?:mailer[-_.]?daemon|postmaster|mail[-_.]?delivery|mdaemon|bounces?|
    mailbot|mail-?system|mmdf|microsoftexchange\w*|email-bounces|mailmarshal|symantec\w*|
    (?:mail|e-?mail)[-_.]?(?:error|admin|gateway|server))\b.*""",
    re.IGNORECASE | re.VERBOSE,
)
_ABOUT_DELIVERY = re.compile(
    r"""undeliver|deliver\w*\s+(?:has\s+|have\s+)?(?:failure|failed|status|report|problem|error|
    delayed|incomplete|notification|attempt)|fail(?:ed|ure)\s+(?:\w+\s+)?(?:notice|deliver)|
    (?:mail|message|e-?mail|sending)\s+(?:was\s+)?(?:failure|failed|system\s+error|error\b|rejected|
    bounced|delayed|blocked)|returned\s+(?:mail|to\s+sender|message|e-?mail)|(?:could|can)\s?(?:not|n.t)\s+be\s+(?:sent|
    delivered)|(?:could\s+not|couldn.t|can.?not|can.t|was\s+unable\s+to|unable\s+to)\s+deliver|
    non[\s-]?delivery|(?:not|wasn.t)\s+delivered|warning:\s+(?:message|could)|address\s+not\s+found|
    non\s+remis|non\s+(?:distribu|délivr)|unzustellbar|nicht\s+zugestellt|zustellung\s+fehl|
    не\s*(?:вдалося|вдалось|удалось|може|можливо|может|возможно)\s+(?:бути\s+|быть\s+)?доставит|
    не\s*(?:було\s+|был[ао]?\s+)?доставлен|недоставлен|no\s+(?:se\s+)?(?:ha\s+podido\s+|pudo\s+)?
    entreg|mancato\s+recapito|impossibile\s+(?:recapitare|consegnare)|niedostarczon|nie\s+(?:można|
    udało\s+się)\s+dostarczy|onbestelbaar|não\s+(?:foi\s+)?entreg|nedoručiteln|配信|送信できません|退信""",
    re.IGNORECASE | re.VERBOSE,
)
_DELAYED = re.compile(
    r"""delayed|temporar(?:y|ily)\s+(?:fail|defer)|will\s+(?:be\s+)?(?:re-?tr(?:y|ied)|
    keep\s+trying|continue\s+(?:trying|to\s+try))|do\s+not\s+need\s+to\s+re-?send|not\s+yet\s+been\s+
    delivered|has\s+not\s+been\s+delivered\s+after|warning\s+message|still\s+(?:being\s+)?
    (?:trying|attempt)|no\s+action\s+is\s+required""",
    re.IGNORECASE | re.VERBOSE,
)
_GIVEN_UP = re.compile(
    r"""given\s+up|giving\s+up|gave\s+up|permanent|too\s+(?:long|old)|retry\s+time(?:out)?\s+(?:not|
    exceed)|could\s+not\s+be\s+delivered\s+(?:for|within)|will\s+not\s+(?:be\s+)?(?:retr|tr)""",
    re.IGNORECASE | re.VERBOSE,
)
ADDRESS = re.compile(r"<?([^\s<>()\"',;:@\[\]]{1,64}@[^\s<>()\"',;:@\[\]]{1,250}\w)>?")
#: An address that is not somebody's whom a mail was sent to.
_NOT_A_CLIENT = re.compile(
    r"(?:mailer-daemon|postmaster|abuse|support|help(?:desk)?|admin(?:istrator)?|"
    r"webmaster|hostmaster)@.*|.*@(?:email\.amazonses|prod\.outlook)\..*|"
    # Names of machines; people have their mail at mail.ru and mail.com.
    r".*@(?:smtp|mx\d*|mail\d*)\.[^.]+\..*",
    re.IGNORECASE,
)
#: A line that is a recipient and nothing else, or begins with one.
_NAMED = re.compile(
    r"""[ \t]*(?:(?:to|recipient(?:\s+address)?|final-recipient|rcpt\s+to|кому|одержувач|адресат|
    address|e-?mail)\s*:\s*(?:rfc822\s*;\s*)?|[-*•\d.)]+[ \t]+|'|")?(?:[^\n<>()@]{0,80}[ \t(<])?""",
    re.IGNORECASE | re.VERBOSE,
)
#: Below it stands our own mail, or its head.
_DIVIDER = re.compile(
    r"""^[ \t]*[-*_=]{2,}[^\n]{0,40}(?:original|below\s+this|copy\s+of|copie|kopie|оригінал|исходн)
    [^\n]*$""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_ANSWERS = re.compile(
    r"\s*(?:re|aw|sv|відп|ответ|odp|ynt|antw|res|r)\s*:", re.IGNORECASE
)
_LONGEST_PROSE = 20_000


def is_from_server(message: Message, envelope_from: str | None) -> bool:
    """Tell whether a server wrote this, and not a person or his absence note."""
    if "X-Failed-Recipients" in message:
        return True
    people = headers.mailboxes(message, "From")
    named = headers.text(message, "From")
    is_server = _FROM_SERVER.match(people[0].address if people else named) or (
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
    if not failed and not _ABOUT_DELIVERY.search(said):
        return []
    ours = {one.address.lower() for one in headers.mailboxes(message, "To", "From")}
    action = "failed"
    if _DELAYED.search(said) and not _GIVEN_UP.search(words):
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
            for mark in (_DIVIDER, COPY_BEGINS):
                begins = mark.search(text)
                text = text[: begins.start()] if begins and begins.start() else text
            if text.strip():
                return text
    return ""


def line_about(recipient: str, prose: str) -> str:
    """Give the lines of a report that name a recipient; all of it if none does."""
    lines = [line.strip() for line in prose.splitlines() if line.strip()]
    for number, line in enumerate(lines):
        if recipient and recipient.lower() in line.lower():
            return " ".join(lines[number : number + 3])[:LONGEST_REASON]
    return " ".join(lines)[:LONGEST_REASON]


def _vacation(message: Message) -> str:
    # Some absence notes have an empty return path too, but no talk of delivery.
    if _ABOUT_DELIVERY.search(headers.text(message, "Subject")):
        return ""
    return headers.text(message, "Auto-Submitted").lower()


def _passages(words: str, ours: set[str], failed: list[str]) -> list[tuple[str, str]]:
    """Cut the prose into what it says of each recipient."""
    starts: list[tuple[str, int]] = []
    at = 0
    for line in words.splitlines(keepends=True):
        found = ADDRESS.search(line)
        if found and _is_recipient(line, found, ours, failed):
            starts.append((found[1], at))
        at += len(line)
    if not starts:
        # In the middle of a sentence ("wasn't delivered to a@b.example because ...").
        found = next(
            (
                one
                for one in ADDRESS.finditer(words)
                if one[1].lower() not in ours and not _NOT_A_CLIENT.fullmatch(one[1])
            ),
            None,
        )
        return [(found[1], words)] if found else []
    passages: dict[str, str] = {}
    for (address, start), (_, end) in zip(
        starts, [*starts[1:], ("", len(words))], strict=True
    ):
        known = next(
            (one for one in passages if one.lower() == address.lower()), address
        )
        passages[known] = passages.get(known, "") + words[start:end]
    return list(passages.items())


def _is_recipient(
    line: str, found: re.Match[str], ours: set[str], failed: list[str]
) -> bool:
    address = found[1].lower()
    if failed:
        return address in failed
    if address in ours or _NOT_A_CLIENT.fullmatch(address):
        return False
    return bool(_NAMED.fullmatch(line[: found.start()]))


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
