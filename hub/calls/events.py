"""What happens to calls, as facts."""

from dataclasses import dataclass
from typing import ClassVar

from hub.conversations.events import ConversationEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFact(ConversationEvent):
    """Something happened to a call; ``state`` has its entry and its conversation."""

    call_id: int
    item_id: int
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRinging(CallFact):
    """The client calls, and this agent's phone rings."""

    kind: ClassVar[str] = "call.ringing"
    #: None when nobody is free and the client is asked for a message.
    agent_id: int | None
    #: The client's number as people read it; "" when he hides it.
    caller: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPassedOn(CallFact):
    """An agent did not pick up."""

    kind: ClassVar[str] = "call.passed_on"
    agent_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAnswered(CallFact):
    """An agent picked up."""

    kind: ClassVar[str] = "call.answered"
    agent_id: int | None
    #: Seconds from the first ring.
    waited_s: int
    #: It is the first answer of ours to this matter.
    first_response: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMissed(CallFact):
    """The client hung up before anybody answered, and left nothing."""

    kind: ClassVar[str] = "call.missed"
    #: Seconds from the first ring.
    waited_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallVoicemailLeft(CallFact):
    """Nobody answered, and the client left a message."""

    kind: ClassVar[str] = "call.voicemail_left"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded(CallFact):
    """The line is down after a talk or a message."""

    kind: ClassVar[str] = "call.ended"
    #: Seconds of talk; None when there was none.
    talk_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecorded(CallFact):
    """A recording can be listened to."""

    kind: ClassVar[str] = "call.recorded"
    attachment_id: int
