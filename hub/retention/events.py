"""What letting go does to single things, as facts."""

from dataclasses import dataclass
from typing import ClassVar

from hub.conversations.events import ConversationEvent
from hub.log.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationEmptied(ConversationEvent):
    """What was said in it was kept long enough."""

    kind: ClassVar[str] = "conversation.emptied"


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionEmptied(Event):
    """Its words, its recording or the mail as it came were kept long enough."""

    kind: ClassVar[str] = "interaction.emptied"
    item_id: int
    #: ``bodies``, ``recordings`` or ``mails``.
    what: str
