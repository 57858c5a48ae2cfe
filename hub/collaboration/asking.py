"""Ask for a look at a client's days, when what is kept of him changed."""

from hub.storage.unit import UnitOfWork

#: A timer: look whether a client's day is near; of one, or of all.
LOOK = "dates.look"
#: The one timer that looks at everybody.
EVERYBODY = f"{LOOK}:all"


async def look_again(uow: UnitOfWork, client_id: int) -> None:
    """Have one client's days looked at when this unit has ended."""
    await uow.owe(
        LOOK, f"{LOOK}:{client_id}", at=uow.now, payload={"client_id": client_id}
    )


async def look_at_all(uow: UnitOfWork) -> None:
    """Have everybody's days looked at when this unit has ended."""
    await uow.owe(LOOK, EVERYBODY, at=uow.now)
