"""Callbacks that overtook the one that says whose call it is.

Some tell the call and nothing else (an agent's leg, a recording). One that comes
first waits a moment, durably; by then the call is known, or it is put on the timeline
as a stranger's.
"""

from datetime import datetime, timedelta
from typing import Any

from hub.contracts import CallEvent, CallMoment
from hub.storage.due import Claim
from hub.storage.unit import UnitOfWork

#: A timer: take it in now.
EARLY = "call.early"
#: So long it waits for the call that it belongs to.
PATIENCE = timedelta(seconds=10)


async def wait(uow: UnitOfWork, event: CallEvent) -> None:
    """Keep a callback for later; the same one again is kept once."""
    about = event.recording_id or event.leg_id
    await uow.owe(
        EARLY,
        f"{EARLY}:{event.channel}:{event.external_id}:{event.moment}:{about}",
        at=uow.now + PATIENCE,
        payload=_write(event, uow.now),
    )


def read(claim: Claim) -> CallEvent:
    """Give the callback that was kept."""
    kept: dict[str, Any] = dict(claim.payload)
    return CallEvent(
        **kept
        | {
            "moment": CallMoment(kept["moment"]),
            "duration": (
                None
                if kept["duration"] is None
                else timedelta(seconds=kept["duration"])
            ),
            "at": datetime.fromisoformat(kept["at"]),
        }
    )


def _write(event: CallEvent, now: datetime) -> dict[str, Any]:
    return {
        "channel": event.channel,
        "external_id": event.external_id,
        "moment": event.moment.value,
        "caller": event.caller,
        "called": event.called,
        "agent_number": event.agent_number,
        "leg_id": event.leg_id,
        "duration": event.duration.total_seconds() if event.duration else None,
        "recording_id": event.recording_id,
        "recording_url": event.recording_url,
        # What it says happened when it came, not when it is taken in.
        "at": (event.at or now).isoformat(),
    }
