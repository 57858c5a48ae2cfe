"""A conversation with an open promise is not closed in silence."""

from sqlalchemy import select

from hub.errors import PromiseOpenError
from hub.storage.tables import Task
from hub.storage.unit import UnitOfWork


async def refuse_open_promises(uow: UnitOfWork, conversation_id: int) -> None:
    """Refuse while something was promised in a conversation (locked) and not kept.

    Raises:
        PromiseOpenError: ``details["promises"]`` names what was promised until when.
    """
    rows = await uow.session.scalars(
        select(Task)
        .where(
            Task.conversation_id == conversation_id,
            Task.kind == "promise",
            Task.state.in_(("open", "late")),
        )
        .order_by(Task.due_at, Task.id)
    )
    standing = [
        {
            "task_id": row.id,
            "item_id": row.entry_id,
            "title": row.title,
            "state": row.state,
            "due_at": row.due_at.isoformat() if row.due_at else None,
        }
        for row in rows
    ]
    if standing:
        raise PromiseOpenError("a promise is open", promises=standing)
