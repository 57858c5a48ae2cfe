"""Views that people keep: their own, and those that are shared with everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.errors import ForbiddenError, InvalidError, NotFoundError
from hub.lists.filters import FilterLimits, Group, dump, parse
from hub.lists.sorting import ORDERS
from hub.log.events import STAFF, Event, account_topic
from hub.storage.tables import SavedView
from hub.storage.unit import UnitOfWork

#: Drawings that a view may be told by.
ICONS = (
    "inbox",
    "flag",
    "clock",
    "alert",
    "user",
    "users",
    "tag",
    "box",
    "van",
    "home",
    "globe",
    "email",
    "sms",
    "phone",
    "form",
    "moon",
    "sun",
    "done",
    "question",
    "calendar",
)
MAX_NAME = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ListView:
    """A view that somebody keeps."""

    id: int
    name: str
    icon: str
    #: Everybody has it.
    shared: bool
    #: Who made it.
    account_id: int
    #: As `docs/lists.md` says.
    filter: dict[str, Any]
    #: How it is sorted until somebody sorts it otherwise for himself.
    sort: str
    place: int
    #: It is there no more; only events say so.
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewGiven:
    """What somebody keeps as a view."""

    name: str
    icon: str
    shared: bool
    filter: dict[str, Any]
    sort: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewRules:
    """What views must keep to, and who changes them."""

    account_id: int
    #: He may share views, and change shared ones.
    may_share: bool
    #: So many of one's own, and so many shared ones.
    most: int
    limits: FilterLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewKept(Event):
    """A view is new, is another now, or stands elsewhere."""

    kind: ClassVar[str] = "view.kept"
    view_id: int
    account_id: int
    shared: bool

    def topics(self) -> tuple[str, ...]:
        """For everybody who has it."""
        return (STAFF if self.shared else account_topic(self.account_id),)


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewDropped(ViewKept):
    """A view is there no more, or not for everybody."""

    kind: ClassVar[str] = "view.dropped"


def list_view(row: SavedView, *, deleted: bool = False) -> ListView:
    """Show a view."""
    return ListView(
        id=row.id,
        name=row.name,
        icon=row.icon,
        shared=row.shared,
        account_id=row.account_id,
        filter=row.filter,
        sort=row.sort,
        place=row.place,
        deleted=deleted,
    )


async def views_of(session: AsyncSession, account_id: int) -> list[ListView]:
    """List the views that an account has: shared ones first, then its own."""
    rows = await session.scalars(
        select(SavedView)
        .where(
            SavedView.deleted_at.is_(None),
            SavedView.shared | (SavedView.account_id == account_id),
        )
        .order_by(SavedView.shared.desc(), SavedView.place, SavedView.id)
    )
    return [list_view(row) for row in rows]


async def access_view(session: AsyncSession, view_id: int, account_id: int) -> ListView:
    """Hand out a view that an account has.

    Raises:
        NotFoundError: There is none, or it is another's own.
    """
    row = await session.get(SavedView, view_id)
    if (
        row is None
        or row.deleted_at
        or not (row.shared or row.account_id == account_id)
    ):
        raise NotFoundError(f"view {view_id}")
    return list_view(row)


def filter_of(view: ListView, limits: FilterLimits) -> Group:
    """Give the filter of a view.

    Raises:
        InvalidError: It was kept when more was allowed.
    """
    return parse(view.filter, limits)


async def create(uow: UnitOfWork, given: ViewGiven, *, rules: ViewRules) -> ListView:
    """Keep a new view, behind the others.

    Raises:
        InvalidError: Something about it is wrong, or there are too many.
        ForbiddenError: It is to be shared, and its maker may not.
    """
    _may(given.shared, rules)
    fields = _checked(given, rules)
    others = select(SavedView).where(SavedView.deleted_at.is_(None))
    among = (
        others.where(SavedView.shared)
        if given.shared
        else others.where(
            SavedView.account_id == rules.account_id, SavedView.shared.is_(False)
        )
    ).subquery()
    many, last = (
        await uow.session.execute(
            select(func.count(), func.coalesce(func.max(among.c.place), 0))
        )
    ).one()
    if many >= rules.most:
        raise InvalidError("views", errors={"name": f"there are {rules.most} already"})
    row = SavedView(
        account_id=rules.account_id,
        place=last + 1,
        created_at=uow.now,
        updated_at=uow.now,
        **fields,
    )
    uow.session.add(row)
    await uow.session.flush()
    _tell(uow, row)
    return list_view(row)


async def change(
    uow: UnitOfWork, view_id: int, given: ViewGiven, *, rules: ViewRules
) -> ListView:
    """Make a view another one.

    Raises:
        NotFoundError: There is none.
        InvalidError: Something about it is wrong.
        ForbiddenError: It is or will be shared, and he may not.
    """
    row = await _held(uow, view_id, rules)
    _may(given.shared, rules)
    fields = _checked(given, rules)
    if row.shared and not given.shared:
        # Whoever had it loses it; whose it is gets it back by what follows.
        _drop(uow, row)
    for name, value in fields.items():
        setattr(row, name, value)
    row.updated_at = uow.now
    await uow.session.flush()
    _tell(uow, row)
    return list_view(row)


async def delete(uow: UnitOfWork, view_id: int, *, rules: ViewRules) -> None:
    """Take a view away; ``restore`` brings it back.

    Raises:
        NotFoundError: There is none.
        ForbiddenError: It is shared, and he may not.
    """
    row = await _held(uow, view_id, rules)
    row.deleted_at = uow.now
    _drop(uow, row)


async def restore(uow: UnitOfWork, view_id: int, *, rules: ViewRules) -> ListView:
    """Bring a view back that was taken away; one that is there stays.

    Raises:
        NotFoundError: There never was one.
        ForbiddenError: It is shared, and he may not.
    """
    row = await _held(uow, view_id, rules, deleted=True)
    if row.deleted_at is not None:
        row.deleted_at = None
        await uow.session.flush()
        _tell(uow, row)
    return list_view(row)


async def reorder(
    uow: UnitOfWork, ids: Sequence[int], *, rules: ViewRules
) -> list[ListView]:
    """Put views into this order, those that are shared among the shared.

    Raises:
        NotFoundError: There is no such view.
        ForbiddenError: A shared one would move, and he may not.
    """
    rows = [await _held(uow, one, rules, reads=True) for one in dict.fromkeys(ids)]
    for place, row in enumerate(rows, start=1):
        if row.place != place:
            _may(row.shared, rules)
            row.place = place
            _tell(uow, row)
    await uow.session.flush()
    return await views_of(uow.session, rules.account_id)


async def _held(
    uow: UnitOfWork,
    view_id: int,
    rules: ViewRules,
    *,
    deleted: bool = False,
    reads: bool = False,
) -> SavedView:
    row: SavedView | None = await uow.session.get(
        SavedView, view_id, with_for_update=True, populate_existing=True
    )
    known = row is not None and (row.shared or row.account_id == rules.account_id)
    if row is None or not known or (row.deleted_at and not deleted):
        raise NotFoundError(f"view {view_id}")
    if not reads:
        _may(row.shared, rules)
    return row


def _may(shared: bool, rules: ViewRules) -> None:
    if shared and not rules.may_share:
        raise ForbiddenError("shared views are changed by who may share", right="views")


def _checked(given: ViewGiven, rules: ViewRules) -> dict[str, Any]:
    name = " ".join(given.name.split())
    errors = {}
    if not 0 < len(name) <= MAX_NAME:
        errors["name"] = f"must have 1 to {MAX_NAME} letters"
    if given.icon not in ICONS:
        errors["icon"] = f"must be one of {', '.join(ICONS)}"
    if given.sort not in ORDERS:
        errors["sort"] = f"must be one of {', '.join(ORDERS)}"
    if errors:
        raise InvalidError(", ".join(errors), errors=errors)
    return {
        "name": name,
        "icon": given.icon,
        "shared": given.shared,
        "filter": dump(parse(given.filter, rules.limits)),
        "sort": given.sort,
    }


def _tell(uow: UnitOfWork, row: SavedView) -> None:
    uow.record(
        ViewKept(
            view_id=row.id,
            account_id=row.account_id,
            shared=row.shared,
            state={"view": list_view(row)},
        )
    )


def _drop(uow: UnitOfWork, row: SavedView) -> None:
    uow.record(
        ViewDropped(
            view_id=row.id,
            account_id=row.account_id,
            shared=row.shared,
            state={"view": list_view(row, deleted=True)},
        )
    )
