"""What is inside of an S/MIME message that is signed as a whole (RFC 8551).

``application/pkcs7-mime`` with ``signed-data`` wraps a readable mail in ASN.1. The
signature is not judged here: the words are taken out, and the file stays beside them.
"""

from collections.abc import Iterator

_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_DATA = bytes.fromhex("06092a864886f70d010701")
_OCTETS, _OCTETS_IN_PARTS = 0x04, 0x24
_CONTENT = 0xA0
_INDEFINITE = 0x80
_LONG_FORM = 0x80
_DEEPEST = 20


def signed_content(data: bytes) -> bytes:
    """Give the mail inside; nothing if it is encrypted, or no such message."""
    if _SIGNED_DATA not in data[:64]:
        return b""
    start = data.find(_DATA, 0, 4096)
    if start == -1:
        return b""
    for tag, value, _ in _values(data, start + len(_DATA), len(data)):
        return b"".join(_octets(data, *value, depth=0)) if tag == _CONTENT else b""
    return b""


def _octets(data: bytes, start: int, end: int, *, depth: int) -> Iterator[bytes]:
    if depth > _DEEPEST:
        return
    for tag, (inner, stop), _ in _values(data, start, end):
        if tag == _OCTETS:
            yield data[inner:stop]
        elif tag == _OCTETS_IN_PARTS:
            yield from _octets(data, inner, stop, depth=depth + 1)
        else:
            return


def _values(
    data: bytes, at: int, end: int
) -> Iterator[tuple[int, tuple[int, int], int]]:
    """Give each value's tag, where its content lies, and where the next one begins."""
    while at + 2 <= end and data[at : at + 2] != b"\x00\x00":
        tag, size = data[at], data[at + 1]
        start = at + 2
        if size == _INDEFINITE:
            # It ends where its values end; what follows it is of no interest here.
            yield tag, (start, end), end
            at = _behind(data, start, end, depth=0)
            continue
        if size > _LONG_FORM:
            count = size - _LONG_FORM
            size = int.from_bytes(data[start : start + count], "big")
            start += count
        at = start + size
        yield tag, (start, min(at, end)), at


def _behind(data: bytes, at: int, end: int, *, depth: int) -> int:
    """Find where a value of unsaid length ends."""
    while at + 2 <= end and data[at : at + 2] != b"\x00\x00":
        size = data[at + 1]
        start = at + 2
        if size == _INDEFINITE:
            if depth > _DEEPEST:
                return end
            at = _behind(data, start, end, depth=depth + 1)
            continue
        if size > _LONG_FORM:
            count = size - _LONG_FORM
            size = int.from_bytes(data[start : start + count], "big")
            start += count
        at = start + size
    return at + 2
