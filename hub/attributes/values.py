"""Is a value what its definition wants, and how is it kept? Pure."""

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from hub.attributes.views import AttributeView
from hub.collaboration.anniversaries import read_day

MAX_VALUE = 2000
_YES = {"true", "yes", "так"}
_NO = {"false", "no", "ні"}


def changed(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    definitions: Mapping[str, AttributeView],
    editors: Collection[str],
) -> tuple[dict[str, Any], dict[str, str]]:
    """Take what somebody wants a client's attributes to be.

    What is not touched stays as it is, even if it would not be taken today; what has
    no definition is taken as it comes.

    Args:
        before: As they are.
        after: As they are to be, all of them.
        definitions: By name.
        editors: As what he may change them.

    Returns:
        What is kept, and what is wrong by name: ``required``, ``not_yours``, or the
        kind that it should be of.
    """
    kept: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name in [*after, *(one for one in before if one not in after)]:
        value, defined = after.get(name), definitions.get(name)
        if name in before and name in after and before[name] == value:
            kept[name] = value
            continue
        if defined is None:
            if name in after:
                kept[name] = value
            continue
        if defined.editors not in editors:
            wrong[name] = "not_yours"
            continue
        if _is_empty(value):
            if defined.required and not _is_empty(before.get(name)):
                wrong[name] = "required"
            continue
        try:
            kept[name] = normal(defined, value)
        except ValueError:
            wrong[name] = defined.kind
    return kept, wrong


def normal(defined: AttributeView, value: Any) -> str | bool:
    """Give a value as it is kept.

    Raises:
        ValueError: It is none of its kind.
    """
    return _KINDS[defined.kind](defined, value)


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _text(_: AttributeView, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("is no text")  # noqa: TRY004 - one answer for all of it
    plain = str(value).strip()
    if len(plain) > MAX_VALUE:
        raise ValueError("is too long")
    return plain


def _number(_: AttributeView, value: Any) -> str:
    if isinstance(value, bool):
        raise ValueError("is no number")  # noqa: TRY004
    written = str(value).strip().replace(" ", "").replace("\u00a0", "")
    try:
        number = Decimal(written.replace(",", "."))
    except InvalidOperation:
        raise ValueError("is no number") from None
    # One with hundreds of digits is written out as such.
    if not number.is_finite() or abs(number.adjusted()) > 30:  # noqa: PLR2004
        raise ValueError("is no number")
    plain = f"{number:f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return "0" if plain in {"-0", ""} else plain


def _date(_: AttributeView, value: Any) -> str:
    day = read_day(value) if isinstance(value, str) else None
    if day is None:
        raise ValueError("is no day")
    short = f"{day.month:02}-{day.day:02}"
    return short if day.year is None else f"{day.year:04}-{short}"


def _yes_no(_: AttributeView, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    said = value.strip().lower() if isinstance(value, str) else ""
    if said not in _YES | _NO:
        raise ValueError("is neither")
    return said in _YES


def _choice(defined: AttributeView, value: Any) -> str:
    if value not in [one.value for one in defined.choices]:
        raise ValueError("is none of the list")
    return str(value)


def _link(_: AttributeView, value: Any) -> str:
    plain = value.strip() if isinstance(value, str) else ""
    parts = urlsplit(plain)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("is no link")
    if len(plain) > MAX_VALUE or any(one.isspace() for one in plain):
        raise ValueError("is no link")
    return plain


_KINDS: Mapping[str, Callable[[AttributeView, Any], str | bool]] = {
    "text": _text,
    "number": _number,
    "date": _date,
    "yes_no": _yes_no,
    "choice": _choice,
    "link": _link,
}
