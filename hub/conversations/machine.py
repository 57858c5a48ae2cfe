"""The states of a conversation and what moves it between them. Pure.

open      the client or a colleague waits for us
pending   we wait for the client
snoozed   nobody looks at it until a time
resolved  the matter is done
"""

import re

from hub.errors import StateError

MOVES: dict[str, frozenset[str]] = {
    "open": frozenset({"pending", "snoozed", "resolved"}),
    "pending": frozenset({"open", "snoozed", "resolved"}),
    "snoozed": frozenset({"open", "pending", "resolved", "snoozed"}),
    # What is done is opened again first; there is no other way out.
    "resolved": frozenset({"open"}),
}

#: Words that alone make up a thank-you, in the languages of our clients.
_THANKS = frozenset(
    """
    thank thanks thx ty you so very much a lot ok okay great perfect super cheers all
    good got it received best regards
    дякую дякуємо спасибі щиро дуже вам вас вдячна вдячний вдячні красно гаразд добре
    чудово супер ок окей отримав отримала отримали все гарного дня вечора
    """.split()
)
_CORE = frozenset(
    "thank thanks thx ty cheers дякую дякуємо спасибі вдячна вдячний вдячні".split()
)
#: A thank-you is short.
_THANKS_WORDS = 12


def move(state: str, to: str) -> str:
    """Give the new state.

    Raises:
        StateError: There is no such move.
    """
    if to not in MOVES[state]:
        raise StateError(f"{state} to {to}", state=state, to=to)
    return to


def after_client(state: str, text: str, *, thanks_keeps_resolved: bool) -> str:
    """Tell the state after the client said ``text``: open, with one exception."""
    if state == "resolved" and thanks_keeps_resolved and is_thanks(text):
        return "resolved"
    return "open"


def is_thanks(text: str) -> bool:
    """Tell whether a text says thank you and nothing else."""
    words = re.findall(r"[^\W\d_]+", text.casefold())
    return (
        0 < len(words) <= _THANKS_WORDS
        and "?" not in text
        and not any(letter.isdigit() for letter in text)
        and not _CORE.isdisjoint(words)
        and _THANKS.issuperset(words)
    )
