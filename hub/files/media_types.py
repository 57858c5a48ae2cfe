"""What a file is, told from its own bytes. Pure.

What its sender claims is not believed: a page that calls itself a picture would be a
page again in somebody's browser. What is not surely harmless is plain bytes.
"""

import re
from pathlib import PurePath

import filetype

#: Anything: it is saved, never shown.
BYTES = "application/octet-stream"
#: A browser shows these and runs nothing in them.
PICTURES = frozenset(
    {"image/avif", "image/bmp", "image/gif", "image/jpeg", "image/png", "image/webp"}
)
PLAYED = frozenset(
    {
        "audio/aac",
        "audio/amr",
        "audio/flac",
        "audio/mp4",
        "audio/mpeg",
        "audio/ogg",
        "audio/wav",
        "video/mp4",
        "video/quicktime",
        "video/webm",
    }
)
#: Pictures that the thumbnails are made from.
DRAWN = PICTURES | {"image/tiff"}

#: Names by which browsers know them better.
_RENAMED = {"audio/x-wav": "audio/wav", "audio/x-flac": "audio/flac"}
_FAMILIES = ("image/", "audio/", "video/")
#: Further kinds that are told by their first bytes and worth a name.
_DOCUMENTS = frozenset(
    {
        "application/epub+zip",
        "application/gzip",
        "application/msword",
        "application/pdf",
        "application/rtf",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.oasis.opendocument.presentation",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/x-7z-compressed",
        "application/x-rar-compressed",
        "application/zip",
    }
)
#: Texts that programs of the receiver know by their kind.
_TEXTS = {
    ".csv": "text/csv",
    ".ics": "text/calendar",
    ".vcf": "text/vcard",
    ".eml": "message/rfc822",
}
#: Texts that something executes, whatever they look like.
_RUN = frozenset(
    """.bat .cmd .hta .htm .html .js .jse .mht .mhtml .mjs .ps1 .shtml .sh .svg .svgz
    .vbe .vbs .wsf .xht .xhtml .xml .xsl .xslt""".split()
)
_MARKUP = re.compile(
    rb"<\s*(?:!doctype|\?xml|html|head|body|svg|script|iframe|object|embed|meta|style"
    rb"|img|link|base|form|math|table|a\s)",
    re.IGNORECASE,
)
#: Bytes that are looked at; browsers look no further.
_HEAD = 8192
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")


def sniff(content: bytes, name: str = "") -> str:
    """Tell the media type of a content; its name may only choose among texts."""
    kind = filetype.guess(content[:_HEAD]) if content else None
    known: str = _RENAMED.get(kind.mime, kind.mime) if kind is not None else BYTES
    if known in _DOCUMENTS:
        return known
    if _reads(content):
        # "BMW sold" begins like a bitmap, so words are words first.
        return _text(content, PurePath(name).suffix.lower())
    return known if known.startswith(_FAMILIES) else BYTES


def _text(content: bytes, suffix: str) -> str:
    if suffix in _TEXTS:
        # A mail or a table may speak of markup; by its own name it is no page.
        return _TEXTS[suffix]
    if suffix in _RUN or _MARKUP.search(content[:_HEAD]):
        return BYTES
    return "text/plain"


def _reads(content: bytes) -> bool:
    if _BINARY.search(content):
        return False
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True
