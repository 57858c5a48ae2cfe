"""Orders in words: statuses, days, sums and short texts, in the client's language. Pure.

The wording follows the product's rules: first what happened, then what to do; a day and
its month, a number and its unit stay together.
"""
# ruff: noqa: RUF001 - Ukrainian words are meant

from datetime import datetime, time, tzinfo
from decimal import Decimal

from babel.dates import format_datetime
from babel.numbers import format_currency, format_decimal

from hub.orders.views import OrderView

#: No-break space.
NBSP = "\N{NO-BREAK SPACE}"

#: Digits after the point by ISO 4217, where they are not two.
_MINOR_DIGITS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI".split(), 0),
    **dict.fromkeys("VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}
_TWO = 2

#: What a step is called on the line that a client looks at.
STATUS_WORDS = {
    "en": {
        "placed": "Ordered",
        "paid": "Paid",
        "packed": "Packed",
        "shipped": "On its way",
        "delivered": "Delivered",
        "done": "Done",
        "cancelled": "Cancelled",
        "returned": "Returned",
    },
    "uk": {
        "placed": "Оформлено",
        "paid": "Оплачено",
        "packed": "Зібрано",
        "shipped": "У дорозі",
        "delivered": "Доставлено",
        "done": "Завершено",
        "cancelled": "Скасовано",
        "returned": "Повернено",
    },
}
_NOTICES = {
    "en": {
        "placed": "We have your order {number}.",
        "paid": "Order {number} is paid, thank you.",
        "packed": "Order {number} is packed.",
        "shipped": "Order {number} is on its way.",
        "delivered": "Order {number} is delivered.",
        "cancelled": "Order {number} is cancelled.",
        "returned": "Order {number} is returned.",
    },
    "uk": {
        "placed": "Замовлення {number} прийнято.",
        "paid": "Замовлення {number} оплачено, дякуємо.",
        "packed": "Замовлення {number} зібрано.",
        "shipped": "Замовлення {number} уже в дорозі.",
        "delivered": "Замовлення {number} доставлено.",
        "cancelled": "Замовлення {number} скасовано.",
        "returned": "Замовлення {number} повернено.",
    },
}
_PHRASES = {
    "en": {
        "expected": "Expected on {day}.",
        "expected_at": "Expected on {day}, {time}.",
        "tracking": "Parcel {tracking}.",
        "subject": "Order {number}: {status}",
        "greeting": "Hello, {client}!",
        "page": "Your order: {link}",
        "answer": "Order {number}: {status}.",
        "unknown": (
            "We found no order {number} for this phone number. "
            "Check the number or tell us here what happened."
        ),
    },
    "uk": {
        "expected": "Очікуйте {day}.",
        "expected_at": "Очікуйте {day}, {time}.",
        "tracking": "Відправлення {tracking}.",
        "subject": "Замовлення {number}: {status}",
        "greeting": "Вітаємо, {client}!",
        "page": "Ваше замовлення: {link}",
        "answer": "Замовлення {number}: {status}.",
        "unknown": (
            "Ми не знайшли замовлення {number} за цим номером телефону. "
            "Перевірте номер або напишіть нам тут, що сталося."
        ),
    },
}
#: Statuses at which it still makes sense to say when the thing comes.
_COMING = frozenset({"placed", "paid", "packed", "shipped"})


def money(amount: int, currency: str, locale: str) -> str:
    """Write a sum given in minor units; whole ones without the zeros."""
    digits = _MINOR_DIGITS.get(currency, _TWO)
    value = Decimal(amount).scaleb(-digits)
    fraction = "" if value == value.to_integral_value() else "." + "0" * digits
    if currency == "UAH":
        # Hryvnias are written one way in both languages: 184 600 ₴.
        locale = "uk"
    if locale == "uk":
        pattern = f"#,##0{fraction}{NBSP}¤"
    else:
        pattern = f"¤#,##0{fraction};-¤#,##0{fraction}"
    written = format_currency(
        value, currency, pattern, locale=locale, currency_digits=False
    )
    return written.replace("UAH", "₴")


def quantity(value: float, locale: str) -> str:
    """Write how many, without needless digits."""
    return format_decimal(value, "#,##0.###", locale=locale)


def day(at: datetime, locale: str, zone: tzinfo, *, now: datetime | None = None) -> str:
    """Write a day: ``21 May``; with its year when that is not the one of ``now``."""
    local = at.astimezone(zone)
    pattern = "d MMMM"
    if now is not None and local.year != now.astimezone(zone).year:
        pattern = "d MMMM y"
    return _joined(format_datetime(local, pattern, locale=locale))


def weekday_and_day(at: datetime, locale: str, zone: tzinfo) -> str:
    """Write a day in full: ``Thursday 21 May``."""
    local = at.astimezone(zone)
    weekday = format_datetime(local, "EEEE", locale=locale)
    return f"{weekday} {day(at, locale, zone)}"


def clock(at: datetime, zone: tzinfo) -> str:
    """Write a time of day, or "" for midnight, which means the day as a whole."""
    local = at.astimezone(zone)
    return "" if local.time() == time() else f"{local:%H:%M}"


def status_word(status: str, locale: str) -> str:
    """Name a status."""
    return STATUS_WORDS[locale][status]


def notice(order: OrderView, locale: str, zone: tzinfo, *, now: datetime) -> str:
    """Say in a line or two what the order has come to."""
    said = [_NOTICES[locale][order.status].format(number=order.number)]
    return " ".join([*said, *_more(order, locale, zone, now)])


def answer(order: OrderView, locale: str, zone: tzinfo, *, now: datetime) -> str:
    """Answer a client who asks how far his order is."""
    status = status_word(order.status, locale)
    said = phrase(
        "answer", locale, number=order.number, status=status[0].lower() + status[1:]
    )
    return " ".join([said, *_more(order, locale, zone, now)])


def subject(order: OrderView, locale: str) -> str:
    """Give a mail's subject."""
    status = status_word(order.status, locale)
    return phrase(
        "subject", locale, number=order.number, status=status[0].lower() + status[1:]
    )


def phrase(name: str, locale: str, /, **parts: str) -> str:
    """Give a phrase with its parts filled in."""
    return _PHRASES[locale][name].format(**parts)


def _more(order: OrderView, locale: str, zone: tzinfo, now: datetime) -> list[str]:
    said = []
    if order.status in _COMING and order.expected_at and order.expected_at > now:
        on = day(order.expected_at, locale, zone, now=now)
        if at := clock(order.expected_at, zone):
            said.append(phrase("expected_at", locale, day=on, time=at))
        else:
            said.append(phrase("expected", locale, day=on))
    if order.status == "shipped" and order.tracking_number:
        tracking = " ".join(filter(None, (order.carrier, order.tracking_number)))
        said.append(phrase("tracking", locale, tracking=tracking))
    return said


def _joined(date: str) -> str:
    return date.replace(" ", NBSP)
