"""What a confirmation says. Not a word of it comes from who filled the form in."""

from collections.abc import Mapping

_TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "subject": "{company} has your message",
        "text": (
            "Good day,\n\nwe have what you sent us by the form “{form}”, and answer as "
            "soon as we can."
        ),
        "link": "Here you see your message and our answer, and can write more:\n{link}",
        "not_you": (
            "Was it not you who wrote? Then somebody mistyped an address. You need "
            "not do anything."
        ),
    },
    "uk": {
        "subject": "{company}: ми отримали ваше повідомлення",
        "text": (
            "Добрий день!\n\nМи отримали те, що ви надіслали через форму «{form}», "
            "і відповімо якнайшвидше."
        ),
        "link": (
            "Тут видно ваше повідомлення й нашу відповідь, тут можна й дописати:\n"
            "{link}"
        ),
        "not_you": (
            "Це були не ви? Отже, хтось помилився в адресі. Робити нічого не треба."
        ),
    },
}


def phrase(name: str, locale: str, /, **parts: str) -> str:
    """Give a text with its parts filled in."""
    return _TEXTS[locale][name].format(**parts)
