"""Cut off what a word's grammar adds, so that one form finds the others. Pure.

PostgreSQL brings no stemmer for Ukrainian. This one is light: it needs no dictionary,
treats a word the same when it is kept and when it is asked for, and rather joins two
words too many than loses one. A stem is a key and never shown.
"""

from functools import lru_cache

_VOWELS = frozenset("аеиіоуюяєїыэё")
#: What stays of a word at the least.
_SHORTEST = 3

# The longest that fits is cut, once from each list in turn.
_REFLEXIVE = ("ся", "сь")
_ENDINGS = tuple(
    sorted(
        # Nouns, adjectives, verbs; the few that only Russian has are here too, since
        # clients write both.
        """
        а я у ю о е є і ї и й ь ы
        ам ям ах ях ом ем єм ім їм им ів їв ей ою ею єю ую юю ої єї ій їй ий их іх їх
        ові еві єві ами ями ими іми їми ого его єго ому ему єму ість ості істю
        ая яя ое ее ые ие ый ой ых ым ов ев
        ти ть в ла ло ли ла є еш єш иш їш емо ємо имо їмо ете єте ите їте уть ють ать
        ять ав яв ив їв ила ило или ала ало али яла яло яли ити їти ати яти увати ювати
        ував ювала ювали ували увала ує ює уємо юємо уєте юєте ують юють
        ути ув ула уло ули ював ювала ювало ювали ювати ення енню енні енням еннях ень ання анню анні анням аннях ань
        ено ена ені ений ене ано ана ані аний ане
        """.split(),
        key=len,
        reverse=True,
    )
)
_ENGLISH = ("ingly", "edly", "ing", "ed", "ies", "es", "s", "ly")
#: Sounds that a stem's end changes to before some endings: рука, руці; нога, нозі.
_SOFTENED = str.maketrans({"ц": "к", "ч": "к", "з": "г", "ж": "г", "ш": "х"})


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Give the key of a folded word; numbers and short words are their own."""
    if len(word) <= _SHORTEST or not word.isalpha():
        return word
    if word.isascii():
        return _english(word)
    if "\u0400" <= word[0] <= "\u04ff":
        return _slavic(word)
    return word


def bare(word: str) -> str:
    """Give a folded word without its ending, as it may stand by itself."""
    if not word.isalpha() or word.isascii():
        return word
    return _without(word, _ENDINGS)


def _slavic(word: str) -> str:
    base = _without(word, _REFLEXIVE) if len(word) > _SHORTEST + 3 else word
    base = _without(base, _ENDINGS)
    # замовлення and замовленні, but also замовлень: what is doubled is one.
    while len(base) > _SHORTEST and base[-1] == base[-2]:
        base = base[:-1]
    base = base.rstrip("ьй") or base
    if len(base) > _SHORTEST and base[-1] == "л" and base[-2] in "бпвмф":
        # відправлено, відправити.
        base = base[:-1]
    if len(base) > _SHORTEST:
        base = base[:-1] + base[-1].translate(_SOFTENED)
    return _without_fleeting(base)


def _without_fleeting(base: str) -> str:
    """Drop the last vowel between consonants: колір, кольору; посилок, посилка."""
    plain = base.replace("ь", "")
    if len(plain) > _SHORTEST and plain[-1] not in _VOWELS and plain[-2] in "оеєі":
        return plain[:-2] + plain[-1]
    return plain


def _english(word: str) -> str:
    base = word.removesuffix("'s")
    for ending in _ENGLISH:
        if not base.endswith(ending) or len(base) - len(ending) < _SHORTEST:
            continue
        if ending == "s" and base[-2] in "su":
            break
        base = base[: -len(ending)] + ("y" if ending == "ies" else "")
        break
    # stopped, stop; delivered, deliver; hope, hoping.
    if len(base) > _SHORTEST and base[-1] == base[-2] and base[-1] not in "ls":
        base = base[:-1]
    return base.removesuffix("e") if len(base) > _SHORTEST else base


def _without(word: str, endings: tuple[str, ...]) -> str:
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            return word[: -len(ending)]
    return word
