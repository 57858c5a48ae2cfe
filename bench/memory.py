"""What a hub needs of memory: at start, and for each agent who only looks on.

Resident memory of a ``rozmova serve`` process (Linux only), without PostgreSQL, before
and after agents have opened their screens; the sockets' other ends are a process of
their own.

    python -m bench.memory [--agents 100]
"""

import argparse
import asyncio
from pathlib import Path

from bench.ground import save, server
from bench.hub import employ, serving
from bench.screens import open_screens
from hub.storage.database import Database, connect

#: Seconds after which a process that was just busy has come to rest.
REST = 3


def _resident(pid: int) -> int:
    """Give the process's resident memory, KiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError(f"no process {pid}")


async def _run(url: str, folder: Path, agents: int) -> dict[str, float]:
    db = Database(connect(url, pool=2))
    async with serving(url, folder) as hub:
        secrets = await employ(db, agents + 1)
        await asyncio.sleep(REST)
        start = _resident(hub.pid)
        # What the first agent of all costs, caches and statements, is counted apart.
        async with open_screens(hub.url, secrets[:1]):
            await asyncio.sleep(REST)
            first = _resident(hub.pid)
            async with open_screens(hub.url, secrets[1:]):
                await asyncio.sleep(REST)
                all_of_them = _resident(hub.pid)
    await db.close()
    return {
        "agents": agents,
        "start_mib": start / 1024,
        "first_agent_kib": first - start,
        "idle_agent_kib": (all_of_them - first) / agents,
    }


def main() -> None:
    """Measure, print and save."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--agents", type=int, default=100)
    given = asked.parse_args()
    with server(durable=False) as (url, folder):
        found = asyncio.run(_run(url, folder, given.agents))
    print(f"at start                  {found['start_mib']:8.0f} MiB")
    print(f"the first agent           {found['first_agent_kib']:8.0f} KiB")
    print(f"each of {given.agents:>4} idle agents  {found['idle_agent_kib']:8.1f} KiB")
    save("memory", found)


if __name__ == "__main__":
    main()
