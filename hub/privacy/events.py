"""What an erasure does to single things, as facts; none says whose they were."""

from dataclasses import dataclass
from typing import ClassVar

from hub.conversations.events import ConversationEvent
from hub.log.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationErased(ConversationEvent):
    """Nothing is left of it but when it was and how long it took."""

    kind: ClassVar[str] = "conversation.erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionErased(Event):
    """Nothing is left of it but that it was."""

    kind: ClassVar[str] = "interaction.erased"
    item_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskErased(Event):
    """Nothing is left of it but when it was due and done."""

    kind: ClassVar[str] = "task.erased"
    task_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderErased(Event):
    """Its money and its dates are left."""

    kind: ClassVar[str] = "order.erased"
    order_id: int
