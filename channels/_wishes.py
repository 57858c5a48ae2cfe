"""The words by which clients say whether they want to be written to. Pure.

A wish is a message that is nothing but the word: "stop" in the middle of a sentence is
talk. Case, marks around it and doubled spaces do not matter.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hub.contracts import Wish

#: The words to which Twilio itself reacts on its numbers, without being told to.
#: https://help.twilio.com/articles/223134027
TWILIO_WORDS: Mapping[Wish, tuple[str, ...]] = {
    Wish.STOP: (
        "stop",
        "stopall",
        "stop all",
        "unsubscribe",
        "cancel",
        "end",
        "quit",
        "revoke",
        "optout",
        "opt out",
    ),
    Wish.START: ("start", "unstop", "yes"),
    Wish.HELP: ("help", "info"),
}
#: Words of clients' languages that nobody but us reacts to.
OUR_WORDS: Mapping[Wish, tuple[str, ...]] = {
    Wish.STOP: (
        "стоп",
        "відписатися",
        "відписатись",
        "відпишіть",
        "відпишіть мене",
        "відписка",
        "не пишіть",
        "не надсилати",
        # Neighbours and visitors; Twilio reacts to none of them by itself.
        "отписаться",
        "отпишите",
        "не пишите",
        "arret",
        "arrêt",
        "stopp",
        "wypisz",
        "rezygnuję",
    ),
    Wish.START: ("старт", "підписатися", "підписатись", "відновити"),
    Wish.HELP: ("допомога", "довідка"),
}
#: A longer message is talk, whatever it begins with.
_LONGEST = 40
_MARKS = re.compile(r"[^\w\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Which words mean what on one channel."""

    wishes: Mapping[str, Wish]

    @classmethod
    def of(
        cls, stop: Iterable[str], start: Iterable[str], help_: Iterable[str]
    ) -> "Words":
        """Gather lists; a word of two lists means the first: to stop is never missed."""
        lists = ((Wish.STOP, stop), (Wish.START, start), (Wish.HELP, help_))
        wishes: dict[str, Wish] = {}
        for wish, words in lists:
            for word in words:
                if plain := plain_word(word):
                    wishes.setdefault(plain, wish)
        return cls(wishes=wishes)

    def read(self, text: str) -> Wish | None:
        """Tell which wish a whole message is, if any."""
        return self.wishes.get(plain_word(text)) if len(text) <= _LONGEST else None


def is_twilio_s(text: str) -> bool:
    """Tell whether Twilio reacts to a word by itself."""
    plain = plain_word(text)
    return any(plain in words for words in TWILIO_WORDS.values())


def plain_word(text: str) -> str:
    """Bring a word to the one form under which words are compared."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(_MARKS.sub(" ", folded).split())
