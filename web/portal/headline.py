"""The one sentence that an order's page says first. Pure."""
# ruff: noqa: RUF001 - Ukrainian words are meant

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from hub.orders import words
from hub.orders.path import ENDED
from hub.orders.views import OrderView

_EN = {
    "placed": "We have your order",
    "paid": "We are packing your order",
    "packed": "Your order leaves soon",
    "shipped": "Your order is on its way",
    "delivered": "Delivered",
    "done": "All is done",
    "cancelled": "The order is cancelled",
    "returned": "The order is returned",
    "coming": "Delivery on {day}",
    "late": "It was due on {day}, sorry. Write to us and we find out.",
    "on": "{what} on {day}",
}
_UK = {
    "placed": "Ми прийняли ваше замовлення",
    "paid": "Збираємо ваше замовлення",
    "packed": "Скоро відправимо ваше замовлення",
    "shipped": "Ваше замовлення в дорозі",
    "delivered": "Доставлено",
    "done": "Усе виконано",
    "cancelled": "Замовлення скасовано",
    "returned": "Замовлення повернено",
    "coming": "Доставка {day}",
    "late": "Мало бути {day}, вибачте. Напишіть нам, і ми з’ясуємо.",
    "on": "{what} {day}",
}
_SAYS = {"en": _EN, "uk": _UK}
#: Monday first: when something happens, Ukrainian bends the day's name.
_ON_WEEKDAY = (
    "в понеділок",
    "у вівторок",
    "в середу",
    "в четвер",
    "в п’ятницю",
    "в суботу",
    "в неділю",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """What comes next, or what has become of the order."""

    #: Something is still to come; else it is only a state.
    is_next: bool
    text: str
    #: What to add in small letters.
    more: str = ""
    #: It should have come by now.
    late: bool = False


def headline(order: OrderView, locale: str, zone: tzinfo, *, now: datetime) -> Headline:
    """Say what comes next with an order."""
    says = _SAYS[locale]
    stands = says[order.status]
    if order.status in ENDED:
        return Headline(is_next=False, text=_ended(order, locale, zone))
    if order.expected_at is None:
        return Headline(is_next=True, text=stands)
    due = order.expected_at
    at = words.clock(due, zone)
    if due + (timedelta(0) if at else timedelta(days=1)) <= now:
        day = words.day(due, locale, zone, now=now)
        late = says["late"].format(day=day)
        return Headline(is_next=True, text=stands, more=late, late=True)
    day = _on_day(due, locale, zone)
    coming = says["coming"].format(day=day if not at else f"{day}, {at}")
    return Headline(is_next=True, text=coming, more=f"{stands}.")


def _ended(order: OrderView, locale: str, zone: tzinfo) -> str:
    says = _SAYS[locale]
    what = says[order.status]
    at = next((one.at for one in order.steps if one.status == order.status), None)
    if order.status != "delivered" or at is None:
        return what
    return says["on"].format(what=what, day=_on_day(at, locale, zone))


def _on_day(at: datetime, locale: str, zone: tzinfo) -> str:
    if locale == "uk":
        weekday = _ON_WEEKDAY[at.astimezone(zone).weekday()]
        return f"{weekday} {words.day(at, locale, zone)}"
    return words.weekday_and_day(at, locale, zone)
