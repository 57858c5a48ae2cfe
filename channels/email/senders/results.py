"""``Authentication-Results`` (RFC 8601): what a mail server found out about a sender. Pure.

Anybody can write such a header into his mail. Believed is only what a server wrote that
is trusted by name, and of that only what stands topmost: servers write above what came
to them. Nothing in this module raises.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from email.message import Message

from channels.email.settings_senders import NAMELESS

#: Longer ones are read to here.
_LONGEST = 20_000
_PIECE = re.compile(r'[^"();\\]+|\\.|.', re.DOTALL)
_WORD = re.compile(r'(?:"(?:[^"\\]|\\.)*+"?|[^\s"])+')
#: A name with blanks in it and around what follows; without "=" it is none.
_NAME = re.compile(r"(?:^| )(\w[\w-]*+(?: ?[./] ?[\w-]++)*+)(?: ?(=) ?)?+")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*+)"?')


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one method gave."""

    #: ``dkim``, ``spf``, ``dmarc`` and so on, and ``pass``, ``fail`` and so on.
    method: str
    value: str
    #: What was looked at: ("header.d", "example.com").
    properties: tuple[tuple[str, str], ...] = ()
    #: What stands in brackets.
    comment: str = ""

    def property(self, *names: str) -> str:
        """Give the first property of these names, or an empty string."""
        return next((value for name, value in self.properties if name in names), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What one server found out."""

    #: The name that it gives itself; empty where it gives none.
    by: str = ""
    results: tuple[Result, ...] = ()

    def of(self, method: str) -> tuple[Result, ...]:
        """Give what a method gave; DKIM gives one for each signature."""
        return tuple(one for one in self.results if one.method == method)


def parse(value: str) -> Results:
    """Read one header."""
    (head, comment), *rest = _segments(value[:_LONGEST])
    words = _words(head)
    by = ""
    if words and ("=" not in words[0] or words[0].startswith('"')):
        by = _bare(words[0]).lower()
    else:
        rest = [(head, comment), *rest]
    found = (_result(_words(text), said) for text, said in rest)
    return Results(by=by, results=tuple(one for one in found if one is not None))


def believed(message: Message, judges: Collection[str]) -> Results | None:
    """Give what a trusted server found out; None where none has written anything.

    Programs of one server write a header each; they stand with no line of travel between
    them. Where two speak of one method the upper one counts, since a stranger's own would
    stand below.
    """
    found: Results | None = None
    for name, value in message.raw_items() if judges else ():
        if name.lower() == "received" and found is not None:
            break
        if name.lower() == "authentication-results":
            one = parse(str(value))
            if _is_one_of(one.by, judges):
                found = one if found is None else _joined(found, one)
    return found


def writers(message: Message) -> tuple[str, ...]:
    """Name who wrote the topmost results, for whoever has to say whom to trust."""
    for name, value in message.raw_items():
        if name.lower() == "authentication-results":
            return (parse(str(value)).by or NAMELESS,)
    return ()


def _is_one_of(by: str, judges: Collection[str]) -> bool:
    if not by:
        return NAMELESS in judges
    return any(
        by == one or (one.startswith(".") and by.endswith(one))
        for one in judges
        if one != NAMELESS
    )


def _joined(upper: Results, lower: Results) -> Results:
    known = {one.method for one in upper.results}
    more = tuple(one for one in lower.results if one.method not in known)
    return Results(by=upper.by, results=(*upper.results, *more))


def _segments(value: str) -> list[tuple[str, str]]:
    """Part a value at its semicolons; give each part's text and what is in brackets."""
    found: list[tuple[list[str], list[str]]] = [([], [])]
    depth, is_quoted = 0, False
    for piece in _PIECE.findall(value):
        text, comment = found[-1]
        if piece[0] == "\\" and not (depth or is_quoted):
            # There it takes no meaning from anything.
            text.append("\\")
            piece = piece[1:]  # noqa: PLW2901 - the rest of it
        if piece == '"' and not depth:
            is_quoted = not is_quoted
            text.append(piece)
        elif is_quoted:
            text.append(piece)
        elif piece == "(" or (piece == ")" and depth):
            depth += 1 if piece == "(" else -1
            text.append(" ")
            comment.append(" ")
        elif depth:
            comment.append(piece.removeprefix("\\"))
        elif piece == ";":
            found.append(([], []))
        else:
            text.append(piece)
    return [("".join(text), "".join(comment)) for text, comment in found]


def _words(text: str) -> list[str]:
    return _WORD.findall(_NAME.sub(_tight, " ".join(text.split())))


def _tight(found: re.Match[str]) -> str:
    return f" {found[1].replace(' ', '')}=" if found[2] else found[0]


def _result(words: Iterable[str], comment: str) -> Result | None:
    pairs = [
        (name.lower(), _bare(value))
        for name, is_pair, value in (word.partition("=") for word in words)
        if is_pair
    ]
    if not pairs:
        return None
    (method, value), *properties = pairs
    return Result(
        # A method may carry its version.
        method=method.partition("/")[0],
        value=value.lower(),
        properties=tuple(properties),
        comment=" ".join(comment.split()),
    )


def _bare(word: str) -> str:
    """Take the quotes off a word, wherever in it they stand."""
    return _QUOTED.sub(lambda found: re.sub(r"\\(.)", r"\1", found[1]), word)
