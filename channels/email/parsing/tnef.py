"""Outlook's ``winmail.dat`` (TNEF): the files and the text inside of it.

Only what a reader wants is read; whatever is odd ends the reading, never the mail.
Layout: a magic number, then attributes, each with its level, id, length and checksum;
files and text stand partly in those, partly in MAPI properties within them.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels.email.parsing.charsets import decode, printable

_MAGIC = b"\x78\x9f\x3e\x22"
_MESSAGE, _FILE = 1, 2
#: Ids of attributes.
_BODY, _PROPERTIES, _CODEPAGE = 0x800C, 0x9003, 0x9007
_FILE_BEGINS, _FILE_TITLE, _FILE_DATA, _FILE_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
#: Ids of MAPI properties.
_TEXT, _HTML = 0x1000, 0x1013
_OBJECT, _SHORT_NAME, _LONG_NAME = 0x3701, 0x3704, 0x3707
_MEDIA_TYPE, _CONTENT_ID = 0x370E, 0x3712
#: Bytes of a MAPI value by its type; those of changing length say it themselves.
_SIZES = {
    **dict.fromkeys((0x02, 0x03, 0x04, 0x0A, 0x0B), 4),
    **dict.fromkeys((0x05, 0x06, 0x07, 0x14, 0x40), 8),
    0x48: 16,
}
_STRING8, _UNICODE, _MANY = 0x1E, 0x1F, 0x1000
_LENGTHY = frozenset({0x0D, _STRING8, _UNICODE, 0x102})
_NAMED = 0x8000
_INTERFACE = 16
_MOST_FILES = 500


@dataclass(slots=True)
class Unpacked:
    """A file in the packet."""

    name: str = ""
    media_type: str = ""
    content: bytes = b""
    content_id: str = ""


@dataclass(slots=True)
class Packet:
    """What a ``winmail.dat`` holds."""

    text: str = ""
    html: str = ""
    files: list[Unpacked] = field(default_factory=list)


def unpack(data: bytes) -> Packet:
    """Read a packet as far as it can be read; an empty one if it is none."""
    packet = Packet()
    codepage = "cp1252"
    for level, name, value in _attributes(data):
        if name == _CODEPAGE and len(value) >= 4:  # noqa: PLR2004 - one number
            codepage = f"cp{struct.unpack_from('<I', value)[0]}"
        elif level == _MESSAGE and name == _BODY:
            packet.text = packet.text or _string(value, codepage)
        elif level == _MESSAGE and name == _PROPERTIES:
            _read_message(packet, value, codepage)
        elif level == _FILE and name == _FILE_BEGINS:
            if len(packet.files) == _MOST_FILES:
                break
            packet.files.append(Unpacked())
        elif level == _FILE and packet.files:
            _read_file(packet.files[-1], name, value, codepage)
    packet.files = [one for one in packet.files if one.content or one.name]
    return packet


def _attributes(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    if not data.startswith(_MAGIC):
        return
    at = 6
    while at + 9 <= len(data):
        level, name, _, size = struct.unpack_from("<BHHI", data, at)
        value = data[at + 9 : at + 9 + size]
        if level not in {_MESSAGE, _FILE}:
            return
        # The last one may be cut off; what is there of it is worth having.
        yield level, name, value
        at += 9 + size + 2


def _read_message(packet: Packet, value: bytes, codepage: str) -> None:
    for name, kind, content in _properties(value):
        if name == _TEXT:
            packet.text = _text(content, kind, codepage) or packet.text
        elif name == _HTML:
            packet.html = _text(content, kind, codepage)


def _read_file(file: Unpacked, name: int, value: bytes, codepage: str) -> None:
    if name == _FILE_TITLE:
        file.name = file.name or _string(value, codepage)
    elif name == _FILE_DATA:
        file.content = value
    elif name == _FILE_PROPERTIES:
        for prop, kind, content in _properties(value):
            if prop == _LONG_NAME:
                file.name = _text(content, kind, codepage) or file.name
            elif prop == _SHORT_NAME:
                file.name = file.name or _text(content, kind, codepage)
            elif prop == _MEDIA_TYPE:
                file.media_type = _text(content, kind, codepage)
            elif prop == _CONTENT_ID:
                file.content_id = _text(content, kind, codepage)
            elif prop == _OBJECT and not file.content:
                # What kind of object it is stands before it.
                file.content = content[_INTERFACE:]


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Give each property's id, type and first value; end where it makes no sense."""
    if len(data) < 4:  # noqa: PLR2004 - the number of properties
        return
    at = 4
    try:
        for _ in range(struct.unpack_from("<I", data)[0]):
            kind, name = struct.unpack_from("<HH", data, at)
            at += 4
            if name >= _NAMED:
                at = _behind_name(data, at)
            plain = kind & ~_MANY
            count = 1
            if kind & _MANY or plain in _LENGTHY:
                count = struct.unpack_from("<I", data, at)[0]
                at += 4
            first = None
            for _ in range(count):
                size = _SIZES.get(plain)
                if plain in _LENGTHY:
                    size = struct.unpack_from("<I", data, at)[0]
                    at += 4
                if size is None or at + size > len(data):
                    return
                first = data[at : at + size] if first is None else first
                at += size + -size % 4
            yield name, plain, first or b""
    except struct.error:
        return


def _behind_name(data: bytes, at: int) -> int:
    is_text = struct.unpack_from("<I", data, at + 16)[0]
    at += 20
    if not is_text:
        return at + 4
    size: int = struct.unpack_from("<I", data, at)[0]
    return at + 4 + size + -size % 4


def _text(content: bytes, kind: int, codepage: str) -> str:
    if kind == _UNICODE:
        return printable(decode(content, "utf-16-le").rstrip("\x00"))
    return _string(content, codepage)


def _string(content: bytes, codepage: str) -> str:
    return printable(decode(content.split(b"\x00", 1)[0], codepage))
