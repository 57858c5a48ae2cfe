"""What an author gives when he answers or hands on, and what the hub allows of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from hub.contracts import SendingRules


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyGiven:
    """What the author wants to say."""

    channel: str
    address_id: int
    text: str
    #: The cursor of the screen that he saw when he pressed "send".
    seen: int
    subject: str = ""
    #: Send it although something was missed.
    anyway: bool = False
    #: Not before that time.
    send_at: datetime | None = None
    attachment_ids: Sequence[int] = ()
    #: What becomes of the conversation then.
    then: Literal["resolve", "pending", "snooze"] | None = None
    #: For ``snooze``: until when.
    snoozed_until: datetime | None = None
    #: A template of the channel's instead of the text, and what is put into it.
    template_id: str = ""
    template_values: Mapping[str, str] = field(default_factory=dict)
    #: Resolve although a promise is open.
    despite_promises: bool = False
    #: How the matter ended, in a word of its queue's list.
    disposition: str = ""
    #: By mail: the same with a look to it. The text is made from it then.
    html: str = ""
    #: By mail: who else gets it, as people type addresses.
    to: Sequence[str] = ()
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    #: By mail: the message that it answers; the client's latest if None.
    answers_id: int | None = None
    #: By mail: quote that message below; as the settings say if None.
    quote: bool | None = None
    #: By mail: with the author's signature.
    sign: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardGiven:
    """What is handed on to whom, and with which words."""

    #: The channel that leaves by mail.
    channel: str
    #: As people type addresses; at least one.
    to: Sequence[str]
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    text: str = ""
    #: The same with a look to it. The text is made from it then.
    html: str = ""
    subject: str = ""
    #: Files of the message that go along; None: all of them.
    files: Sequence[int] | None = None
    #: Further files of the author's own.
    attachment_ids: Sequence[int] = ()
    send_at: datetime | None = None
    sign: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRules:
    """What the hub allows."""

    undo_window: timedelta
    max_text: int
    #: Which kind of address each channel reaches.
    reaches: Mapping[str, str]
    #: What each channel can take.
    sending: Mapping[str, SendingRules] = field(default_factory=dict)
    max_recipients: int = 50
    quote_history: bool = False
    #: Who may be forwarded to; nobody named: anybody.
    forward_to: Sequence[str] = ()
    #: The company's name, for signatures.
    company: str = ""
