"""What a report says of one recipient of a mail of ours."""

import re
from dataclasses import dataclass

from channels.email.reports.causes import TOO_LATE, cause_of
from hub.contracts import DeliveryState

STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
CODE = re.compile(r"(?<![\d.])([45]\d\d)(?=[\s\-:,)]|$)")
#: A server's answer with both numbers: what it really said.
ANSWER = re.compile(
    r"(?<![\d.])([245]\d\d)[\s\-]+[#'\"(]*([245]\.\d{1,3}\.\d{1,3})(?![\d.])"
)
LONGEST_REASON = 500

#: What a report's Action means for a message that we have sent.
_ACTIONS = {
    "failed": DeliveryState.BOUNCED,
    "failure": DeliveryState.BOUNCED,
    "delivered": DeliveryState.DELIVERED,
    # These went on beyond what can be followed; nothing is known to be wrong.
    "relayed": DeliveryState.SENT,
    "expanded": DeliveryState.SENT,
    # The server keeps trying: neither bounced nor delivered.
    "delayed": DeliveryState.SENT,
    # A read receipt: it arrived, whatever was done with it then.
    "displayed": DeliveryState.DELIVERED,
    "dispatched": DeliveryState.DELIVERED,
    "processed": DeliveryState.DELIVERED,
    "deleted": DeliveryState.DELIVERED,
    # "This is spam" proves that it arrived.
    "complaint": DeliveryState.DELIVERED,
}


def is_action(word: str) -> bool:
    """Tell whether a report's Action is one that is known."""
    return word in _ACTIONS


@dataclass(frozen=True, slots=True)
class Fate:
    """What a report says of one recipient."""

    action: str
    recipient: str
    #: RFC 3463, such as ``5.1.1``; empty if none is told.
    status: str
    #: The server's own words.
    diagnostic: str
    #: What the report says around them.
    around: str = ""
    #: What ``diagnostic`` says was the server's answer, not what a report says of it.
    is_servers_word: bool = True

    @property
    def code(self) -> str:
        """Give the SMTP answer within the server's words, such as ``550``."""
        if answers := ANSWER.findall(self.diagnostic):
            return str(answers[-1][0])
        found = CODE.search(self.diagnostic)
        return found[1] if found else ""

    @property
    def state(self) -> DeliveryState:
        """Say what this means for the delivery."""
        if self.action in _ACTIONS:
            return _ACTIONS[self.action]
        return (
            DeliveryState.SENT
            if self.status[:1] in {"2", "4"}
            else DeliveryState.BOUNCED
        )

    @property
    def cause(self) -> str:
        """Name why it did not arrive (``causes.py``); empty where nobody could tell."""
        if self.action == "complaint":
            return "complaint"
        if self.state is DeliveryState.DELIVERED or self.action in {
            "relayed",
            "expanded",
        }:
            return ""
        whole = self._cause(self.diagnostic[:2000])
        if whole == TOO_LATE:
            return whole
        # A relay's own words stand around those of the far server.
        statuses = list(STATUS.finditer(self.diagnostic))
        inner = next((one for one in statuses if one[1] == self.status), None)
        if inner is not None and statuses[0][1] != self.status:
            return self._cause(self.diagnostic[inner.start() :][:2000]) or whole
        return whole

    def _cause(self, words: str) -> str:
        return cause_of(
            words,
            status=self.status,
            code=self.code,
            around=self.around[:4000],
            is_over=not self.is_delayed,
            is_exact=not self.is_servers_word,
        )

    @property
    def is_delayed(self) -> bool:
        """Tell whether the server goes on trying."""
        return self.action == "delayed"

    @property
    def reason(self) -> str:
        """Give the server's words for a person, with the number if they lack it."""
        words = " ".join(self.diagnostic.split())[:LONGEST_REASON]
        if self.is_delayed:
            return " ".join(f"delayed: {self.status} {words}".split())
        if not self.status or self.status in words:
            return words
        return f"{self.status} {words}".strip()
