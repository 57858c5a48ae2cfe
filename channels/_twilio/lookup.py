"""Which messages Twilio has taken: its own list, read for one client."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self

from channels._twilio.rest import TwilioRest
from channels._twilio.words import MESSAGE_STATES
from hub.contracts import DeliveryState
from hub.errors import UncertainSendError

PAGE_SIZE = "100"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedMessage:
    """One message as Twilio lists it."""

    sid: str
    sender: str
    text: str
    created_at: datetime
    state: DeliveryState
    #: From us to a client, not the other way.
    outbound: bool

    @classmethod
    def read(cls, raw: dict[str, Any]) -> Self:
        """Read one entry of ``messages``."""
        return cls(
            sid=raw["sid"],
            sender=raw.get("from") or "",
            text=raw.get("body") or "",
            created_at=_time(raw["date_created"]),
            state=MESSAGE_STATES.get(raw.get("status", ""), DeliveryState.SENT),
            outbound=str(raw.get("direction", "")).startswith("outbound"),
        )


def _time(written: str) -> datetime:
    """Read a time in whatever zone; "-0000" says UTC without saying where."""
    read = parsedate_to_datetime(written)
    return read.replace(tzinfo=read.tzinfo or UTC)


async def sent_since(
    rest: TwilioRest, recipient: str, since: datetime, *, pages: int
) -> list[ListedMessage]:
    """Return what was sent to a client since then, newest first.

    Twilio can filter by the day of sending, but a message that it took and has not
    sent yet has no such day and would be missing: exactly the one looked for. So the
    filter is the client alone, and the list is read until it becomes too old.

    Args:
        rest: The account.
        recipient: The client's number.
        since: The start of the search, by our clock; Twilio's may go differently,
            and what its answers say of the time is minded.
        pages: How many pages are read at most.

    Raises:
        UncertainSendError: The list is longer than that, or not as we know it.
        TransientSendError: It could not be read now.
        PermanentSendError: Twilio refuses to tell.
    """
    found: list[ListedMessage] = []
    page = "Messages.json"
    query: dict[str, str] | None = {"To": recipient, "PageSize": PAGE_SIZE}
    for _ in range(pages):
        answer = await rest.read(page, query)
        try:
            messages = [ListedMessage.read(raw) for raw in answer["messages"]]
            following = answer.get("next_page_uri")
        except (KeyError, TypeError, ValueError) as error:
            raise UncertainSendError(f"twilio: {error!r} in its list") from error
        start = since + rest.ahead
        fresh = [message for message in messages if message.created_at >= start]
        found += [message for message in fresh if message.outbound]
        if not following or (messages and not fresh):
            return found
        page, query = str(following), None
    raise UncertainSendError("twilio: too many messages to this client to look through")


def the_one_that_says(
    messages: Iterable[ListedMessage], text: str
) -> ListedMessage | None:
    """Return the message with these words, or None when there surely is none.

    Raises:
        UncertainSendError: Several say the same, or Twilio does not keep the words.
    """
    wanted = _comparable(text)
    candidates = list(messages)
    if wanted and any(not message.text for message in candidates):
        raise UncertainSendError("twilio: does not keep the words of messages")
    same = [one for one in candidates if _comparable(one.text) == wanted]
    if len(same) > 1:
        raise UncertainSendError("twilio: the same words went out more than once")
    return same[0] if same else None


#: Twilio replaces these on the way ("smart encoding"), to keep a message short.
_SMART = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-"})


def _comparable(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).translate(_SMART)
    return " ".join(folded.split())
