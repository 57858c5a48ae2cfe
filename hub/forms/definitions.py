"""What a form may be, and how it is kept. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any
from urllib.parse import urlsplit

from config.settings import FormSettings
from hub.contracts import (
    QUESTION_KINDS,
    FormChoice,
    FormDefinition,
    FormQuestion,
    Wording,
)
from hub.errors import InvalidError

NAME = re.compile(r"[a-z][a-z0-9_-]{0,59}")
LOCALES = ("uk", "en")
#: Names that mean something in every form; see ``channels/webform/``.
RESERVED = frozenset(
    {
        "token",
        "submission_id",
        "website",
        "lang",
        "page",
        "form_version",
        "csrf",
        "framed",
    }
)
LONGEST_LABEL = 300
#: A consent's words, an introduction, the thanks.
LONGEST_WORDS = 4000
LONGEST_ANSWER = 50_000
MOST_CHOICES = 200
MOST_ORIGINS = 50
#: It stands in a policy header too, so nothing else may be in it.
_ORIGIN = re.compile(
    r"https?://([A-Za-z0-9.-]{1,250}|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?|\*"
)
_MEDIA = re.compile(r"[a-z0-9.+-]{1,60}/([a-z0-9.+-]{1,100}|\*)")
#: Kept beside the definition, in columns of their own.
_COLUMNS = ("name", "version", "active", "queue_id", "earlier")


def dump(form: FormDefinition) -> dict[str, Any]:
    """Write what a form says, without what stands beside it in its row."""
    return {key: value for key, value in asdict(form).items() if key not in _COLUMNS}


def load(
    kept: Mapping[str, Any],
    *,
    name: str,
    version: int,
    active: bool = True,
    queue_id: int | None = None,
) -> FormDefinition:
    """Read what ``dump`` wrote, and what stands beside it."""
    said = dict(kept)
    questions = tuple(_question(one) for one in said.pop("questions"))
    origins = tuple(said.pop("origins", ()))
    return FormDefinition(
        name=name,
        version=version,
        active=active,
        queue_id=queue_id,
        questions=questions,
        origins=origins,
        **said,
    )


def bounded(form: FormDefinition, settings: FormSettings) -> FormDefinition:
    """Bound what a form allows by what the hub allows, which may be less by now."""
    questions = tuple(
        replace(
            one,
            max_files=min(one.max_files, settings.max_files),
            max_file_bytes=min(one.max_file_bytes, settings.max_file_bytes),
        )
        for one in form.questions
    )
    return replace(form, questions=questions)


def tidy(form: FormDefinition) -> FormDefinition:
    """Write a form's sites as browsers name them, so that they are known again."""
    return replace(form, origins=tuple(_origin(one) for one in form.origins))


def _origin(written: str) -> str:
    plain = written.strip().rstrip("/")
    try:
        parts = urlsplit(plain)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:
        return plain
    if not host or parts.username or parts.path or parts.query or parts.fragment:
        return plain
    host = f"[{host}]" if ":" in host else host
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    end = "" if port in {None, usual} else f":{port}"
    return f"{parts.scheme}://{host}{end}"


def check(form: FormDefinition, settings: FormSettings) -> None:
    """Go on only with a form that can work.

    Raises:
        InvalidError: ``details["errors"]`` names each place: ``title``,
            ``questions.2.label``.
    """
    errors: dict[str, str] = {}
    if not NAME.fullmatch(form.name):
        errors["name"] = "small Latin letters, digits, - and _; a letter first"
    if form.locale not in LOCALES:
        errors["locale"] = "uk or en"
    _check_words(errors, "title", form.title, form.locale, LONGEST_LABEL)
    _check_words(errors, "intro", form.intro, None, LONGEST_WORDS)
    _check_words(errors, "thanks", form.thanks, None, LONGEST_WORDS)
    if form.redirect and not _is_page(form.redirect):
        errors["redirect"] = "an address by http or https"
    _check_origins(errors, form.origins)
    if not 0 < len(form.questions) <= settings.max_questions:
        errors["questions"] = f"1 to {settings.max_questions} questions"
    _check_questions(errors, form, settings)
    if not any(one.kind in {"email", "phone"} for one in form.questions):
        errors.setdefault(
            "questions", "ask for an email or a phone, or nobody can be answered"
        )
    if errors:
        raise InvalidError(", ".join(errors)[:200], errors=errors)


def _check_origins(errors: dict[str, str], origins: Sequence[str]) -> None:
    if len(origins) > MOST_ORIGINS:
        errors["origins"] = f"at most {MOST_ORIGINS}"
    for number, origin in enumerate(origins):
        if not _ORIGIN.fullmatch(origin):
            errors[f"origins.{number}"] = "as https://shop.example, or *"


def _check_questions(
    errors: dict[str, str], form: FormDefinition, settings: FormSettings
) -> None:
    names = [one.name for one in form.questions]
    for number, question in enumerate(form.questions):
        place = f"questions.{number}"
        if names.index(question.name) != number:
            errors[f"{place}.name"] = "another question has this name"
        _check_question(errors, place, question, form.locale, settings)


def _check_question(
    errors: dict[str, str],
    place: str,
    question: FormQuestion,
    locale: str,
    settings: FormSettings,
) -> None:
    if not NAME.fullmatch(question.name) or question.name in RESERVED:
        errors[f"{place}.name"] = "small Latin letters, and not one of ours"
    if question.kind not in QUESTION_KINDS:
        errors[f"{place}.kind"] = f"one of {', '.join(QUESTION_KINDS)}"
    longest = LONGEST_WORDS if question.kind == "consent" else LONGEST_LABEL
    _check_words(errors, f"{place}.label", question.label, locale, longest)
    _check_words(errors, f"{place}.help", question.help, None, LONGEST_LABEL)
    _check_choices(errors, place, question)
    if (
        question.max_length is not None
        and not 0 < question.max_length <= LONGEST_ANSWER
    ):
        errors[f"{place}.max_length"] = f"1 to {LONGEST_ANSWER}"
    if question.kind == "files":
        _check_files(errors, place, question, settings)
    if question.kind == "hidden" and not question.value:
        errors[f"{place}.value"] = "what it says, or {page}"
    if len(question.value) > LONGEST_WORDS:
        errors[f"{place}.value"] = f"at most {LONGEST_WORDS} letters"


def _check_choices(errors: dict[str, str], place: str, question: FormQuestion) -> None:
    if (question.kind in {"choice", "choices"}) != bool(question.choices):
        errors[f"{place}.choices"] = "a choice has choices, and nothing else does"
    if len(question.choices) > MOST_CHOICES:
        errors[f"{place}.choices"] = f"at most {MOST_CHOICES}"
    values = [one.value for one in question.choices]
    for number, choice in enumerate(question.choices):
        spot = f"{place}.choices.{number}"
        if not choice.value.strip() or len(choice.value) > LONGEST_LABEL:
            errors[f"{spot}.value"] = f"1 to {LONGEST_LABEL} letters"
        if values.index(choice.value) != number:
            errors[f"{spot}.value"] = "is there twice"
        _check_words(errors, f"{spot}.label", choice.label, None, LONGEST_LABEL)


def _check_files(
    errors: dict[str, str], place: str, question: FormQuestion, settings: FormSettings
) -> None:
    if not 0 < question.max_files <= settings.max_files:
        errors[f"{place}.max_files"] = f"1 to {settings.max_files}"
    if not 0 < question.max_file_bytes <= settings.max_file_bytes:
        errors[f"{place}.max_file_bytes"] = f"1 to {settings.max_file_bytes}"
    if any(not _MEDIA.fullmatch(one) for one in question.file_types):
        errors[f"{place}.file_types"] = "media types, as image/* or application/pdf"


def _check_words(
    errors: dict[str, str],
    place: str,
    words: Wording,
    needed: str | None,
    longest: int,
) -> None:
    if set(words) - set(LOCALES):
        errors[place] = "in uk and en"
    elif any(len(one) > longest for one in words.values()):
        errors[place] = f"at most {longest} letters"
    elif needed is not None and not words.get(needed, "").strip():
        errors[place] = f"is missing in the form's own language ({needed})"


def _is_page(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    plain = address.isprintable() and " " not in address
    return plain and parts.scheme in {"http", "https"} and bool(parts.hostname)


def _question(kept: Mapping[str, Any]) -> FormQuestion:
    said = dict(kept)
    choices = tuple(FormChoice(**one) for one in said.pop("choices", ()))
    types = tuple(said.pop("file_types", ()))
    return FormQuestion(choices=choices, file_types=types, **said)
