"""Who is at the other end of a connection, as the wiring finds out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Handshake:
    """What a client came with. Nothing in it is proof of anything yet."""

    # These hold secrets, and a traceback may show this object.
    headers: Mapping[str, str] = field(repr=False)
    cookies: Mapping[str, str] = field(repr=False)
    #: What the client gave as ``auth``: any JSON value.
    auth: Any = field(repr=False)
    #: The address that the request came from.
    remote: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentViewer:
    """Somebody who works here."""

    account_id: int
    name: str
    #: What of the log is his to see.
    topics: frozenset[str]
    #: True for a program that acts for him: it is no screen that he sits at.
    program: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalViewer:
    """A client, or who holds the link to an order: ``client:7``, ``order:12``."""

    topics: frozenset[str]


class AuthenticateAgent(Protocol):
    """Tells who it is.

    Asked when a connection is made, every minute as long as it is open, and when
    accounts or sessions change: None ends the connection.
    """

    async def __call__(self, handshake: Handshake) -> AgentViewer | None:
        """Return who it is; None for nobody."""


class AuthenticatePortal(Protocol):
    """Tells what a client may follow; asked as ``AuthenticateAgent`` is."""

    async def __call__(self, handshake: Handshake) -> PortalViewer | None:
        """Return what may be followed; None for nothing."""


class ScreenWatcher(Protocol):
    """Wants to know whose screens are open in this process."""

    async def screens_changed(self, account_id: int, count: int) -> None:
        """The account has ``count`` screens now; changes in between may be left out."""

    async def seen(self, account_ids: Collection[int]) -> None:
        """These accounts have a screen open; said again and again."""
