"""One unit of work: one transaction, its events, and what it leaves to be done.

Nobody calls commit and nothing in a unit touches the network, so a unit can be run
again when another got there first.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from enum import IntEnum
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from hub.log.append import append
from hub.log.events import Actor, Event
from hub.storage import due

SYSTEM = Actor(kind="system", name="")


class Last(IntEnum):
    """What a unit does once, at its end, in this order.

    Units that meet in the same rows there come to them in the same order, so that
    none waits for another that waits for it.
    """

    #: Ask for the routing of queues: their due rows.
    ROUTES = 1
    #: Tell how agents look now: their accounts are locked while they are read.
    AGENTS = 2


#: Does it, for all ids that it was asked about, in their order.
Step = Callable[["UnitOfWork", list[int]], Awaitable[None]]


class UnitOfWork:
    """What a hub function needs to change anything."""

    def __init__(self, session: AsyncSession, *, now: datetime, actor: Actor) -> None:
        self.session = session
        #: The time of everything in this unit.
        self.now = now
        #: Who does it.
        self.actor = actor
        self.events: list[Event] = []
        #: True once something is owed, so that the workers are nudged.
        self.owes = False
        self._last: dict[Last, tuple[Step, set[int]]] = {}

    def record(self, event: Event) -> None:
        """Say that something happened; it is numbered when the unit ends."""
        self.events.append(event)

    async def owe(
        self,
        kind: str,
        key: str,
        *,
        at: datetime,
        payload: Mapping[str, Any] | None = None,
    ) -> None:
        """Leave something to be done at ``at``; the same key moves what stands.

        Args:
            kind: Which handler does it.
            key: Names the one row of this matter.
            at: When it is due.
            payload: What the handler needs to know.
        """
        await due.put(
            self.session, kind, key, at=at, now=self.now, payload=payload or {}
        )
        self.owes = True

    async def forgive(self, key: str) -> bool:
        """Drop what is owed under ``key``; tell whether there was anything."""
        return await due.drop(self.session, key)

    def at_end(self, place: Last, step: Step, about: int) -> None:
        """Have ``step`` done once before the events are written.

        Args:
            place: When; there is one step a place.
            step: What.
            about: An id that it is to be done for, beside those asked for already.
        """
        self._last.setdefault(place, (step, set()))[1].add(about)

    async def finish(self) -> None:
        """Write the events. The last statement of the unit; see ``append``."""
        await self.session.flush()
        while self._last:
            step, about = self._last.pop(min(self._last))
            await step(self, sorted(about))
        await self.session.flush()
        if self.events:
            await append(
                self.session, self.events, at=self.now, default_actor=self.actor
            )
