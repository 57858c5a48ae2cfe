"""What a channel finds out about itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.contracts.leaving import OutboundMessage

#: The key of a test message begins so. News of one concerns whoever tests the channel,
#: and never comes to a timeline.
TRIAL_KEY = "trial-"


class Grade(StrEnum):
    """How well what was tried is."""

    OK = "ok"
    WARNING = "warning"  # it works, but not for everybody or not for long
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a channel tried of itself, without any secret."""

    #: What was tried, from the large to the small: ``dns.mx``, ``smtp.sign_in``.
    check: str
    grade: Grade
    #: Why, as a stable word; ``web/checks/words`` say it and what to do, in each
    #: language.
    code: str
    #: What the words need: names, numbers, what a server said.
    facts: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A test message, and what it means when it comes or does not."""

    #: The code of its finding begins so: ``mail`` makes ``mail_arrived``.
    name: str
    #: As in ``Finding``.
    check: str
    message: OutboundMessage
    #: News of it comes to the hub by itself: the mail, or a receipt.
    returns: bool = True
    #: It is not sent where something is wrong whose check begins so: that was told.
    needs: tuple[str, ...] = ()
    #: What it means that nothing came within the time given.
    if_overdue: Grade = Grade.WRONG


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """How something that a channel takes in by fares, in this process."""

    #: ``smtp``, ``lmtp``, ``imap``, ``hook``.
    name: str
    #: ``receiving``, ``starting``, ``failing``.
    state: str
    #: Where: a port, a server's name, a public URL.
    where: str = ""
    since: datetime | None = None
    #: Why it fails, as the code of a ``Finding``, if it is one of those.
    code: str = ""
    #: Why it fails, as the server or the system said it.
    trouble: str = ""
