"""Write into the log what happened to a task, with how it looks now."""

from dataclasses import replace

from hub.collaboration.events import TaskEvent
from hub.collaboration.views import entry_data, task_view
from hub.conversations.events import shown
from hub.conversations.views import item_view
from hub.storage.tables import Account, Client, Task, TimelineItem
from hub.storage.unit import UnitOfWork


async def tell(uow: UnitOfWork, row: Task, event: TaskEvent) -> None:
    """Record what happened to a task (locked); its promise's entry follows it."""
    row.updated_at = uow.now
    row.revision = (row.revision or 0) + 1
    client = await uow.session.get(Client, row.client_id) if row.client_id else None
    item = None
    if row.entry_id is not None:
        item = await uow.session.get_one(
            TimelineItem, row.entry_id, populate_existing=True
        )
        item.text, item.data = row.title, entry_data(row, await owner_name(uow, row))
    await uow.session.flush()
    uow.record(
        replace(
            event,
            client_id=row.client_id,
            conversation_id=row.conversation_id,
            state=shown(
                item=item_view(item) if item is not None else None,
                task=task_view(row, client.name if client else ""),
            ),
        )
    )


async def owner_name(uow: UnitOfWork, row: Task) -> str:
    """Give the name of whose it is, or ""."""
    if row.assignee_id is None:
        return ""
    return (await uow.session.get_one(Account, row.assignee_id)).name
