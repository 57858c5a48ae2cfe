"""Between processes: LISTEN and NOTIFY, on one connection of its own.

Notices only make things sooner. The log is looked at every so often in any case, and
presence is told anew every few seconds; so a notice may be lost, and a hub behind a
pooler that passes none still works.

NOTIFY is never part of a unit of work: inside a writing transaction it takes a lock
over the whole database until the commit, so that all commits would queue up. What
several commits have to say in the meantime is said once.
"""

import asyncio
import random
from collections import deque
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import asyncpg
import orjson
import structlog
from sqlalchemy.engine import URL

log = structlog.get_logger(__name__)

#: The log has grown. The payload names the process.
LOG = "rozmova_log"
#: Who looks at what: ``{"node": …, …}``.
PRESENCE = "rozmova_presence"
#: The waits before another try to connect, in seconds.
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
#: A server that says nothing for so many seconds is gone.
TIMEOUT = 5.0
#: Notices kept while there is no connection; presence is told anew anyway.
KEPT = 500

_NOTIFY = "SELECT pg_notify($1, $2)"
_FAILURES = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


class Notices:
    """Hears the other processes and speaks to them; connects again when cut off."""

    def __init__(
        self,
        url: URL,
        *,
        node: str,
        on_log: Callable[[], None],
        on_presence: Callable[[str, Mapping[str, Any]], None],
    ) -> None:
        """Prepare it; ``step`` does the work.

        Args:
            url: Where the database is.
            node: Names this process among all.
            on_log: Called when another process has logged something, and after every
                connect, because nobody knows what was missed.
            on_presence: Called with what another process tells, and its name.
        """
        self._url = url.set(drivername="postgresql")
        self._node = node
        self._on_log = on_log
        self._on_presence = on_presence
        self._nudge: Callable[[], None] = lambda: None
        self._connection: asyncpg.Connection | None = None
        self._listens = False
        self._log_grew = False
        self._unsaid: deque[bytes] = deque(maxlen=KEPT)
        self._failures = 0
        self._not_before = 0.0

    @property
    def connected(self) -> bool:
        """Tell whether notices go out and come in."""
        connection = self._connection
        return connection is not None and self._listens and not connection.is_closed()

    def on_something_to_say(self, nudge: Callable[[], None]) -> None:
        """Call ``nudge`` when a step is wanted."""
        self._nudge = nudge

    def log_grew(self) -> None:
        """Tell the others, soon, that the log has grown."""
        self._log_grew = True
        self._nudge()

    def tell(self, notice: Mapping[str, Any]) -> None:
        """Tell the others about presence, soon."""
        self._unsaid.append(orjson.dumps({"node": self._node, **notice}))
        self._nudge()

    async def step(self) -> timedelta | None:
        """Connect if need be and say what is to be said; say when to try again."""
        now = asyncio.get_running_loop().time()
        if not self.connected and now < self._not_before:
            return timedelta(seconds=self._not_before - now)
        try:
            if not self.connected:
                await self._connect()
            await self._speak()
        except _FAILURES as error:
            return await self._back_off(error)
        self._failures = 0
        return None

    async def close(self) -> None:
        """Say what is left to say, if that is possible, and hang up."""
        try:
            if self.connected:
                await self._speak()
        except _FAILURES:
            log.info("the last notices were not sent")
        await self._hang_up()

    async def _connect(self) -> None:
        await self._hang_up()
        connection = await asyncpg.connect(
            self._url.render_as_string(hide_password=False),
            timeout=TIMEOUT,
            command_timeout=TIMEOUT,
            server_settings={"application_name": "rozmova-notices"},
        )
        self._connection = connection
        connection.add_termination_listener(lambda _: self._nudge())
        await connection.add_listener(LOG, self._hear_log)
        await connection.add_listener(PRESENCE, self._hear_presence)
        self._listens = True
        self._on_log()
        self.tell({"hello": True})

    async def _speak(self) -> None:
        connection = self._connection
        if connection is None:
            return
        if not (self._log_grew or self._unsaid):
            # A line that is dead shows only when something is said.
            await connection.execute("SELECT 1")
        if self._log_grew:
            self._log_grew = False
            await connection.execute(_NOTIFY, LOG, self._node)
        while self._unsaid:
            notice = self._unsaid.popleft()
            try:
                await connection.execute(_NOTIFY, PRESENCE, notice.decode())
            except asyncpg.InvalidParameterValueError:
                log.warning("a notice is too long", size=len(notice))

    async def _back_off(self, error: Exception) -> timedelta:
        # Neither the address nor the password is the log's business.
        log.warning("no notices between processes", error=type(error).__name__)
        await self._hang_up()
        self._log_grew = True
        self._failures += 1
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(self._failures - 1, 10))
        # All processes lost the same server in the same moment.
        wait *= random.uniform(0.5, 1)  # noqa: S311
        self._not_before = asyncio.get_running_loop().time() + wait
        return timedelta(seconds=wait)

    async def _hang_up(self) -> None:
        self._listens = False
        connection, self._connection = self._connection, None
        if connection is not None and not connection.is_closed():
            try:
                await connection.close(timeout=TIMEOUT)
            except _FAILURES:
                connection.terminate()

    def _hear_log(self, _: Any, __: int, ___: str, node: str) -> None:
        if node != self._node:
            self._on_log()

    def _hear_presence(self, _: Any, __: int, ___: str, payload: str) -> None:
        try:
            notice = orjson.loads(payload)
            node = notice.pop("node")
            if node != self._node:
                self._on_presence(node, notice)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            log.warning("unreadable notice", error=type(error).__name__)
