"""Erase a person: at once what tells who he is, the rest a bounded unit at a time.

The first unit takes his name, addresses, consents and sign-ins: from then on whoever
writes from an address of his is a new client, and nothing new can be kept of him. What
he said is gone through by a timer that does one stage's next batch and owes the next:
killed at any point, it goes on where it was, and doing a batch twice changes nothing.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from hub.clients import belongings, consent, identity, refusals
from hub.clients.consent import CONTACT
from hub.clients.events import ClientErased, ClientErasureFinished
from hub.clients.views import client_view
from hub.delivery.outbound import send_key
from hub.errors import InvalidError, NotFoundError, StateError
from hub.log import feed
from hub.privacy import elsewhere, logged, rows, traces
from hub.privacy.logged import Stretch
from hub.privacy.persons import Person, needles, person, whole
from hub.privacy.preview import WAITING, blocks
from hub.search import forgetting
from hub.storage.due import Claim
from hub.storage.tables import (
    Address,
    Client,
    ClientPair,
    Consent,
    Erasure,
    Home,
    Merge,
    PortalCode,
    PortalSession,
    TimelineItem,
)
from hub.storage.unit import UnitOfWork

#: A timer: do the next batch of an erasure.
ERASE = "client.erase"
#: Gone through in this order; then the log, once all rows say nothing any more.
ROWS: Mapping[str, rows.Batch] = {
    "conversations": rows.conversations,
    "entries": rows.entries,
    "tasks": rows.tasks,
    "orders": rows.orders,
}
STAGES = (*ROWS, "elsewhere", "traces", "answers", "log")


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureRules:
    """How much is done by one transaction."""

    batch: int
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureView:
    """How far an erasure has come."""

    client_id: int
    state: str
    stage: str
    at: datetime
    ended_at: datetime | None
    counts: dict[str, int]


async def begin(uow: UnitOfWork, client_id: int, *, name: str) -> ErasureView:
    """Begin to erase a client; who he is, is gone when the unit ends.

    Args:
        uow: The unit of who erases him.
        client_id: He, or somebody who was merged into him.
        name: His name as it was typed, so that nobody is erased by a slip.

    Raises:
        NotFoundError: There is none, or he was erased.
        InvalidError: It is not his name.
        StateError: A call with him is under way, or a message leaves just now;
            ``details`` count them.
    """
    who = await _hold(uow, client_id)
    client = await uow.session.get_one(Client, who.id)
    if " ".join(name.split()) != " ".join(client.name.split()):
        raise InvalidError("name", errors={"name": "not the client's name"})
    await _call_back(uow, who)
    if any(asdict(found := await blocks(uow.session, who)).values()):
        raise StateError(f"client {who.id} is being talked with", **asdict(found))
    row = Erasure(
        client_id=who.id,
        state="running",
        at=uow.now,
        account_id=uow.actor.id if uow.actor.kind == "agent" else None,
        stage=STAGES[0],
        after=0,
        needles=await needles(uow.session, who),
        lines={},
        counts={},
    )
    uow.session.add(row)
    await _keep_refusals(uow, who)
    await forgetting.forget(uow.session, "client", list(who.parts))
    await _drop_ways(uow, who)
    await _empty(uow, who)
    await uow.owe(ERASE, f"{ERASE}:{who.id}", at=uow.now, payload={"client": who.id})
    return _view(row)


async def proceed(uow: UnitOfWork, claim: Claim, *, rules: ErasureRules) -> None:
    """Do the next batch of an erasure. A timer's handler."""
    row = await uow.session.scalar(
        select(Erasure)
        .where(Erasure.client_id == claim.payload["client"])
        .with_for_update()
    )
    if row is None or row.state == "done":
        return
    who = await whole(uow.session, row.client_id)
    if await _step(uow, row, who, rules):
        await uow.owe(ERASE, claim.key, at=uow.now, payload=claim.payload)


async def _step(
    uow: UnitOfWork, row: Erasure, who: Person, rules: ErasureRules
) -> bool:
    """Do one batch; tell whether more is left."""
    if batch := ROWS.get(row.stage):
        ids = await batch(uow, who, row.after, rules.batch)
        _count(row, row.stage, len(ids))
        _go_on(row, ids[-1] if len(ids) == rules.batch else None)
    elif row.stage == "elsewhere":
        _go_on(row, await elsewhere.entries(uow, who, row))
    elif row.stage == "traces":
        await traces.drop(uow, who, row.needles)
        _go_on(row, None)
    elif row.stage == "answers":
        _go_on(row, await traces.answers(uow, who, row.needles, row.after))
    else:
        return await _write_over(uow, row, who, rules)
    return True


async def _write_over(
    uow: UnitOfWork, row: Erasure, who: Person, rules: ErasureRules
) -> bool:
    head = await feed.head(uow.session)
    upto = min(head, row.after + rules.events)
    done = await logged.write_over(
        uow.session,
        who,
        Stretch(after=row.after, upto=upto),
        needles=row.needles,
        lines=row.lines,
    )
    _count(row, "events", done)
    row.after = upto
    if upto < head:
        return True
    if await _something_is_left(uow, who):
        # It was on its way when his addresses went.
        row.stage, row.after = STAGES[0], 0
        return True
    await _finish(uow, row, who)
    return False


async def _something_is_left(uow: UnitOfWork, who: Person) -> bool:
    found: bool | None = await uow.session.scalar(
        select(
            select(TimelineItem.id)
            .where(
                TimelineItem.client_id.in_(who.parts),
                TimelineItem.data["erased"].is_(None),
            )
            .exists()
        )
    )
    return bool(found)


async def _finish(uow: UnitOfWork, row: Erasure, who: Person) -> None:
    session = uow.session
    await session.execute(
        delete(Merge).where(
            or_(Merge.client_id.in_(who.parts), Merge.merged_id.in_(who.parts))
        )
    )
    await session.execute(delete(Home).where(Home.home_id.in_(who.parts)))
    row.state = "done"
    row.needles = []
    row.lines = {}
    row.ended_at = uow.now
    client = await session.get_one(Client, who.id)
    uow.record(
        ClientErasureFinished(
            client_id=who.id,
            counts=dict(row.counts),
            state={"client": client_view(client, [])},
        )
    )


async def _hold(uow: UnitOfWork, client_id: int) -> Person:
    """Take a client, all his parts and all his conversations in hand, as a merge does."""
    who = await person(uow.session, client_id)
    await identity.hold_all(uow, who.parts)
    held = await person(uow.session, client_id)
    if held != who:
        raise StateError(f"client {client_id} was merged or parted meanwhile")
    await belongings.lock(uow, who.parts)
    return who


async def _call_back(uow: UnitOfWork, who: Person) -> None:
    """Let what waits to be sent not leave."""
    waiting = await uow.session.scalars(
        select(TimelineItem)
        .where(
            TimelineItem.client_id.in_(who.parts), TimelineItem.delivery.in_(WAITING)
        )
        .order_by(TimelineItem.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for item in list(waiting):
        await uow.forgive(send_key(item))
        item.delivery = "cancelled"
        item.delivery_at = uow.now
    await uow.session.flush()


async def _keep_refusals(uow: UnitOfWork, who: Person) -> None:
    held = await uow.session.execute(
        select(Address.kind, Address.value).where(Address.client_id.in_(who.parts))
    )
    keys = {(row.kind, row.value) for row in held}
    said = await uow.session.execute(
        select(Consent.kind, Consent.value).where(
            Consent.client_id.in_(who.parts), Consent.purpose == CONTACT
        )
    )
    keys |= {(row.kind, row.value) for row in said}
    refused = await consent.refusals(uow.session, keys)
    await refusals.keep(uow, sorted(refused), at=uow.now)
    for kind, value in keys:
        await uow.session.execute(
            delete(Consent).where(Consent.kind == kind, Consent.value == value)
        )
    await uow.session.execute(delete(Consent).where(Consent.client_id.in_(who.parts)))


async def _drop_ways(uow: UnitOfWork, who: Person) -> None:
    """Drop all by which he is reached, told or let in."""
    session = uow.session
    his = select(Address.id).where(Address.client_id.in_(who.parts))
    await session.execute(delete(PortalCode).where(PortalCode.address_id.in_(his)))
    await session.execute(
        delete(PortalSession).where(PortalSession.client_id.in_(who.parts))
    )
    await session.execute(delete(Address).where(Address.client_id.in_(who.parts)))
    await session.execute(
        delete(ClientPair).where(
            or_(ClientPair.one_id.in_(who.parts), ClientPair.other_id.in_(who.parts))
        )
    )
    # What each was before, is what they were called. That they are one stays until the
    # end: the log is read by it.
    await session.execute(
        update(Merge)
        .where(or_(Merge.client_id.in_(who.parts), Merge.merged_id.in_(who.parts)))
        .values(fields={})
    )


async def _empty(uow: UnitOfWork, who: Person) -> None:
    held = await identity.hold_all(uow, who.parts)
    for client in held.values():
        client.name = ""
        client.locale = None
        client.attributes = {}
        client.erased_at = uow.now
        client.erased_by = uow.actor.name
    await uow.session.flush()
    for client in held.values():
        uow.record(
            ClientErased(client_id=client.id, state={"client": client_view(client, [])})
        )


def _go_on(row: Erasure, after: int | None) -> None:
    if after is None:
        row.stage, row.after = STAGES[STAGES.index(row.stage) + 1], 0
    else:
        row.after = after


def _count(row: Erasure, name: str, more: int) -> None:
    row.counts = {**row.counts, name: row.counts.get(name, 0) + more}


def _view(row: Erasure) -> ErasureView:
    return ErasureView(
        client_id=row.client_id,
        state=row.state,
        stage=row.stage,
        at=row.at,
        ended_at=row.ended_at,
        counts=dict(row.counts),
    )


async def access_erasure(session: AsyncSession, client_id: int) -> ErasureView:
    """Tell how far an erasure has come.

    Raises:
        NotFoundError: Nobody erased this client.
    """
    row = await session.get(Erasure, await identity.root(session, client_id))
    if row is None:
        raise NotFoundError(f"erasure of client {client_id}")
    return _view(row)
