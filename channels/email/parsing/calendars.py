"""Invitations (iCalendar, RFC 5545 and 5546): what, when and where.

Enough for a card beside the file; nothing is computed that the file does not say.
"""

import contextlib
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from channels.email.parsing.charsets import printable
from hub.contracts import Invitation

_LINE = re.compile(
    r"([A-Za-z0-9-]+)((?:;[^\":;=]+=(?:\"[^\"]*\"|[^\":;])*)*):(.*)", re.DOTALL
)
_PARAMETER = re.compile(r";([^=;:\"]+)=(?:\"([^\"]*)\"|([^;:\"]*))")
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z)?)?")
_DURATION = re.compile(
    r"\+?P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?"
)
_ANSWERS = {
    "ACCEPTED": "accepted",
    "DECLINED": "declined",
    "TENTATIVE": "tentative",
}
_METHODS = {"REQUEST": "invited", "CANCEL": "cancelled", "ADD": "invited"}
_LONGEST = 500
_LONGEST_FILE = 2_000_000
_MOST_LINES = 20_000
#: Dates of one file that are shown; the file has them all.
MOST = 5

_Field = tuple[str, dict[str, str], str]


def invitations(text: str) -> tuple[Invitation, ...]:
    """Read a calendar's dates, each once; nothing of what is no calendar."""
    method = ""
    events: list[list[_Field]] = []
    inside: list[str] = []
    for name, parameters, value in _fields(text[:_LONGEST_FILE]):
        if name == "BEGIN":
            inside.append(value.strip().upper())
            if inside[-1] == "VEVENT":
                events.append([])
        elif name == "END":
            inside = inside[:-1]
        elif inside[-1:] == ["VCALENDAR"] and name == "METHOD":
            method = value.strip().upper()
        elif inside[-1:] == ["VEVENT"]:
            events[-1].append((name, parameters, value))
    found = dict.fromkeys(_invitation(method, event) for event in events if event)
    return tuple(found)[:MOST]


def _fields(text: str) -> Iterator[_Field]:
    unfolded = re.sub(r"\r?\n[ \t]", "", text.replace("\r\n", "\n").replace("\r", "\n"))
    for line in unfolded.split("\n", _MOST_LINES)[:_MOST_LINES]:
        if found := _LINE.fullmatch(line.strip()):
            parameters = {
                one[1].strip().upper(): one[2] or one[3] or ""
                for one in _PARAMETER.finditer(found[2])
            }
            yield found[1].upper(), parameters, found[3]


def _invitation(method: str, event: list[_Field]) -> Invitation:
    first = {name: (parameters, value) for name, parameters, value in reversed(event)}
    none: tuple[dict[str, str], str] = ({}, "")
    starts, zone = _time(*first.get("DTSTART", none))
    ends, _ = _time(*first.get("DTEND", none))
    if not ends:
        ends = _after(starts, first.get("DURATION", none)[1])
    parameters, organizer = first.get("ORGANIZER", none)
    return Invitation(
        what=_what(method, event, first.get("STATUS", none)[1]),
        summary=_said(first.get("SUMMARY", none)[1]),
        starts=starts,
        ends=ends,
        zone=zone,
        location=_said(first.get("LOCATION", none)[1]),
        organizer=_said(parameters.get("CN", ""))
        or _said(re.sub(r"(?i)^mailto:", "", organizer.strip())),
        repeats="RRULE" in first,
    )


def _what(method: str, event: list[_Field], status: str) -> str:
    if status.strip().upper() == "CANCELLED":
        return "cancelled"
    if method == "REPLY":
        for name, parameters, _ in event:
            answer = _ANSWERS.get(parameters.get("PARTSTAT", "").upper())
            if name == "ATTENDEE" and answer:
                return answer
    return _METHODS.get(method, "told")


def _time(parameters: dict[str, str], value: str) -> tuple[str, str]:
    """Give a time as ISO 8601, and its zone where that is no known place."""
    found = _TIME.match(value.strip())
    if found is None:
        return "", ""
    year, month, day, hour, minute, second = (
        int(one or 0) for one in found.groups()[:6]
    )
    try:
        if found[4] is None:
            return date(year, month, day).isoformat(), ""
        at = datetime(year, month, day, hour, minute, min(second, 59))  # noqa: DTZ001 - its zone is told apart
    except ValueError:
        return "", ""
    if found[7]:
        return f"{at.isoformat()}+00:00", ""
    zone = parameters.get("TZID", "").strip()
    # Names of Windows, or of the sender's own making, are shown as they are.
    with contextlib.suppress(Exception):
        return at.replace(tzinfo=ZoneInfo(zone)).isoformat(), ""
    return at.isoformat(), printable(zone)[:_LONGEST]


def _after(starts: str, duration: str) -> str:
    found = _DURATION.fullmatch(duration.strip())
    if not starts or "T" not in starts or found is None or not duration.strip("P "):
        return ""
    weeks, days, hours, minutes, seconds = (int(one or 0) for one in found.groups())
    lasts = timedelta(
        weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds
    )
    with contextlib.suppress(OverflowError):
        return (datetime.fromisoformat(starts) + lasts).isoformat()
    return ""


def _said(value: str) -> str:
    plain = re.sub(
        r"\\([nN,;\\])", lambda one: " " if one[1] in "nN" else one[1], value
    )
    return " ".join(printable(plain).split())[:_LONGEST]
