"""How far one message has come with each of several recipients. Pure.

``TimelineItem.data["recipients"]`` names them where a message has more than one; the
first is the client, or whoever is in his place. How far it has come with him is the
message's own delivery. Each of the others goes his own way: who has it is never sent
it again, and who was refused is told of by name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.contracts import Refusal, SendResult
from hub.delivery.states import after_receipt
from hub.errors import SendError, TransientSendError, UncertainSendError

#: Something is still to be done for those.
PENDING = frozenset({"queued", "sending", "uncertain"})
#: They have not got it.
MISSED = frozenset({"failed", "bounced"})

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One recipient comes further."""

    address: str
    state: str
    reason: str = ""
    #: Why, as a word that screens know.
    code: str = ""


def of(data: Data) -> list[dict[str, Any]]:
    """Give the recipients of a message of ours; none if there is only the one."""
    return list(data.get("recipients") or ())


def meant(data: Data) -> tuple[str, ...]:
    """Name those whom the next try is for."""
    return tuple(one["address"] for one in of(data) if one["state"] in PENDING)


def in_flight(data: Data) -> bool:
    """Tell whether a try was begun whose end nobody wrote down."""
    return any(one["state"] in {"sending", "uncertain"} for one in of(data))


def is_unsure(data: Data) -> bool:
    """Tell whether some may have got it without anybody knowing."""
    return any(one["state"] == "uncertain" for one in of(data))


def missed(data: Data) -> tuple[str, ...]:
    """Name those who have not got it, or may not have."""
    wanted = MISSED | {"uncertain"}
    return tuple(one["address"] for one in of(data) if one["state"] in wanted)


def all_to(addresses: Sequence[str], state: str) -> list[Step]:
    """Move all of these."""
    return [Step(one, state) for one in addresses]


def after(data: Data, outcome: SendResult | SendError) -> list[Step]:
    """Say what one try has come to for each whom it was for."""
    tried = meant(data)
    refused = _refused(outcome)
    steps = []
    for address in tried:
        refusal = refused.get(address)
        if refusal is not None:
            state = "queued" if refusal.later else "failed"
            steps.append(Step(address, state, refusal.reason, refusal.cause))
        else:
            steps.append(_whole(address, outcome))
    return steps


def retry_after(outcome: SendResult | SendError) -> float | None:
    """Give the longest wait that a provider has wished for, in seconds."""
    waits = [
        one.retry_after
        for one in _refused(outcome).values()
        if one.later and one.retry_after is not None
    ]
    if isinstance(outcome, SendError) and outcome.details.get("retry_after"):
        waits.append(float(outcome.details["retry_after"]))
    return max(waits, default=None)


def applied(data: Data, steps: Sequence[Step]) -> dict[str, Any]:
    """Give the data as it is after these steps."""
    moved = {one.address: one for one in steps}
    people = []
    for one in of(data):
        step = moved.get(one["address"])
        if step is None:
            people.append(one)
            continue
        kept = {name: one[name] for name in one.keys() - {"reason", "delayed"}}
        people.append(
            kept
            | {"state": step.state}
            | ({"reason": step.reason} if step.reason else {})
        )
    return {**data, "recipients": people}


def reported(
    data: Data, recipient: str, state: str, reason: str, code: str = ""
) -> Step | None:
    """Say what a receipt means for the one it speaks of.

    Whom nobody knows is taken for the first: mail is redirected under other names.

    Returns:
        None when it tells nothing new.
    """
    one = _meant(of(data), recipient)
    to = after_receipt(one["state"], state)
    return None if to == one["state"] else Step(one["address"], to, reason, code)


def delayed(data: Data, recipient: str, reason: str) -> tuple[str, dict[str, Any]]:
    """Note that a server goes on trying for one who was sent the message.

    Returns:
        His address, or "" when it is no news, and the data as it is then.
    """
    people = of(data)
    one = _meant(people, recipient)
    if one["state"] != "sent" or one.get("delayed"):
        return "", dict(data)
    late = one | {"delayed": True, "reason": reason}
    people = [late if each is one else each for each in people]
    return one["address"], {**data, "recipients": people}


def _meant(people: list[dict[str, Any]], recipient: str) -> dict[str, Any]:
    wanted = recipient.strip().casefold()
    return next(
        (each for each in people if each["address"].casefold() == wanted), people[0]
    )


def _whole(address: str, outcome: SendResult | SendError) -> Step:
    if isinstance(outcome, SendResult):
        return Step(address, outcome.state.value)
    match outcome:
        case TransientSendError():
            state = "queued"
        case UncertainSendError():
            state = "uncertain"
        case _:
            state = "failed"
    return Step(address, state, str(outcome), str(outcome.details.get("cause", "")))


def _refused(outcome: SendResult | SendError) -> dict[str, Refusal]:
    listed = (
        outcome.refused
        if isinstance(outcome, SendResult)
        else outcome.details.get("refused") or ()
    )
    return {one.recipient: one for one in listed}
