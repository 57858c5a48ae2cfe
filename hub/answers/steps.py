"""The steps of a macro: what each may say. Pure.

A step is a mapping with ``do`` and what belongs to it; it is kept, and shown to
programs, in just this form.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from hub.answers import places
from hub.conversations.changes import MAX_TAG, MAX_TAGS
from hub.errors import InvalidError
from hub.storage.tables.conversations import PRIORITIES, STATES

MAX_STEPS = 20
MAX_NOTE = 5000
MAX_TITLE = 300
#: The longest that a macro may put something off.
FURTHEST = timedelta(days=365)
#: To whom a conversation may be given beside a colleague's number.
WHOM = ("me", "nobody")

Step = Mapping[str, Any]


def check(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Give the steps as they are kept, with nothing that they do not need.

    Raises:
        InvalidError: One of them will not do; it is named by its number.
    """
    if not 0 < len(steps) <= MAX_STEPS:
        raise InvalidError("steps", errors={"steps": f"1 to {MAX_STEPS} steps"})
    kept = []
    for number, step in enumerate(steps):
        checked = _CHECKS.get(step.get("do", ""))
        if checked is None:
            problem: str | dict[str, Any] = f"one of {', '.join(_CHECKS)}"
        else:
            problem = checked(step)
        if isinstance(problem, str):
            raise InvalidError("steps", errors={f"steps.{number}": problem})
        kept.append({"do": step["do"], **problem})
    if sum(one["do"] == "answer" for one in kept) > 1:
        raise InvalidError("steps", errors={"steps": "at most one answer"})
    return kept


def _answer(step: Step) -> str | dict[str, Any]:
    if not _is_id(step.get("canned_id")):
        return "which ready answer"
    return {"canned_id": step["canned_id"], "send": bool(step.get("send", True))}


def _tags(step: Step) -> str | dict[str, Any]:
    given = {
        name: [" ".join(str(one).split()) for one in step.get(name) or ()]
        for name in ("add", "remove")
    }
    both = [*given["add"], *given["remove"]]
    if not both or len(both) > MAX_TAGS:
        return f"1 to {MAX_TAGS} tags"
    if not all(0 < len(one) <= MAX_TAG for one in both):
        return f"each of 1 to {MAX_TAG} letters"
    return given


def _priority(step: Step) -> str | dict[str, Any]:
    if step.get("priority") not in PRIORITIES:
        return f"one of {', '.join(PRIORITIES)}"
    return {"priority": step["priority"]}


def _assign(step: Step) -> str | dict[str, Any]:
    to = step.get("to")
    if to not in WHOM and not _is_id(to):
        return "a colleague, me or nobody"
    return {"to": to}


def _queue(step: Step) -> str | dict[str, Any]:
    return {"queue_id": step["queue_id"]} if _is_id(step.get("queue_id")) else "which"


def _state(step: Step) -> str | dict[str, Any]:
    state = step.get("state")
    if state not in STATES:
        return f"one of {', '.join(STATES)}"
    if state != "snoozed":
        return {"state": state}
    hours = _hours(step)
    return {"state": state, "hours": hours} if hours else "for how many hours"


def _note(step: Step) -> str | dict[str, Any]:
    text = str(step.get("text") or "").strip()
    if not 0 < len(text) <= MAX_NOTE:
        return f"1 to {MAX_NOTE} letters"
    if wrong := places.unknown(text):
        return f"{{{wrong[0]}}} is unknown"
    return {"text": text}


def _task(step: Step) -> str | dict[str, Any]:
    title = " ".join(str(step.get("title") or "").split())
    if not 0 < len(title) <= MAX_TITLE:
        return f"1 to {MAX_TITLE} letters"
    if wrong := places.unknown(title):
        return f"{{{wrong[0]}}} is unknown"
    return {"title": title, "hours": _hours(step)}


def _hours(step: Step) -> int | None:
    hours = step.get("hours")
    most = FURTHEST // timedelta(hours=1)
    if not isinstance(hours, int) or isinstance(hours, bool):
        return None
    return hours if 0 < hours <= most else None


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


_CHECKS: dict[str, Callable[[Step], str | dict[str, Any]]] = {
    "answer": _answer,
    "tags": _tags,
    "priority": _priority,
    "assign": _assign,
    "queue": _queue,
    "note": _note,
    "task": _task,
    "state": _state,
}
#: All that a macro can do.
DEEDS = tuple(_CHECKS)
