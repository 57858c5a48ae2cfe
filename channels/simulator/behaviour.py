"""How the providers behave: on time and well, or as badly as they sometimes do."""

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(slots=True, kw_only=True)
class Behaviour:
    """The knobs of the stand-ins. Turned while they run, by a person or a test."""

    #: Between two callbacks, and for the length of a sentence in a call.
    delay: timedelta = field(default=timedelta(milliseconds=600))
    #: What the next message meets, once: a code of Twilio's (21211 is refused at
    #: once, 30003 comes back undelivered) or an HTTP status (503).
    fail_next_code: int | None = None
    #: Every callback is sent twice.
    duplicate: bool = False
    #: Callbacks overtake one another.
    swap: bool = False
    #: Clients' phones are off: messages are taken and come back undelivered.
    unreachable: bool = False
    #: Twilio itself is down and answers 503.
    down: bool = False
    #: The line to Twilio breaks before it has taken a message, without an answer.
    drop_before_accept: bool = False
    #: The line to Twilio breaks after it has taken a message, without an answer.
    drop_after_accept: bool = False
    #: Every mail is taken and bounces.
    bounce_mail: bool = False
    #: The relay refuses every recipient.
    refuse_mail: bool = False
