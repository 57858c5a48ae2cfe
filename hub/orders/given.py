"""What a shop may say of an order, and what cannot be taken. Pure."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from babel.numbers import is_currency

from hub.errors import InvalidError
from hub.orders.buyers import Buyer
from hub.orders.path import STATUSES

MAX_NUMBER = 64
MAX_LINE = 300
MAX_LINES = 500
#: The largest sum in minor units; what a browser can count exactly.
MAX_AMOUNT = 2**53 - 1
MAX_QUANTITY = 10**9 - 1
#: Digits after the point of a quantity that are kept.
QUANTITY_DIGITS = 3

_NUMBER = re.compile(r"[\w][\w./-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class LineGiven:
    """One thing that was ordered."""

    name: str
    quantity: float = 1
    #: Of the whole line, in minor units.
    amount: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderGiven:
    """An order, whole, as the shop has it."""

    client: Buyer
    status: str
    currency: str
    #: In minor units; the sum of the lines when the shop does not say.
    total: int | None = None
    title: str = ""
    lines: tuple[LineGiven, ...] = ()
    paid: bool = False
    #: When it was ordered; the first update's time when the shop does not say.
    placed_at: datetime | None = None
    expected_at: datetime | None = None
    tracking_number: str = ""
    carrier: str = ""
    #: The shop's time of this state of things; now, when it does not say.
    updated_at: datetime | None = None
    #: False for what the client knows already, as when old orders are brought over.
    notify: bool = True


def order_number(written: str) -> str:
    """Give an order's number as it is kept: without the sign before it.

    Raises:
        InvalidError: It cannot be one.
    """
    number = written.strip().lstrip("#№").strip()
    if len(number) > MAX_NUMBER or not _NUMBER.fullmatch(number):
        reason = f"must be 1 to {MAX_NUMBER} letters, digits and . / -"
        raise InvalidError("number", errors={"number": reason})
    return number


def checked(given: OrderGiven) -> OrderGiven:
    """Check all of it, and give it in the form that is kept.

    Raises:
        InvalidError: Something cannot be taken; all of it is named.
    """
    currency = given.currency.strip().upper()
    lines = tuple(
        replace(
            line,
            name=_one_line(line.name),
            quantity=round(line.quantity, QUANTITY_DIGITS),
        )
        for line in given.lines
    )
    total = sum(line.amount for line in lines) if given.total is None else given.total
    titles = [_one_line(given.title), *(line.name for line in lines)]
    kept = replace(
        given,
        currency=currency,
        lines=lines,
        total=total,
        title=next((title for title in titles if title), ""),
        tracking_number=_one_line(given.tracking_number),
        carrier=_one_line(given.carrier),
    )
    if errors := {**_against(kept, total), **_against_lines(lines)}:
        raise InvalidError(", ".join(errors), errors=errors)
    return replace(
        kept,
        placed_at=_utc(kept.placed_at),
        expected_at=_utc(kept.expected_at),
        updated_at=_utc(kept.updated_at),
    )


def _utc(at: datetime | None) -> datetime | None:
    return at.astimezone(UTC) if at else None


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _against(given: OrderGiven, total: int) -> dict[str, str]:
    errors = {}
    if given.status not in STATUSES:
        errors["status"] = f"must be one of {', '.join(STATUSES)}"
    if not is_currency(given.currency):
        errors["currency"] = "must be a code of ISO 4217, such as UAH"
    if not 0 <= total <= MAX_AMOUNT:
        errors["total"] = f"must be from 0 to {MAX_AMOUNT}"
    for name in ("title", "tracking_number", "carrier"):
        if len(getattr(given, name)) > MAX_LINE:
            errors[name] = f"must have at most {MAX_LINE} letters"
    for name in ("placed_at", "expected_at", "updated_at"):
        at = getattr(given, name)
        if at is not None and at.tzinfo is None:
            errors[name] = "must say its zone"
    return errors


def _against_lines(lines: tuple[LineGiven, ...]) -> dict[str, str]:
    if len(lines) > MAX_LINES:
        return {"lines": f"must be at most {MAX_LINES}"}
    reasons = ((number, _against_line(line)) for number, line in enumerate(lines))
    return {f"lines.{number}": reason for number, reason in reasons if reason}


def _against_line(line: LineGiven) -> str:
    if not 0 < len(line.name) <= MAX_LINE:
        return f"its name must have 1 to {MAX_LINE} letters"
    if not 0 <= line.quantity <= MAX_QUANTITY:
        return f"its quantity must be from 0 to {MAX_QUANTITY}"
    if abs(line.amount) > MAX_AMOUNT:
        return f"its amount must be within {MAX_AMOUNT}"
    return ""
