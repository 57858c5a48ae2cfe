"""How many mails a second one hub takes in, until they are on the timeline.

A ``rozmova serve`` in a process of its own, over a database whose commits wait for the
disk. The mails have mixed sizes: a few lines (70 of a hundred), styled pages of 20 to
150 KB (24), files of 1 to 5 MB (6).

- by LMTP over 20 connections: 250 is said after the commit;
- by IMAP from a mailbox that is full already, until the last is marked as read, which
  is after the commit as well; each IMAP mail is a new one;
- the parser alone, over the same mails in this process: its share of the time by LMTP;
- the hub's memory, at each tenth of many small mails by LMTP: 50 thousand, or as many
  as come in ``--minutes`` on a busy machine.

    python -m bench.mail [--mails 300] [--many 50000] [--minutes 6]
"""

import argparse
import asyncio
import os
import time
from itertools import islice
from pathlib import Path
from typing import Any

from bench.ground import save, server
from bench.hub import MAILBOX, Hub, serving
from bench.letters import letters
from channels.base import Place
from channels.email import Channel, Settings
from hub.contracts import WebhookRequest
from tests.channels.imap_server import PASSWORD, USER, Mailbox, mailbox

AT_ONCE = 20
MEBIBYTE = 1024 * 1024


async def by_lmtp(hub: Hub, mails: list[tuple[str, bytes]]) -> float:
    """Hand mails in; give mails a second."""
    waiting = iter(mails)

    async def hand_in() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", hub.lmtp)

        async def say(words: bytes, code: bytes) -> None:
            writer.write(words)
            await writer.drain()
            while True:
                line = await reader.readline()
                if not line.startswith(code):
                    raise RuntimeError(f"{words[:40]!r} was answered with {line!r}")
                if line[3:4] != b"-":
                    return

        await say(b"", b"220")
        await say(b"LHLO bench.example\r\n", b"250")
        for sender, body in waiting:
            await say(f"MAIL FROM:<{sender}>\r\n".encode(), b"250")
            await say(f"RCPT TO:<{MAILBOX}>\r\n".encode(), b"250")
            await say(b"DATA\r\n", b"354")
            await say(body.replace(b"\r\n.", b"\r\n..") + b".\r\n", b"250")
        writer.close()

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(hand_in())
    return len(mails) / (time.perf_counter() - began)


def parsing(mails: list[tuple[str, bytes]]) -> float:
    """Read mails as the channel does; give seconds of the processor a mail."""
    channel = Channel(
        Settings.model_validate({"address": MAILBOX}),
        Place(public_url="", company="", country="UA", secret=b"bench"),
    )
    began = time.process_time()
    for _, body in mails:
        channel.receive(WebhookRequest(url="", body=body, path="lmtp", trusted=True))
    return (time.process_time() - began) / len(mails)


def imap(box: Mailbox) -> dict[str, str]:
    """Point a hub to a mailbox."""
    prefix = "ROZMOVA_CHANNELS__EMAIL__IMAP__"
    return {
        f"{prefix}HOST": "127.0.0.1",
        f"{prefix}PORT": str(box.port),
        f"{prefix}TLS": "none",
        f"{prefix}USERNAME": USER,
        f"{prefix}PASSWORD": PASSWORD,
        f"{prefix}FIRST": "all",
        f"{prefix}FIRST_DAYS": "0",
    }


def resident(pid: int) -> float:
    """Give a process's resident memory in MiB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MEBIBYTE


async def by_imap(url: str, folder: Path, mails: list[tuple[str, bytes]]) -> float:
    """Let a hub read a full mailbox; give mails a second."""
    async with mailbox() as box:
        for _, body in mails:
            await box.put(body)
        async with serving(url, folder, settings=imap(box)):
            await box.until(lambda box: box.taken > 0, patience=60)
            began, before = time.perf_counter(), box.taken
            await box.until(lambda box: box.taken == len(mails), patience=3600)
            return (len(mails) - before) / (time.perf_counter() - began)


async def memory(url: str, folder: Path, count: int, patience: float) -> list[float]:
    """Hand many small mails in; give the hub's memory at first and at each tenth.

    Args:
        url: The database.
        folder: Where files and the log are.
        count: How many, in whole tens.
        patience: Seconds after which no further tenth is begun.
    """
    began = time.perf_counter()
    mails = letters(count, run="many", to=MAILBOX, small_only=True)
    async with serving(url, folder) as hub:
        found = [resident(hub.pid)]
        for tenth in range(1, 11):
            if time.perf_counter() - began > patience:
                break
            rate = await by_lmtp(hub, list(islice(mails, count // 10)))
            found.append(resident(hub.pid))
            print(
                f"{tenth * count // 10:>7,} mails {found[-1]:>5,.0f} MiB {rate:>5,.0f}/s",
                flush=True,
            )
    return found


async def _measure(
    url: str, folder: Path, count: int, many: int, patience: float
) -> dict[str, Any]:
    mails = list(letters(count, run="lmtp", to=MAILBOX))
    size = sum(len(body) for _, body in mails) / len(mails)
    async with serving(url, folder) as hub:
        warm = list(letters(60, run="warm", to=MAILBOX, small_only=True))
        await by_lmtp(hub, warm)
        lmtp = await by_lmtp(hub, mails)
        small = await by_lmtp(
            hub, list(letters(count, run="small", to=MAILBOX, small_only=True))
        )
    each = parsing(mails)
    read = await by_imap(url, folder, list(letters(count, run="imap", to=MAILBOX)))
    return {
        "mails": count,
        "mean_bytes": round(size),
        "lmtp_per_second": lmtp,
        "lmtp_small_per_second": small,
        "imap_per_second": read,
        "parser_ms": each * 1000,
        "parser_share_of_lmtp": each * lmtp,
        "many": many,
        "memory_mib": await memory(url, folder, many, patience),
    }


def main() -> None:
    """Measure, print and save."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--mails", type=int, default=300)
    asked.add_argument("--many", type=int, default=50_000, help="whole tens")
    asked.add_argument("--minutes", type=float, default=6, help="for the many")
    given = asked.parse_args()
    patience = given.minutes * 60
    with server(durable=True) as (url, folder):
        found = asyncio.run(_measure(url, folder, given.mails, given.many, patience))
    print(f"{found['mean_bytes'] / 1024:,.0f} KiB a mail on average")
    for way in ("lmtp", "lmtp_small", "imap"):
        print(f"{way:<12}{found[f'{way}_per_second']:>8,.0f} mails/s")
    print(
        f"parser      {found['parser_ms']:>8,.2f} ms a mail,"
        f" {found['parser_share_of_lmtp']:.0%} of the time by LMTP"
    )
    shown = ", ".join(f"{one:,.0f}" for one in found["memory_mib"])
    print(f"memory, MiB, before and at each tenth of {given.many:,} mails: {shown}")
    save("mail", found)


if __name__ == "__main__":
    main()
