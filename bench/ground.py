"""What the benches stand on: a throw-away PostgreSQL, and a place for their results."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hub.storage import embedded, migrate

RESULTS = Path("build/bench")
_TICK = os.sysconf("SC_CLK_TCK")


@contextmanager
def server(*, durable: bool) -> Iterator[tuple[str, Path]]:
    """Run an empty, migrated database; give its URL and a folder for files.

    Args:
        durable: Whether commits wait for the disk, as those of a real hub do.
    """
    with tempfile.TemporaryDirectory(prefix="rozmova-bench-") as name:
        # PostgreSQL may run as another user than we do.
        folder = Path(name)
        folder.chmod(0o755)
        with embedded.running(folder / "postgres", durable=durable) as url:
            migrate.migrate(url)
            yield url, folder


def postmaster(folder: Path) -> int:
    """Give the process id of the PostgreSQL that ``server`` runs over a folder."""
    lines = (folder / "postgres" / "postmaster.pid").read_text().splitlines()
    return int(lines[0])


def spent(pid: int) -> float:
    """Give the processor's seconds that a process and its children took (Linux).

    Children that have ended count as well. What else the machine does hardly shows in
    it, unlike in the time by the clock.
    """
    total = 0.0
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            said = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            # It has just ended.
            continue
        # proc(5): the parent, and four times: own and of children, user and system.
        parent, times = int(said[1]), [int(one) for one in said[11:15]]
        if int(folder.name) == pid:
            total += sum(times)
        elif parent == pid:
            total += times[0] + times[1]
    return total / _TICK


def save(name: str, found: dict[str, Any]) -> None:
    """Write what a bench found to ``build/bench``, with the machine's load."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    machine = {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps({"machine": machine, **found}, indent=2) + "\n")
    print(f"load {machine['load']} on {machine['cores']} cores; {path}")


def quantile(values: list[float], share: float) -> float:
    """Give the value that ``share`` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
