"""What goes over the line, encoded once for everybody who gets the same.

A frame from a server is the same bytes for every receiver: a Socket.IO packet in an
Engine.IO message in a WebSocket frame that is neither masked nor compressed. So it is
made once and handed to as many lines as want it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from hub.log.audience import Viewer, may_see
from hub.log.feed import Logged

Namespace = Literal["/agents", "/portal"]
AGENTS: Namespace = "/agents"
PORTAL: Namespace = "/portal"

#: Payloads up to these lengths have their length in 7 and in 16 bits (RFC 6455, 5.2).
SHORT, LONG = 125, 0xFFFF
#: The first byte: the whole message in one frame, of text.
WHOLE_TEXT = 0x81


@dataclass(frozen=True, slots=True)
class Part:
    """One frame of events, and how far its reader is when he has it."""

    frame: bytes
    cursor: int


def text_frame(text: str) -> bytes:
    """Make the WebSocket frame that carries ``text``."""
    payload = text.encode()
    size = len(payload)
    if size <= SHORT:
        return bytes((WHOLE_TEXT, size)) + payload
    if size <= LONG:
        return bytes((WHOLE_TEXT, 126)) + size.to_bytes(2) + payload
    return bytes((WHOLE_TEXT, 127)) + size.to_bytes(8) + payload


def said(namespace: Namespace, event: str, payload: Any) -> bytes:
    """Make the frame that emits ``event`` with one JSON value."""
    return _emit(namespace, event, orjson.dumps(payload).decode())


def goodbye(namespace: Namespace) -> bytes:
    """Make the frame after which a client does not come back by itself."""
    return text_frame(f"41{namespace},")


def how_far(namespace: Namespace, cursor: int) -> bytes:
    """Make the frame that says how far the log is when nothing else is to be said."""
    return _events(namespace, (), cursor)


class Batch:
    """Consecutive events, and the frames that different viewers get of them.

    What a viewer gets depends only on those of his topics that occur in the batch, so
    five hundred agents, each with a topic of his own, still share one encoding.
    """

    def __init__(self, events: Sequence[Logged], *, max_bytes: int) -> None:
        self.events = events
        #: How far a reader of the whole batch is.
        self.last = events[-1].seq
        self.topics = frozenset(topic for event in events for topic in event.topics)
        self._max_bytes = max_bytes
        self._made: dict[tuple[Namespace, frozenset[str]], tuple[Part, ...]] = {}

    def parts(self, namespace: Namespace, topics: frozenset[str]) -> tuple[Part, ...]:
        """Give the frames for a viewer of ``topics``; none if nothing is his to see."""
        key = (namespace, topics & self.topics)
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = tuple(self._make(*key))
        return made

    def _make(self, namespace: Namespace, topics: frozenset[str]) -> Iterable[Part]:
        viewer = Viewer(topics)
        wires: list[str] = []
        size = cursor = 0
        for event in self.events:
            if not may_see(viewer, event.topics):
                continue
            wire = event.wire if namespace == AGENTS else _hint(event)
            if wires and size + len(wire) > self._max_bytes:
                yield Part(_events(namespace, wires, cursor), cursor)
                wires, size = [], 0
            wires.append(wire)
            size += len(wire)
            cursor = event.seq
        if wires:
            yield Part(_events(namespace, wires, self.last), self.last)


def _hint(event: Logged) -> str:
    # A client's page fetches what it shows by itself; whatever staff wrote into an
    # event's state stays here.
    return orjson.dumps({"seq": event.seq, "kind": event.kind}).decode()


def _events(namespace: Namespace, wires: Iterable[str], cursor: int) -> bytes:
    joined = ",".join(wires)
    return _emit(namespace, "events", f'{{"events":[{joined}],"cursor":{cursor}}}')


def _emit(namespace: Namespace, event: str, payload: str) -> bytes:
    return text_frame(f'42{namespace},["{event}",{payload}]')
