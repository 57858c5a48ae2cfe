"""Plain text as its author meant it: flowed lines joined, files in it taken out."""

import binascii
import re

from channels.email.parsing.charsets import printable

_QUOTES = re.compile(r"(?:>)+")
_SIGNATURE = "-- "
_BEGINS = re.compile(r"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,255})$", re.MULTILINE)
_MOST_FILES = 100
#: Most characters of one encoded line, by the format.
_LINE = 61


def unflowed(text: str, *, delsp: bool = False) -> str:
    r"""Join the lines that a program broke to fit (RFC 3676, ``format=flowed``).

    Args:
        text: Its lines end with ``\n``.
        delsp: The blank at which a line was broken is not part of the text.
    """
    joined: list[tuple[int, str]] = []
    goes_on = False
    for line in text.split("\n"):
        marks = _QUOTES.match(line)
        depth = len(marks[0]) if marks else 0
        # A blank was put before what would else look like a mark.
        said = line[depth:].removeprefix(" ")
        if goes_on and joined[-1][0] == depth and said != _SIGNATURE:
            before = joined[-1][1]
            joined[-1] = (depth, (before[:-1] if delsp else before) + said)
        else:
            joined.append((depth, said))
        goes_on = said.endswith(" ") and said != _SIGNATURE
    return "\n".join(
        f"{'>' * depth} {said}".rstrip(" ") if depth else said for depth, said in joined
    )


def without_files(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Take uuencoded files out of a text; give the rest, and each name and content."""
    files: list[tuple[str, bytes]] = []
    kept: list[str] = []
    at = 0
    for begin in _BEGINS.finditer(text):
        if begin.start() < at or len(files) == _MOST_FILES:
            continue
        ends = text.find("\nend", begin.end() - 1)
        block = text[begin.end() : ends] if ends != -1 else ""
        content = _content(block.strip("\n"), is_base64="-base64" in begin[0])
        if content is None:
            continue
        kept.append(text[at : begin.start()])
        files.append((printable(begin[1]).strip(), content))
        at = text.find("\n", ends + 1)
        at = len(text) if at == -1 else at
    return "".join([*kept, text[at:]]), files


def _content(block: str, *, is_base64: bool) -> bytes | None:
    try:
        if is_base64:
            return binascii.a2b_base64(block.replace("====", ""))
        # Blanks at a line's end were lost on the way; one line may be longer than it
        # says, which some programs write.
        return b"".join(_decoded(line) for line in block.split("\n") if line.strip())
    except (binascii.Error, ValueError):
        return None


def _decoded(line: str) -> bytes:
    data = line.encode("ascii")
    try:
        return binascii.a2b_uu(data)
    except binascii.Error:
        size = (((data[0] - 32) & 63) * 4 + 5) // 3
        return binascii.a2b_uu(data[: min(size, _LINE)])
