"""What happens to tasks and promises, as facts."""

from dataclasses import dataclass
from typing import ClassVar

from hub.log.events import ADMINS, STAFF, Event, account_topic, client_topic


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEvent(Event):
    """Something happened to a task; the client learns of promises alone."""

    task_id: int
    #: ``task``, ``promise``, ``contact`` or ``date``.
    what: str

    def topics(self) -> tuple[str, ...]:
        """Say of a promise that its client sees it in the portal."""
        if self.what == "promise" and self.client_id is not None:
            return (STAFF, client_topic(self.client_id))
        return (STAFF,)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAdded(TaskEvent):
    """There is something to be done."""

    kind: ClassVar[str] = "task.added"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskChanged(TaskEvent):
    """It is another thing, another time, or another's."""

    kind: ClassVar[str] = "task.changed"
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskMoved(TaskEvent):
    """It was done, cancelled, taken up again, or became late."""

    kind: ClassVar[str] = "task.moved"
    was: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskHanded(TaskEvent):
    """It is about another client: two were merged, or are two again."""

    kind: ClassVar[str] = "task.handed"
    former_client_id: int

    def topics(self) -> tuple[str, ...]:
        """Both see their promises in the portal."""
        if self.what != "promise":
            return (STAFF,)
        both = (self.client_id or 0, self.former_client_id)
        return (STAFF, *(client_topic(one) for one in both))


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingNoted(Event):
    """Somebody of us met a client, and wrote down what was said."""

    kind: ClassVar[str] = "meeting.noted"
    item_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarRenewed(Event):
    """An account's calendar has another secret address, or none."""

    kind: ClassVar[str] = "calendar.renewed"
    account_id: int
    #: False: it is turned off.
    on: bool

    def topics(self) -> tuple[str, ...]:
        """For him alone, and for those who read the audit."""
        return (account_topic(self.account_id), ADMINS)
