"""Bytes to text under any name of any charset, or under none. Never raises."""

import codecs
import re
from contextlib import suppress

from channels.email.parsing.cyrillic import other_cyrillic

# What programs write, and what they mean. Superset first: Windows programs say
# "iso-8859-1" and "gb2312" and then use letters that only the larger sets have.
_MEANT = {
    "": "utf-8",
    "ascii": "utf-8",
    "us-ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
    "utf8mb4": "utf-8",
    "utf-8-mac": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "windows-874": "cp874",
    "tis-620": "cp874",
    "koi8-r": "koi8-u",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-mac-ukrainian": "mac_cyrillic",
    "macintosh": "mac_roman",
    "big5": "big5hkscs",
    "unicode": "utf-16",
}
# Codecs that turn bytes into bytes, or take more than text: not charsets.
_NOT_TEXT = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape"})
#: Charsets in which each byte is a letter.
_ONE_BYTE = re.compile(r"(?:cp12\d\d|cp8[56]\d|iso8859|koi8|mac)")
_JAPANESE = re.compile(rb"\x1b\$[@B].{1,200}?\x1b\([BJ]", re.DOTALL)
_EASTERN = ("gb18030", "big5hkscs", "cp932", "euc-jp", "cp949")
_CYRILLIC = ("cp1251", "koi8-u")
_SAMPLE = 4000
#: Letters of more than one byte stand beside each other; accents do not.
_RUNS = re.compile(rb"[\x80-\xff]{4,}")
#: Bytes by which a charset can be told.
_ENOUGH = 8
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def decode(data: bytes, charset: str) -> str:
    """Decode ``data``, which says that it is in ``charset`` (perhaps wrongly)."""
    name = charset.strip().strip("\"'").lower()
    name = _MEANT.get(name, name)
    if name in {"utf-8", "utf8"}:
        return _utf8_or_else(data)
    codec = _codec(name) or _codec(
        re.sub(r"^(?:cp|windows|win|x)[-_]?(?=\d)", "cp", name)
    )
    if codec is None:
        return _utf8_or_else(data)
    if not data.isascii():
        # One-byte charsets take any bytes, and wide ones many; yet letters that happen
        # to be UTF-8 mean nothing in them, and that label over UTF-8 is common.
        if _ONE_BYTE.match(codec) or _is_long(data):
            with suppress(UnicodeDecodeError):
                return data.decode("utf-8")
        if _ONE_BYTE.match(codec):
            codec = other_cyrillic(data, codec) or codec
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError):
        pass
    try:
        # A wrong label over plain UTF-8 is common; valid UTF-8 by accident is not.
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _loosely(data, codec)


def _is_long(data: bytes) -> bool:
    return sum(byte >= 0x80 for byte in data[:200]) >= _ENOUGH  # noqa: PLR2004 - ASCII


def printable(value: str) -> str:
    """Drop what no database takes and no screen shows: NUL, control, half letters."""
    return _CONTROL.sub("", value)


def _codec(name: str) -> str | None:
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError, UnicodeError):
        return None
    is_text = getattr(found, "_is_text_encoding", True)
    return found.name if is_text and found.name not in _NOT_TEXT else None


def _loosely(data: bytes, codec: str) -> str:
    try:
        return data.decode(codec, "replace")
    except (UnicodeError, ValueError):
        return data.decode("utf-8", "replace")


def _utf8_or_else(data: bytes) -> str:
    if _JAPANESE.search(data):
        # All of it is ASCII, and says by itself what it is.
        return _loosely(data, "iso2022_jp_ext")
    if wide := _wide(data):
        return _loosely(data, wide)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _loosely(data, _guess(data))


def _wide(data: bytes) -> str:
    """Name the charset of text in which every other byte is nothing."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "utf-16"
    sample = data[:400]
    if len(sample) < _ENOUGH or sample.count(0) * 3 < len(sample):
        return ""
    return "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"


def _guess(data: bytes) -> str:
    """Name the charset of 8-bit text that named none, or named the wrong one."""
    high = [byte for byte in data if byte >= 0x80]  # noqa: PLR2004 - not ASCII
    latin = sum(chr(byte).isalpha() for byte in data if byte < 0x80)  # noqa: PLR2004
    try:
        data.decode("utf-8", "strict")
    except UnicodeDecodeError as error:
        # UTF-8 with a letter damaged or cut off is still UTF-8.
        lost = data.decode("utf-8", "replace").count("\ufffd")
        if lost * 4 < len(high) or error.start >= len(data) - 3:
            return "utf-8"
    if better := other_cyrillic(data, "cp1252"):
        return better
    if eastern := _eastern(data[:_SAMPLE]):
        return eastern
    if len(high) <= latin:
        return "cp1252"
    # The two Cyrillic sets have small and capital letters swapped, and text is
    # mostly small letters.
    upper_half = sum(byte >= 0xE0 for byte in high)  # noqa: PLR2004
    lower_half = sum(0xC0 <= byte < 0xE0 for byte in high)  # noqa: PLR2004
    return "koi8-u" if lower_half > upper_half else "cp1251"


def _eastern(data: bytes) -> str | None:
    """Name the charset if these are words of Chinese, Japanese or Korean."""
    if sum(map(len, _RUNS.findall(data))) < _ENOUGH:
        return None
    # What it knows of languages takes 36 MiB: only who gets such mail pays for it.
    import chardet  # noqa: PLC0415

    known = [*_EASTERN, *_CYRILLIC]
    found = chardet.detect(
        data, include_encodings=known, no_match_encoding=_CYRILLIC[0]
    )["encoding"]
    codec = _codec(_MEANT.get(str(found).lower(), str(found)))
    return codec if codec in map(_codec, _EASTERN) else None
