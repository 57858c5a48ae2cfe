"""HTML that would take a parser too long, or grow in its hands. Pure.

A browser's way of reading HTML, which ours follows, mends what is broken; that takes
the square of what is broken in time, and may write ``<b>`` anew in each of thousands of
paragraphs. Whoever means harm makes of 70 kB a page of 50 MB. So pages are judged
before they are read, by counts that can only be too high, in time that grows with their
length alone.
"""

import re
from collections import Counter

# Each bound is below half a second, or some ten megabytes, of reading.
_LONGEST = 3_000_000
_DEEPEST = 300
_MOST_TAGS = 100_000
_MOST_TABLES = 20_000
#: Their attributes are all laid upon one element.
_MOST_ROOTS = 100
#: Of all texts between tags: their letters, times their letters that are written as
#: entities.
_MOST_ENTITIES = 10_000_000_000
#: Of all tags: the square of their attributes.
_MOST_ATTRIBUTES = 1_000_000_000
#: Elements that may be written anew.
_MOST_ANEW = 500_000

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_ROOT = re.compile(r"<(?:html|body)\b", re.IGNORECASE)
_TABLE = re.compile(r"<table\b", re.IGNORECASE)
_ENTITY = re.compile("[&\u00a0]")
_INSIDE = re.compile(r"<[a-zA-Z][^<>]{1000,}")
_VALUE_WITH_TAG = re.compile(r"=\s*[\"'][^\"'<>]{0,100}[<>]")
_UNUSUAL = 5000
#: Nobody closes these: they end by themselves.
_FLAT = frozenset(
    """area base br col dd dt embed hr img input li link meta option p source td th tr track
    wbr""".split()
)
#: What is open of these goes on in the next paragraph; but three alike at the most. (So
#: do links, one at a time.)
_GOES_ON = {
    "b": "font-weight:bold",
    "strong": "font-weight:bold",
    "em": "font-style:italic",
    "i": "font-style:italic",
    "u": "text-decoration:underline",
    "s": "text-decoration:line-through",
    "strike": "text-decoration:line-through",
    "code": "font-family:monospace",
    "tt": "font-family:monospace",
    "big": "",
    "font": "",
    "nobr": "",
    "small": "",
}
_NAMES = "|".join(_GOES_ON)
_OPENS = re.compile(rf"<(?:{_NAMES})(?=[\s/>])[^<>]*>?", re.IGNORECASE)
_PLAIN = re.compile(
    r"<\w+(?:\s+[\w-]+(?:\s*=\s*(?:\"[^\"<>]*+\"|'[^'<>]*+'|[^\s\"'<>=`]++))?)*+\s*/?>"
)
_NAME = re.compile(rf"<(/?)({_NAMES})(?=[\s/>]|\Z)", re.IGNORECASE)
_ALIKE = 3


def is_too_much(html: str) -> bool:
    """Tell whether a page is only to be read as text."""
    tags = html.count("<")
    return (
        len(html) > _LONGEST
        or tags > _MOST_TAGS
        or tags - html.count(">") > _UNUSUAL
        or len(_ROOT.findall(html)) > _MOST_ROOTS
        or len(_TABLE.findall(html)) > _MOST_TABLES
        or len(_VALUE_WITH_TAG.findall(html)) > _UNUSUAL
        or _entities(html) > _MOST_ENTITIES
        or _attributes(html) > _MOST_ATTRIBUTES
        or _nesting(html) > _DEEPEST
    )


def loosened(html: str) -> str:
    """Give the page so that little of it is written anew.

    Where bold letters and their like could go on through too many paragraphs, they
    become spans, which never do.
    """
    if _anew(html) <= _MOST_ANEW:
        return html

    def span(found: re.Match[str]) -> str:
        look = _GOES_ON[found[2].lower()]
        styled = f' style="{look}"' if look and not found[1] else ""
        return f"<{found[1]}span{styled}"

    return _NAME.sub(span, html)


def _anew(html: str) -> int:
    alike: Counter[str] = Counter()
    single = 0
    for tag in _OPENS.findall(html):
        if _PLAIN.fullmatch(tag):
            alike[tag] += 1
        else:
            # It may go on behind what looks like its end.
            single += 1
    open_at_once = single + sum(min(_ALIKE, count) for count in alike.values())
    return open_at_once * html.count("<")


def _entities(html: str) -> int:
    return sum(
        (len(text) + 5 * count) * count
        for text in html.split("<")
        if (count := len(_ENTITY.findall(text)))
    )


def _attributes(html: str) -> int:
    whole = 0
    for tag in _INSIDE.findall(html):
        slashes = tag.count("/")
        # A picture that stands in the page itself has one now and then.
        count = slashes if slashes * 40 > len(tag) else 0
        whole += (count + len(re.findall(r"[\s\"']", tag))) ** 2
    return whole


def _nesting(html: str) -> int:
    unclosed: Counter[str] = Counter()
    depth = deepest = 0
    for slash, name in _TAG.findall(html):
        tag = name.lower()
        if tag in _FLAT:
            continue
        if not slash:
            unclosed[tag] += 1
            depth += 1
            deepest = max(deepest, depth)
        elif unclosed[tag]:
            unclosed[tag] -= 1
            depth -= 1
    return deepest
