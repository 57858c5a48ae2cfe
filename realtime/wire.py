"""The way of a frame to its socket, below python-socketio.

``AsyncServer.emit`` makes a task for each receiver and passes a queue and a writer
task on the way; with hundreds of screens that costs several times what the write
itself does. So a message is written to the transport at once: by our own frames
through ``Line.send``, and by python-socketio's (acknowledgements, "connected") through
``Outbox.put``, so that both keep one order. Everything else of Engine.IO stays as it is.

This is the only module that leans on what those libraries do not document;
``tests/realtime/test_wire.py`` pins every such place.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import engineio
import socketio
import structlog
from aiohttp import web
from engineio import packet
from engineio.async_drivers.aiohttp import WebSocket

from realtime.frames import text_frame

log = structlog.get_logger(__name__)

#: Close frames: the server goes away; the client is not wanted any more.
GOING_AWAY, NOT_ALLOWED = (b"\x88\x02" + code.to_bytes(2) for code in (1001, 1008))
#: Seconds that a peer has to take what was written before its line is closed hard.
GRACE = 2.0
#: Socket.IO packets with attachments (types 5 and 6). Nobody needs them here, and each
#: could announce a billion parts that all would be kept.
BINARY = ("5", "6")


class Line:
    """The way to one connection; writes at once and keeps nothing back."""

    def __init__(
        self, request: web.Request, *, max_pending: int, on_cut: Callable[[str], None]
    ) -> None:
        if request.transport is None:
            raise ConnectionResetError
        self._transport = request.transport
        self._protocol = request.protocol
        self._max_pending = max_pending
        self._on_cut = on_cut
        self._pending = 0
        self._members = 0
        self._unused_since = time.monotonic()
        self.closed = False

    @property
    def ready(self) -> bool:
        """Tell whether the other side takes what it is given."""
        return not (self._protocol.writing_paused or self.closed)

    def join(self) -> None:
        """Note that a namespace uses it."""
        self._members += 1

    def part(self) -> None:
        """Note that a namespace uses it no more."""
        self._members -= 1
        self._unused_since = time.monotonic()

    def unused(self) -> float:
        """Tell for how many seconds it has not been anybody's."""
        return 0 if self._members else time.monotonic() - self._unused_since

    def send(self, frame: bytes) -> None:
        """Write a frame; cut the line when too many wait for a slow reader."""
        if self.closed or self._transport.is_closing():
            return
        self._transport.write(frame)
        if not self._protocol.writing_paused:
            self._pending = 0
            return
        self._pending += 1
        if self._pending > self._max_pending:
            self.cut("slow")

    def cut(self, reason: str) -> None:
        """End the connection at once; its client comes back by itself."""
        if not self.closed:
            self.closed = True
            self._on_cut(reason)
            self._transport.abort()

    def close(self, code: bytes = GOING_AWAY) -> None:
        """End the connection when what was written has left, or after a while."""
        if not self.closed:
            self.closed = True
            self._transport.write(code)
            self._transport.close()
            asyncio.get_running_loop().call_later(GRACE, self._transport.abort)


class Outbox(asyncio.Queue[Any]):
    """Engine.IO's queue of one socket; messages do not wait in it."""

    line: Line | None = None

    async def put(self, item: Any) -> None:
        """Write a message, keep anything else for the socket's own writer."""
        if self.line is None or item is None or item.packet_type != packet.MESSAGE:
            await super().put(item)
        else:
            self.line.send(text_frame(item.encode()))


class Socket(WebSocket):  # type: ignore[misc]  # the library has no types
    """The server's side of one WebSocket."""

    async def __call__(self, environ: dict[str, Any]) -> web.StreamResponse:
        """Serve the connection until it ends."""
        request: web.Request = environ["aiohttp.request"]
        # Not compressed: that would be done anew for every receiver of a frame, and
        # keeps some hundred kilobytes a connection.
        self._sock = web.WebSocketResponse(
            max_msg_size=self.server.max_http_buffer_size, compress=False
        )
        await self._sock.prepare(request)
        engine_socket = self.handler.__self__
        try:
            line = self.server.open_line(engine_socket.sid, request)
        except ConnectionResetError:
            return self._sock
        engine_socket.queue.line = line
        try:
            await self.handler(self)
        finally:
            line.closed = True
            self.server.lines.pop(engine_socket.sid, None)
        return self._sock

    async def wait(self) -> str:
        """Wait for a packet that can be read; any other would break the loop above."""
        while True:
            data = await super().wait()
            try:
                if isinstance(data, str) and packet.Packet(encoded_packet=data):
                    return data
            except Exception as error:  # noqa: BLE001 - anything at all can be sent
                log.debug("unreadable packet", error=type(error).__name__)
            self.server.on_garbage()


class Engine(engineio.AsyncServer):  # type: ignore[misc]  # the library has no types
    """Engine.IO with a ``Line`` to every socket."""

    def __init__(
        self,
        *,
        max_pending: int,
        on_cut: Callable[[str], None],
        on_garbage: Callable[[], None],
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.on_garbage = on_garbage
        self._async: dict[str, Any] = {**self._async, "websocket": Socket}
        self._max_pending = max_pending
        self._on_cut = on_cut
        self.lines: dict[str, Line] = {}
        #: True when no new connection is wanted.
        self.closing = False

    def create_queue(self, *_: Any, **__: Any) -> Outbox:
        """Make the queue of a new socket."""
        return Outbox()

    def open_line(self, sid: str, request: web.Request) -> Line:
        """Make the line of a socket whose WebSocket is open."""
        line = self.lines[sid] = Line(
            request, max_pending=self._max_pending, on_cut=self._on_cut
        )
        return line

    async def handle_request(self, request: web.Request) -> web.StreamResponse:
        """Answer the handshake, and serve the socket."""
        if self.closing:
            return web.Response(status=503, headers={"Retry-After": "1"})
        response: web.StreamResponse = await super().handle_request(request)
        return response


class Server(socketio.AsyncServer):  # type: ignore[misc]  # the library has no types
    """Socket.IO over ``Engine``; whatever a client sends, it only ever hurts itself."""

    def line(self, sid: str, namespace: str) -> Line | None:
        """Find the line of a connection of a namespace."""
        found: Line | None = self.eio.lines.get(
            self.manager.eio_sid_from_sid(sid, namespace)
        )
        return found

    def is_genuine(self, sid: str, namespace: str, said: tuple[Any, ...]) -> bool:
        """Tell the library's own "connect" from one that a client made up.

        Only the library can say the very object that it keeps as the environment.
        """
        environ = self.get_environ(sid, namespace)
        return environ is not None and bool(said) and said[0] is environ

    def is_over(self, sid: str, namespace: str) -> bool:
        """Tell the library's own "disconnect" from one that a client made up."""
        return not self.manager.is_connected(sid, namespace)

    def cut_unused(self, span: timedelta) -> None:
        """Cut the connections that have been nobody's for so long."""
        for line in list(self.eio.lines.values()):
            if line.unused() > span.total_seconds():
                line.cut("idle")

    def _engineio_server_class(self) -> type[Engine]:
        return Engine

    async def _handle_eio_message(self, eio_sid: str, data: Any) -> None:
        if not isinstance(data, str) or data.startswith(BINARY):
            self.eio.on_garbage()
            return
        try:
            await super()._handle_eio_message(eio_sid, data)
        except Exception as error:  # noqa: BLE001 - anything at all can be sent here
            # Our own handlers let nothing through, so it is the packet that is wrong.
            self.eio.on_garbage()
            log.debug("unreadable packet", error=type(error).__name__)
