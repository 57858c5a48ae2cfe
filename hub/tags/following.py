"""Saved views and macros name tags: let them follow when a tag is called otherwise."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Text, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.answers.events import MacroChanged
from hub.answers.views import macro_view
from hub.lists.saved_views import ViewKept, list_view
from hub.storage.tables import Macro, SavedView
from hub.storage.unit import UnitOfWork


def replaced(names: list[Any], old: str, new: str) -> list[Any]:
    """Give names with one instead of another, each once. Pure."""
    return list(dict.fromkeys(new if one == old else one for one in names))


def in_filter(part: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    """Give a filter that asks for the new name wherever it asked for the old. Pure."""
    if "of" in part:
        return {**part, "of": [in_filter(one, old, new) for one in part["of"]]}
    if part.get("field") == "tag" and isinstance(part.get("value"), list):
        return {**part, "value": replaced(part["value"], old, new)}
    return dict(part)


def asks_for(part: Mapping[str, Any], name: str) -> bool:
    """Tell whether a filter asks for a tag. Pure."""
    if "of" in part:
        return any(asks_for(one, name) for one in part["of"])
    return part.get("field") == "tag" and name in (part.get("value") or ())


async def follow(uow: UnitOfWork, old: str, new: str) -> None:
    """Let views and macros say the new name."""
    for view in await _views(uow.session, old, lock=True):
        view.filter = in_filter(view.filter, old, new)
        view.updated_at = uow.now
        if view.deleted_at is not None:
            continue
        uow.record(
            ViewKept(
                view_id=view.id,
                account_id=view.account_id,
                shared=view.shared,
                state={"view": list_view(view)},
            )
        )
    for macro in await _macros(uow.session, old, lock=True):
        macro.steps = [_step(one, old, new) for one in macro.steps]
        macro.updated_at = uow.now
        uow.record(
            MacroChanged(
                owner_id=macro.account_id,
                macro_id=macro.id,
                state={"macro": macro_view(macro)},
            )
        )


async def who_names(session: AsyncSession, name: str) -> tuple[int, list[str]]:
    """Count the views that ask for a tag, and name the macros that use it."""
    views = [one for one in await _views(session, name) if one.deleted_at is None]
    macros = [one.title for one in await _macros(session, name)]
    return len(views), macros


async def _views(
    session: AsyncSession, name: str, *, lock: bool = False
) -> list[SavedView]:
    query = (
        select(SavedView)
        .where(cast(SavedView.filter, Text).contains('"tag"'))
        .order_by(SavedView.id)
        .execution_options(populate_existing=True)
    )
    if lock:
        query = query.with_for_update()
    return [one for one in await session.scalars(query) if asks_for(one.filter, name)]


async def _macros(
    session: AsyncSession, name: str, *, lock: bool = False
) -> list[Macro]:
    query = (
        select(Macro)
        .where(Macro.steps.contains([{"do": "tags"}]))
        .order_by(Macro.title, Macro.id)
        .execution_options(populate_existing=True)
    )
    if lock:
        query = query.with_for_update()
    return [
        one
        for one in await session.scalars(query)
        if any(_names(step, name) for step in one.steps)
    ]


def _names(step: Mapping[str, Any], name: str) -> bool:
    return step.get("do") == "tags" and name in (*step["add"], *step["remove"])


def _step(step: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    if step.get("do") != "tags":
        return step
    return {
        **step,
        "add": replaced(step["add"], old, new),
        "remove": replaced(step["remove"], old, new),
    }
