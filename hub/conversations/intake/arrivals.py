"""What waits to be taken in."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from config.settings import Settings
from hub.clients.matching import Match
from hub.contracts import InboundItem, InboundMessage
from hub.conversations.sanitize import sanitize
from hub.files.attachments import Refused, Stored
from hub.orders.shop import Shop


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An item with its files already stored."""

    item: InboundItem
    files: Sequence[Stored] = ()
    #: Files that were refused, and why, for the timeline.
    refused: Sequence[Refused] = ()
    #: Its HTML, made harmless before anybody waits for a unit; None: not yet.
    html: str | None = None

    @property
    def told(self) -> dict[str, Any]:
        """What the timeline says of its files beside showing them."""
        told: dict[str, Any] = {}
        for one in self.files:
            if one.original:
                told["original"] = one.size
        if self.refused:
            told["refused_files"] = [asdict(one) for one in self.refused]
        return told


def harmless(message: InboundMessage, files: Sequence[Stored]) -> str:
    """Sanitise foreign HTML; pictures that came with it are shown from our files."""
    inline = {one.content_id for one in files if one.content_id}

    def resolve(content_id: str) -> str | None:
        # The file has no number yet; ``/files/html`` puts it in when it is shown.
        return f"cid:{content_id}" if content_id in inline else None

    return sanitize(message.html, resolve=resolve)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What intake needs to know beside the items."""

    settings: Settings
    #: Signs reply addresses.
    reply_key: bytes = field(repr=False)
    #: The company, for what is answered without a person.
    shop: Shop


@dataclass(frozen=True, slots=True)
class Letter:
    """A fresh message on its way to its conversation."""

    #: Its place in the batch.
    place: int
    message: InboundMessage
    arrival: Arrival
    match: Match
