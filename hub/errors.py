"""Every refusal of the hub, in one tree.

    HubError
    ├── NotFoundError
    │   └── ContentLostError          the content of a file is missing or damaged
    ├── ForbiddenError
    │   └── NotSignedInError
    ├── ConflictError
    │   ├── MissedMessagesError       the author has not seen what was said since
    │   ├── OptedOutError             the client asked not to be written to there
    │   ├── WindowClosedError         only a template may be sent there now
    │   ├── KeyReusedError            an idempotency key came back with another body
    │   ├── StateError                the thing is not in a state that allows this
    │   ├── PromiseOpenError          something was promised there and is not kept yet
    │   ├── DispositionMissingError   nobody has said how the conversation ended
    │   ├── OfferGoneError            the offer was taken, ended or withdrawn
    │   ├── StaleUpdateError          a newer update was already taken
    │   └── CursorLostError           the log no longer reaches back to this cursor
    ├── InvalidError
    ├── TooManyError                  throttled; try again later
    └── ChannelError
        ├── SignatureError            not from the provider; nothing is kept
        ├── PayloadError              from the provider, unreadable; kept raw
        └── SendError
            ├── TransientSendError    try again later
            ├── PermanentSendError    trying again would not help
            └── UncertainSendError    it may have gone out; look before trying again

``code`` is stable and may be shown to programs; the message is for people who read
logs. HTTP and the socket map the families once each (``web/errors.py``,
``realtime/errors.py``).
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class HubError(Exception):
    """Anything that the hub refuses."""

    code: ClassVar[str] = "internal"

    def __init__(self, message: str = "", **details: Any) -> None:
        super().__init__(message or self.code)
        #: Facts a program may act on; they are sent to the caller.
        self.details: Mapping[str, Any] = details


class NotFoundError(HubError):
    """There is no such thing, or the asker may not know of it."""

    code = "not_found"


class ContentLostError(NotFoundError):
    """The content of a known file is missing or damaged on the disk."""

    code = "content_lost"


class ForbiddenError(HubError):
    """The asker is known and lacks the right."""

    code = "forbidden"


class NotSignedInError(ForbiddenError):
    """The asker is not known."""

    code = "not_signed_in"


class ConflictError(HubError):
    """The world is not as the asker believes."""

    code = "conflict"


class MissedMessagesError(ConflictError):
    """Something was said since the cursor that the author saw.

    ``details["missed"]`` holds the timeline items, oldest first.
    """

    code = "missed_messages"


class OptedOutError(ConflictError):
    """The client asked not to be written to on this channel at this address."""

    code = "opted_out"


class WindowClosedError(ConflictError):
    """Too long since the client wrote: the channel takes only templates now."""

    code = "window_closed"


class KeyReusedError(ConflictError):
    """An idempotency key was used before for a different request."""

    code = "key_reused"


class StateError(ConflictError):
    """The thing is not in a state that allows this."""

    code = "wrong_state"


class PromiseOpenError(ConflictError):
    """Something was promised in the conversation and is not kept yet.

    ``details["promises"]`` says what until when; the asker may do it ``anyway``.
    """

    code = "promise_open"


class DispositionMissingError(ConflictError):
    """The queue wants to know how a conversation ended before it is closed.

    ``details["dispositions"]`` are the words to choose from.
    """

    code = "disposition_missing"


class OfferGoneError(ConflictError):
    """The offer is not open any more; ``details["state"]`` says what became of it."""

    code = "offer_gone"


class StaleUpdateError(ConflictError):
    """A newer update of the same thing was already taken."""

    code = "stale_update"


class CursorLostError(ConflictError):
    """The log does not reach back to this cursor; load afresh."""

    code = "cursor_lost"


class InvalidError(HubError):
    """What was asked cannot be understood.

    ``details["errors"]`` names the places.
    """

    code = "invalid"


class TooManyError(HubError):
    """Too many tries; ``details["retry_after"]`` is in seconds."""

    code = "too_many"


class ChannelError(HubError):
    """Something went wrong at the edge to a provider."""

    code = "channel"


class SignatureError(ChannelError):
    """Not from the provider. Nothing is kept but a counter."""

    code = "bad_signature"


class PayloadError(ChannelError):
    """From the provider, but unreadable. The raw body goes to quarantine."""

    code = "unreadable"


class SendError(ChannelError):
    """A message was not handed over; the message says why, without secrets.

    ``details["refused"]`` holds a ``hub.contracts.Refusal`` for each recipient, where
    a message had several and the provider spoke of each.
    """

    code = "not_sent"


class TransientSendError(SendError):
    """The provider may take it later.

    ``details["retry_after"]``, in seconds, is the provider's own wish, if it has one.
    """

    code = "try_later"


class PermanentSendError(SendError):
    """The provider will never take it."""

    code = "never"


class UncertainSendError(SendError):
    """The line broke after the message was on its way: it may have gone out."""

    code = "uncertain"
