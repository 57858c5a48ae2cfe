"""HTML from outside, made fit for an agent's screen.

Nothing that comes out executes, loads anything from elsewhere, or leaves its box.
Remote images are not thrown away: their address waits in ``data-blocked-src``, an
attribute that no browser acts on, until the agent asks for them.

Pure functions: the same input gives the same output, and none raises.
"""

import functools
import hashlib
import html as markup
import re
from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import urlsplit

import nh3

from hub.conversations.sheets import with_sheets_laid_on
from hub.conversations.styles import harmless_style
from hub.tangles import is_too_much, loosened

#: Gives the address of an attached image by its Content-ID, or None if there is none.
Resolve = Callable[[str], str | None]

#: What replaces the source of an image that was not loaded.
BLOCKED = "data-blocked-src"


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_TAGS = _names("""a abbr address article aside b bdi bdo big blockquote br caption center cite code
    col colgroup dd del details dfn div dl dt em figcaption figure font footer h1 h2 h3
    h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q s samp section small
    span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var
    wbr""")
# Their content is code or meant for other eyes, never the client's words.
_GONE = _names("""script style title head noscript noembed noframes iframe frame frameset object
    embed applet template svg math select textarea audio video canvas xmp""")
_EVERYWHERE = _names("align bgcolor color dir lang style title valign")
_ATTRIBUTES = {
    "*": set(_EVERYWHERE),
    "a": {"href"},
    "blockquote": {"class", "type"},
    "div": {"class", "id"},
    "col": {"span", "width"},
    "font": {"face", "size"},
    "hr": {"size", "width"},
    "img": {"alt", "border", "height", "src", "width"},
    "li": {"value"},
    "ol": {"start", "type"},
    "p": {"class"},
    "table": {"border", "cellpadding", "cellspacing", "height", "width"},
    "td": {"colspan", "height", "nowrap", "rowspan", "width"},
    "th": {"colspan", "height", "nowrap", "rowspan", "width"},
    "tr": {"height"},
}
_ATTRIBUTE_NAMES = frozenset().union(*_ATTRIBUTES.values())
#: By which programs mark what they quote; ours are put in their place.
_QUOTES = _names("""gmail_quote gmail_quote_container yahoo_quoted protonmail_quote
    quoted tutanota_quote zmail_extra ms-outlook-mobile-reference-message mail_quote moz-cite""")
_OLD_MAIL_BEGINS = _names("""reply-head divrplyfwdmsg appendonsend replysplit olk_src_body_section
    mail-editor-reference-message-container isforwardcontent""")
#: Paragraphs of Word and Outlook, without space between them by a sheet that is gone.
_FLUSH = re.compile(r"mso(?:normal|plaintext|nospacing|listparagraph)", re.IGNORECASE)
_SIZES = _names(
    "border cellpadding cellspacing colspan height rowspan size span start value width"
)
_SIZE = re.compile(r"[+-]?(\d{1,4})(?:px|%)?")
_LARGEST = 2000
_LINK_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
# SVG is left out: it is a document, not a picture.
_INLINE_IMAGE = re.compile(
    r"data:image/(?:png|gif|jpeg|jpg|webp);base64,[A-Za-z0-9+/=\s]+"
)
_BODY = re.compile(r"<(/?)body(?=[\s/>])", re.IGNORECASE)
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202f\ufeff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|[\ud800-\udfff]")


def sanitize(html: str, *, resolve: Resolve) -> str:
    """Give the harmless rest of ``html``.

    Args:
        html: As it came from outside.
        resolve: Gives the address at which we serve the attached image with this
            Content-ID (without brackets), or None.

    Returns:
        HTML to be put into a page or frame as it is. Links open elsewhere and tell
        nothing; remote images have ``data-blocked-src`` instead of ``src``.
    """
    html = _CONTROL.sub("", html)
    if is_too_much(html):
        return f"<pre>{markup.escape(_stripped(html))}</pre>"
    html = with_sheets_laid_on(
        loosened(html), tags=_TAGS, gone=_GONE, attributes=_ATTRIBUTE_NAMES
    )
    # Not to be found in the input, so no text can pretend to be our mark.
    mark = hashlib.sha256(html.encode()).hexdigest()
    # What colours the whole page colours a box of it.
    html = _BODY.sub(r"<\1div", html)

    # What a sheet has laid upon hundreds of elements is judged once.
    harmless = functools.cache(harmless_style)

    def judged(tag: str, name: str, value: str) -> str | None:
        if name == "src":
            return _image(value, resolve, mark)
        if name == "style":
            return harmless(value) or None
        return _judged(tag, name, value)

    clean = nh3.clean(
        html,
        tags=set(_TAGS),
        clean_content_tags=set(_GONE),
        attributes=_ATTRIBUTES,
        attribute_filter=judged,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        # Judged above; the second look is for the day when one of us is wrong.
        url_schemes={*_LINK_SCHEMES, "cid", "data"},
    )
    return clean.replace(f'src="{mark}', f'{BLOCKED}="')


def blocked_count(sanitized: str) -> int:
    """Count the remote images that ``sanitize`` kept from loading."""
    counter = _Counting()
    counter.feed(sanitized)
    return counter.blocked


def _stripped(html: str) -> str:
    return markup.unescape(re.sub(r"<[^<>]*>?", " ", html)).strip()


def _judged(tag: str, name: str, value: str) -> str | None:
    if name == "href":
        return _link(value)
    if name == "class":
        return _marked(tag, value)
    if name == "id":
        return "reply-head" if value.strip().lower() in _OLD_MAIL_BEGINS else None
    if name in _SIZES and tag != "font":
        size = _SIZE.fullmatch(value.strip())
        return value if size and int(size[1]) <= _LARGEST else None
    return value


def _marked(tag: str, classes: str) -> str | None:
    """Give our own class for what another program's say."""
    if tag == "p":
        return "flush" if _FLUSH.search(classes) else None
    return "quoted" if _QUOTES & set(classes.lower().split()) else None


def _link(value: str) -> str | None:
    try:
        scheme = urlsplit(_UNSEEN.sub("", value)).scheme
    except ValueError:
        return None
    # A link without a scheme would lead into our own pages.
    return value if scheme.lower() in _LINK_SCHEMES else None


def _image(value: str, resolve: Resolve, mark: str) -> str | None:
    bare = _UNSEEN.sub("", value)
    try:
        scheme = urlsplit(bare).scheme.lower()
    except ValueError:
        return None
    if scheme == "cid":
        return resolve(bare[4:].strip("<>"))
    if scheme == "data":
        return value if _INLINE_IMAGE.fullmatch(value) else None
    if bare.startswith("//"):
        return f"{mark}https:{bare}"
    return mark + bare if scheme in {"http", "https"} else None


class _Counting(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.blocked = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.blocked += tag == "img" and any(name == BLOCKED for name, _ in attrs)
