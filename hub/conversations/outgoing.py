"""What an agent wrote with a look to it, made fit to be sent. Pure.

Stricter than for what comes in: what leaves bears our name. Words, lists, links,
tables of a report, pictures that are attached; no styles, no colours, nothing remote.
"""

import html as markup
import re

import nh3

from hub.markup import text_from_html

_TAGS = frozenset(
    """a b blockquote br code del div em h1 h2 h3 hr i img li ol p pre s span strong sub
    sup table tbody td th thead tr u ul""".split()
)
_ATTRIBUTES = {
    "a": {"href"},
    "img": {"alt", "src", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
#: An upload that the message carries, named by its number.
_UPLOAD = re.compile(r"(?:cid:file-|/files/)(\d{1,18})(?:/[^\"]*)?")
_SIZE = re.compile(r"\d{1,4}")
#: How a picture is named inside of the mail.
CONTENT_ID = "file-{}"
_SHOWN = re.compile(r'<img\b[^>]*\bsrc="cid:file-(\d{1,18})"')


def clean(html: str) -> str:
    """Give what may leave of ``html``; pictures become ``cid:file-<upload>``."""

    def judged(_tag: str, name: str, value: str) -> str | None:
        if name == "src":
            upload = _UPLOAD.fullmatch(value)
            return "cid:" + CONTENT_ID.format(upload[1]) if upload else None
        if name in {"width", "height", "start", "colspan", "rowspan"}:
            return value if _SIZE.fullmatch(value) else None
        return value

    return nh3.clean(
        html,
        tags=set(_TAGS),
        clean_content_tags={"script", "style", "title", "head", "template", "svg"},
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=judged,
        link_rel="noopener noreferrer",
        url_schemes={"http", "https", "mailto", "tel", "cid"},
    ).strip()


def says(html: str) -> str:
    """Give the text part of it."""
    return text_from_html(html)


def from_text(text: str) -> str:
    """Give plain words as HTML, line by line."""
    lines = (markup.escape(one) or "<br>" for one in text.split("\n"))
    return "".join(f"<div>{one}</div>" for one in lines)


def pictures(html: str) -> list[int]:
    """Name the uploads that the cleaned HTML shows."""
    return [int(one) for one in dict.fromkeys(_SHOWN.findall(html))]
