"""Birthdays, ends of contracts: clients' days remind the team ahead of time.

Every morning, by each clock that clients live by, a durable timer looks at the days
that attributes tell, a few hundred clients a unit. A day is made a task once, whoever
looks how often: the task's ``origin`` names it. After a night in which the hub was off,
what was missed is found by the look that every start begins with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import array

from hub.access import assignees
from hub.clients import identity
from hub.collaboration import tasks
from hub.collaboration.alarms import TaskRules
from hub.collaboration.anniversaries import near, next_morning, read_day
from hub.collaboration.asking import EVERYBODY, LOOK
from hub.collaboration.states import STANDING
from hub.collaboration.tasks import TaskGiven
from hub.storage.due import Claim
from hub.storage.tables import (
    Account,
    AttributeDefinition,
    Client,
    Conversation,
    Task,
)
from hub.storage.unit import UnitOfWork

#: Clients looked at in one unit.
AT_ONCE = 500
#: What known days are called, where the team's own language is known.
NAMES: Mapping[str, Mapping[str, str]] = {
    "uk": {"birthday": "День народження", "contract_until": "Закінчується договір"},
    "en": {"birthday": "Birthday", "contract_until": "Contract ends"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRule:
    """How the days of one attribute remind."""

    yearly: bool
    ahead: timedelta
    #: What the day is called; "": by its attribute.
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRules:
    """How clients' days remind, from the settings."""

    #: By attribute.
    days: Mapping[str, DayRule]
    morning: time
    zone_attribute: str
    #: Where a client has no zone of his own.
    zone: ZoneInfo
    locale: str
    tasks: TaskRules


async def begin(uow: UnitOfWork) -> None:
    """Look at everybody now, and from then on every morning; when the hub starts."""
    await uow.owe(LOOK, EVERYBODY, at=uow.now)


async def look(uow: UnitOfWork, claim: Claim, *, rules: DayRules) -> None:
    """Remind of the days that are near. A timer's handler."""
    rules = await _with_definitions(uow, rules)
    if claim.payload.get("client_id"):
        await _look_at_one(uow, claim.payload["client_id"], rules)
        return
    after = int(claim.payload.get("after", 0))
    rows = await uow.session.execute(
        select(Client.id, Client.attributes)
        .where(
            Client.id > after,
            Client.merged_into.is_(None),
            Client.attributes.has_any(array(list(rules.days) or [""])),
        )
        .order_by(Client.id)
        .limit(AT_ONCE)
    )
    found = [(row.id, row.attributes) for row in rows]
    await _remind(uow, found, rules)
    if len(found) == AT_ONCE:
        await uow.owe(LOOK, EVERYBODY, at=uow.now, payload={"after": found[-1][0]})
    else:
        at = next_morning(uow.now, rules.morning, await _zones(uow, rules))
        await uow.owe(LOOK, EVERYBODY, at=at)


async def _with_definitions(uow: UnitOfWork, rules: DayRules) -> DayRules:
    """Let what managers defined stand before what the settings say of a name."""
    days = dict(rules.days)
    rows = await uow.session.scalars(
        select(AttributeDefinition).order_by(AttributeDefinition.id)
    )
    for row in rows:
        days.pop(row.name, None)
        if row.kind == "date" and row.reminds != "never":
            days[row.name] = DayRule(
                yearly=row.reminds == "yearly",
                ahead=timedelta(days=row.ahead_days),
                label=str(row.labels.get(rules.locale, "")),
            )
    return replace(rules, days=days)


async def _look_at_one(uow: UnitOfWork, client_id: int, rules: DayRules) -> None:
    """Look at one client anew; what reminds of a day that he has no more is dropped."""
    client = await identity.hold(uow, client_id)
    true = set(_near(client.id, client.attributes, uow, rules))
    standing = await uow.session.scalars(
        select(Task)
        .where(
            Task.client_id == client.id,
            Task.kind == "date",
            Task.state.in_(STANDING),
        )
        .order_by(Task.id)
        .with_for_update()
    )
    for row in standing:
        ours = (row.origin or "").startswith(f"date:{client.id}:")
        if ours and row.origin not in true:
            await tasks.set_state(uow, row, "cancelled", rules=rules.tasks)
    await _remind(uow, [(client.id, client.attributes)], rules)


async def _remind(
    uow: UnitOfWork, clients: Sequence[tuple[int, Mapping[str, Any]]], rules: DayRules
) -> None:
    wanted: dict[str, TaskGiven] = {}
    for client_id, attributes in clients:
        wanted |= _near(client_id, attributes, uow, rules)
    if not wanted:
        return
    known = set(
        await uow.session.scalars(select(Task.origin).where(Task.origin.in_(wanted)))
    )
    fresh = {key: given for key, given in wanted.items() if key not in known}
    ids = sorted({given.client_id or 0 for given in fresh.values()})
    held = await identity.hold_all(uow, ids)
    for given in fresh.values():
        client = held.get(given.client_id or 0)
        if client is None or client.merged_into is not None:
            continue
        await tasks.create(
            uow,
            TaskGiven(
                kind="date",
                title=f"{given.title}: {client.name}"[: tasks.MAX_TITLE],
                client_id=client.id,
                assignee_id=await _who_knows_him(uow, client.id),
                due_at=given.due_at,
                all_day=True,
                attribute=given.attribute,
                origin=given.origin,
            ),
            rules=rules.tasks,
        )


def _near(
    client_id: int, attributes: Mapping[str, Any], uow: UnitOfWork, rules: DayRules
) -> dict[str, TaskGiven]:
    """Give what a client's near days want done, by the origin of each."""
    found: dict[str, TaskGiven] = {}
    zone = _zone(attributes.get(rules.zone_attribute)) or rules.zone
    for name, rule in rules.days.items():
        day = read_day(attributes[name]) if attributes.get(name) else None
        if day is None:
            continue
        soon = near(
            day,
            yearly=rule.yearly,
            ahead=rule.ahead,
            now=uow.now,
            morning=rules.morning,
            zone=zone,
        )
        if soon is not None:
            origin = f"date:{client_id}:{name}:{soon.on.isoformat()}"
            found[origin] = TaskGiven(
                kind="date",
                title=rule.label or NAMES.get(rules.locale, {}).get(name, name),
                client_id=client_id,
                due_at=soon.at,
                attribute=name,
                origin=origin,
            )
    return found


async def _who_knows_him(uow: UnitOfWork, client_id: int) -> int | None:
    """Give the agent who had the client's latest matter; None: the team."""
    found: int | None = await uow.session.scalar(
        select(Conversation.assignee_id)
        .join(Account, Account.id == Conversation.assignee_id)
        .where(Conversation.client_id == client_id, Account.active)
        .order_by(Conversation.last_at.desc(), Conversation.id.desc())
        .limit(1)
    )
    if found is None or await assignees.wrong_with(uow.session, found):
        return None
    return found


async def _zones(uow: UnitOfWork, rules: DayRules) -> set[ZoneInfo]:
    """Give all clocks that clients live by, the company's among them."""
    name = rules.zone_attribute
    rows = await uow.session.scalars(
        select(func.distinct(Client.attributes[name].astext)).where(
            Client.attributes.has_key(name)
        )
    )
    zones = {_zone(one) for one in rows}
    return {one for one in zones if one is not None} | {rules.zone}


def _zone(name: object) -> ZoneInfo | None:
    if not isinstance(name, str) or not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
