"""What happens to messages of ours, as facts."""

from dataclasses import dataclass
from typing import ClassVar

from hub.log.events import STAFF, Event, client_topic


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryChanged(Event):
    """A message of ours has come further, or nowhere."""

    kind: ClassVar[str] = "delivery.changed"
    item_id: int
    channel: str
    #: Which of several recipients it is about; empty for the message itself.
    recipient: str = ""
    was: str
    to: str
    reason: str = ""
    #: The same as a word; "" where none is known.
    code: str = ""

    def topics(self) -> tuple[str, ...]:
        """The client sees an answer once it is on its way."""
        return (STAFF, client_topic(self.client_id or 0))
