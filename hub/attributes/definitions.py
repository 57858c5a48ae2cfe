"""Define what is known of clients. Values that are there already stay as they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from hub.attributes.views import AttributeView, FoundName, attribute_view
from hub.collaboration.asking import look_at_all
from hub.errors import ConflictError, InvalidError, NotFoundError, StaleUpdateError
from hub.log.events import Event
from hub.storage.tables import AttributeDefinition
from hub.storage.tables.tags import ATTRIBUTE_KINDS, EDITORS, REMINDS
from hub.storage.unit import UnitOfWork

MAX_NAME = 60
MAX_LABEL = 80
MAX_CHOICES = 100
#: So many definitions there may be.
MOST = 100
MAX_AHEAD = 365
LOCALES = ("uk", "en")
#: Names that are looked for among what is kept, and letters of an example.
_FOUND = 50
_EXAMPLE = 60
_NAMES = text("""
    SELECT one.key AS name, count(*) AS clients, min(one.value #>> '{}') AS example
    FROM clients, jsonb_each(clients.attributes) AS one
    WHERE clients.merged_into IS NULL AND one.key NOT IN
        (SELECT name FROM attribute_definitions)
    GROUP BY one.key ORDER BY count(*) DESC, one.key LIMIT :most
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeGiven:
    """A definition as it is to be."""

    labels: Mapping[str, str]
    kind: str
    choices: Sequence[Mapping[str, Any]] = ()
    required: bool = False
    editors: str = "everyone"
    reminds: str = "never"
    ahead_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeChanged(Event):
    """What is known of clients is defined otherwise."""

    kind: ClassVar[str] = "attribute.changed"
    attribute_id: int
    name: str
    #: ``created``, ``changed``, ``moved`` or ``removed``.
    what: str


async def on_screen(session: AsyncSession) -> list[AttributeView]:
    """List all definitions in the order in which they are shown."""
    rows = await session.scalars(
        select(AttributeDefinition).order_by(
            AttributeDefinition.place, AttributeDefinition.id
        )
    )
    return [attribute_view(row) for row in rows]


async def by_name(session: AsyncSession) -> dict[str, AttributeView]:
    """Give all definitions by name."""
    return {one.name: one for one in await on_screen(session)}


async def found(session: AsyncSession) -> list[FoundName]:
    """List names under which something is kept and that nobody has defined."""
    rows = await session.execute(_NAMES, {"most": _FOUND})
    return [
        FoundName(
            name=row.name, clients=row.clients, example=(row.example or "")[:_EXAMPLE]
        )
        for row in rows
    ]


async def create(uow: UnitOfWork, name: str, given: AttributeGiven) -> AttributeView:
    """Define an attribute; it is shown behind the others.

    Raises:
        InvalidError: Something of it will not do, or there are too many.
        ConflictError: This name is defined.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= MAX_NAME:
        raise InvalidError("name", errors={"name": f"1 to {MAX_NAME} letters"})
    many, last = (
        await uow.session.execute(
            select(func.count(), func.max(AttributeDefinition.place))
        )
    ).one()
    if many >= MOST:
        raise InvalidError("name", errors={"name": f"there are {MOST} already"})
    known = await by_name(uow.session)
    if name in known:
        raise ConflictError(f"“{name}” is defined", attribute=known[name])
    row = AttributeDefinition(
        name=name, place=(last or 0) + 1, revision=0, created_at=uow.now
    )
    _put(row, given)
    uow.session.add(row)
    return await _tell(uow, row, "created")


async def change(
    uow: UnitOfWork, attribute_id: int, given: AttributeGiven, *, revision: int
) -> AttributeView:
    """Define an attribute otherwise. What is kept under it stays as it is.

    Raises:
        NotFoundError: There is none.
        InvalidError: Something of it will not do.
        StaleUpdateError: Somebody changed it meanwhile.
    """
    row = await _locked(uow, attribute_id)
    if row.revision != revision:
        raise StaleUpdateError(
            "somebody changed this meanwhile", attribute=attribute_view(row)
        )
    _put(row, given)
    row.revision += 1
    return await _tell(uow, row, "changed")


async def remove(uow: UnitOfWork, attribute_id: int) -> None:
    """Take a definition away; what is kept under its name stays and is shown.

    Raises:
        NotFoundError: There is none.
    """
    row = await _locked(uow, attribute_id)
    await uow.session.delete(row)
    await uow.session.flush()
    await look_at_all(uow)
    uow.record(
        AttributeChanged(
            attribute_id=row.id,
            name=row.name,
            what="removed",
            state={"attribute": attribute_view(row, deleted=True)},
        )
    )


async def reorder(uow: UnitOfWork, ids: Sequence[int]) -> list[AttributeView]:
    """Show definitions in this order; those that are not named come after.

    Raises:
        NotFoundError: There is no such definition.
    """
    rows = {one: await _locked(uow, one) for one in sorted(set(ids))}
    for place, one in enumerate(dict.fromkeys(ids), start=1):
        row = rows[one]
        if row.place != place:
            row.place = place
            await _tell(uow, row, "moved")
    rest = await uow.session.scalars(
        select(AttributeDefinition)
        .where(AttributeDefinition.id.not_in(rows))
        .order_by(AttributeDefinition.place, AttributeDefinition.id)
        .with_for_update()
    )
    for place, row in enumerate(rest, start=len(rows) + 1):
        if row.place != place:
            row.place = place
            await _tell(uow, row, "moved")
    return await on_screen(uow.session)


async def _locked(uow: UnitOfWork, attribute_id: int) -> AttributeDefinition:
    row = await uow.session.get(
        AttributeDefinition, attribute_id, with_for_update=True, populate_existing=True
    )
    if row is None:
        raise NotFoundError(f"attribute {attribute_id}")
    return row


def _put(row: AttributeDefinition, given: AttributeGiven) -> None:
    labels = _labels(given.labels)
    choices = [
        {
            "value": " ".join(str(one.get("value", "")).split()),
            "labels": _labels(one.get("labels") or {}),
        }
        for one in given.choices
    ]
    errors = _wrong(given, [str(one["value"]) for one in choices])
    if any(len(one) > MAX_LABEL for one in labels.values()):
        errors["labels"] = f"at most {MAX_LABEL} letters"
    if errors:
        raise InvalidError("attribute", errors=errors)
    is_date = given.kind == "date"
    row.labels = labels
    row.kind = given.kind
    row.choices = choices if given.kind == "choice" else []
    row.required = given.required
    row.editors = given.editors
    row.reminds = given.reminds if is_date else "never"
    row.ahead_days = given.ahead_days if row.reminds != "never" else 0


def _wrong(given: AttributeGiven, values: Sequence[str]) -> dict[str, str]:
    errors: dict[str, str] = {}
    for name, said, known in (
        ("kind", given.kind, ATTRIBUTE_KINDS),
        ("editors", given.editors, EDITORS),
        ("reminds", given.reminds, REMINDS),
    ):
        if said not in known:
            errors[name] = f"one of {', '.join(known)}"
    if given.kind == "choice" and not 0 < len(values) <= MAX_CHOICES:
        errors["choices"] = f"1 to {MAX_CHOICES} to choose from"
    elif not all(0 < len(one) <= MAX_LABEL for one in values):
        errors["choices"] = f"each of 1 to {MAX_LABEL} letters"
    elif len(set(values)) < len(values):
        errors["choices"] = "each only once"
    if not 0 <= given.ahead_days <= MAX_AHEAD:
        errors["ahead_days"] = f"0 to {MAX_AHEAD}"
    return errors


def _labels(given: Mapping[str, Any]) -> dict[str, str]:
    labels = {one: " ".join(str(given.get(one) or "").split()) for one in LOCALES}
    return {locale: label for locale, label in labels.items() if label}


async def _tell(uow: UnitOfWork, row: AttributeDefinition, what: str) -> AttributeView:
    await uow.session.flush()
    view = attribute_view(row)
    if what != "moved":
        await look_at_all(uow)
    uow.record(
        AttributeChanged(
            attribute_id=row.id,
            name=row.name,
            what=what,
            state={"attribute": view},
        )
    )
    return view
