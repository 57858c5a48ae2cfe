"""``/agents``: the screens of those who work here."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from hub.errors import ForbiddenError, InvalidError
from hub.log.events import STAFF
from realtime.doors import Behind, Connection, Door, Request, whole_number
from realtime.errors import Answer
from realtime.frames import AGENTS
from realtime.presence import KINDS, Presence
from realtime.screens import Screens
from realtime.viewers import AgentViewer, Handshake


class AgentNamespace(Door[AgentViewer]):
    """Agents: the log, who looks at what, who writes."""

    name = AGENTS

    def __init__(
        self,
        behind: Behind,
        authenticate: Callable[[Handshake], Awaitable[AgentViewer | None]],
        *,
        presence: Presence,
        screens: Screens,
    ) -> None:
        super().__init__(behind, authenticate)
        self._presence = presence
        self._screens = screens

    def requests(self) -> Mapping[str, Request[AgentViewer]]:
        """See ``Door.requests``."""
        return {
            **super().requests(),
            "presence": self._look,
            "typing": self._type,
        }

    def entered(self, connection: Connection[AgentViewer]) -> None:
        """See ``Door.entered``."""
        if not connection.viewer.program:
            self._screens.opened(connection.viewer.account_id)

    def left(self, connection: Connection[AgentViewer]) -> None:
        """See ``Door.left``."""
        self._presence.leave(connection)
        if not connection.viewer.program:
            self._screens.closed(connection.viewer.account_id)

    async def _look(
        self, connection: Connection[AgentViewer], data: dict[str, Any]
    ) -> Answer:
        """Say what this screen shows; null for no conversation."""
        _require_reader(connection)
        if data.get("conversation_id", 0) is None:
            self._presence.leave(connection)
        else:
            conversation_id = whole_number(data, "conversation_id", least=1)
            self._presence.look(connection, conversation_id)
        return {}

    async def _type(
        self, connection: Connection[AgentViewer], data: dict[str, Any]
    ) -> Answer:
        """Say that a reply or a note is being written, and to what; null for no more."""
        _require_reader(connection)
        conversation_id = whole_number(data, "conversation_id", least=1)
        kind = data.get("kind")
        if kind is not None and kind not in KINDS:
            raise InvalidError(errors={"kind": f"must be one of {', '.join(KINDS)}"})
        answers = data.get("item_id")
        item_id = None if answers is None else whole_number(data, "item_id", least=1)
        self._presence.type(connection, conversation_id, kind, item_id)
        return {}


def _require_reader(connection: Connection[AgentViewer]) -> None:
    """Go on only for who may see conversations at all: a token may be for less.

    Raises:
        ForbiddenError: He may not.
    """
    if STAFF not in connection.viewer.topics:
        raise ForbiddenError
