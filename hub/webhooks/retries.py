"""When an event that an endpoint did not take is sent again, and when never. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

#: After the first try that failed; doubled with each further one.
FIRST = timedelta(seconds=5)
LONGEST = timedelta(hours=1)
#: The answer of an endpoint that wants nothing any more.
GONE = 410


class Verdict(Enum):
    """What an answer means."""

    TAKEN = "taken"
    AGAIN = "again"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from an endpoint."""

    #: None when nothing did.
    status: int | None
    #: The beginning of the body, or why there was no answer.
    text: str
    took: timedelta


def verdict(answer: Answer) -> Verdict:
    """Tell what an answer means: only 2xx is taken; elsewhere nobody is sent on."""
    if answer.status is not None and 200 <= answer.status < 300:  # noqa: PLR2004 - HTTP
        return Verdict.TAKEN
    return Verdict.GONE if answer.status == GONE else Verdict.AGAIN


def pause(attempts: int) -> timedelta:
    """Tell how long to wait after so many tries: 5 s, 10 s, 20 s … one hour."""
    doublings = min(max(attempts, 1) - 1, 20)
    return min(LONGEST, FIRST * (1 << doublings))


def gives_up(failing_since: datetime, now: datetime, patience: timedelta) -> bool:
    """Tell whether an endpoint has failed for too long."""
    return now - failing_since >= patience
