"""What a call's callbacks mean together. Pure.

ringing    the client calls, or is asked to leave a message
answered   an agent speaks with him
voicemail  nobody answered, and he left a message
ended      an agent spoke with him, and it is over
missed     nobody answered, and he left nothing

Callbacks come doubled and in any order, so a call is not where its last callback put
it but what all of them say together: each adds a fact or an earlier time, and facts
are never taken back. Adding facts twice or in another order gives the same facts, and
the state is read off them. So every order of the same callbacks ends the same.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from hub.contracts import CallEvent, CallMoment


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """All that is known of a call."""

    started_at: datetime
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    #: The caller alone was recorded.
    left_message: bool = False
    #: There is a recording of whatever kind.
    recorded: bool = False

    @property
    def state(self) -> str:
        """Tell in one word where the call stands."""
        if self.answered_at is not None:
            return "answered" if self.ended_at is None else "ended"
        # A recording of a call that nobody answered is a message, even if the
        # callback that says so was lost.
        if self.left_message or (self.recorded and self.ended_at is not None):
            return "voicemail"
        return "ringing" if self.ended_at is None else "missed"

    @property
    def over(self) -> bool:
        """Tell whether the caller's line is down."""
        return self.ended_at is not None


def begin(event: CallEvent, *, now: datetime) -> Progress:
    """Begin a call with the callback that was heard first, whichever it is."""
    return advance(Progress(started_at=_began_at(event, now)), event, now=now)


def advance(progress: Progress, event: CallEvent, *, now: datetime) -> Progress:
    """Add what a callback says.

    Args:
        progress: What is known.
        event: The callback. Those that an agent missed it change nothing here.
        now: When it came; it counts where the callback tells no time.
    """
    progress = replace(
        progress, started_at=min(progress.started_at, _began_at(event, now))
    )
    match event.moment:
        case CallMoment.RINGING | CallMoment.AGENT_MISSED:
            return progress
        case CallMoment.ANSWERED:
            return replace(
                progress,
                answered_at=_first(progress.answered_at, _began_at(event, now)),
            )
        case CallMoment.VOICEMAIL:
            return replace(progress, left_message=True, recorded=True)
        case CallMoment.RECORDED:
            return replace(progress, recorded=True)
        case CallMoment.ENDED:
            return replace(
                progress, ended_at=_first(progress.ended_at, event.at or now)
            )


def _began_at(event: CallEvent, now: datetime) -> datetime:
    """Tell when what lasted until the callback began: a talk, a call, a message."""
    told = event.at or now
    return told if event.duration is None else told - event.duration


def _first(known: datetime | None, told: datetime) -> datetime:
    return told if known is None else min(known, told)
