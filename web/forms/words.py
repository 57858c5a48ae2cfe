"""What forms say beside their own texts, and in which language. Pure."""
# ruff: noqa: RUF001 - Ukrainian words are meant

from collections.abc import Mapping

from aiohttp import web

from hub.contracts import FormDefinition
from web.portal import session, texts

_EN = {
    "not_a_date": "Write the day as 31.12.2026.",
    "not_a_number": "Write a number.",
    "not_agreed": "Without your agreement we cannot take this.",
    "too_many_files": "These are too many files. Take fewer.",
    "not_asked": "This form does not ask for a file there.",
    "file_empty": "A file is empty. Choose it once more, or another.",
    "file_too_large": "A file is too large. Choose a smaller one.",
    "files_too_large": "The files are too large together. Take fewer or smaller ones.",
    "file_type": "We cannot take a file of this kind. Choose another.",
    "files_again": "Choose the files once more: a browser does not keep them.",
    "files_how": "Up to {count}, each at most {size}.",
    "file_how": "At most {size}.",
    "changed": "The form was changed while you wrote. Nothing is lost, look at it again.",
    "busy": "Too many at once. Nothing is lost: wait {minutes} min and press again.",
    "huge": "The files are far too large",
    "huge_how": "Go back and choose smaller ones; what you wrote is still there.",
    "wrong_count": "Not sent yet. Mend this:",
    "goes_on": "Go on",
}
_UK = {
    "not_a_date": "Напишіть день як 31.12.2026.",
    "not_a_number": "Напишіть число.",
    "not_agreed": "Без вашої згоди ми не можемо цього прийняти.",
    "too_many_files": "Забагато файлів. Виберіть менше.",
    "not_asked": "Форма не просить тут файлу.",
    "file_empty": "Файл порожній. Виберіть його ще раз або інший.",
    "file_too_large": "Файл завеликий. Виберіть менший.",
    "files_too_large": "Файли разом завеликі. Виберіть менше або менші.",
    "file_type": "Такий файл ми прийняти не можемо. Виберіть інший.",
    "files_again": "Виберіть файли ще раз: браузер їх не зберігає.",
    "files_how": "До {count}, кожен до {size}.",
    "file_how": "До {size}.",
    "changed": "Поки ви писали, форму змінили. Нічого не втрачено, перегляньте ще раз.",
    "busy": "Забагато водночас. Нічого не втрачено: зачекайте {minutes} хв і натисніть.",
    "huge": "Файли надто великі",
    "huge_how": "Поверніться й виберіть менші; написане залишилося.",
    "wrong_count": "Ще не надіслано. Виправте це:",
    "goes_on": "Далі",
}
_TEXTS: Mapping[str, Mapping[str, str]] = {"en": _EN, "uk": _UK}


def say(locale: str, name: str, /, **parts: object) -> str:
    """Give a text with its parts filled in."""
    own = _TEXTS[locale].get(name)
    return own.format(**parts) if own else texts.say(locale, name, **parts)


def languages(form: FormDefinition) -> list[str]:
    """Name the languages that a form is in, its own first."""
    others = (one for one in session.LOCALES if one in form.title)
    return list(dict.fromkeys((form.locale, *others)))


def locale_of(request: web.Request, form: FormDefinition) -> str:
    """Choose the language: what the address says, what was chosen, what is read."""
    offered = languages(form)
    chosen = (
        request.query.get("lang"),
        request.cookies.get(session.LOCALE_COOKIE),
        session.preferred(request),
    )
    return next((one for one in chosen if one in offered), form.locale)
