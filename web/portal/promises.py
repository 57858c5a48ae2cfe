"""What we promised a client, in the words that he reads. Pure but for the reading."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from hub.access.portal_sessions import PortalClient
from hub.collaboration import promises
from hub.collaboration.promises import PromiseView
from hub.orders import words
from web.keys import DATABASE, SETTINGS

_EN = {
    "do": "{by} will do it {when}",
    "send": "{by} will send it {when}",
    "call": "{by} will call you {when}",
    "do_late": "was due {was}. {by} will do it today, sorry",
    "send_late": "was due {was}. {by} will send it today, sorry",
    "call_late": "was due {was}. {by} will call you today, sorry",
    "done": "done {was}",
    "today": "today by {time}",
    "tomorrow": "tomorrow by {time}",
    "then": "by {day}, {time}",
    "was_today": "today at {time}",
    "was_yesterday": "yesterday",
    "was_then": "on {day}",
}
_UK = {
    "do": "{by} зробить {when}",
    "send": "{by} надішле {when}",
    "call": "{by} зателефонує вам {when}",
    "do_late": "мала бути {was}. {by} зробить сьогодні, вибачте",
    "send_late": "мала бути {was}. {by} надішле сьогодні, вибачте",
    "call_late": "мала бути {was}. {by} зателефонує сьогодні, вибачте",
    "done": "виконано {was}",
    "today": "сьогодні до {time}",
    "tomorrow": "завтра до {time}",
    "then": "до {day}, {time}",
    "was_today": "сьогодні о {time}",
    "was_yesterday": "вчора",
    "was_then": "{day}",
}
_SAYS = {"en": _EN, "uk": _UK}


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseLine:
    """A promise as it is written on a page."""

    title: str
    #: ``open``, ``late`` or ``done``.
    state: str
    text: str


async def read(
    request: web.Request,
    session: AsyncSession,
    client: PortalClient,
    locale: str,
    *,
    conversation_id: int | None = None,
) -> list[PromiseLine]:
    """Give what a page says of the promises to its client."""
    settings, now = request.app[SETTINGS], request.app[DATABASE].clock()
    found = await promises.for_client(
        session,
        client.viewer,
        client.id,
        kept_since=settings.collaboration.kept_shown,
        now=now,
        conversation_id=conversation_id,
    )
    return lines(found, locale, ZoneInfo(settings.timezone), now=now)


def lines(
    found: Sequence[PromiseView], locale: str, zone: tzinfo, *, now: datetime
) -> list[PromiseLine]:
    """Write promises for people."""
    return [
        PromiseLine(
            title=one.title, state=one.state, text=_text(one, locale, zone, now)
        )
        for one in found
    ]


def _text(one: PromiseView, locale: str, zone: tzinfo, now: datetime) -> str:
    says = _SAYS[locale]
    if one.state == "done":
        was = _past(one.kept_at or one.due_at, locale, zone, now)
        return says["done"].format(was=was)
    if one.due_at <= now:
        # Late to the second, whether or not a timer has come to say so.
        was = _past(one.due_at, locale, zone, now)
        return says[f"{one.deed}_late"].format(by=one.by, was=was)
    return says[one.deed].format(by=one.by, when=_ahead(one.due_at, locale, zone, now))


def _ahead(at: datetime, locale: str, zone: tzinfo, now: datetime) -> str:
    says, here = _SAYS[locale], at.astimezone(zone)
    days = (here.date() - now.astimezone(zone).date()).days
    name = {0: "today", 1: "tomorrow"}.get(days, "then")
    day = words.day(at, locale, zone, now=now)
    return says[name].format(day=day, time=f"{here:%H:%M}")


def _past(at: datetime, locale: str, zone: tzinfo, now: datetime) -> str:
    says, here = _SAYS[locale], at.astimezone(zone)
    behind = now.astimezone(zone).date() - here.date()
    name = "was_then"
    if behind <= timedelta(0):
        name = "was_today"
    elif behind == timedelta(days=1):
        name = "was_yesterday"
    day = words.day(at, locale, zone, now=now)
    return says[name].format(day=day, time=f"{here:%H:%M}")
