"""Tell the log whose things changed hands, so that screens that follow show it."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from hub.collaboration.events import TaskHanded
from hub.collaboration.views import task_view
from hub.conversations.entries import standing
from hub.conversations.events import ConversationHanded, TimelineMoved, shown
from hub.conversations.views import conversation_view
from hub.orders import access
from hub.orders.events import OrderChanged
from hub.storage.tables import Client, Conversation, Order, Task
from hub.storage.unit import UnitOfWork


async def tell(
    uow: UnitOfWork,
    moved: Mapping[str, Sequence[int]],
    *,
    former_id: int,
    now: Client,
) -> None:
    """Record what was brought from one client to another.

    Conversations and orders are shown anew one by one: they stand in lists. A timeline
    may be long, so its readers are told to read it afresh.

    Args:
        uow: The unit.
        moved: Ids by table, as ``belongings`` gives them.
        former_id: Whose it was.
        now: Whose it is.
    """
    await uow.session.flush()
    rows = await uow.session.scalars(
        select(Conversation)
        .where(Conversation.id.in_(moved["conversations"]))
        .order_by(Conversation.id)
        .execution_options(populate_existing=True)
    )
    for row in rows:
        uow.record(
            ConversationHanded(
                client_id=now.id,
                conversation_id=row.id,
                was=standing(row),
                former_client_id=former_id,
                state=shown(conversation=conversation_view(row, now.name)),
            )
        )
    orders = await uow.session.scalars(
        select(Order)
        .where(Order.id.in_(moved["orders"]))
        .order_by(Order.id)
        .execution_options(populate_existing=True)
    )
    for view in await access.views(uow.session, list(orders)):
        uow.record(
            OrderChanged(
                client_id=now.id,
                order_id=view.id,
                number=view.number,
                status=view.status,
                former_client_id=former_id,
                state={"order": view},
            )
        )
    await _tell_tasks(uow, moved["tasks"], former_id=former_id, now=now)
    uow.record(
        TimelineMoved(
            client_id=now.id,
            former_client_id=former_id,
            state={"timelines": {"client_ids": [former_id, now.id]}},
        )
    )


async def _tell_tasks(
    uow: UnitOfWork, ids: Sequence[int], *, former_id: int, now: Client
) -> None:
    rows = await uow.session.scalars(
        select(Task)
        .where(Task.id.in_(ids))
        .order_by(Task.id)
        .execution_options(populate_existing=True)
    )
    for row in rows:
        uow.record(
            TaskHanded(
                client_id=now.id,
                conversation_id=row.conversation_id,
                task_id=row.id,
                what=row.kind,
                former_client_id=former_id,
                state={"task": task_view(row, now.name)},
            )
        )
