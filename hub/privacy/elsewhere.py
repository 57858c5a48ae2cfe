"""What a person said in conversations of others: as a guest, or moved there by an agent.

The conversation is the other's and stays; only these entries of it are written over, and
the line of lists that showed one of them.
"""

from collections.abc import Sequence

from sqlalchemy import func, select

from hub.conversations.entries import one_line
from hub.conversations.views import conversation_view
from hub.privacy.persons import Person
from hub.privacy.rows import write_over
from hub.storage.tables import Client, Conversation, Erasure, TimelineItem
from hub.storage.unit import UnitOfWork

#: Entries that are looked at by one unit; few of them are his.
STRETCH = 5_000


async def entries(uow: UnitOfWork, who: Person, row: Erasure) -> int | None:
    """Write over a stretch of everybody's entries; tell where to go on, None: nowhere.

    Args:
        uow: The unit.
        who: He.
        row: How far his erasure has come; his addresses are its ``needles``, and it
            keeps the ``lines`` that the log may still show, by conversation.
    """
    session = uow.session
    last = await session.scalar(select(func.max(TimelineItem.id))) or 0
    upto = min(last, row.after + STRETCH)
    found = list(
        await session.scalars(
            select(TimelineItem)
            .where(
                TimelineItem.id > row.after,
                TimelineItem.id <= upto,
                TimelineItem.address.in_(row.needles),
                TimelineItem.client_id.not_in(who.parts),
                TimelineItem.data["erased"].is_(None),
            )
            .order_by(TimelineItem.id)
        )
    )
    lines = _lines(found)
    beside = {}
    for talk, name in await _hold(uow, list(lines)):
        if talk.snippet in lines[talk.id]:
            talk.snippet = ""
            beside[talk.id] = conversation_view(talk, name)
    await write_over(uow, found, beside)
    kept = {key: list(one) for key, one in row.lines.items()}
    for key, said in lines.items():
        kept[str(key)] = sorted({*kept.get(str(key), ()), *said})
    row.lines = kept
    row.counts = {
        **row.counts,
        "entries": row.counts.get("entries", 0) + len(found),
    }
    return upto if upto < last else None


def _lines(found: Sequence[TimelineItem]) -> dict[int, set[str]]:
    lines: dict[int, set[str]] = {}
    for item in found:
        if item.conversation_id is not None and (line := one_line(item.text)):
            lines.setdefault(item.conversation_id, set()).add(line)
    return lines


async def _hold(
    uow: UnitOfWork, ids: Sequence[int]
) -> Sequence[tuple[Conversation, str]]:
    rows = await uow.session.execute(
        select(Conversation, Client.name)
        .join(Client, Client.id == Conversation.client_id)
        .where(Conversation.id.in_(ids))
        .order_by(Conversation.id)
        .with_for_update(of=Conversation)
        .execution_options(populate_existing=True)
    )
    return [(talk, name) for talk, name in rows]
