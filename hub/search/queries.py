"""Read what somebody typed into the search field. Pure.

Nothing that can be typed is an error: an operator that is not known, or whose value
makes no sense, is plain text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from hub.search.dates import Span, span
from hub.search.words import PHONE_DIGITS, phones, words

#: Words and operators of one query, at the most; the rest is not looked at.
MOST = 24

#: Operators by all their names.
OPERATORS = {
    "from": "from",
    "від": "from",
    "to": "to",
    "до": "to",
    "кому": "to",
    "channel": "channel",
    "канал": "channel",
    "before": "before",
    "перед": "before",
    "after": "after",
    "після": "after",
    "on": "on",
    "дата": "on",
    "order": "order",
    "замовлення": "order",
    "in": "in",
    "у": "in",
    "в": "in",
    "is": "is",
    "є": "is",
    "has": "has",
    "має": "has",
    "tag": "tag",
    "тег": "tag",
    "мітка": "tag",
}
CHANNELS = {
    "email": "email",
    "mail": "email",
    "e-mail": "email",
    "пошта": "email",
    "лист": "email",
    "sms": "sms",
    "смс": "sms",
    "phone": "phone",
    "call": "phone",
    "телефон": "phone",
    "дзвінок": "phone",
    "webform": "webform",
    "form": "webform",
    "форма": "webform",
    "note": "note",
    "нотатка": "note",
}
#: How a conversation may stand, by all names. ``waiting``, ``unread`` and ``mine`` are
#: no states of it but are asked for in the same way.
STANDINGS = {
    "open": "open",
    "відкрита": "open",
    "відкрите": "open",
    "pending": "pending",
    "очікує": "pending",
    "snoozed": "snoozed",
    "відкладена": "snoozed",
    "відкладене": "snoozed",
    "resolved": "resolved",
    "closed": "resolved",
    "вирішена": "resolved",
    "вирішене": "resolved",
    "waiting": "waiting",
    "чекає": "waiting",
    "unread": "unread",
    "непрочитана": "unread",
    "непрочитане": "unread",
    "mine": "mine",
    "моя": "mine",
    "моє": "mine",
    "мої": "mine",
    "unassigned": "unassigned",
    "нічия": "unassigned",
    "нічиє": "unassigned",
}
ATTACHMENT = {"attachment", "attachments", "file", "вкладення", "файл"}

# A word with its sign and operator; a value or a text may stand in quotes, and the
# quote that is still being typed ends with the line.
_PART = re.compile(
    r"""(?P<minus>-)?
        (?:(?P<name>[^\W\d_]+):)?
        (?:["“”«»](?P<quoted>[^"“”«»]*)(?P<shut>["“”«»])?|(?P<bare>[^\s"“”«»]+))""",
    re.VERBOSE,
)
_CHANNEL = re.compile(r"[^\W_][\w-]{0,39}")
#: Operators whose value is words, and where they are kept.
_PEOPLE = {"from": "by", "to": "to", "order": "orders"}
#: What stands before the colon of an operator whose value is still to come.
_BEGUN = frozenset(OPERATORS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Words that stand together: one word, or several in their order."""

    #: Folded.
    words: tuple[str, ...]
    #: It stood in quotes: taken as it is.
    exact: bool = False
    #: What has it is not wanted.
    negative: bool = False
    #: It is still being typed: words that begin so are meant too.
    unfinished: bool = False
    #: As it was typed.
    raw: str = ""
    #: The digits, when it looks like a number to call.
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is wanted."""

    terms: tuple[Term, ...] = ()
    #: Words of whoever said it, or was told it.
    by: tuple[Term, ...] = ()
    to: tuple[Term, ...] = ()
    #: Any of these; those with a minus not.
    channels: frozenset[str] = frozenset()
    not_channels: frozenset[str] = frozenset()
    #: Order numbers, folded.
    orders: tuple[Term, ...] = ()
    #: Days that are meant, from and to; None without a bound.
    first: date | None = None
    last: date | None = None
    #: States, and ``waiting``, ``unread``, ``mine``, ``unassigned``.
    standings: frozenset[str] = frozenset()
    #: Names of queues, as typed.
    queues: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    #: With a file, without one; None: all the same.
    attachment: bool | None = None
    #: Operators that were understood, as they were typed, for the screen to show.
    understood: tuple[str, ...] = field(default=())

    @property
    def is_empty(self) -> bool:
        """Nothing is asked for."""
        return self == Query()

    @property
    def is_about_talks(self) -> bool:
        """It asks for what only something that was said can have."""
        return bool(
            self.by
            or self.to
            or self.channels
            or self.not_channels
            or self.standings
            or self.queues
            or self.tags
            or self.attachment is not None
        )


def parse(typed: str, *, today: date) -> Query:
    """Read a query.

    Args:
        typed: As it stands in the field.
        today: The day that it is where the company is.
    """
    query = Query()
    parts = list(_PART.finditer(typed))[:MOST]
    for number, part in enumerate(parts):
        is_last = number == len(parts) - 1 and part.end() == len(typed)
        name = OPERATORS.get((part["name"] or "").lower())
        value = part["quoted"] if part["quoted"] is not None else part["bare"]
        changed = _with(query, name, value, part, today) if name and value else None
        if changed is not None:
            query = replace(
                changed, understood=(*changed.understood, part.group().strip())
            )
        elif (part["bare"] or "").rstrip(":").lower() not in _BEGUN or ":" not in part[
            0
        ]:
            query = replace(
                query, terms=(*query.terms, *_plain(part, unfinished=is_last))
            )
    return _joined(query, typed)


def _with(
    query: Query, name: str, value: str, part: re.Match[str], today: date
) -> Query | None:
    """Add an operator; None when its value makes no sense."""
    negative = part["minus"] is not None
    lower = value.strip().lower()
    if name in _PEOPLE:
        named = _terms(value, negative=negative)
        return _grown(query, _PEOPLE[name], named) if named else None
    if name == "channel":
        return _channelled(query, lower, negative=negative)
    if name == "has":
        return replace(query, attachment=not negative) if lower in ATTACHMENT else None
    if negative or not lower:
        return None
    if name in {"before", "after", "on"}:
        days = span(value, today)
        return _between(query, name, days) if days else None
    return _standing(query, name, lower)


def _channelled(query: Query, written: str, *, negative: bool) -> Query | None:
    channel = CHANNELS.get(written, written)
    if not _CHANNEL.fullmatch(channel):
        return None
    return _grown_set(query, "not_channels" if negative else "channels", channel)


def _standing(query: Query, name: str, written: str) -> Query | None:
    standing = STANDINGS.get(written)
    if name in {"is", "in"} and standing is not None:
        return _grown_set(query, "standings", standing)
    if name == "is":
        return None
    return _grown(query, "queues" if name == "in" else "tags", (written,))


def _between(query: Query, name: str, days: Span) -> Query:
    first, last = query.first, query.last
    if name in {"after", "on"}:
        first = days.first if first is None else max(first, days.first)
    if name == "on":
        last = days.last if last is None else min(last, days.last)
    elif name == "before":
        end = days.first - timedelta(days=1) if days.first > date.min else days.first
        last = end if last is None else min(last, end)
    return replace(query, first=first, last=last)


def _plain(part: re.Match[str], *, unfinished: bool) -> Iterator[Term]:
    quoted = part["quoted"] is not None
    text = part["quoted"] if quoted else part["bare"]
    if part["name"]:
        text = f"{part['name']} {text}"
    yield from _terms(
        text or "",
        negative=part["minus"] is not None,
        exact=quoted,
        unfinished=unfinished and not quoted,
    )


def _terms(
    text: str, *, negative: bool, exact: bool = False, unfinished: bool = False
) -> tuple[Term, ...]:
    """Make one term of what stands together."""
    if found := tuple(one.plain for one in words(text)):
        number = next(iter(phones(text)), None)
        return (
            Term(
                words=found,
                exact=exact,
                negative=negative,
                unfinished=unfinished,
                raw=text,
                phone=number.digits if number else "",
            ),
        )
    return ()


def _joined(query: Query, typed: str) -> Query:
    """Make one term of a number that is written in groups: 050 123-45-67."""
    for number in phones(typed):
        groups = [one.plain for one in words(typed[number.start : number.end])]
        flat = [one for term in query.terms for one in term.words]
        if len(number.digits) < PHONE_DIGITS or groups not in _runs(flat, len(groups)):
            continue
        whole = Term(words=tuple(groups), phone=number.digits)
        kept = [term for term in query.terms if not set(term.words) <= set(groups)]
        query = replace(query, terms=(*kept, whole))
    return query


def _runs(flat: list[str], size: int) -> list[list[str]]:
    return [flat[at : at + size] for at in range(len(flat) - size + 1)]


def _grown(query: Query, name: str, more: tuple[object, ...]) -> Query:
    grown: dict[str, Any] = {name: (*getattr(query, name), *more)}
    return replace(query, **grown)


def _grown_set(query: Query, name: str, one: str) -> Query:
    grown: dict[str, Any] = {name: getattr(query, name) | {one}}
    return replace(query, **grown)
