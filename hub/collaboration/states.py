"""The states of a task and what moves it between them. Pure.

open       it is to be done
late       its time came and it is not done
done       done; of a promise: kept
cancelled  nobody needs it any more
"""

from hub.errors import StateError

MOVES: dict[str, frozenset[str]] = {
    "open": frozenset({"late", "done", "cancelled"}),
    "late": frozenset({"open", "done", "cancelled"}),
    # Both can be taken back.
    "done": frozenset({"open", "late"}),
    "cancelled": frozenset({"open", "late"}),
}
#: Somebody still has to do it.
STANDING = ("open", "late")


def move(state: str, to: str) -> str:
    """Give the new state.

    Raises:
        StateError: There is no such move.
    """
    if to not in MOVES[state]:
        raise StateError(f"{state} to {to}", state=state, to=to)
    return to
