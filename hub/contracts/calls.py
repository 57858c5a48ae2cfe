"""Calls: what a provider says of one, and what it is told to do next."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class CallMoment(StrEnum):
    """What a provider says of a call."""

    RINGING = "ringing"  # the client calls; nothing was answered by a person
    ANSWERED = "answered"  # a person picked up
    AGENT_MISSED = "agent_missed"  # the agent who was rung did not pick up
    VOICEMAIL = "voicemail"  # a recording by the caller alone has been left
    RECORDED = "recorded"  # a recording is ready to be fetched
    ENDED = "ended"  # the caller's line is down


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEvent:
    """One callback about a call. They come doubled and out of order."""

    channel: str
    #: The provider's id of the client's leg: the same for every event of one call.
    external_id: str
    moment: CallMoment
    #: The client's number; "" when he hides it, and where a callback does not tell it.
    caller: str
    #: Our number that was called; "" where a callback does not tell it.
    called: str
    #: The agent's number that this event speaks of, when it does.
    agent_number: str = ""
    #: The provider's id of that agent's leg, when it tells: two that missed one after
    #: the other are two legs, a repeated callback is one.
    leg_id: str = ""
    duration: timedelta | None = None
    #: The provider's id and address of a recording, for those moments.
    recording_id: str = ""
    recording_url: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """Put the call through to this outside number, then tell how it went."""

    number: str
    timeout: timedelta
    greeting: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeMessage:
    """Ask the caller to leave a message and record it."""

    greeting: str
    limit: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    """Say this, if anything, and end the call."""

    greeting: str = ""


CallDirective = Ring | TakeMessage | HangUp
