"""What happens to queues and agents, as facts."""

from dataclasses import dataclass
from typing import ClassVar

from hub.log.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueChanged(Event):
    """A queue is new, or other than it was."""

    kind: ClassVar[str] = "queue.changed"
    queue_id: int
    #: What is other than before: ``created``, or names of fields.
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarChanged(Event):
    """Business hours are new, other than they were, or gone."""

    kind: ClassVar[str] = "calendar.changed"
    calendar_id: int
    name: str
    #: ``created``, ``removed``, or names of fields.
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentStateChanged(Event):
    """An agent does something else now."""

    kind: ClassVar[str] = "agent.state_changed"
    account_id: int
    was: str
    to: str
    #: Why, when he did not choose it: ``vanished``, ``returned``,
    #: ``deactivated``, ``rights``, ``silent``, ``call``, ``wrap_over``.
    because: str = ""
    #: Why, in his own word, such as ``lunch``.
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMade(Event):
    """A conversation is offered to an agent."""

    kind: ClassVar[str] = "offer.made"
    offer_id: int
    account_id: int
    queue_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferEnded(Event):
    """An offer was accepted, declined, ran out or was withdrawn."""

    kind: ClassVar[str] = "offer.ended"
    offer_id: int
    account_id: int
    queue_id: int
    #: Of ``OFFER_STATES``.
    how: str
    #: Why it was declined.
    reason: str = ""
    #: How long it stood.
    stood_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsChanged(Event):
    """Conversations of a channel take more or less of an agent's capacity."""

    kind: ClassVar[str] = "weights.changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLoadChanged(Event):
    """An agent has more or fewer conversations, or room for them, or a call."""

    kind: ClassVar[str] = "agent.load_changed"
    account_id: int
    load: int
