"""The places in a ready answer, and what is put into them. Pure.

A place is ``{client.first_name}``, or ``{client.first_name|dear client}`` with words for
where nothing is known. What has neither stays as it is, is marked on the screen, and
is never sent.
"""

import html as markup
import re
from collections.abc import Mapping
from dataclasses import dataclass

#: All places that there are.
PLACES = (
    "client.name",
    "client.first_name",
    "agent.name",
    "agent.first_name",
    "queue",
    "company",
    "order.number",
    "order.title",
    "link:order",
    "link:portal",
)
_KNOWN = frozenset(PLACES)
#: Letters of the words that stand where nothing is known.
LONGEST_DEFAULT = 100
_PLACE = re.compile(
    rf"\{{([a-z][a-z_.:]{{0,30}})(\|[^{{}}|]{{0,{LONGEST_DEFAULT}}})?\}}"
)
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A text with its places filled in."""

    text: str
    #: Places without a value and without words instead, each once.
    missing: tuple[str, ...]


def fill(template: str, values: Mapping[str, str]) -> Filled:
    """Put the values into their places, once: what they bring is no place."""
    missing: dict[str, None] = {}

    def put(found: re.Match[str]) -> str:
        name, default = found[1], found[2]
        if name not in _KNOWN:
            return found[0]
        if value := _plain(values.get(name, "")):
            return value
        if default is not None:
            return default[1:]
        missing[name] = None
        return found[0]

    return Filled(text=_PLACE.sub(put, template), missing=tuple(missing))


def fill_html(template: str, values: Mapping[str, str]) -> Filled:
    """Fill in HTML: a value is words there and never a tag."""
    return fill(template, {name: markup.escape(one) for name, one in values.items()})


def unfilled(text: str) -> list[str]:
    """Name the places that a text still has, each once."""
    found = (one[1] for one in _PLACE.finditer(text))
    return list(dict.fromkeys(one for one in found if one in _KNOWN))


def unknown(template: str) -> list[str]:
    """Name what looks like a place and is none."""
    found = (one[1] for one in _PLACE.finditer(template))
    return list(dict.fromkeys(one for one in found if one not in _KNOWN))


def _plain(value: str) -> str:
    # A client who is called "{order.number}" must not keep our answers from leaving.
    return _SPACES.sub(" ", value.replace("{", "(").replace("}", ")")).strip()
