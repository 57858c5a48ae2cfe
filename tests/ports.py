"""Ports for servers of the tests."""

import random
import socket

#: Below those that the kernel lends to whoever connects somewhere, so that nobody takes
#: one by chance between our looking and our listening.
_PORTS = range(15_000, 32_000)
#: Not the tests' seed: two workers with one seed would want the same ports.
_chance = random.SystemRandom()


def free_port() -> int:
    """Give a port on which nobody listens."""
    while True:
        port = _chance.choice(_PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
