"""Words that say when, in the languages of our agents. Pure data."""

# ruff: noqa: RUF001 - Ukrainian letters are meant.

import re
from collections.abc import Iterable
from datetime import time, timedelta

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)

#: How long each unit is.
UNITS: dict[str, timedelta] = {
    word: unit
    for unit, words in (
        (_MINUTE, "m min mins minute minutes хв хвилину хвилини хвилин"),
        (_HOUR, "h hr hrs hour hours год годину години годин"),
        (_DAY, "d day days дн день дні днів добу"),
        (_WEEK, "w wk week weeks тижд тиждень тижні тижнів"),
    )
    for word in words.split()
}
#: Numbers as words.
NUMBERS: dict[str, int] = {
    word: number
    for number, words in (
        (1, "a an one одну один"),
        (2, "two дві два"),
        (3, "three три"),
        (4, "four чотири"),
        (5, "five п’ять"),
        (6, "six шість"),
        (10, "ten десять"),
    )
    for word in words.split()
}
HALF_HOUR = ("half an hour", "пів години", "півгодини")
#: Days ahead of today.
DAY_WORDS: dict[str, int] = {
    "today": 0,
    "сьогодні": 0,
    "tomorrow": 1,
    "tmrw": 1,
    "завтра": 1,
    "the day after tomorrow": 2,
    "day after tomorrow": 2,
    "післязавтра": 2,
}
#: Monday is 0.
WEEKDAYS: dict[str, int] = {
    word: day
    for day, words in enumerate(
        (
            "monday mon понеділок понеділка пн",
            "tuesday tue tues вівторок вівторка вт",
            "wednesday wed середа середу середи ср",
            "thursday thu thur thurs четвер четверга чт",
            "friday fri п’ятниця п’ятницю п’ятниці пт",
            "saturday sat субота суботу суботи сб",
            "sunday sun неділя неділю неділі нд",
        )
    )
    for word in words.split()
}
MONTHS: dict[str, int] = {
    word: month
    for month, words in enumerate(
        (
            "january jan січня січень",
            "february feb лютого лютий",
            "march mar березня березень",
            "april apr квітня квітень",
            "may травня травень",
            "june jun червня червень",
            "july jul липня липень",
            "august aug серпня серпень",
            "september sep sept вересня вересень",
            "october oct жовтня жовтень",
            "november nov листопада листопад",
            "december dec грудня грудень",
        ),
        start=1,
    )
    for word in words.split()
}
#: When a part of the day is meant by a word.
DAY_PARTS: dict[str, time] = {
    word: at
    for at, words in (
        (time(9), "morning вранці зранку"),
        (time(12), "noon опівдні"),
        (time(15), "afternoon"),
        (time(19), "evening tonight ввечері увечері"),
    )
    for word in words.split()
}


def alternatives(words: Iterable[str]) -> str:
    """Make a pattern of words, the longest first, so that none hides another."""
    return "|".join(re.escape(one) for one in sorted(words, key=len, reverse=True))
