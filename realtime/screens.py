"""Whose screens are open in this process, told to whoever keeps agents' presence."""

from collections import Counter
from collections.abc import Callable

from realtime.viewers import ScreenWatcher


class Screens:
    """Counts open screens by account, and tells the watcher what changed."""

    def __init__(self, watcher: ScreenWatcher | None) -> None:
        self._watcher = watcher
        self._count: Counter[int] = Counter()
        # A dictionary, so that accounts are told in the order in which they changed.
        self._changed: dict[int, None] = {}
        self._nudge: Callable[[], None] = lambda: None

    def on_change(self, nudge: Callable[[], None]) -> None:
        """Call ``nudge`` when there is something to report."""
        self._nudge = nudge

    def opened(self, account_id: int) -> None:
        """Count a screen."""
        self._count[account_id] += 1
        self._changed[account_id] = None
        self._nudge()

    def closed(self, account_id: int) -> None:
        """Count a screen no more."""
        self._count[account_id] -= 1
        self._changed[account_id] = None
        if not self._count[account_id]:
            del self._count[account_id]
        self._nudge()

    def fall_silent(self) -> None:
        """Tell nothing any more."""
        self._watcher = None

    async def report(self) -> None:
        """Tell what changed since the last report; what fails is told again."""
        while self._watcher is not None and self._changed:
            account_id = next(iter(self._changed))
            del self._changed[account_id]
            try:
                await self._watcher.screens_changed(account_id, self._count[account_id])
            except BaseException:
                self._changed.setdefault(account_id)
                raise

    async def beat(self) -> None:
        """Tell whose screens are open."""
        if self._watcher is not None and self._count:
            await self._watcher.seen(list(self._count))
