"""Everything that is a client's: bring it to another one, and home again.

Each thing has a *home*: whose it is when no merge stands. A thing that a merge brought
elsewhere has its home written in ``homes``; whatever came since the merge gets one by
the address that it came from. So it does not matter how many merges stand, nor in
which order those of one client are undone: home is home.

The tables are found by their columns, so that a table that is made tomorrow goes along;
``STAYS`` names those that must not, and a test asks about each new one.
"""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import select, text

from hub.clients import identity
from hub.storage.tables import Base, Conversation
from hub.storage.unit import UnitOfWork

#: What stays where it is: what was true then (consents), what ends (sessions), and
#: what is of one person alone (his erasure; who is erased is merged with nobody).
STAYS = frozenset({"consents", "portal_sessions", "erasures"})
#: First the things by which others find their home.
_FIRST = ("addresses", "conversations", "orders")


@cache
def homed() -> tuple[str, ...]:
    """Name the tables whose rows have homes of their own, in a safe order."""
    found = sorted(
        name
        for name, table in Base.metadata.tables.items()
        if "client_id" in table.columns
        and any(
            key.target_fullname == "clients.id"
            for key in table.columns["client_id"].foreign_keys
        )
        and [one.name for one in table.primary_key] == ["id"]
        and name not in STAYS | {"merges"}
    )
    return (*_FIRST, *(name for name in found if name not in _FIRST))


def follows_conversation(table: str) -> bool:
    """Tell whether a row belongs to its conversation's client, if it has one."""
    return "conversation_id" in Base.metadata.tables[table].columns


async def lock(uow: UnitOfWork, client_ids: Sequence[int]) -> None:
    """Take all conversations of these (held) clients in hand, in everybody's order."""
    await uow.session.execute(
        select(Conversation.id)
        .where(Conversation.client_id.in_(client_ids))
        .order_by(Conversation.id)
        .with_for_update()
    )


async def bring(uow: UnitOfWork, from_id: int, to_id: int) -> dict[str, list[int]]:
    """Bring all that is one client's to another; both are held.

    Returns:
        The ids of what went along, by table.
    """
    await _settle(uow, from_id)
    inside = await identity.parts(uow.session, from_id)
    names = {"from": from_id, "to": to_id, "inside": inside}
    moved: dict[str, list[int]] = {}
    for table in homed():
        own = "AND t.conversation_id IS NULL" if follows_conversation(table) else ""
        await uow.session.execute(
            text(f"""
                INSERT INTO homes (kind, row_id, home_id)
                SELECT :kind, t.id, :from FROM {table} t
                WHERE t.client_id = :from {own}
                ON CONFLICT (kind, row_id) DO UPDATE SET home_id = excluded.home_id
                WHERE homes.home_id <> ALL(:inside)
            """),  # noqa: S608 - our own tables
            {**names, "kind": table},
        )
        rows = await uow.session.scalars(
            text(f"""
                UPDATE {table} SET client_id = :to WHERE client_id = :from
                RETURNING id
            """),  # noqa: S608 - our own tables
            names,
        )
        moved[table] = sorted(rows)
    return moved


async def take_home(
    uow: UnitOfWork, from_id: int, home_id: int
) -> dict[str, list[int]]:
    """Give back what belongs to a client, and to those merged into him; both are held.

    Returns:
        The ids of what went home, by table.
    """
    await _settle(uow, from_id)
    names = {
        "from": from_id,
        "home": home_id,
        "inside": await identity.parts(uow.session, home_id),
    }
    moved: dict[str, list[int]] = {}
    for table in homed():
        own = "AND t.conversation_id IS NULL" if follows_conversation(table) else ""
        rows = await uow.session.scalars(
            text(f"""
                UPDATE {table} t SET client_id = :home FROM homes h
                WHERE h.kind = :kind AND h.row_id = t.id AND t.client_id = :from
                AND h.home_id = ANY(:inside) {own}
                RETURNING t.id
            """),  # noqa: S608 - our own tables
            {**names, "kind": table},
        )
        moved[table] = sorted(rows)
        if own:
            rows = await uow.session.scalars(
                text(f"""
                    UPDATE {table} t SET client_id = :home
                    WHERE t.conversation_id = ANY(:conversations)
                    AND t.client_id = :from RETURNING t.id
                """),  # noqa: S608 - our own tables
                {**names, "conversations": moved["conversations"]},
            )
            moved[table] += sorted(rows)
    await uow.session.execute(
        text("DELETE FROM homes WHERE home_id = :home"), {"home": home_id}
    )
    return moved


# What came after a merge has its home where its address has: a conversation by the
# first that its client used in it, an order by the one that the shop names, a line on
# the timeline about an order by the order.
_SETTLE = (
    text("""
        INSERT INTO homes (kind, row_id, home_id)
        SELECT 'conversations', c.id, h.home_id
        FROM conversations c
        CROSS JOIN LATERAL (
            SELECT t.address, t.channel FROM timeline t
            WHERE t.conversation_id = c.id AND t.address <> ''
            AND t.direction IS NOT NULL
            ORDER BY (t.direction = 'in') DESC, t.at, t.id LIMIT 1
        ) first
        JOIN addresses a ON a.display = first.address AND a.client_id = c.client_id
        JOIN homes h ON h.kind = 'addresses' AND h.row_id = a.id
            AND h.home_id = ANY(:inside)
        WHERE c.client_id = :client_id AND c.created_at >= :since
        ON CONFLICT DO NOTHING
    """),
    text("""
        INSERT INTO homes (kind, row_id, home_id)
        SELECT 'orders', o.id, h.home_id
        FROM orders o
        JOIN addresses a ON a.id = o.address_id AND a.client_id = o.client_id
        JOIN homes h ON h.kind = 'addresses' AND h.row_id = a.id
            AND h.home_id = ANY(:inside)
        WHERE o.client_id = :client_id
        ON CONFLICT DO NOTHING
    """),
    text("""
        INSERT INTO homes (kind, row_id, home_id)
        SELECT 'timeline', t.id, h.home_id
        FROM timeline t
        JOIN homes h ON h.kind = 'orders'
            AND h.row_id = CAST(t.data->>'order_id' AS bigint)
            AND h.home_id = ANY(:inside)
        WHERE t.client_id = :client_id AND t.conversation_id IS NULL
        AND t.data ? 'order_id'
        ON CONFLICT DO NOTHING
    """),
)


async def _settle(uow: UnitOfWork, client_id: int) -> None:
    """Find the home of what came to a client since others were merged into him."""
    inside = [
        one for one in await identity.parts(uow.session, client_id) if one != client_id
    ]
    if not inside:
        return
    since = await uow.session.scalar(
        text("""
            SELECT min(at) FROM merges
            WHERE client_id = :client_id AND undone_at IS NULL
        """),
        {"client_id": client_id},
    )
    for statement in _SETTLE:
        await uow.session.execute(
            statement,
            {"client_id": client_id, "inside": inside, "since": since},
        )
