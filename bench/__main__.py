"""Run the benches one after the other, and say which aims were met.

Each is a process of its own with its usual size, so that one that fails takes nothing
with it. About a quarter of an hour on two free cores.

    python -m bench [name …]
"""

import argparse
import asyncio
import json
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.ground import RESULTS

#: What is run, with what is asked for.
BENCHES: dict[str, tuple[str, ...]] = {
    "log": ("--seconds", "3"),
    "fanout": (),
    "intake": (),
    "latency": ("--full",),
    "memory": (),
    "timeline": (),
    "search": (),
    "mail": (),
    "desk": (),
}
#: Seconds after which one is given up.
PATIENCE = 600

Found = dict[str, Any]


@dataclass(frozen=True)
class Aim:
    """What a bench is to show."""

    what: str
    bench: str
    #: Reads it from what the bench found.
    value: Callable[[Found], float]
    #: The best or the worst that will do.
    wanted: float
    #: More is better.
    least: bool = False

    def met(self, value: float) -> bool:
        """Tell whether it holds."""
        return value >= self.wanted if self.least else value <= self.wanted


def _of_node(found: Found) -> float:
    """Compare our cost of a frame with that of Node's server, where both were tried."""
    costs = {(one["way"], one["sockets"]): one["cpu_us"] for one in found["costs"]}
    return max(
        costs["ours", count] / cost
        for (way, count), cost in costs.items()
        if way == "Node socket.io"
    )


def _flat(*reads: str) -> Callable[[Found], float]:
    return lambda found: max(found["reads"][one]["ratio"] for one in reads)


def _share(way: str) -> Callable[[Found], float]:
    return lambda found: found["median"][way] / found["median"]["bare asyncpg"]


AIMS = (
    Aim("intake in batches, of the floor", "intake", _share("reception"), 0.5, True),
    Aim(
        "intake by HTTP, messages/s",
        "intake",
        lambda found: found["median"]["SMS by HTTP"],
        1000,
        True,
    ),
    Aim("fan-out, of Node's socket.io", "fanout", _of_node, 1),
    Aim("timeline's first page, big / small", "timeline", _flat("timeline, first page"), 1.5),
    Aim(
        "lists, big / small",
        "timeline",
        _flat("inbox, first page", "most urgent, first page"),
        1.5,
    ),
    Aim("hub at start, MiB", "memory", lambda found: found["start_mib"], 150),
    Aim(
        "accepted to screen, p99 ms",
        "latency",
        lambda found: found["accepted_p99_ms"],
        100,
    ),
)  # fmt: skip


async def _run(name: str) -> bool:
    print(f"== {name}", flush=True)
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", f"bench.{name}", *BENCHES[name]
    )
    try:
        async with asyncio.timeout(PATIENCE):
            code = await process.wait()
    except TimeoutError:
        # As by hand, so that it ends the servers that it has begun.
        process.send_signal(signal.SIGINT)
        await process.wait()
        code = 1
    fate = "" if code == 0 else "FAILED "
    print(f"   {fate}after {time.monotonic() - began:.0f} s\n", flush=True)
    return code == 0


def _report(done: set[str]) -> None:
    print(f"{'aim':<38}{'found':>10}{'wanted':>12}")
    for aim in AIMS:
        if aim.bench not in done:
            continue
        try:
            value = aim.value(json.loads((RESULTS / f"{aim.bench}.json").read_text()))
        except ValueError:
            print(f"{aim.what:<38}{'not tried':>10}")
            continue
        wanted = f"{'at least' if aim.least else 'at most'} {aim.wanted:g}"
        fate = "" if aim.met(value) else "   missed"
        print(f"{aim.what:<38}{value:>10,.2f}{wanted:>16}{fate}")


async def _all(names: list[str]) -> bool:
    done = {name for name in names if await _run(name)}
    _report(done)
    return len(done) == len(names)


def main() -> None:
    """Run what is asked for; exit with 1 if any of it failed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("names", nargs="*", choices=[*BENCHES, []], metavar="name")
    given = asked.parse_args()
    sys.exit(0 if asyncio.run(_all(given.names or list(BENCHES))) else 1)


if __name__ == "__main__":
    main()
