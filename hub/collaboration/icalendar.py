"""Write a calendar as RFC 5545 wants it. Pure.

Times are in UTC, which every calendar shows by its owner's clock, whatever that does
in spring and autumn. Whole days are days of the company's clock.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hub.collaboration.calendars import Calendar, Entry

#: How long something is taken to last; it has a time, and no end of its own.
LASTS = timedelta(minutes=30)
#: Bytes of a line, without its end.
_WIDTH = 75
_STATUS = {
    "open": "CONFIRMED",
    "late": "CONFIRMED",
    "done": "CONFIRMED",
    "cancelled": "CANCELLED",
}
_DONE = {"en": "Done: {title}", "uk": "Зроблено: {title}"}


def write(calendar: Calendar, *, host: str, zone: ZoneInfo, refresh: timedelta) -> str:
    """Write a calendar.

    Args:
        calendar: What stands in it.
        host: Makes the ids of its entries ours: they are the same at every fetch.
        zone: The company's.
        refresh: How often programs may fetch it.
    """
    hours = f"PT{max(1, round(refresh.total_seconds() / 60))}M"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Rozmova//Tasks//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(f'Rozmova: {calendar.name}')}",
        f"X-WR-TIMEZONE:{zone.key}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{hours}",
        f"X-PUBLISHED-TTL:{hours}",
    ]
    for entry in calendar.entries:
        lines += _event(entry, calendar.locale, host, zone)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in folded(line))


def escaped(text: str) -> str:
    """Write a text so that its marks are no marks of the format's."""
    plain = "".join(
        one
        for one in text.replace("\r\n", "\n")
        if one in "\n\t" or ord(one) >= ord(" ")
    )
    for mark in ("\\", ";", ","):
        plain = plain.replace(mark, f"\\{mark}")
    return plain.replace("\n", "\\n")


def folded(line: str) -> Iterator[str]:
    """Cut a line to the width that is allowed, in bytes, and within no letter."""
    room, part, used = _WIDTH, "", 0
    for letter in line:
        size = len(letter.encode())
        if used + size > room:
            yield part
            # What goes on begins with a space, which counts.
            part, used = " ", 1
        part += letter
        used += size
    yield part


def _event(entry: Entry, locale: str, host: str, zone: ZoneInfo) -> list[str]:
    title = entry.title
    if entry.state == "done":
        title = _DONE.get(locale, _DONE["en"]).format(title=title)
    lines = [
        "BEGIN:VEVENT",
        f"UID:task-{entry.id}@{host}",
        f"DTSTAMP:{_utc(entry.changed_at)}",
        f"LAST-MODIFIED:{_utc(entry.changed_at)}",
        f"SEQUENCE:{entry.revision}",
        *_times(entry, zone),
        f"SUMMARY:{escaped(title)}",
        f"STATUS:{_STATUS[entry.state]}",
        f"TRANSP:{'OPAQUE' if entry.channel == 'meeting' else 'TRANSPARENT'}",
    ]
    about = "\n".join(part for part in (entry.client_name, entry.notes) if part)
    if about:
        lines.append(f"DESCRIPTION:{escaped(about)}")
    if entry.remind_at is not None and entry.state in {"open", "late"}:
        lines += [
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"DESCRIPTION:{escaped(title)}",
            f"TRIGGER;VALUE=DATE-TIME:{_utc(entry.remind_at)}",
            "END:VALARM",
        ]
    return [*lines, "END:VEVENT"]


def _times(entry: Entry, zone: ZoneInfo) -> list[str]:
    if not entry.all_day:
        ends = entry.due_at + LASTS
        return [f"DTSTART:{_utc(entry.due_at)}", f"DTEND:{_utc(ends)}"]
    day = entry.due_at.astimezone(zone).date()
    return [
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
    ]


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
