"""What a mail of ours says: its words, the signature, and what it quotes.

Plain and as HTML, from the same parts in the same order. Pure.
"""

import html as markup
import re
from dataclasses import dataclass

from channels.email.parsing.charsets import printable
from hub.contracts import OutboundMessage, Quote
from hub.markup import text_from_html

#: Where the signature begins; mail programs cut it off there when they quote.
_SIGNED = "-- "
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"']+", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_LINK = re.compile(f"{_URL.pattern}|{_MAIL.pattern}", re.IGNORECASE)
#: What ends a sentence and not an address.
_AFTER = ".,;:!?»”’'"
_BULLET = re.compile(r"\s{0,3}[-*•]\s+")
#: Letters of an earlier message that are quoted; the rest is in its own mail.
LONGEST_QUOTE = 50_000

_HEADINGS = {
    "en": {
        "wrote": "{at}, {who} wrote:",
        "wrote_once": "{who} wrote:",
        "forwarded": "Forwarded message",
        "from": "From",
        "date": "Date",
        "subject": "Subject",
    },
    "uk": {
        "wrote": "{at}, {who} пише:",
        "wrote_once": "{who} пише:",
        "forwarded": "Переслане повідомлення",
        "from": "Від",
        "date": "Дата",
        "subject": "Тема",
    },
}


@dataclass(frozen=True, slots=True)
class Words:
    """The two forms of a mail's body."""

    text: str
    html: str


def words_of(message: OutboundMessage) -> Words:
    """Write the body of a mail in both forms."""
    own_html = printable(message.html)
    own = printable(message.text) or text_from_html(own_html)
    text, html = [own], [own_html or html_from_text(own)]
    if message.signature.strip():
        signature = printable(message.signature).strip()
        signed = printable(message.signature_html) or html_from_text(signature)
        text.append(f"{_SIGNED}\n{signature}")
        html.append(f'<div class="signature">-- <br>\n{signed}</div>')
    if message.quote is not None:
        quoted = _quoted(message.quote)
        text.append(quoted.text)
        html.append(quoted.html)
    return Words("\n\n".join(text), "\n".join(part for part in html if part))


def html_from_text(text: str) -> str:
    """Write plain text as HTML: paragraphs, lists and links, and nothing else."""
    blocks = re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").strip("\n"))
    return "\n".join(_block(block) for block in blocks if block.strip())


def _block(block: str) -> str:
    lines = block.strip("\n").split("\n")
    if len(lines) > 1 and all(_BULLET.match(line) for line in lines):
        items = "".join(f"<li>{_linked(_BULLET.sub('', one, 1))}</li>" for one in lines)
        return f"<ul>{items}</ul>"
    shown = "<br>\n".join(_spaced(_linked(line.rstrip())) for line in lines)
    return f"<p>{shown}</p>"


def _spaced(line: str) -> str:
    """Keep what stands at a line's beginning: somebody meant it."""
    rest = line.lstrip(" ")
    return "&nbsp;" * (len(line) - len(rest)) + rest


def _linked(line: str) -> str:
    written, at = [], 0
    for found in _LINK.finditer(line):
        address = found[0].rstrip(_AFTER)
        if address.endswith(")") and "(" not in address:
            address = address.rstrip(")" + _AFTER)
        written.append(markup.escape(line[at : found.start()]))
        written.append(_anchor(address))
        at = found.start() + len(address)
    return "".join([*written, markup.escape(line[at:])])


def _anchor(address: str) -> str:
    shown = markup.escape(address)
    if address.lower().startswith(("http://", "https://")):
        return f'<a href="{shown}">{shown}</a>'
    if address.lower().startswith("www."):
        return f'<a href="https://{shown}">{shown}</a>'
    return f'<a href="mailto:{shown}">{shown}</a>'


def _quoted(quote: Quote) -> Words:
    """Write an earlier message below this one."""
    said = printable(quote.text)[:LONGEST_QUOTE].strip("\n")
    html = printable(quote.html)
    if not html or len(html) > LONGEST_QUOTE:
        html = html_from_text(said)
    heading = _heading(quote)
    shown = "<br>\n".join(_linked(line) for line in heading)
    if quote.forwarded:
        return Words("\n".join(heading) + f"\n\n{said}", f"<p>{shown}</p>\n{html}")
    marked = "\n".join(f"> {line}".rstrip() for line in said.split("\n"))
    return Words(
        f"{heading[0]}\n{marked}",
        f'<p>{shown}</p>\n<blockquote type="cite">{html}</blockquote>',
    )


def _heading(quote: Quote) -> list[str]:
    words = _HEADINGS.get(quote.locale, _HEADINGS["en"])
    who = " ".join(printable(quote.sender).split())
    at = f"{quote.at:%d.%m.%Y %H:%M}" if quote.at else ""
    if not quote.forwarded:
        return [words["wrote" if at else "wrote_once"].format(at=at, who=who)]
    lines = [f"---------- {words['forwarded']} ----------"]
    subject = " ".join(printable(quote.subject).split())
    for name, value in (("from", who), ("date", at), ("subject", subject)):
        if value:
            lines.append(f"{words[name]}: {value}")
    return lines
