"""Any story with merges, all undone, ends as the same story without them.

Two towns live the same days in one hub. In one of them clients are merged and parted as
it comes; in the other nobody merges anybody. When all merges of the first are undone,
everybody has there what his twin has: his conversations, orders, addresses and fields.
What agents wrote by hand into a merged client is, by the rule, his who went on.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from hub.clients import clients, identity, merging, unmerging
from hub.clients.layers import Choice
from hub.errors import StateError
from hub.orders.buyers import Buyer
from hub.orders.given import OrderGiven
from hub.orders.orders import put_order
from hub.storage.tables import (
    Address,
    Client,
    Conversation,
    Home,
    Merge,
    Order,
    TimelineItem,
)
from tests.hub.conftest import mail

PEOPLE = 4
one = st.integers(0, PEOPLE - 1)
key = st.sampled_from(["city", "street", "vip"])
side = st.sampled_from(["kept", "merged"])
ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("mail"), one),
        st.tuples(st.just("again"), one),
        st.tuples(st.just("order"), one),
        st.tuples(st.just("edit"), one, key),
        st.tuples(st.just("name"), one),
        st.tuples(st.just("merge"), one, one, side),
        st.tuples(st.just("merge"), one, one, side),
        st.tuples(st.just("part"), st.integers(0, 5)),
    ),
    min_size=4,
    max_size=16,
)
_towns = count()


@dataclass
class Town:
    """Some people, and what is done to them."""

    db: object
    take: object
    merges: bool
    label: str = field(default_factory=lambda: f"t{next(_towns)}")
    ids: list[int] = field(default_factory=list)
    first: dict[int, str] = field(default_factory=dict)

    def address(self, person: int) -> str:
        return f"p{person}@{self.label}.test"

    async def begin(self) -> None:
        for person in range(PEOPLE):
            await self.mail(person, f"hello{person}", name=f"Person {person}")
        async with self.db.read() as session:
            for person in range(PEOPLE):
                self.ids.append(
                    await session.scalar(
                        select(Address.client_id).where(
                            Address.value == self.address(person)
                        )
                    )
                )

    async def mail(self, person, subject, *, name="", references=()) -> None:
        number = f"<{next(_towns)}@{self.label}.test>"
        self.first.setdefault(person, number)
        await self.take(
            mail(
                subject,
                sender=self.address(person),
                sender_name=name,
                id=number,
                references=references,
            )
        )

    async def root(self, person: int) -> int:
        async with self.db.read() as session:
            return await identity.root(session, self.ids[person])

    async def standing(self) -> list[int]:
        async with self.db.read() as session:
            return list(
                await session.scalars(
                    select(Merge.id)
                    .where(Merge.client_id.in_(self.ids), Merge.undone_at.is_(None))
                    .order_by(Merge.id)
                )
            )

    async def edit(self, client_id: int, given: dict) -> None:
        async def work(uow):
            if "key" in given:
                row = await uow.session.get_one(Client, client_id)
                attributes = {**row.attributes, given["key"]: given["value"]}
                await clients.change(uow, client_id, {"attributes": attributes})
            else:
                await clients.change(uow, client_id, given)

        await self.db.run(work)

    async def merge(self, kept: int, merged: int, wins: str) -> None:
        ours, theirs = await self.root(kept), await self.root(merged)
        if not self.merges or ours == theirs:
            return
        choice = Choice(
            wins=dict.fromkeys(
                ("name", "attributes.city", "attributes.street", "attributes.vip"), wins
            )
        )
        await self.db.run(lambda uow: merging.merge(uow, ours, theirs, choice))

    async def part(self, which: int) -> None:
        standing = await self.standing()
        if standing:
            try:
                await self.db.run(
                    lambda uow: unmerging.undo(uow, standing[which % len(standing)])
                )
            except StateError:
                # Whom it went on as was merged since: that comes first.
                return

    async def order(self, person: int, number: str) -> None:
        given = OrderGiven(
            client=Buyer(email=self.address(person)),
            status="placed",
            currency="UAH",
            total=100,
            placed_at=datetime(2026, 5, 1, tzinfo=UTC),
            notify=False,
        )
        await self.db.run(
            lambda uow: put_order(
                uow, f"{self.label}-{number}".upper(), given, country="UA"
            )
        )

    async def export(self) -> list[dict]:
        """Tell all that each has, without the numbers and names of this town."""
        told = []
        async with self.db.read() as session:
            for client_id in self.ids:
                client = await session.get_one(Client, client_id)
                rows = {
                    table: list(
                        await session.scalars(
                            select(table).where(table.client_id == client_id)
                        )
                    )
                    for table in (Address, Conversation, TimelineItem, Order)
                }
                told.append(
                    {
                        "name": client.name,
                        "locale": client.locale,
                        "attributes": client.attributes,
                        "merged": client.merged_into,
                        "addresses": sorted(
                            row.value.split("@")[0] for row in rows[Address]
                        ),
                        "conversations": sorted(
                            row.subject for row in rows[Conversation]
                        ),
                        "items": sorted(
                            (row.kind, row.subject, str(row.data.get("status")))
                            for row in rows[TimelineItem]
                        ),
                        "orders": sorted(
                            row.number.split("-")[1] for row in rows[Order]
                        ),
                    }
                )
        return told


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(actions=ACTIONS)
async def test_all_merges_undone_it_is_as_if_there_had_been_none(
    db, take, actions
) -> None:
    merging_town = Town(db, take, merges=True)
    plain = Town(db, take, merges=False)
    await merging_town.begin()
    await plain.begin()

    for number, (what, *how) in enumerate(actions):
        for town in (merging_town, plain):
            if what == "mail":
                await town.mail(how[0], f"matter{number}")
            elif what == "again":
                first = town.first[how[0]]
                await town.mail(how[0], f"Re: hello{how[0]}", references=(first,))
            elif what == "order":
                await town.order(how[0], str(number))
            elif what == "merge":
                await town.merge(*how)
            elif what == "part" and town.merges:
                await town.part(how[0])
            elif what in {"edit", "name"}:
                # Whom the agent sees, goes by the town that merges.
                seen = merging_town.ids.index(await merging_town.root(how[0]))
                given = (
                    {"name": f"Renamed {number}"}
                    if what == "name"
                    else {"key": how[1], "value": str(number)}
                )
                await town.edit(town.ids[seen], given)
    while await merging_town.standing():
        await merging_town.part(len(await merging_town.standing()) - 1)

    assert await merging_town.export() == await plain.export()
    async with db.read() as session:
        homes = select(Home).where(Home.home_id.in_(merging_town.ids))
        assert not list(await session.scalars(homes))
