"""Who looks at a conversation, and who writes in it, over all processes.

Nothing of it is in the database: it is about this second, and each process knows its
own screens. It tells the others when that changes, and everything once in a while, so
what a lost notice left wrong is right again soon, and a dead process fades away.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from realtime.doors import Connection
from realtime.frames import AGENTS, said
from realtime.viewers import AgentViewer

#: What one can be writing.
KINDS = ("reply", "note")
#: Conversations told in one notice; it must stay below PostgreSQL's 8000 bytes.
TOLD_AT_ONCE = 100
#: Accounts told of one conversation, for the same reason.
MOST_ACCOUNTS = 300

Screen = Connection[AgentViewer]
Notice = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Who looks at a conversation in another process, as it said last."""

    accounts: frozenset[int]
    until: datetime


@dataclass(frozen=True, slots=True)
class Typing:
    """Somebody writes."""

    kind: str
    until: datetime
    #: The entry that he answers, as far as he says so.
    item_id: int | None = None


class Presence:
    """Looking and writing, by conversation."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        typing: timedelta,
        fades: timedelta,
        tell: Callable[[Notice], None],
    ) -> None:
        """Start with nobody there.

        Args:
            clock: Tells the time.
            typing: How long somebody writes without saying so again.
            fades: How long the word of another process stands.
            tell: Passes a notice to the other processes, which give it to ``heard``.
        """
        self._clock = clock
        self._typing_span = typing
        self._fades = fades
        self._tell = tell
        self._at: dict[Screen, int] = {}
        self._here: defaultdict[int, dict[Screen, None]] = defaultdict(dict)
        self._elsewhere: defaultdict[int, dict[str, Elsewhere]] = defaultdict(dict)
        self._typing: dict[tuple[int, int], Typing] = {}

    def look(self, screen: Screen, conversation_id: int) -> None:
        """Note that a screen shows this conversation, and tell whom that concerns."""
        if self._at.get(screen) == conversation_id:
            return
        self.leave(screen)
        before = self.accounts(conversation_id)
        self._at[screen] = conversation_id
        self._here[conversation_id][screen] = None
        if self.accounts(conversation_id) == before:
            screen.line.send(_who(conversation_id, before))
        else:
            self._show(conversation_id)
            self._tell_of([conversation_id])
        for (where, account_id), typing in self._typing.items():
            if where == conversation_id and account_id != screen.viewer.account_id:
                frame = _writes(
                    conversation_id, account_id, typing.kind, typing.item_id
                )
                screen.line.send(frame)

    def leave(self, screen: Screen) -> None:
        """Note that a screen shows no conversation any more."""
        conversation_id = self._at.pop(screen, None)
        if conversation_id is None:
            return
        account_id = screen.viewer.account_id
        before = self.accounts(conversation_id)
        del self._here[conversation_id][screen]
        if account_id not in self._accounts_here(conversation_id):
            if (conversation_id, account_id) in self._typing:
                self._set_typing(conversation_id, account_id, None)
                self._tell({"typing": [conversation_id, account_id, None]})
            self._tell_of([conversation_id])
        if not self._here[conversation_id]:
            del self._here[conversation_id]
        elif self.accounts(conversation_id) != before:
            self._show(conversation_id)

    def type(
        self,
        screen: Screen,
        conversation_id: int,
        kind: str | None,
        item_id: int | None = None,
    ) -> None:
        """Note that somebody writes, and what he answers; None: he stopped.

        A key press may still be under way when its screen has turned to something
        else; that one is about the past.
        """
        if self._at.get(screen) != conversation_id:
            return
        account_id = screen.viewer.account_id
        self._set_typing(conversation_id, account_id, kind, item_id)
        self._tell({"typing": [conversation_id, account_id, kind, item_id]})

    def accounts(self, conversation_id: int) -> list[int]:
        """Tell who looks at it, anywhere."""
        found = self._accounts_here(conversation_id)
        for told in self._elsewhere.get(conversation_id, {}).values():
            found |= told.accounts
        return sorted(found)

    def announce(self) -> None:
        """Tell the other processes everything."""
        self._tell_of(self._here)

    def farewell(self) -> None:
        """Tell the other processes that this one ends."""
        self._tell({"bye": True})

    def heard(self, node: str, notice: Notice) -> None:
        """Take in what another process told."""
        until = self._clock() + self._fades
        for place, accounts in notice.get("at", {}).items():
            self._place(node, int(place), Elsewhere(frozenset(accounts), until))
        if "typing" in notice:
            conversation_id, account_id, kind, *about = notice["typing"]
            self._set_typing(conversation_id, account_id, kind, *about)
        if "hello" in notice:
            self.announce()
        if "bye" in notice:
            for conversation_id in list(self._elsewhere):
                self._place(node, conversation_id, None)

    async def sweep(self) -> None:
        """End what has lasted too long without being said again."""
        now = self._clock()
        for (conversation_id, account_id), typing in list(self._typing.items()):
            if typing.until <= now:
                self._set_typing(conversation_id, account_id, None)
        for conversation_id, nodes in list(self._elsewhere.items()):
            for node, told in list(nodes.items()):
                if told.until <= now:
                    self._place(node, conversation_id, None)

    def _accounts_here(self, conversation_id: int) -> set[int]:
        screens = self._here.get(conversation_id, ())
        return {screen.viewer.account_id for screen in screens}

    def _place(self, node: str, conversation_id: int, told: Elsewhere | None) -> None:
        before = self.accounts(conversation_id)
        nodes = self._elsewhere[conversation_id]
        nodes.pop(node, None)
        if told is not None and told.accounts:
            nodes[node] = told
        if not nodes:
            del self._elsewhere[conversation_id]
        if self.accounts(conversation_id) != before:
            self._show(conversation_id)

    def _set_typing(
        self,
        conversation_id: int,
        account_id: int,
        kind: str | None,
        item_id: int | None = None,
    ) -> None:
        stood = self._typing.pop((conversation_id, account_id), None)
        if kind is not None:
            until = self._clock() + self._typing_span
            self._typing[conversation_id, account_id] = Typing(kind, until, item_id)
        elif stood is None:
            return
        frame = _writes(conversation_id, account_id, kind, item_id)
        for screen in self._here.get(conversation_id, ()):
            if screen.viewer.account_id != account_id:
                screen.line.send(frame)

    def _show(self, conversation_id: int) -> None:
        frame = _who(conversation_id, self.accounts(conversation_id))
        for screen in self._here.get(conversation_id, ()):
            screen.line.send(frame)

    def _tell_of(self, conversations: Iterable[int]) -> None:
        places = {
            str(one): sorted(self._accounts_here(one))[:MOST_ACCOUNTS]
            for one in conversations
        }
        while places:
            batch: dict[str, list[int]] = {}
            room = MOST_ACCOUNTS
            while places and len(batch) < TOLD_AT_ONCE and room > 0:
                place, accounts = places.popitem()
                batch[place] = accounts
                room -= len(accounts)
            self._tell({"at": batch})


def _who(conversation_id: int, accounts: list[int]) -> bytes:
    return said(
        AGENTS, "presence", {"conversation_id": conversation_id, "accounts": accounts}
    )


def _writes(
    conversation_id: int, account_id: int, kind: str | None, item_id: int | None
) -> bytes:
    told: dict[str, Any] = {
        "conversation_id": conversation_id,
        "account_id": account_id,
        "kind": kind,
    }
    if item_id is not None:
        told["item_id"] = item_id
    return said(AGENTS, "typing", told)
