"""What a matter is made of, and how its words are filled in. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

#: ``замови[в|ла]``: what he says, and what she says.
_GENDER = re.compile(r"\[([^\[\]|]*)\|([^\[\]|]*)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One thing that clients get in touch about, and how the talk goes.

    Texts have places to fill in: ``{pump}``, ``{boiler}``, ``{cooler}``, ``{fan}``,
    ``{stat}``, ``{filter}`` (goods), ``{city}``, ``{street}``, ``{on}`` (a day to
    come), ``{hour}``, ``{order}``, ``{sum}``; and forms by the speaker's gender.
    """

    #: The queue: ``sales``, ``fitting`` or ``warranty``.
    where: str
    #: How it comes: m(ail), s(ms), c(all), f(orm), p(ortal).
    via: str
    tags: tuple[str, ...]
    subject: str
    #: How the client begins; one of them.
    says: tuple[str, ...]
    #: What a longer message goes on with.
    more: str = ""
    #: What we say.
    answer: str
    #: What the client says to that, if anything.
    back: str = ""
    #: What we say to that.
    then: str = ""
    #: What an agent tells the team.
    note: str = ""


def fill_in(text: str, slots: Mapping[str, str], *, female: bool) -> str:
    """Put the words of one conversation into a text."""
    spoken = _GENDER.sub(lambda match: match[2 if female else 1], text)
    return spoken.format_map(slots)
