"""How long does a client's text take to the agents' screens, under load?

A ``rozmova serve`` in a process of its own (commits wait for the disk), agents' sockets
in a second one, and signed SMS webhooks from a third, at an even pace. Milliseconds
from the moment the provider begins to post, and from the moment the hub has accepted
(a screen may be faster than the answer: that counts as 0), to each screen.

    python -m bench.latency [--rate 50] [--agents 50] [--seconds 10] [--full]

``--full`` is 200 texts a second and 200 agents.
"""

import argparse
import asyncio
import json
import time
from pathlib import Path

import aiohttp
import uvloop

from bench.ground import quantile, save, server
from bench.hub import Hub, employ, serving
from bench.screens import open_screens
from hub.storage.database import Database, connect

FULL = 200
CLIENTS = 500
#: Seconds that the last texts may take to the screens.
PATIENCE = 120


async def _post(
    hub: Hub, name: str, rate: int, count: int
) -> dict[str, tuple[float, float]]:
    """Send texts at a pace; give when each was posted and when it was accepted."""
    times: dict[str, tuple[float, float]] = {}
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as http:

        async def one(number: int) -> None:
            sid, sender = f"{name}-{number}", f"+38050{number % CLIENTS:07}"
            posted = time.monotonic()
            await hub.text(http, sid, sender)
            times[sid] = (posted, time.monotonic())

        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in range(count):
                await asyncio.sleep(max(0, began + number / rate - time.monotonic()))
                group.create_task(one(number))
    return times


async def _run(
    url: str, folder: Path, rate: int, agents: int, seconds: int
) -> dict[str, float]:
    db = Database(connect(url, pool=2))
    async with serving(url, folder) as hub:
        secrets = await employ(db, agents)
        await db.close()
        # Most who write have written before.
        await _post(hub, "known", rate, CLIENTS)
        async with open_screens(hub.url, secrets, expect=rate * seconds) as said:
            began = time.monotonic()
            times = await _post(hub, "text", rate, rate * seconds)
            took = time.monotonic() - began
            async with asyncio.timeout(PATIENCE):
                seen = json.loads(await said.readline())
    posted, accepted = [], []
    for sid, (start, end) in times.items():
        posted += [(at - start) * 1000 for at in seen[sid]]
        accepted += [max(0, (at - end) * 1000) for at in seen[sid]]
    answers = [(end - start) * 1000 for start, end in times.values()]
    return {
        "rate_wanted": rate,
        "rate": len(times) / took,
        "agents": agents,
        "frames": len(posted),
        "posted_p50_ms": quantile(posted, 0.5),
        "posted_p99_ms": quantile(posted, 0.99),
        "accepted_p50_ms": quantile(accepted, 0.5),
        "accepted_p99_ms": quantile(accepted, 0.99),
        "answer_p50_ms": quantile(answers, 0.5),
        "answer_p99_ms": quantile(answers, 0.99),
    }


def main() -> None:
    """Measure, print and save."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rate", type=int, default=50)
    asked.add_argument("--agents", type=int, default=50)
    asked.add_argument("--seconds", type=int, default=10)
    asked.add_argument("--full", action="store_true", help="200 a second, 200 agents")
    given = asked.parse_args()
    rate, agents = (FULL, FULL) if given.full else (given.rate, given.agents)
    with server(durable=True) as (url, folder):
        found = uvloop.run(_run(url, folder, rate, agents, given.seconds))
    print(f"{found['rate']:.0f} texts/s (wanted {rate}), {agents} agents")
    print(f"{'milliseconds':<24}{'p50':>8}{'p99':>8}")
    for name, key in (
        ("posted to screen", "posted"),
        ("accepted to screen", "accepted"),
        ("posted to accepted", "answer"),
    ):
        p50, p99 = found[f"{key}_p50_ms"], found[f"{key}_p99_ms"]
        print(f"{name:<24}{p50:>8.0f}{p99:>8.0f}")
    save("latency", found)


if __name__ == "__main__":
    main()
