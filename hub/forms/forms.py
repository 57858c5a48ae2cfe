"""Make and change forms, and hand them out by their names."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from config.settings import FormSettings
from hub.contracts import FormDefinition
from hub.errors import (
    ConflictError,
    InvalidError,
    NotFoundError,
    StaleUpdateError,
    StateError,
)
from hub.forms.definitions import NAME, bounded, check, dump, load, tidy
from hub.forms.events import FormChanged
from hub.forms.views import FormView, form_view
from hub.storage.tables import Form, FormAnswer, FormVersion, Queue
from hub.storage.unit import UnitOfWork

#: Versions of one form that people may still have open, the newest ones.
EARLIER = 20
#: Whoever makes a form sees how many there are.
_LOCK = text("SELECT pg_advisory_xact_lock(7302521)")


async def access_form(
    session: AsyncSession, name: str, *, settings: FormSettings, since: datetime
) -> FormDefinition:
    """Hand out a form with the versions that people may still have open.

    Forms are public: whoever knows the name may see one that is active. The caller
    decides what an archived one is still good for.

    Args:
        session: Any session.
        name: Its name.
        settings: What the hub allows.
        since: Pages that were opened before it are too old to be sent.

    Raises:
        NotFoundError: There is none.
    """
    # Anybody may ask for anything; what is no name is not asked of the database.
    found = select(Form).where(Form.name == name)
    row = await session.scalar(found) if NAME.fullmatch(name) else None
    if row is None:
        raise NotFoundError(f"form {name!r}")
    ended = await session.scalars(
        select(FormVersion)
        .where(
            FormVersion.form_id == row.id,
            FormVersion.ended_at > since,
        )
        .order_by(FormVersion.version.desc())
        .limit(EARLIER)
    )
    form = _definition(row)
    earlier = tuple(
        bounded(load(one.definition, name=name, version=one.version), settings)
        for one in ended
    )
    return replace(bounded(form, settings), earlier=earlier)


async def page(
    session: AsyncSession, *, limit: int, after: int | None = None
) -> list[FormView]:
    """List forms, the oldest first."""
    wanted = select(Form).order_by(Form.id).limit(limit)
    if after is not None:
        wanted = wanted.where(Form.id > after)
    return await _shown(session, list(await session.scalars(wanted)))


async def show(session: AsyncSession, form_id: int) -> FormView:
    """Show one form.

    Raises:
        NotFoundError: There is none.
    """
    row = await session.get(Form, form_id)
    if row is None:
        raise NotFoundError(f"form {form_id}")
    (view,) = await _shown(session, [row])
    return view


async def create(
    uow: UnitOfWork, form: FormDefinition, *, settings: FormSettings
) -> FormView:
    """Make a form.

    Raises:
        InvalidError: It cannot work, or there are too many.
        ConflictError: There is one of this name.
    """
    form = tidy(form)
    check(form, settings)
    await uow.session.execute(_LOCK)
    if await _count(uow.session) >= settings.max_forms:
        raise InvalidError(
            "forms", errors={"forms": f"at most {settings.max_forms} forms"}
        )
    await _check_queue(uow, form.queue_id)
    if await uow.session.scalar(select(Form.id).where(Form.name == form.name)):
        raise ConflictError(f"there is a form {form.name!r}", name=form.name)
    row = Form(
        name=form.name,
        version=1,
        active=form.active,
        definition=dump(form),
        queue_id=form.queue_id,
        created_at=uow.now,
        updated_at=uow.now,
        updated_by=_account(uow),
    )
    uow.session.add(row)
    await uow.session.flush()
    return _tell(uow, row, "created")


async def change(
    uow: UnitOfWork,
    form_id: int,
    form: FormDefinition,
    *,
    settings: FormSettings,
) -> FormView:
    """Make a form other than it is; its present version is kept for who has it open.

    Args:
        uow: The unit.
        form_id: Which.
        form: What it is to be like; ``version`` is the one that its author saw.
        settings: What the hub allows.

    Raises:
        NotFoundError: There is none.
        StaleUpdateError: Somebody changed it meanwhile; ``details["form"]`` is how it
            stands now.
        InvalidError: It cannot work.
    """
    row = await uow.session.scalar(
        select(Form).where(Form.id == form_id).with_for_update()
    )
    if row is None:
        raise NotFoundError(f"form {form_id}")
    if form.version != row.version:
        (now,) = await _shown(uow.session, [row])
        raise StaleUpdateError("somebody changed this form meanwhile", form=now)
    form = tidy(replace(form, name=row.name))
    check(form, settings)
    if form.queue_id != row.queue_id:
        await _check_queue(uow, form.queue_id)
    was, wanted = row.active, dump(form)
    if wanted != dump(_definition(row)):
        uow.session.add(
            FormVersion(
                form_id=row.id,
                version=row.version,
                definition=row.definition,
                ended_at=uow.now,
            )
        )
        row.definition = wanted
    elif (form.active, form.queue_id) == (was, row.queue_id):
        (now,) = await _shown(uow.session, [row])
        return now
    row.version += 1
    row.active = form.active
    row.queue_id = form.queue_id
    row.updated_at = uow.now
    row.updated_by = _account(uow)
    await uow.session.flush()
    turned = "restored" if row.active else "archived"
    _tell(uow, row, "changed" if was == row.active else turned)
    (view,) = await _shown(uow.session, [row])
    return view


async def remove(uow: UnitOfWork, form_id: int) -> None:
    """Remove a form by which nothing came in.

    Raises:
        NotFoundError: There is none.
        StateError: Something came in by it; archive it.
    """
    row = await uow.session.scalar(
        select(Form).where(Form.id == form_id).with_for_update()
    )
    if row is None:
        raise NotFoundError(f"form {form_id}")
    used = await uow.session.scalar(
        select(FormAnswer.item_id).where(FormAnswer.form_id == form_id).limit(1)
    )
    if used is not None:
        raise StateError("something came in by it; archive it", form=row.name)
    await uow.session.execute(delete(FormVersion).where(FormVersion.form_id == form_id))
    await uow.session.execute(delete(Form).where(Form.id == form_id))
    uow.record(
        FormChanged(form_id=form_id, name=row.name, version=row.version, how="removed")
    )


async def seed(
    uow: UnitOfWork, forms: Sequence[FormDefinition], *, settings: FormSettings
) -> None:
    """Put the forms of the settings in, those that are not there. Once for each name.

    What somebody changed or archived since stays as it is.
    """
    known = set(await uow.session.scalars(select(Form.name)))
    for form in forms:
        if form.name in known:
            continue
        form = tidy(bounded(form, settings))  # noqa: PLW2901 - the same form, within limits
        check(form, settings)
        made = await uow.session.scalar(
            insert(Form)
            .values(
                name=form.name,
                version=1,
                active=True,
                definition=dump(form),
                created_at=uow.now,
                updated_at=uow.now,
            )
            # Another process may begin at the same moment.
            .on_conflict_do_nothing()
            .returning(Form)
        )
        if made is not None:
            _tell(uow, made, "created")


async def _shown(session: AsyncSession, rows: Sequence[Form]) -> list[FormView]:
    counted = await session.execute(
        select(FormAnswer.form_id, func.count(), func.max(FormAnswer.at))
        .where(FormAnswer.form_id.in_([row.id for row in rows]))
        .group_by(FormAnswer.form_id)
    )
    sums = {form_id: (count, last) for form_id, count, last in counted}
    return [
        form_view(row, submissions=count, last_at=last)
        for row in rows
        for count, last in [sums.get(row.id, (0, None))]
    ]


async def _count(session: AsyncSession) -> int:
    return await session.scalar(select(func.count()).select_from(Form)) or 0


async def _check_queue(uow: UnitOfWork, queue_id: int | None) -> None:
    if queue_id is not None and await uow.session.get(Queue, queue_id) is None:
        raise InvalidError("queue_id", errors={"queue_id": "there is no such queue"})


def _definition(row: Form) -> FormDefinition:
    return load(
        row.definition,
        name=row.name,
        version=row.version,
        active=row.active,
        queue_id=row.queue_id,
    )


def _account(uow: UnitOfWork) -> int | None:
    return uow.actor.id if uow.actor.kind in {"agent", "program"} else None


def _tell(uow: UnitOfWork, row: Form, how: str) -> FormView:
    view = form_view(row)
    uow.record(FormChanged(form_id=row.id, name=row.name, version=row.version, how=how))
    return view
