"""Tell whether a short message only asks how an order is. Pure.

A machine answers nothing but the plain question: every word of it must be one of ours.
Whoever says more than that is talking to people.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

#: Letters of a message that may be such a question.
LONGEST = 120
#: Digits that a number must have to be taken for an order's without any word.
FEWEST_BARE_DIGITS = 3

#: Any of these makes it a question about an order.
_ASKING = frozenset(
    """
    status order parcel
    статус стан замовлення замовленням замовленню заказ заказа посилка відправлення
    """.split()
)
#: These may stand around it.
_AROUND = frozenset(
    """
    my the of for is are where what about please pls no nr number hi hello hey
    моє мого моєму мій моя моїм по про де який яке яка номер будь ласка прошу
    добрий день вечір вітаю зараз
    """.split()
)
_OURS = _ASKING | _AROUND
_WORD = re.compile(r"[^\W\d_]+")
#: Perhaps letters of a series, then digits, then anything a shop may add.
_NUMBER = re.compile(r"(?:[^\W\d_]{1,6}[-/.]?)?\d[\w./-]*")
#: A word that runs into its number: ``status1001``.
_RUN_IN = re.compile(r"([^\W\d_]+)(\d.*)")
_BETWEEN = re.compile(r"[\s,;:!?()«»\"“”'’#]+")


@dataclass(frozen=True, slots=True)
class Question:
    """Somebody asks how an order is."""

    #: As he wrote it, without the sign before it; "" when he named none.
    number: str
    #: There was nothing but the number, so it may mean something else.
    bare: bool = False


def question(text: str) -> Question | None:
    """Read a message as such a question; None when it is anything else."""
    # The numero sign would become the letters "No".
    plain = unicodedata.normalize("NFKC", text.replace("№", " ")).strip()
    if not 0 < len(plain) <= LONGEST:
        return None
    words, numbers = [], []
    for token in _tokens(plain):
        if _WORD.fullmatch(token):
            word = token.casefold()
            if word not in _OURS:
                return None
            words.append(word)
        else:
            numbers.append(token)
    if len(numbers) > 1 or not all(_NUMBER.fullmatch(one) for one in numbers):
        return None
    if not words:
        return _bare(numbers)
    if _ASKING.isdisjoint(words):
        return None
    return Question(numbers[0] if numbers else "")


def _bare(numbers: list[str]) -> Question | None:
    if not numbers or sum(map(str.isdigit, numbers[0])) < FEWEST_BARE_DIGITS:
        return None
    return Question(numbers[0], bare=True)


def _tokens(text: str) -> Iterator[str]:
    # One by one: most messages are no such question by their first word.
    for part in _BETWEEN.split(text):
        token = part.strip(".-/")
        run_in = _RUN_IN.fullmatch(token)
        if run_in and run_in[1].casefold() in _ASKING:
            yield from (run_in[1], run_in[2])
        elif token:
            yield token
