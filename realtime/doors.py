"""What both namespaces share: who comes in, who stays, an answer to every request."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

import socketio
import structlog
from aiohttp import web
from socketio.exceptions import ConnectionRefusedError as RefusedError

from hub.errors import CursorLostError, HubError, InvalidError, NotSignedInError
from hub.log.feed import reach
from hub.storage.database import Database
from realtime.errors import Answer, UnknownRequestError, refusal
from realtime.frames import Namespace, goodbye
from realtime.metrics import LiveMetrics
from realtime.pump import Follower, Pump
from realtime.viewers import AgentViewer, Handshake, PortalViewer
from realtime.wire import NOT_ALLOWED, Line, Server

log = structlog.get_logger(__name__)

#: The largest number that PostgreSQL can hold as a cursor or an id.
LARGEST = 2**63 - 1

ViewerT = TypeVar("ViewerT", AgentViewer, PortalViewer)


@dataclass(eq=False, slots=True, kw_only=True)
class Connection(Generic[ViewerT]):
    """One open connection of a namespace, and whose it is."""

    line: Line
    handshake: Handshake
    viewer: ViewerT
    follower: Follower | None = field(default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """What stands behind a door."""

    server: Server
    pump: Pump
    db: Database
    metrics: LiveMetrics
    max_behind: int
    #: Asks for a delivery soon.
    nudge: Callable[[], None]


class Door(socketio.AsyncNamespace, Generic[ViewerT]):  # type: ignore[misc]  # untyped
    """A namespace. Only ``requests`` can be called from outside.

    python-socketio would call any ``on_*`` method that a client names, including
    ``on_connect`` with an environment of the client's own making; so its dispatch is
    replaced, and both of its own events are checked for being genuine.
    """

    name: ClassVar[Namespace]

    def __init__(
        self,
        behind: Behind,
        authenticate: Callable[[Handshake], Awaitable[ViewerT | None]],
    ) -> None:
        super().__init__(self.name)
        self._server = behind.server
        self._pump = behind.pump
        self._db = behind.db
        self._metrics = behind.metrics
        self._max_behind = behind.max_behind
        self._nudge = behind.nudge
        self._authenticate: Callable[[Handshake], Awaitable[ViewerT | None]] = (
            authenticate
        )
        self._open: dict[str, Connection[ViewerT]] = {}

    def requests(self) -> Mapping[str, "Request[ViewerT]"]:
        """Name what a client may ask; no other method can be reached from outside."""
        return {"follow": self._follow}

    def entered(self, connection: Connection[ViewerT]) -> None:
        """Take note of a new connection."""

    def left(self, connection: Connection[ViewerT]) -> None:
        """Take note that a connection is gone."""

    async def trigger_event(self, event: Any, sid: str, *said: Any) -> Any:
        """Answer whatever comes. An error here would leave the caller waiting."""
        if event == "connect" and self._server.is_genuine(sid, self.name, said[:1]):
            return await self._enter(sid, *said)
        if event == "disconnect" and self._server.is_over(sid, self.name):
            return self._leave(sid)
        return await self._answer(event, sid, said)

    async def check(
        self, suspects: Iterable[Connection[ViewerT]] | None = None
    ) -> None:
        """Ask again who is at the other end; who lost his right is shown out.

        Args:
            suspects: Whom to ask; None for everybody.
        """
        for connection in list(self._open.values() if suspects is None else suspects):
            try:
                viewer = await self._authenticate(connection.handshake)
            except Exception:
                # Not being able to tell is no reason to turn anybody out.
                log.exception("cannot recheck a connection", namespace=self.name)
                continue
            if viewer is None or not _same(viewer, connection.viewer):
                self._show_out(connection)
            else:
                self._renew(connection, viewer)

    def connections(self) -> Iterable[Connection[ViewerT]]:
        """Give all that are open."""
        return list(self._open.values())

    async def _enter(self, sid: str, environ: Mapping[str, Any], auth: Any) -> None:
        """Let in who may come in.

        Raises:
            RefusedError: Nobody we know, or we cannot tell.
        """
        line = self._server.line(sid, self.name)
        handshake = _handshake(environ, auth)
        try:
            viewer = await self._authenticate(handshake)
        except Exception:
            log.exception("cannot authenticate", namespace=self.name)
            raise _refused("unavailable") from None
        if viewer is None or line is None or line.closed:
            self._metrics.refused.labels(self.name).inc()
            raise _refused(NotSignedInError.code)
        line.join()
        connection = Connection(line=line, handshake=handshake, viewer=viewer)
        self._open[sid] = connection
        self._metrics.connections.labels(self.name).inc()
        self.entered(connection)

    def _leave(self, sid: str) -> None:
        connection = self._open.pop(sid, None)
        if connection is None:
            return
        if connection.follower is not None:
            self._pump.remove(connection.follower)
        connection.line.part()
        self._metrics.connections.labels(self.name).dec()
        self.left(connection)

    async def _answer(self, event: Any, sid: str, said: tuple[Any, ...]) -> Answer:
        try:
            return {**await self._ask(event, sid, said), "ok": True}
        except HubError as error:
            return refusal(error)
        except Exception:
            log.exception("request failed", namespace=self.name)
            return refusal(HubError())

    async def _ask(self, event: Any, sid: str, said: tuple[Any, ...]) -> Answer:
        connection = self._open.get(sid)
        if connection is None:
            raise NotSignedInError
        request = self.requests().get(event) if isinstance(event, str) else None
        if request is None:
            raise UnknownRequestError
        data = said[0] if said else None
        return await request(connection, data if isinstance(data, dict) else {})

    async def _follow(
        self, connection: Connection[ViewerT], data: dict[str, Any]
    ) -> Answer:
        """Deliver everything after ``data["cursor"]``, from now on."""
        cursor = whole_number(data, "cursor", least=0)
        if connection.follower is not None:
            self._pump.remove(connection.follower)
            connection.follower = None
        await self._reach(cursor)
        connection.follower = Follower(
            connection.line, self.name, connection.viewer.topics, cursor
        )
        self._pump.add(connection.follower)
        self._nudge()
        # Up to here he catches up; what comes after it is news.
        return {"head": max(cursor, self._pump.position or 0)}

    async def _reach(self, cursor: int) -> None:
        position = self._pump.position
        if cursor == position:
            return
        if position is not None and position - cursor > self._max_behind:
            raise CursorLostError(f"cursor {cursor} is too far behind {position}")
        async with self._db.read() as session:
            await reach(session, cursor)

    def _show_out(self, connection: Connection[ViewerT]) -> None:
        if not connection.line.closed:
            self._metrics.count_cut("revoked")
            connection.line.send(goodbye(self.name))
            connection.line.close(NOT_ALLOWED)

    def _renew(self, connection: Connection[ViewerT], viewer: ViewerT) -> None:
        connection.viewer = viewer
        if connection.follower is not None:
            self._pump.grant(connection.follower, viewer.topics)
            self._nudge()


Request = Callable[[Connection[ViewerT], dict[str, Any]], Awaitable[Answer]]


def whole_number(data: Mapping[str, Any], name: str, *, least: int) -> int:
    """Read a number that a client sent.

    Raises:
        InvalidError: It is none, or PostgreSQL could not hold it.
    """
    value = data.get(name)
    # True is an int to Python and a mistake to everybody else.
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidError(errors={name: "must be a whole number"})
    if not least <= value <= LARGEST:
        raise InvalidError(errors={name: "is out of range"})
    return value


def _handshake(environ: Mapping[str, Any], auth: Any) -> Handshake:
    request: web.Request = environ["aiohttp.request"]
    return Handshake(
        headers=request.headers,
        cookies=request.cookies,
        auth=auth,
        remote=request.remote,
    )


def _same(now: AgentViewer | PortalViewer, before: AgentViewer | PortalViewer) -> bool:
    if isinstance(now, AgentViewer) and isinstance(before, AgentViewer):
        return (now.account_id, now.program) == (before.account_id, before.program)
    return type(now) is type(before)


def _refused(code: str) -> RefusedError:
    return RefusedError(code, {"code": code})
