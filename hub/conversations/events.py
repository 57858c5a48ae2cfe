"""What happens to conversations, as facts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from hub.conversations.views import ConversationView, ItemView
from hub.log.events import STAFF, Event, account_topic, client_topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Was:
    """Where a conversation stood before, so that counts can follow the log."""

    state: str | None
    assignee_id: int | None
    queue_id: int | None
    waiting: bool


NOWHERE = Was(state=None, assignee_id=None, queue_id=None, waiting=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationEvent(Event):
    """Something happened to a conversation."""

    was: Was


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationOpened(ConversationEvent):
    """A new matter."""

    kind: ClassVar[str] = "conversation.opened"
    queue_id: int
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationStateChanged(ConversationEvent):
    """It was reopened, set pending, snoozed or resolved."""

    kind: ClassVar[str] = "conversation.state_changed"
    to: str
    #: Why, when no person did it: ``message``, ``snooze_over``, ``not_sent``.
    because: str = ""
    until: datetime | None = None

    def topics(self) -> tuple[str, ...]:
        """The client sees the state of his case in the portal."""
        return (STAFF, client_topic(self.client_id or 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationAssigned(ConversationEvent):
    """It has an agent, or none."""

    kind: ClassVar[str] = "conversation.assigned"
    assignee_id: int | None
    #: ``routed`` when the queue gave it, ``vanished`` when it took it back.
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationMoved(ConversationEvent):
    """It waits in another queue."""

    kind: ClassVar[str] = "conversation.moved"
    queue_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationTagged(ConversationEvent):
    """Its tags are others."""

    kind: ClassVar[str] = "conversation.tagged"
    added: tuple[str, ...]
    removed: tuple[str, ...]
    #: Why, when it was done to the tag and not to the conversation: ``renamed``,
    #: ``merged``, ``removed``.
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationPrioritised(ConversationEvent):
    """It matters more or less."""

    kind: ClassVar[str] = "conversation.prioritised"
    priority: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRenamed(ConversationEvent):
    """Its subject is another."""

    kind: ClassVar[str] = "conversation.renamed"
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationDisposed(ConversationEvent):
    """Somebody said how it ended, for the reports."""

    kind: ClassVar[str] = "conversation.disposed"
    queue_id: int
    disposition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationBreached(ConversationEvent):
    """The first answer did not come in time."""

    kind: ClassVar[str] = "conversation.breached"
    respond_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationClockMoved(ConversationEvent):
    """The first answer is due at another time: its queue has other hours."""

    kind: ClassVar[str] = "conversation.clock_moved"
    respond_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationHanded(ConversationEvent):
    """It is another client's: two were merged, or are two again."""

    kind: ClassVar[str] = "conversation.handed"
    former_client_id: int

    def topics(self) -> tuple[str, ...]:
        """Both see their cases in the portal."""
        both = (self.client_id or 0, self.former_client_id)
        return (STAFF, *(client_topic(one) for one in both))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRestored(ConversationEvent):
    """An action on many was undone here: it stands as it did before."""

    kind: ClassVar[str] = "conversation.restored"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineMoved(Event):
    """Whole timelines are others: whoever shows one reads it afresh."""

    kind: ClassVar[str] = "timeline.moved"
    former_client_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationLinked(Event):
    """It has to do with another one."""

    kind: ClassVar[str] = "conversation.linked"
    other_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRegrouped(ConversationEvent):
    """Entries were taken out of it or put into it."""

    kind: ClassVar[str] = "conversation.regrouped"
    #: ``in`` or ``out``.
    way: str
    count: int
    other_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionMoved(Event):
    """A touch belongs to another conversation now."""

    kind: ClassVar[str] = "interaction.moved"
    item_id: int
    from_id: int
    former_client_id: int

    def topics(self) -> tuple[str, ...]:
        """The clients see what was said; a note is not for them."""
        both = (self.client_id or 0, self.former_client_id)
        return (STAFF, *dict.fromkeys(client_topic(one) for one in both))


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionAdded(ConversationEvent):
    """A touch joined the timeline."""

    kind: ClassVar[str] = "interaction.added"
    item_id: int
    channel: str
    direction: str
    #: It is the first answer of ours to this matter, and counts from now on.
    first_response: bool = False

    def topics(self) -> tuple[str, ...]:
        """The client sees what he and we said."""
        return (STAFF, client_topic(self.client_id or 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationAnswered(ConversationEvent):
    """An answer of ours left: the client waits no longer."""

    kind: ClassVar[str] = "conversation.answered"
    item_id: int
    #: It is the first answer to this matter.
    first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionChanged(Event):
    """A touch looks otherwise now: a call was answered, a recording came."""

    kind: ClassVar[str] = "interaction.changed"
    item_id: int
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAdded(Event):
    """Somebody told the team something."""

    kind: ClassVar[str] = "note.added"
    item_id: int
    mentions: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRead(Event):
    """An agent has read so far; only he needs to know."""

    kind: ClassVar[str] = "conversation.read"
    account_id: int
    item_id: int

    def topics(self) -> tuple[str, ...]:
        """For his own other screens."""
        return (account_topic(self.account_id),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notified(Event):
    """Something waits for one person's eyes."""

    kind: ClassVar[str] = "notification.added"
    account_id: int
    what: str
    #: By which ways he is told now; see ``hub/notices/rules.py``.
    ways: tuple[str, ...] = ()

    def topics(self) -> tuple[str, ...]:
        """For him alone."""
        return (account_topic(self.account_id),)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageForwarded(Event):
    """Somebody was handed on what was said; the client does not learn of it."""

    kind: ClassVar[str] = "interaction.forwarded"
    item_id: int
    #: The entry that was handed on.
    forwarded_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureChanged(Event):
    """An agent's or a queue's signature is another."""

    kind: ClassVar[str] = "signature.changed"
    #: Whose; the other one is None.
    account_id: int | None
    queue_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftTaken(Event):
    """A colleague writes on what somebody had begun."""

    kind: ClassVar[str] = "draft.taken"
    author_id: int
    taker_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationMoved(Event):
    """What waits for one person's eyes is in another conversation."""

    kind: ClassVar[str] = "notification.moved"
    account_id: int

    def topics(self) -> tuple[str, ...]:
        """For him alone."""
        return (account_topic(self.account_id),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined(Event):
    """Something genuine could not be read."""

    kind: ClassVar[str] = "quarantine.added"
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineSettled(Event):
    """Somebody filed or dismissed it."""

    kind: ClassVar[str] = "quarantine.settled"
    how: str


def shown(
    *,
    conversation: ConversationView | None = None,
    item: ItemView | None = None,
    **parts: Any,
) -> dict[str, Any]:
    """Put together an event's ``state`` from the views that are there."""
    given = {"conversation": conversation, "item": item, **parts}
    return {name: view for name, view in given.items() if view is not None}
