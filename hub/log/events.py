"""What a fact is.

A kind of event is a class beside the noun it is about (``hub/conversations/events.py``
and so on). Its fields say what happened; ``state`` says how the things it changed look
now, so that a screen that applies events in order shows what the tables say.
"""

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

#: Everybody who works here.
STAFF = "staff"
#: Those who may read the audit: sign-ins, accounts, tokens.
ADMINS = "admins"


def client_topic(client_id: int) -> str:
    """Name what a portal client may follow: his own things."""
    return f"client:{client_id}"


def order_topic(order_id: int) -> str:
    """Name what the holder of an order's link may follow."""
    return f"order:{order_id}"


def account_topic(account_id: int) -> str:
    """Name what is meant for one account alone."""
    return f"account:{account_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who does something: an agent, a client, a program, or the hub itself."""

    kind: str
    name: str
    id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact, in the past tense."""

    #: ``noun.verbed``; stable, it is read by programs.
    kind: ClassVar[str]
    #: All kinds that there are, by name.
    kinds: ClassVar[dict[str, type["Event"]]] = {}

    client_id: int | None = None
    conversation_id: int | None = None
    #: The things that changed as they are now, by part: ``item``, ``conversation``,
    #: ``client``, ``agent``, ``order``, ``queue``, ``quarantine``, ``notification``,
    #: ``read``. Views, as ``GET /api/v1/sync`` gives them.
    state: dict[str, Any] = field(default_factory=dict)
    #: Another actor than the unit's own, as when a client acts in a batch.
    actor: Actor | None = None

    def __init_subclass__(cls) -> None:
        # ``slots=True`` makes each class twice; the second one is meant. (That is
        # also why there is no ``super()`` here: it would look for the first one.)
        if kind := cls.__dict__.get("kind"):
            Event.kinds[kind] = cls

    def topics(self) -> tuple[str, ...]:
        """Name who may see it; most is for everybody who works here."""
        return (STAFF,)

    def facts(self) -> dict[str, Any]:
        """Give the fields that say what happened."""
        return {
            part.name: getattr(self, part.name)
            for part in fields(self)
            if part.name not in _COMMON
        }


_COMMON = {part.name for part in fields(Event)}
