"""Macros: kept, changed, dropped."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.access import assignees
from hub.answers import canned, steps
from hub.answers.events import MacroChanged, MacroDropped
from hub.answers.views import MacroView, macro_view
from hub.errors import InvalidError, NotFoundError
from hub.storage.tables import Macro, Queue
from hub.storage.unit import UnitOfWork
from hub.tags.known import New, named

MAX_TITLE = 100
#: All that a screen takes at once.
MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class MacroGiven:
    """A macro as it is to be."""

    title: str
    steps: Sequence[steps.Step]
    #: What is done with a tag that there is not.
    new_tags: New = "make"


async def of_account(session: AsyncSession, account_id: int) -> list[MacroView]:
    """Show the team's and one's own, those first that are run most."""
    rows = await session.scalars(
        select(Macro)
        .where(or_(Macro.account_id.is_(None), Macro.account_id == account_id))
        .order_by(Macro.used.desc(), Macro.title, Macro.id)
        .limit(MOST)
    )
    return [macro_view(one) for one in rows]


async def access(session: AsyncSession, macro_id: int, account_id: int) -> Macro:
    """Hand out a macro that an account may run.

    Raises:
        NotFoundError: There is none, or it is another's own.
    """
    row = await session.get(Macro, macro_id, populate_existing=True)
    if row is None or row.account_id not in {None, account_id}:
        raise NotFoundError(f"macro {macro_id}")
    return row


async def create(
    uow: UnitOfWork, given: MacroGiven, *, maker_id: int, owner_id: int | None
) -> MacroView:
    """Keep a new macro; it is the team's without ``owner_id``.

    Raises:
        InvalidError: A step will not do.
    """
    row = Macro(account_id=owner_id, created_at=uow.now, used=0)
    await _put(uow, row, given, maker_id)
    uow.session.add(row)
    await uow.session.flush()
    return _told(uow, row)


async def change(
    uow: UnitOfWork, macro_id: int, given: MacroGiven, *, maker_id: int
) -> MacroView:
    """Let a macro do something else. Who may, is asked before.

    Raises:
        NotFoundError: There is none.
        InvalidError: A step will not do.
    """
    row = await access(uow.session, macro_id, maker_id)
    await _put(uow, row, given, maker_id)
    await uow.session.flush()
    return _told(uow, row)


async def drop(uow: UnitOfWork, macro_id: int, *, maker_id: int) -> None:
    """Forget a macro; what it did stays, and can be taken back still.

    Raises:
        NotFoundError: There is none.
    """
    row = await access(uow.session, macro_id, maker_id)
    await uow.session.execute(delete(Macro).where(Macro.id == row.id))
    uow.record(MacroDropped(owner_id=row.account_id, macro_id=row.id))


def _told(uow: UnitOfWork, row: Macro) -> MacroView:
    view = macro_view(row)
    uow.record(
        MacroChanged(owner_id=row.account_id, macro_id=row.id, state={"macro": view})
    )
    return view


async def _put(uow: UnitOfWork, row: Macro, given: MacroGiven, maker_id: int) -> None:
    title = " ".join(given.title.split())
    if not 0 < len(title) <= MAX_TITLE:
        raise InvalidError("macro", errors={"title": f"1 to {MAX_TITLE} letters"})
    kept = steps.check(given.steps)
    for number, step in enumerate(kept):
        if problem := await _wrong(uow, row, step, maker_id):
            raise InvalidError("steps", errors={f"steps.{number}": problem})
        if step["do"] == "tags":
            step["add"] = await named(uow, step["add"], new=given.new_tags)
    row.title, row.steps, row.updated_at = title, kept, uow.now


async def _wrong(
    uow: UnitOfWork, row: Macro, step: dict[str, Any], maker_id: int
) -> str:
    """Say what is wrong with what a step names, or nothing."""
    match step:
        case {"do": "answer", "canned_id": answer_id}:
            try:
                answer = await canned.access(uow.session, answer_id, maker_id)
            except NotFoundError:
                return "no such ready answer"
            if row.account_id is None and answer.account_id is not None:
                return "the team's macro needs a ready answer of the team's"
        case {"do": "queue", "queue_id": queue_id}:
            if await uow.session.get(Queue, queue_id) is None:
                return "no such queue"
        case {"do": "assign", "to": int(account_id)}:
            return await assignees.wrong_with(uow.session, account_id)
        case _:
            pass
    return ""
