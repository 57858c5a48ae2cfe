"""What is done while setting up, as facts."""

from dataclasses import dataclass
from typing import ClassVar

from hub.log.events import ADMINS, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTested(Event):
    """Somebody had a channel tried; test messages may have been sent."""

    kind: ClassVar[str] = "channel.tested"
    check_id: int
    channel: str
    #: Whom he named to be written to; "" for nobody.
    recipient: str

    def topics(self) -> tuple[str, ...]:
        """For the audit."""
        return (ADMINS,)
