"""What a machine says to a caller, and what lists say of a call: English, Ukrainian."""

from datetime import timedelta

_WELCOME = {
    "en": "Thank you for calling {company}. One moment, we are connecting you.",
    "uk": "Дякуємо за дзвінок. Це {company}. Зачекайте хвилинку, ми вас з’єднуємо.",
}
_LEAVE_MESSAGE = {
    "en": (
        "Everybody is busy right now. Leave your message after the tone, "
        "and we will call you back."
    ),
    "uk": (
        "Зараз усі зайняті. Залиште повідомлення після сигналу, і ми вам передзвонимо."
    ),
}
_GOODBYE = {
    "en": "Thank you. We will call you back. Goodbye.",
    "uk": "Дякуємо. Ми вам передзвонимо. До побачення.",
}
_UNKNOWN = {"en": "Unknown caller", "uk": "Невідомий абонент"}
_SNIPPETS = {
    "ringing": {"en": "Calling now", "uk": "Телефонує зараз"},
    "answered": {"en": "On the phone with {agent}", "uk": "Розмовляє {agent}"},
    "ended": {"en": "Call with {agent}, {length}", "uk": "Розмова: {agent}, {length}"},
    "missed": {
        "en": "Missed call. Call back",
        "uk": "Пропущений дзвінок. Передзвоніть",
    },
    "voicemail": {
        "en": "Left a voice message. Call back",
        "uk": "Голосове повідомлення. Передзвоніть",
    },
}
_NOBODY = {"en": "an agent", "uk": "агент"}
_MINUTE = {
    "en": "{minutes}\N{NO-BREAK SPACE}min",
    "uk": "{minutes}\N{NO-BREAK SPACE}хв",
}


def welcome(locale: str, company: str) -> str:
    """Greet a caller who is put through."""
    return _in(_WELCOME, locale).format(company=company)


def leave_message(locale: str) -> str:
    """Ask a caller for a message."""
    return _in(_LEAVE_MESSAGE, locale)


def goodbye(locale: str) -> str:
    """Thank a caller for his message."""
    return _in(_GOODBYE, locale)


def unknown_caller(locale: str) -> str:
    """Name a client who hides his number."""
    return _in(_UNKNOWN, locale)


def snippet(locale: str, state: str, *, agent: str, talk: timedelta | None) -> str:
    """Say in one line of a list what became of a call."""
    minutes = max(1, round((talk or timedelta()).total_seconds() / 60))
    return _in(_SNIPPETS[state], locale).format(
        agent=agent or _in(_NOBODY, locale),
        length=_in(_MINUTE, locale).format(minutes=minutes),
    )


def _in(words: dict[str, str], locale: str) -> str:
    return words.get(locale, words["en"])
