"""Signatures: an agent's own, or a queue's, with places that are filled in.

A queue's may overrule agents' own; else it stands where an agent has none. What is
sent is kept with the message, so that a later change does not rewrite it.
"""

import html as markup
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from hub.conversations import outgoing
from hub.conversations.events import SignatureChanged
from hub.errors import InvalidError, NotFoundError
from hub.storage.tables import Account, Queue, Signature
from hub.storage.unit import UnitOfWork

#: Letters of a signature, in either form.
LONGEST = 5000
#: What may stand in one, in braces.
PLACES = ("agent.name", "agent.email", "company", "queue.name")
_PLACE = re.compile(r"\{([a-z][a-z_.]{0,30})\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureView:
    """A signature as it is edited."""

    text: str
    html: str
    #: A queue's: it stands below everybody's mails, instead of their own.
    overrules: bool
    updated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A signature with its places filled in."""

    text: str = ""
    #: Empty: made from the text.
    html: str = ""
    #: ``agent``, ``queue``, or empty where there is none.
    whose: str = ""


async def of_account(session: AsyncSession, account_id: int) -> SignatureView:
    """Show an agent's own signature; an empty one if he has none."""
    return _view(await _find(session, Signature.account_id == account_id))


async def of_queue(session: AsyncSession, queue_id: int) -> SignatureView:
    """Show a queue's signature; an empty one if it has none.

    Raises:
        NotFoundError: There is no such queue.
    """
    if await session.get(Queue, queue_id) is None:
        raise NotFoundError(f"queue {queue_id}")
    return _view(await _find(session, Signature.queue_id == queue_id))


async def keep(
    uow: UnitOfWork,
    *,
    text: str,
    html: str = "",
    account_id: int | None = None,
    queue_id: int | None = None,
    overrules: bool = False,
) -> SignatureView:
    """Keep a signature of an agent or of a queue; an empty one is forgotten.

    Raises:
        NotFoundError: There is no such queue.
        InvalidError: It is too long, or a place in it is unknown.
    """
    if queue_id is not None and await uow.session.get(Queue, queue_id) is None:
        raise NotFoundError(f"queue {queue_id}")
    html = outgoing.clean(html)
    text = text.strip("\n").rstrip() or outgoing.says(html)
    _check(text, html)
    owner = {"account_id": account_id, "queue_id": queue_id}
    column = Signature.queue_id if account_id is None else Signature.account_id
    found = await _find(uow.session, column == (queue_id or account_id))
    if _same(found, text, html, overrules=overrules):
        return _view(found)
    if not text:
        await uow.session.execute(
            delete(Signature).where(column == (queue_id or account_id))
        )
        view = _view(None)
    else:
        fresh = {
            "text": text,
            "html": html,
            "overrules": overrules and queue_id is not None,
            "updated_at": uow.now,
        }
        await uow.session.execute(
            insert(Signature)
            .values(**owner, **fresh)
            .on_conflict_do_update(index_elements=[column], set_=fresh)
        )
        view = SignatureView(
            text=text,
            html=html,
            overrules=bool(fresh["overrules"]),
            updated_at=uow.now,
        )
    uow.record(SignatureChanged(account_id=account_id, queue_id=queue_id))
    return view


async def chosen(
    session: AsyncSession, account_id: int | None, queue_id: int, *, company: str
) -> Signed:
    """Give the signature that stands below an agent's mail from a queue."""
    account = await session.get(Account, account_id) if account_id else None
    queue = await session.get(Queue, queue_id)
    ours = await _find(session, Signature.queue_id == queue_id)
    own = (
        await _find(session, Signature.account_id == account_id) if account_id else None
    )
    row, whose = (own, "agent") if own is not None else (ours, "queue")
    if ours is not None and ours.overrules:
        row, whose = ours, "queue"
    if row is None:
        return Signed()
    values = {
        "agent.name": account.name if account else "",
        "agent.email": account.email if account else "",
        "company": company,
        "queue.name": queue.name if queue else "",
    }
    return Signed(
        text=filled(row.text, values),
        html=filled(
            row.html, {name: markup.escape(one) for name, one in values.items()}
        ),
        whose=whose,
    )


def filled(template: str, values: Mapping[str, str]) -> str:
    """Put the values into their places. What is no place of ours stays as it is."""
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), template)


def _check(text: str, html: str) -> None:
    errors: dict[str, str] = {}
    for name, written in (("text", text), ("html", html)):
        if len(written) > LONGEST:
            errors[name] = f"at most {LONGEST} letters"
        elif unknown := set(_PLACE.findall(written)) - set(PLACES):
            known = ", ".join(f"{{{one}}}" for one in PLACES)
            errors[name] = f"{{{min(unknown)}}} is unknown; there are {known}"
    if errors:
        raise InvalidError("signature", errors=errors)


async def _find(session: AsyncSession, whose: object) -> Signature | None:
    found: Signature | None = await session.scalar(
        select(Signature)
        .where(whose)  # type: ignore[arg-type]
        .execution_options(populate_existing=True)
    )
    return found


def _same(row: Signature | None, text: str, html: str, *, overrules: bool) -> bool:
    if row is None:
        return not text
    return (row.text, row.html, row.overrules) == (text, html, overrules)


def _view(row: Signature | None) -> SignatureView:
    if row is None:
        return SignatureView(text="", html="", overrules=False, updated_at=None)
    return SignatureView(
        text=row.text,
        html=row.html,
        overrules=row.overrules,
        updated_at=row.updated_at,
    )
