"""Ports for servers of the tests."""

import random
import socket
from collections import deque

#: Below those that the kernel lends to whoever connects somewhere, so that nobody takes
#: one by chance between our looking and our listening. In an order of our own: not by the
#: tests' seed, with which all workers would want the same.
_PORTS = range(15_000, 32_000)
_waiting = deque(random.SystemRandom().sample(_PORTS, len(_PORTS)))


def free_port() -> int:
    """Give a port on which nobody listens, and none twice before all have had their turn."""
    while True:
        port = _waiting[0]
        _waiting.rotate(-1)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
