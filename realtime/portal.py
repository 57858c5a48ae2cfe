"""``/portal``: a client's page that follows its order or its cases."""

from collections.abc import Awaitable, Callable

from realtime.doors import Behind, Door
from realtime.frames import PORTAL
from realtime.viewers import Handshake, PortalViewer

#: What a client may follow at all.
OPEN_TO_CLIENTS = ("client:", "order:")


class PortalNamespace(Door[PortalViewer]):
    """Clients. They learn that something of theirs changed, and no more than that."""

    name = PORTAL

    def __init__(
        self,
        behind: Behind,
        authenticate: Callable[[Handshake], Awaitable[PortalViewer | None]],
    ) -> None:
        async def narrow(handshake: Handshake) -> PortalViewer | None:
            viewer = await authenticate(handshake)
            if viewer is None:
                return None
            # Whatever the wiring says, staff's topics stay closed here.
            return PortalViewer(
                topics=frozenset(
                    topic
                    for topic in viewer.topics
                    if topic.startswith(OPEN_TO_CLIENTS)
                )
            )

        super().__init__(behind, narrow)
