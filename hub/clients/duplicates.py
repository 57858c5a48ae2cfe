"""Clients who may be one, each with the reason why.

Nobody is merged by a guess: these are suggestions to a person. In this order: somebody
typed an address that another one really writes from; the end of a number is the same;
a mail address differs by dots, by what follows a plus, or by another name of the same
house; same name and an order number of the other's in a form; same name, and each is
reached in a way that the other is not. Namesakes with two numbers are two people.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from hub.clients import identity
from hub.clients.events import ClientsPaired
from hub.clients.views import ClientView, client_view
from hub.errors import InvalidError, NotFoundError
from hub.storage.tables import Address, Client, ClientPair
from hub.storage.unit import UnitOfWork

#: Suggested for one client, at the most.
MOST = 10
REASONS = ("typed", "phone", "email", "order", "name")


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateView:
    """Somebody who may be the same client."""

    client: ClientView
    #: ``typed``, ``phone``, ``email``, ``order`` or ``name``.
    reason: str
    #: The address, number or name that they share.
    detail: str


async def duplicates(session: AsyncSession, client_id: int) -> list[DuplicateView]:
    """Suggest who may be this client too, the surest first.

    Raises:
        NotFoundError: There is no such client.
    """
    client_id = await identity.root(session, client_id)
    found: dict[int, tuple[str, str]] = {}
    for reason, statement in _LOOKS:
        rows = await session.execute(
            statement, {"client_id": client_id, "most": MOST * 2}
        )
        for other_id, detail in rows:
            found.setdefault(other_id, (reason, detail))
    for other_id in await _dismissed(session, client_id):
        found.pop(other_id, None)
    views = await _views(session, list(found)[:MOST])
    return [
        DuplicateView(client=views[one], reason=found[one][0], detail=found[one][1])
        for one in views
    ]


async def pair(
    uow: UnitOfWork, client_id: int, other_id: int, *, reason: str, detail: str
) -> None:
    """Note that two clients may be one; once said, it is not said again."""
    one_id, second_id = sorted((client_id, other_id))
    fresh = await uow.session.scalar(
        insert(ClientPair)
        .values(
            one_id=one_id,
            other_id=second_id,
            reason=reason,
            detail=detail,
            at=uow.now,
        )
        .on_conflict_do_nothing()
        .returning(ClientPair.one_id)
    )
    if fresh is not None:
        uow.record(ClientsPaired(client_id=client_id, other_id=other_id, reason=reason))


async def dismiss(uow: UnitOfWork, client_id: int, other_id: int) -> None:
    """Take a person's word that two clients are two: it is not suggested again.

    Raises:
        NotFoundError: There is no such client.
        InvalidError: It is one client.
    """
    if client_id == other_id:
        raise InvalidError("client", errors={"other_id": "the same client"})
    for one in (client_id, other_id):
        if await uow.session.get(Client, one) is None:
            raise NotFoundError(f"client {one}")
    one_id, second_id = sorted((client_id, other_id))
    said = {"dismissed_at": uow.now, "dismissed_by": uow.actor.id}
    await uow.session.execute(
        insert(ClientPair)
        .values(one_id=one_id, other_id=second_id, reason="", at=uow.now, **said)
        .on_conflict_do_update(index_elements=["one_id", "other_id"], set_=said)
    )
    uow.record(ClientsPaired(client_id=client_id, other_id=other_id, reason=""))


async def _dismissed(session: AsyncSession, client_id: int) -> list[int]:
    rows = await session.execute(
        select(ClientPair.one_id, ClientPair.other_id).where(
            (ClientPair.one_id == client_id) | (ClientPair.other_id == client_id),
            ClientPair.dismissed_at.is_not(None),
        )
    )
    return [other if one == client_id else one for one, other in rows]


async def _views(
    session: AsyncSession, client_ids: Iterable[int]
) -> dict[int, ClientView]:
    wanted = list(client_ids)
    clients = {
        row.id: row
        for row in await session.scalars(select(Client).where(Client.id.in_(wanted)))
    }
    owned: dict[int, list[Address]] = {}
    for row in await session.scalars(
        select(Address).where(Address.client_id.in_(wanted))
    ):
        owned.setdefault(row.client_id, []).append(row)
    return {one: client_view(clients[one], owned.get(one, [])) for one in wanted}


# A pair that was noted for somebody who is merged by now speaks of whom he goes on as.
_TYPED = text("""
    WITH RECURSIVE part AS (
        SELECT CAST(:client_id AS bigint) AS id
        UNION ALL
        SELECT clients.id FROM clients JOIN part ON clients.merged_into = part.id
    ), said AS (
        SELECT p.other_id AS id, p.detail FROM client_pairs p
        JOIN part ON part.id = p.one_id
        WHERE p.reason <> '' AND p.dismissed_at IS NULL
        UNION
        SELECT p.one_id, p.detail FROM client_pairs p
        JOIN part ON part.id = p.other_id
        WHERE p.reason <> '' AND p.dismissed_at IS NULL
    ), way AS (
        SELECT said.id, said.detail, c.merged_into
        FROM said JOIN clients c ON c.id = said.id
        UNION ALL
        SELECT c.id, way.detail, c.merged_into
        FROM way JOIN clients c ON c.id = way.merged_into
    )
    SELECT DISTINCT id, detail FROM way
    WHERE merged_into IS NULL AND id <> :client_id ORDER BY id LIMIT :most
""")


def _alike(kind: str, shortest: int) -> str:
    """Look for addresses of others that are the same but for how they are written."""
    return f"""
        SELECT o.client_id, min(o.display) FROM addresses m
        JOIN addresses o ON alike(o.kind, o.value) = alike(m.kind, m.value)
        WHERE m.client_id = :client_id AND m.kind = '{kind}' AND o.kind = '{kind}'
        AND o.client_id <> :client_id AND length(alike(m.kind, m.value)) >= {shortest}
        GROUP BY o.client_id ORDER BY o.client_id LIMIT :most
    """  # noqa: S608 - our own words


# One word alone is nobody's own name.
_NAMESAKES = """
    SELECT o.id, o.name FROM clients m
    JOIN clients o ON o.name = m.name AND o.id <> m.id
    WHERE m.id = :client_id AND o.merged_into IS NULL AND m.name LIKE '% %'
    ORDER BY o.id LIMIT :most
"""
_OTHERWISE_REACHED = f"""
    WITH namesake AS ({_NAMESAKES}) SELECT id, name FROM namesake
    WHERE NOT EXISTS (
        SELECT FROM addresses mine JOIN addresses theirs ON theirs.kind = mine.kind
        WHERE mine.client_id = :client_id AND theirs.client_id = namesake.id
    ) ORDER BY id
"""  # noqa: S608 - our own words
# Either of two namesakes gave the other one's order number in a form.
_SAME_ORDER = f"""
    WITH namesake AS ({_NAMESAKES}), two AS (
        SELECT id, id AS buyer, CAST(:client_id AS bigint) AS writer FROM namesake
        UNION ALL
        SELECT id, CAST(:client_id AS bigint), id FROM namesake
    )
    SELECT two.id, min(r.number) FROM two
    JOIN orders r ON r.client_id = two.buyer
    JOIN timeline t ON t.client_id = two.writer AND t.kind = 'form'
        AND t.data->'fields' @> jsonb_build_array(
            jsonb_build_object('value', r.number))
    GROUP BY two.id ORDER BY two.id
"""  # noqa: S608 - our own words
_LOOKS = (
    ("typed", _TYPED),
    # A number shorter than that is a short code, which many share.
    ("phone", text(_alike("phone", 7))),
    ("email", text(_alike("email", 6))),
    ("order", text(_SAME_ORDER)),
    ("name", text(_OTHERWISE_REACHED)),
)
