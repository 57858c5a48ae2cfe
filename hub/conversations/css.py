"""What a foreign style sheet says of every reader's page: its plain, harmless rules. Pure.

Sheets of mails are read as leniently as mail programs write them. What cannot be read
is left out, and the next rule is read; none raises, and all take time in proportion to
the sheet's length.
"""

import re
from collections.abc import Iterator

from hub.conversations.styles import harmless_style

_PIECE = re.compile(
    r"""/\*.*?(?:\*/|\Z)|<!--|-->|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|\\.|[{};]"""
    r"""|[^"'\\{};/<-]+|.""",
    re.DOTALL,
)
_EVERY_SCREEN = re.compile(r"\s*(?:(?:only\s+)?(?:all|screen)\s*)?", re.IGNORECASE)
_LONGEST_VALUE = 200
#: Of compounds in one selector.
_LONGEST_SELECTOR = 8
_TIGHT = re.compile(r"\s*([>+])\s*")
_STEP = re.compile(r" [>+] | ")
# What a state decides is left out, because nobody hovers over a kept mail; and what
# takes longer than a look: places among many siblings, words within attributes.
_COMPOUND = re.compile(
    r"""(?=.)(?:[a-z][\w-]*|\*)?
    (?:[.#](?:[\w-]|\\[^\w\s])+
    |\[[\w-]+(?:[$^|]?=(?:"[^]"\\]*"|'[^]'\\]*'|[\w-]+))?\]
    |:(?:link|first-child|last-child)(?![\w-])
    )*""",
    re.VERBOSE | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"\[[^]]*\]")
_NAME = re.compile(r"[.#](?:[\w-]|\\.)+")
_ESCAPED = re.compile(r"\\(.)")
_DOUBLE_QUOTED = re.compile(r"\"([^\"']*)\"")
#: The colour of the reader's own letters, which Outlook writes as if it were one.
_READERS_COLOUR = re.compile(r"\bwindowtext\b", re.IGNORECASE)
#: By this Outlook writes the usual blue of links into every mail. Taken for a choice of
#: colours, it would give each of them white paper in the dark.
_USUAL_LINKS = "msohyperlink"


def holds_for_every_screen(media: str) -> bool:
    """Tell whether a list of media holds without looking at the reader or his device."""
    return any(_EVERY_SCREEN.fullmatch(one) for one in media.split(","))


def rules(css: str) -> Iterator[tuple[str, str]]:
    """Give the rules that always hold, each as what stands before its braces and within.

    Those of ``@media`` hold for some readers only (in the dark, on paper, on a narrow
    screen), unless they are for every screen; other rules with an ``@`` are none.
    """
    head: list[str] = []
    block: list[str] = []
    depth = 0
    for piece in _PIECE.findall(css):
        if piece.startswith("/*") or piece in {"<!--", "-->"}:
            continue
        if depth:
            depth += (piece == "{") - (piece == "}")
            block.append(piece)
            if not depth:
                yield from _rule(head, block[:-1])
                head, block = [], []
        elif piece == "{":
            if _opens_what_holds(head):
                head = []
            else:
                depth = 1
        elif piece == "}" or (piece == ";" and _is_at(head)):
            head = []
        elif head or not piece.isspace():
            head.append(piece if head else piece.lstrip())
    if depth:
        # What is not closed ends with the sheet.
        yield from _rule(head, block)


def selectors(head: str) -> list[str]:
    """Give those of a rule's selectors that can be followed, with single spaces."""
    if _USUAL_LINKS in head.lower():
        return []
    found = (" ".join(_TIGHT.sub(r" \1 ", one).split()) for one in head.split(","))
    return [one for one in found if _can_be_followed(one)]


def last_names(selector: str) -> list[str]:
    """Give by which names an element is found: its tag or ``*``, ``.class``, ``#id``."""
    last = _ATTRIBUTE.sub("", _STEP.split(selector)[-1]).partition(":")[0]
    tag = _NAME.sub("", last).lower() or "*"
    return [tag, *(_ESCAPED.sub(r"\1", one) for one in _NAME.findall(last))]


def declarations(block: str) -> str:
    """Give the harmless declarations of a rule, each property once."""
    found: dict[str, str] = {}
    for one in filter(None, harmless_style(block).split(";")):
        name, _, value = one.partition(":")
        # The inliner writes only single quotes, and would end a name that holds one.
        value = _DOUBLE_QUOTED.sub(r"'\1'", value)
        is_plain = '"' not in value and not _READERS_COLOUR.search(value)
        if is_plain and len(value) <= _LONGEST_VALUE:
            found[name] = value
    return ";".join(f"{name}:{value}" for name, value in found.items())


def _rule(head: list[str], block: list[str]) -> Iterator[tuple[str, str]]:
    if not _is_at(head) and "{" not in block:
        yield "".join(head), "".join(block)


def _is_at(head: list[str]) -> bool:
    return bool(head) and head[0].startswith("@")


def _opens_what_holds(head: list[str]) -> bool:
    name, _, media = " ".join("".join(head).split()).partition(" ")
    return name.lower() == "@media" and holds_for_every_screen(media)


def _can_be_followed(selector: str) -> bool:
    steps = _STEP.split(selector)
    return len(steps) <= _LONGEST_SELECTOR and all(map(_COMPOUND.fullmatch, steps))
