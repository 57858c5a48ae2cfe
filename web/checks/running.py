"""Checks of channels under way in this process.

What is found is written down as it comes, so a page may ask any process for it. A test
message is sent past the outbox, and news of it past the timeline.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial

import structlog
from aiohttp import web

from channels.base import Adapter, Means
from config.settings import CheckSettings
from hub.contracts import TRIAL_KEY, DeliveryState, Finding, Grade, Trial
from hub.errors import ChannelError
from hub.forms import forms
from hub.log.events import Actor
from hub.setup import checks
from hub.setup.checks import CheckView
from hub.storage.database import Database

log = structlog.get_logger(__name__)

#: Seconds between looks for news of test messages.
_GLANCE = 0.5
#: The pages of so many forms are tried at the most.
_MOST_FORMS = 20
_OVER = frozenset(
    {DeliveryState.DELIVERED, DeliveryState.FAILED, DeliveryState.BOUNCED}
)


class Checks:
    """Starts checks, and sees to their end."""

    def __init__(
        self, db: Database, adapters: Mapping[str, Adapter], settings: CheckSettings
    ) -> None:
        self._db = db
        self._adapters = adapters
        self._settings = settings
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()

    async def start(
        self, channel: str, recipient: str, *, actor: Actor
    ) -> tuple[CheckView, bool]:
        """Begin a check of a channel, or give the one that runs.

        Returns:
            The check, and whether it is a new one.

        Raises:
            InvalidError: The recipient is no address of this channel's.
        """
        adapter = self._adapters[channel]
        mark = f"{TRIAL_KEY}{secrets.token_hex(8)}"
        trials = adapter.trials(recipient, mark)
        account_id = actor.id if actor.kind == "agent" else None
        check, fresh = await self._db.run(
            partial(
                checks.start,
                channel=channel,
                recipient=recipient,
                account_id=account_id,
            ),
            actor,
        )
        if fresh:
            task = asyncio.create_task(
                self._see_through(check.id, adapter, trials), name=f"check {channel}"
            )
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return check, fresh

    async def context(self, _: web.Application) -> AsyncIterator[None]:
        """Let none outlive what it works with."""
        yield
        self._stopping.set()
        if self._tasks:
            # Each question of theirs has its limit of time.
            await asyncio.wait(self._tasks)

    async def _see_through(
        self, check_id: int, adapter: Adapter, trials: Sequence[Trial]
    ) -> None:
        try:
            async for one in self._findings(adapter, trials):
                await self._db.run(partial(checks.add, check_id=check_id, found=one))
            await self._db.run(partial(checks.end, check_id=check_id))
        except Exception:  # the rim: a page waits for it, and is told after a while
            log.exception("a check was cut off", channel=adapter.name)

    async def _findings(
        self, adapter: Adapter, trials: Sequence[Trial]
    ) -> AsyncIterator[Finding]:
        means = replace(means_of(self._settings), forms=await self._forms())
        broken: list[str] = []
        async for one in found(adapter, means):
            yield one
            if one.grade is Grade.WRONG:
                broken.append(one.check)
            if self._stopping.is_set():
                return
        sent: list[Trial] = []
        for trial in trials:
            if any(check.startswith(trial.needs) for check in broken):
                continue
            refused = await _sent(adapter, trial)
            if refused is not None:
                yield refused
            elif trial.returns:
                sent.append(trial)
            else:
                yield _told(trial, "sent", Grade.OK)
        async for one in self._returned(sent):
            yield one

    async def _forms(self) -> Mapping[str, tuple[str, ...]]:
        async with self._db.read() as session:
            kept = await forms.page(session, limit=_MOST_FORMS)
        return {one.name: one.origins for one in kept if one.active}

    async def _returned(self, sent: Sequence[Trial]) -> AsyncIterator[Finding]:
        loop = asyncio.get_running_loop()
        began, waiting = loop.time(), {one.message.key: one for one in sent}
        patience = self._settings.round_trip.total_seconds()
        heard: Mapping[str, Mapping[str, str]] = {}
        while waiting and not self._stopping.is_set():
            async with self._db.read() as session:
                heard = await checks.news(session, waiting)
            passed = loop.time() - began
            for key, states in heard.items():
                if over := _OVER.intersection(states):
                    yield _fate(waiting.pop(key), over, states, passed)
            if passed >= patience:
                break
            with suppress(TimeoutError):
                async with asyncio.timeout(_GLANCE):
                    await self._stopping.wait()
        if self._stopping.is_set():
            return
        for key, trial in waiting.items():
            if key in heard:
                # It is known of, only not of its end.
                yield _told(trial, "underway", Grade.WARNING, seconds=round(patience))
            else:
                yield _told(trial, "overdue", trial.if_overdue, seconds=round(patience))


def means_of(settings: CheckSettings, *, running: bool = True) -> Means:
    """Give what a check may use, by the settings."""
    return Means(
        patience=settings.patience,
        name_servers=settings.name_servers,
        running=running,
    )


async def found(adapter: Adapter, means: Means) -> AsyncIterator[Finding]:
    """Give what a channel finds out; its own mistakes are a finding too."""
    findings = adapter.check(means)
    while True:
        with _told_of(adapter) as broken:
            one = await anext(findings, None)
        if broken:
            yield broken[0]
            return
        if one is None:
            return
        yield one


@contextmanager
def _told_of(adapter: Adapter) -> Iterator[list[Finding]]:
    broken: list[Finding] = []
    try:
        yield broken
    except Exception as error:  # a foreign channel may raise whatever it likes
        log.exception("a check broke", channel=adapter.name)
        broken.append(
            Finding(
                check="check",
                grade=Grade.WRONG,
                code="check_broke",
                facts={"said": type(error).__name__},
            )
        )


async def _sent(adapter: Adapter, trial: Trial) -> Finding | None:
    """Send a test message; say why if it was refused."""
    try:
        result = await adapter.send(trial.message)
    except ChannelError as error:
        return _told(trial, "refused", Grade.WRONG, said=str(error))
    if result.refused:
        return _told(trial, "refused", Grade.WRONG, said=result.refused[0].reason)
    return None


def _fate(
    trial: Trial,
    over: frozenset[DeliveryState],
    states: Mapping[str, str],
    passed: float,
) -> Finding:
    if DeliveryState.DELIVERED in over:
        return _told(trial, "arrived", Grade.OK, seconds=round(passed, 1))
    return _told(trial, "bounced", Grade.WRONG, said=states[min(over)])


def _told(trial: Trial, outcome: str, grade: Grade, **facts: str | float) -> Finding:
    return Finding(
        check=trial.check,
        grade=grade,
        code=f"{trial.name}_{outcome}",
        facts={"to": trial.message.recipient, **facts},
    )
