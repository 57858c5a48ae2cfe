"""A hub in a process of its own, as ``rozmova serve`` runs it, and its agents."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from twilio.request_validator import RequestValidator

from config.settings import AccessSettings
from hub.access import passwords, sessions
from hub.storage.database import Database
from hub.storage.tables import Account
from hub.storage.unit import UnitOfWork

SID, TOKEN, NUMBER = "AC" + "0" * 32, "token", "+380441234567"
MAILBOX = "support@zatyshok.example"
#: What clients say: something for people, not a question that a machine answers.
WORDS = "The boiler hums at night, please call me back"
#: Seconds that a hub may take to come up on a busy machine.
START = 90


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Hub:
    """Where it is, and how clients' texts reach it."""

    def __init__(self, url: str, lmtp: int, pid: int) -> None:
        self.url = url
        #: The port that takes mail for ``MAILBOX``.
        self.lmtp = lmtp
        self.pid = pid
        self._signer = RequestValidator(TOKEN)

    async def text(self, http: aiohttp.ClientSession, sid: str, sender: str) -> None:
        """Deliver an SMS as Twilio does; return when the hub has accepted it.

        Args:
            http: Connections to it.
            sid: The provider's id, which is the last word of the text as well.
            sender: The client's number.

        Raises:
            aiohttp.ClientResponseError: It was refused.
        """
        form = {
            "MessageSid": sid,
            "AccountSid": SID,
            "From": sender,
            "To": NUMBER,
            "Body": f"{WORDS} {sid}",
            "NumMedia": "0",
        }
        hook = f"{self.url}/hooks/sms"
        signed = self._signer.compute_signature(hook, form)
        async with http.post(
            hook, data=form, headers={"X-Twilio-Signature": signed}
        ) as response:
            response.raise_for_status()
            await response.read()


@asynccontextmanager
async def serving(
    database_url: str, folder: Path, *, settings: Mapping[str, str] | None = None
) -> AsyncIterator[Hub]:
    """Run ``rozmova serve`` over a database until the block ends.

    Args:
        database_url: The database.
        folder: Where files and the log are.
        settings: Further settings, by the names that the environment has for them.
    """
    port, lmtp = free_port(), free_port()
    environ = {
        **os.environ,
        "ROZMOVA_DATABASE_URL": database_url,
        "ROZMOVA_DATA_DIR": str(folder),
        "ROZMOVA_PORT": str(port),
        "ROZMOVA_SECRET": "the benches' own",
        "ROZMOVA_CHANNELS__SMS__ACCOUNT_SID": SID,
        "ROZMOVA_CHANNELS__SMS__AUTH_TOKEN": TOKEN,
        "ROZMOVA_CHANNELS__SMS__NUMBERS": f'["{NUMBER}"]',
        "ROZMOVA_CHANNELS__EMAIL__ADDRESS": MAILBOX,
        "ROZMOVA_CHANNELS__EMAIL__LMTP_LISTEN": f"127.0.0.1:{lmtp}",
        # Nobody is there: nothing of a bench leaves the machine.
        "ROZMOVA_CHANNELS__SMS__API_BASE_URL": f"http://127.0.0.1:{free_port()}",
        **(settings or {}),
    }
    with (folder / "hub.log").open("wb") as said:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            "from web.cli import app; app()",
            "serve",
            env=environ,
            stdout=said,
            stderr=said,
        )
    hub = Hub(f"http://127.0.0.1:{port}", lmtp, process.pid)
    try:
        async with asyncio.timeout(START), aiohttp.ClientSession() as http:
            while not await _ready(hub, http):
                if process.returncode is not None:
                    raise RuntimeError((folder / "hub.log").read_text())
                await asyncio.sleep(0.1)
        yield hub
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def _ready(hub: Hub, http: aiohttp.ClientSession) -> bool:
    try:
        async with http.get(f"{hub.url}/readyz") as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False


async def employ(db: Database, count: int) -> list[str]:
    """Make agents who are signed in; give the secrets of their cookies."""
    hashed = await passwords.hashed("a long enough password", min_length=8)

    async def make(uow: UnitOfWork) -> list[str]:
        people = [
            Account(
                email=f"agent{number}@zatyshok.example",
                name=f"Agent {number}",
                role="agent",
                password_hash=hashed,
                locale="en",
                created_at=uow.now,
            )
            for number in range(count)
        ]
        uow.session.add_all(people)
        await uow.session.flush()
        policy = AccessSettings()
        secrets = []
        for one in people:
            secret, _ = await sessions.start(
                uow, one, remote="127.0.0.1", program="bench", policy=policy
            )
            secrets.append(secret)
        return secrets

    return await db.run(make)
