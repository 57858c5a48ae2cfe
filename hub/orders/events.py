"""What happens to orders, as facts."""

from dataclasses import dataclass
from typing import ClassVar

from hub.log.events import STAFF, Event, client_topic, order_topic


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEvent(Event):
    """Something happened to an order; its ``state`` has the order as it is now."""

    order_id: int
    number: str
    status: str
    #: Whose it was until now, when the shop gave it to another client.
    former_client_id: int | None = None

    def topics(self) -> tuple[str, ...]:
        """The client and whoever holds the order's link see it too."""
        topics = (STAFF, client_topic(self.client_id or 0), order_topic(self.order_id))
        if self.former_client_id is None:
            return topics
        return (*topics, client_topic(self.former_client_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced(OrderEvent):
    """The shop told of a new order."""

    kind: ClassVar[str] = "order.placed"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChanged(OrderEvent):
    """Something about it is otherwise, but not how far it has come."""

    kind: ClassVar[str] = "order.changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStatusChanged(OrderEvent):
    """It has come to another status."""

    kind: ClassVar[str] = "order.status_changed"
    was: str
