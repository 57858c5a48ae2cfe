"""What is wrong with an answer, and what it says when nothing is. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from channels.webform.parts import Part
from hub.contracts import (
    Attachment,
    FormConsent,
    FormDefinition,
    FormField,
    FormQuestion,
    worded,
)
from hub.contracts.phones import typed_number

#: Fields of every form beside its own: ours in the page, the sender's id for a
#: submission, one that people do not see, the language of the page, the page that
#: holds the form, and the version that a site's server made its own page for.
TOKEN = "token"  # noqa: S105 - the name of a field
SUBMISSION_ID = "submission_id"
HONEYPOT = "website"
LANGUAGE = "lang"
PAGE = "page"
VERSION = "form_version"
RESERVED = frozenset(
    {TOKEN, SUBMISSION_ID, HONEYPOT, LANGUAGE, PAGE, VERSION, "csrf", "framed"}
)
#: Where an error goes that no single field is at fault for.
LOCALES = ("uk", "en")

#: The longest answer, in characters, where a question does not set it.
LONGEST_LINE = 300
LONGEST_TEXT = 10_000
LONGEST_PAGE = 2000
#: Answers to questions that no version asks; what a site's server adds of its own.
MOST_EXTRAS = 50
YEARS = (1900, 2200)

_NUMBER = re.compile(r"[-+]?\d{1,15}([.,]\d{1,9})?")
_DAY = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")
_TICKED = frozenset({"on", "yes", "true", "1", "так"})
_YES = {"uk": "Так", "en": "Yes"}


@dataclass(frozen=True, slots=True)
class Given:
    """What was sent, by the names of the fields."""

    said: Mapping[str, Any]
    files: Mapping[str, Sequence[Part]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Give a text of ours among the answers; "" when it is none.

        Programs send ``null`` or ``false`` for what they have not got.
        """
        value = self.said.get(name, "")
        return value if isinstance(value, str) else str(value or "")


@dataclass(slots=True)
class Checked:
    """What the answers say, and what is wrong with them."""

    #: By the names of their questions, as programs read them.
    values: dict[str, str] = field(default_factory=dict)
    #: As people read them, in the order of the form.
    fields: list[FormField] = field(default_factory=list)
    consents: list[FormConsent] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    #: The question of each attachment.
    files: list[str] = field(default_factory=list)
    #: Reasons (see ``channels.webform``) by the names of the fields concerned.
    errors: dict[str, str] = field(default_factory=dict)

    def first(self, form: FormDefinition, kind: str) -> str:
        """Give the first answer to a question of this kind; "" when there is none."""
        return next(
            (
                self.values[one.name]
                for one in form.questions
                if one.kind == kind and one.name in self.values
            ),
            "",
        )


def longest(question: FormQuestion) -> int:
    """Tell how long an answer may be, in characters."""
    if question.max_length is not None:
        return question.max_length
    return LONGEST_TEXT if question.kind == "textarea" else LONGEST_LINE


def checked(
    form: FormDefinition, given: Given, country: str, *, extras: bool = False
) -> Checked:
    """Read the form's answers, and tell what is wrong with them.

    Args:
        form: The form as its sender saw it; see ``channels/webform/versions.py``.
        given: What was submitted.
        country: ISO 3166 code, for phone numbers without a country.
        extras: Keep answers to questions that the form does not ask too.
    """
    found = Checked()
    locale = language(form, given)
    for question in form.questions:
        _answer(found, question, given, (locale, form.locale), country)
    addresses = [one.name for one in form.questions if one.kind in {"email", "phone"}]
    if addresses and not any(
        name in found.values or name in found.errors for name in addresses
    ):
        found.errors[addresses[0]] = "no_address"
    if extras:
        _keep_extras(found, form, given)
        asked = {one.name for one in form.questions}
        # A file without a question has no limits, so it was not read.
        found.errors |= dict.fromkeys(given.files.keys() - asked, "not_asked")
    return found


def language(form: FormDefinition, given: Given) -> str:
    """Tell in which language the form was shown."""
    wanted = given.text(LANGUAGE)
    return wanted if wanted in LOCALES else form.locale


def plain(given: Any) -> str | None:
    """Return what was typed, without what no database keeps; None if it is no text."""
    if given is None:
        return ""
    if isinstance(given, bool | int | float):
        given = str(given)
    if not isinstance(given, str):
        return None
    whole = given.encode("utf-8", "replace").decode().replace("\x00", "")
    return whole.replace("\r\n", "\n").strip()


def _answer(
    found: Checked,
    question: FormQuestion,
    given: Given,
    locales: tuple[str, str],
    country: str,
) -> None:
    name, label = question.name, worded(question.label, *locales)

    def keep(value: str, shown: str) -> None:
        found.values[name] = value
        found.fields.append(FormField(name=name, label=label, value=shown))

    match question.kind:
        case "files":
            _take_files(found, question, given.files.get(name, ()), label)
        case "consent":
            _agree(found, question, given, locales, keep)
        case "hidden":
            if fixed := _hidden(question, given):
                keep(fixed, fixed)
        case "choices":
            _choose(found, question, given, locales, keep)
        case _:
            typed = plain(given.said.get(name))
            if wrong := _wrong(question, typed, country):
                found.errors[name] = wrong
            elif typed:
                keep(
                    _normal(question.kind, typed, country),
                    _shown(question, typed, locales),
                )


def _agree(
    found: Checked,
    question: FormQuestion,
    given: Given,
    locales: tuple[str, str],
    keep: Any,
) -> None:
    if (plain(given.said.get(question.name)) or "").lower() in _TICKED:
        wording = worded(question.label, *locales)
        keep("yes", _YES.get(locales[0], _YES["en"]))
        found.consents.append(FormConsent(name=question.name, wording=wording))
    elif question.required:
        found.errors[question.name] = "not_agreed"


def _choose(
    found: Checked,
    question: FormQuestion,
    given: Given,
    locales: tuple[str, str],
    keep: Any,
) -> None:
    raw = given.said.get(question.name)
    values = [plain(one) for one in (raw if isinstance(raw, list) else [raw])]
    known = {one.value: worded(one.label, *locales) for one in question.choices}
    chosen = [one for one in dict.fromkeys(values) if one]
    if None in values:
        found.errors[question.name] = "not_text"
    elif any(one not in known for one in chosen):
        found.errors[question.name] = "not_a_choice"
    elif chosen:
        keep(", ".join(chosen), ", ".join(known[one] for one in chosen))
    elif question.required:
        found.errors[question.name] = "required"


def _take_files(
    found: Checked, question: FormQuestion, parts: Sequence[Part], label: str
) -> None:
    files = [one for one in parts if one.filename or one.content]
    if not files and question.required:
        found.errors[question.name] = "required"
    elif len(files) > question.max_files:
        found.errors[question.name] = "too_many_files"
    elif any(len(one.content) > question.max_file_bytes for one in files):
        found.errors[question.name] = "file_too_large"
    elif any(not one.content for one in files):
        # It was still being written, or a program could not read it.
        found.errors[question.name] = "file_empty"
    elif files:
        names = ", ".join(one.filename or question.name for one in files)
        found.values[question.name] = names
        found.fields.append(FormField(name=question.name, label=label, value=names))
        for one in files:
            found.files.append(question.name)
            found.attachments.append(
                Attachment(
                    name=one.filename or question.name,
                    media_type=one.media_type,
                    content=one.content,
                )
            )


def _hidden(question: FormQuestion, given: Given) -> str:
    """Give what the form says of itself; a sender cannot make it say something else."""
    if question.value != "{page}":
        return question.value
    page = (plain(given.said.get(PAGE)) or "")[:LONGEST_PAGE]
    try:
        return page if urlsplit(page).scheme in {"http", "https"} else ""
    except ValueError:
        return ""


def _keep_extras(found: Checked, form: FormDefinition, given: Given) -> None:
    """Keep what no question asked for, under the label that an old version gave it."""
    asked = {one.name for one in form.questions} | RESERVED
    for name, raw in given.said.items():
        if name in asked or len(found.fields) >= len(asked) + MOST_EXTRAS:
            continue
        value = plain(raw)
        if not value:
            continue
        old = (one.question(name) for one in form.earlier)
        label = next((worded(one.label, form.locale, "en") for one in old if one), "")
        found.fields.append(
            FormField(
                name=(plain(name) or "")[:60],
                label=label or (plain(name) or "")[:60],
                value=value[:LONGEST_TEXT],
            )
        )


def _wrong(question: FormQuestion, value: str | None, country: str) -> str | None:
    if value is None:
        return "not_text"
    if not value:
        return "required" if question.required else None
    return (
        "too_long"
        if len(value) > longest(question)
        else _unlike(question, value, country)
    )


def _unlike(question: FormQuestion, value: str, country: str) -> str | None:
    known = {one.value for one in question.choices}
    rules: dict[str, tuple[str, Callable[[], bool]]] = {
        "email": ("not_an_email", lambda: _is_email(value)),
        "phone": ("not_a_phone", lambda: typed_number(value, country) is not None),
        "choice": ("not_a_choice", lambda: value in known),
        "date": ("not_a_date", lambda: _day(value) is not None),
        "number": ("not_a_number", lambda: _is_number(value)),
    }
    reason, is_right = rules.get(question.kind, ("", lambda: True))
    return None if is_right() else reason


def _is_number(value: str) -> bool:
    # A page that is copied from writes thousands with spaces of several kinds.
    return _NUMBER.fullmatch("".join(value.split())) is not None


def _normal(kind: str, value: str, country: str = "") -> str:
    if kind == "date" and (day := _day(value)):
        return day.isoformat()
    if kind == "phone" and country:
        return typed_number(value, country) or value
    return value


def _shown(question: FormQuestion, value: str, locales: tuple[str, str]) -> str:
    if question.kind == "choice":
        labels = {one.value: one.label for one in question.choices}
        return worded(labels[value], *locales) or value
    return _normal(question.kind, value)


def _day(value: str) -> date | None:
    """Read a day as browsers send it, or as people here write it."""
    try:
        written = _DAY.fullmatch(value)
        day = (
            date(int(written[3]), int(written[2]), int(written[1]))
            if written
            else datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007 - a day
        )
    except ValueError:
        return None
    return day if YEARS[0] <= day.year <= YEARS[1] else None


def _is_email(value: str) -> bool:
    try:
        # Whether anybody reads there is found out by writing there.
        validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True
