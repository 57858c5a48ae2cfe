"""Ready answers: kept, changed, dropped, taken."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from sqlalchemy import case, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from hub.answers import files, places
from hub.answers.events import CannedChanged, CannedDropped
from hub.answers.views import CannedText, CannedView, canned_view
from hub.conversations import outgoing
from hub.errors import InvalidError, NotFoundError
from hub.storage.tables import CannedAnswer, CannedUse, Macro
from hub.storage.unit import UnitOfWork

MAX_TITLE = 100
MAX_FOLDER = 60
#: Letters of one variant, in either form.
MAX_TEXT = 20_000
MAX_FILES = 10
#: All that a screen takes at once.
MOST = 2000
LOCALES = ("uk", "en")
#: Kinds of channels that an answer may be kept to.
CHANNELS = ("email", "sms", "whatsapp")


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedGiven:
    """A ready answer as it is to be."""

    title: str
    texts: Sequence[CannedText]
    folder: str = ""
    channels: Sequence[str] = ()
    #: Files of it that stay, and uploads that join them.
    attachment_ids: Sequence[int] = field(default_factory=tuple)


async def of_account(session: AsyncSession, account_id: int) -> list[CannedView]:
    """Show the team's and one's own, those first that one takes most."""
    rows = list(
        await session.scalars(
            select(CannedAnswer)
            .where(_visible(account_id))
            .order_by(CannedAnswer.id)
            .limit(MOST)
        )
    )
    uses = await _uses(session, account_id)
    kept = await files.of(session, [one.id for one in rows])
    views = [canned_view(one, kept.get(one.id, ()), uses) for one in rows]
    return sorted(views, key=lambda one: (-one.used_by_me, -one.used, one.title))


async def access(
    session: AsyncSession, answer_id: int, account_id: int
) -> CannedAnswer:
    """Hand out a ready answer that an account may take.

    Raises:
        NotFoundError: There is none, or it is another's own.
    """
    row: CannedAnswer | None = await session.scalar(
        select(CannedAnswer).where(CannedAnswer.id == answer_id, _visible(account_id))
    )
    if row is None:
        raise NotFoundError(f"ready answer {answer_id}")
    return row


async def create(
    uow: UnitOfWork, given: CannedGiven, *, maker_id: int, owner_id: int | None
) -> CannedView:
    """Keep a new ready answer.

    Args:
        uow: The unit.
        given: What it says.
        maker_id: Whose uploads may go along.
        owner_id: Whose own it is; None: the team's.

    Raises:
        InvalidError: Something of it will not do.
    """
    row = CannedAnswer(account_id=owner_id, created_at=uow.now)
    _put(row, given, uow)
    uow.session.add(row)
    await uow.session.flush()
    return await _told(uow, row, given, maker_id)


async def change(
    uow: UnitOfWork, answer_id: int, given: CannedGiven, *, maker_id: int
) -> CannedView:
    """Let a ready answer say something else. Who may, is asked before.

    Raises:
        NotFoundError: There is none.
        InvalidError: Something of it will not do.
    """
    row = await access(uow.session, answer_id, maker_id)
    await uow.session.refresh(row, with_for_update=True)
    _put(row, given, uow)
    await uow.session.flush()
    return await _told(uow, row, given, maker_id)


async def drop(uow: UnitOfWork, answer_id: int, *, maker_id: int) -> None:
    """Forget a ready answer.

    Raises:
        NotFoundError: There is none.
        InvalidError: A macro needs it.
    """
    row = await access(uow.session, answer_id, maker_id)
    needs = await uow.session.scalar(
        select(Macro.title)
        .where(Macro.steps.contains([{"do": "answer", "canned_id": row.id}]))
        .limit(1)
    )
    if needs is not None:
        raise InvalidError(
            "ready answer", errors={"answer": f"the macro “{needs}” needs it"}
        )
    await files.keep(uow, row.id, (), maker_id)
    await uow.session.execute(delete(CannedAnswer).where(CannedAnswer.id == row.id))
    uow.record(CannedDropped(owner_id=row.account_id, answer_id=row.id))


async def count(uow: UnitOfWork, answer_id: int, account_id: int) -> None:
    """Count that somebody took it.

    Raises:
        NotFoundError: There is none.
    """
    await access(uow.session, answer_id, account_id)
    row = insert(CannedUse).values(
        answer_id=answer_id, account_id=account_id, count=1, at=uow.now
    )
    await uow.session.execute(
        row.on_conflict_do_update(
            index_elements=["answer_id", "account_id"],
            set_={"count": CannedUse.count + 1, "at": uow.now},
        )
    )


def variant(row: CannedAnswer, *locales: str | None) -> CannedText:
    """Choose the text: in the first of these languages that there is, or any."""
    texts = [CannedText(**one) for one in row.texts]
    for locale in locales:
        for one in texts:
            if one.locale == locale:
                return one
    return texts[0]


def _visible(account_id: int):  # type: ignore[no-untyped-def] # noqa: ANN202 - SQL
    return or_(CannedAnswer.account_id.is_(None), CannedAnswer.account_id == account_id)


async def _uses(session: AsyncSession, account_id: int) -> dict[int, tuple[int, int]]:
    mine = case((CannedUse.account_id == account_id, CannedUse.count), else_=0)
    rows = await session.execute(
        select(CannedUse.answer_id, func.sum(CannedUse.count), func.sum(mine)).group_by(
            CannedUse.answer_id
        )
    )
    return {answer: (int(used), int(own)) for answer, used, own in rows}


async def _told(
    uow: UnitOfWork, row: CannedAnswer, given: CannedGiven, maker_id: int
) -> CannedView:
    if len(given.attachment_ids) > MAX_FILES:
        raise InvalidError(
            "files", errors={"attachment_ids": f"at most {MAX_FILES} files"}
        )
    await files.keep(uow, row.id, given.attachment_ids, maker_id)
    kept = await files.of(uow.session, [row.id])
    view = canned_view(
        row, kept.get(row.id, ()), await _uses(uow.session, row.account_id or 0)
    )
    uow.record(
        CannedChanged(owner_id=row.account_id, answer_id=row.id, state={"canned": view})
    )
    return view


def _put(row: CannedAnswer, given: CannedGiven, uow: UnitOfWork) -> None:
    title, folder = _line(given.title), _line(given.folder)
    texts = [_clean(one) for one in given.texts]
    errors: dict[str, str] = {}
    if not 0 < len(title) <= MAX_TITLE:
        errors["title"] = f"1 to {MAX_TITLE} letters"
    if len(folder) > MAX_FOLDER:
        errors["folder"] = f"at most {MAX_FOLDER} letters"
    if wrong := set(given.channels) - set(CHANNELS):
        errors["channels"] = f"{min(wrong)} is none of {', '.join(CHANNELS)}"
    errors |= _wrong(texts)
    if errors:
        raise InvalidError("ready answer", errors=errors)
    row.title, row.folder = title, folder
    row.channels = [one for one in CHANNELS if one in given.channels]
    row.texts = [asdict(one) for one in texts]
    row.updated_at = uow.now


def _wrong(texts: Sequence[CannedText]) -> dict[str, str]:
    locales = [one.locale for one in texts]
    if not texts or not any(one.text.strip() for one in texts):
        return {"texts": "there is nothing to say"}
    if len(set(locales)) < len(locales) or set(locales) - set(LOCALES):
        return {"texts": f"one text for each of {', '.join(LOCALES)}"}
    for one in texts:
        if not one.text.strip():
            return {"texts": "a language without a text"}
        whole = f"{one.subject}{one.text}{one.html}"
        if max(len(one.text), len(one.html)) > MAX_TEXT:
            return {"texts": f"at most {MAX_TEXT} letters"}
        if wrong := places.unknown(whole):
            known = ", ".join(f"{{{place}}}" for place in places.PLACES)
            return {"texts": f"{{{wrong[0]}}} is unknown; there are {known}"}
    return {}


def _clean(one: CannedText) -> CannedText:
    html = outgoing.clean(one.html) if one.html.strip() else ""
    return CannedText(
        locale=one.locale,
        subject=_line(one.subject),
        text=outgoing.says(html) if html else one.text.strip("\n").rstrip(),
        html=html,
    )


def _line(text: str) -> str:
    return " ".join(text.split())
