"""Push a notice to one browser, if it still waits; forget browsers that are gone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import orjson
import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from hub.errors import InvalidError, NotFoundError, TransientSendError
from hub.notices import encryption, wishes, words
from hub.notices.encryption import PushKeys
from hub.notices.naming import names_of
from hub.storage import due
from hub.storage.database import Database
from hub.storage.due import Claim
from hub.storage.tables import Account, Notification, PushSubscription, TimelineItem
from hub.storage.unit import UnitOfWork

log = structlog.get_logger(__name__)

#: A person has at most so many browsers that take pushes.
MAX_BROWSERS = 20
#: Letters of a message that a push shows.
SHOWN = 120
#: Answers of push services: it is gone, or will never be ours.
_GONE = frozenset({400, 401, 403, 404, 410})
_TAKEN = frozenset(range(200, 300))
#: A push that was not taken is tried again after so long, doubled with each try.
FIRST_RETRY = timedelta(seconds=10)


class PushDoor(Protocol):
    """What can reach push services."""

    async def post(
        self, endpoint: str, *, headers: Mapping[str, str], body: bytes
    ) -> int:
        """Give the HTTP status.

        Raises:
            TransientSendError: There was no answer.
        """

    def check(self, endpoint: str) -> None:
        """Raise InvalidError unless pushes may be sent there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushRules:
    """What pushing needs beside the database, from the settings."""

    keys: PushKeys = field(repr=False)
    door: PushDoor
    #: Where the desk is, for the push to open.
    base_url: str
    company: str
    #: What is read in the desk within this time is not pushed.
    after: timedelta
    #: A push service keeps it so long for a browser that is away.
    good_for: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserView:
    """A browser that takes pushes, without its keys."""

    id: int
    program: str
    created_at: datetime
    #: The end of its address, by which the browser knows itself.
    ending: str


async def browsers(session: AsyncSession, account_id: int) -> list[BrowserView]:
    """List somebody's browsers."""
    rows = await session.scalars(
        select(PushSubscription)
        .where(PushSubscription.account_id == account_id)
        .order_by(PushSubscription.id)
    )
    return [_view(row) for row in rows]


async def subscribe(
    uow: UnitOfWork,
    account_id: int,
    *,
    endpoint: str,
    p256dh: str,
    auth: str,
    program: str,
    door: PushDoor,
) -> BrowserView:
    """Let a browser take pushes for somebody; it takes them for nobody else then.

    Raises:
        InvalidError: Its address or keys will not do, or he has too many browsers.
    """
    door.check(endpoint)
    encryption.check_keys(p256dh, auth)
    held = await browsers(uow.session, account_id)
    if len(held) >= MAX_BROWSERS:
        raise InvalidError("browsers", errors={"endpoint": f"at most {MAX_BROWSERS}"})
    given = {
        "account_id": account_id,
        "p256dh": p256dh,
        "auth": auth,
        "program": program[:300],
        "created_at": uow.now,
    }
    row = await uow.session.scalar(
        insert(PushSubscription)
        .values(endpoint=endpoint, **given)
        .on_conflict_do_update(index_elements=[PushSubscription.endpoint], set_=given)
        .returning(PushSubscription)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise AssertionError
    return _view(row)


async def unsubscribe(uow: UnitOfWork, account_id: int, browser_id: int) -> None:
    """Let a browser take no more pushes.

    Raises:
        NotFoundError: He has no such browser.
    """
    row = await uow.session.get(PushSubscription, browser_id)
    if row is None or row.account_id != account_id:
        raise NotFoundError(f"browser {browser_id}")
    await uow.session.delete(row)


async def push(db: Database, claim: Claim, *, rules: PushRules) -> None:
    """Push a notice to a browser. ``notices.PUSH``'s handler."""
    async with db.read() as session:
        notice = await session.get(Notification, claim.payload["notification_id"])
        browser = await session.get(PushSubscription, claim.payload["subscription_id"])
        if (
            notice is None
            or browser is None
            or notice.read_at is not None
            or browser.account_id != notice.account_id
        ):
            body = None
        elif claim.created_at + rules.after > db.clock():
            await _postpone(db, claim, claim.created_at + rules.after)
            return
        else:
            body = await _body(session, notice, rules)
    if notice is None or browser is None or body is None:
        await _done(db, claim)
        return
    try:
        status = await rules.door.post(
            browser.endpoint,
            headers={
                "Authorization": encryption.word(
                    rules.keys, browser.endpoint, subject=rules.base_url, now=db.clock()
                ),
                "Content-Encoding": "aes128gcm",
                "Content-Type": "application/octet-stream",
                "TTL": str(int(rules.good_for.total_seconds())),
                "Urgency": "high",
            },
            body=encryption.seal(body, p256dh=browser.p256dh, auth=browser.auth),
        )
    except TransientSendError as error:
        log.info("a push was not taken", browser=browser.id, why=str(error))
        await _again(db, claim, rules)
        return
    except InvalidError:
        # Its address may not be reached by the rules of today.
        await _forget(db, claim, browser.id)
        return
    if status in _TAKEN:
        await _done(db, claim, pushed=notice.id)
    elif status in _GONE:
        log.info("a browser is gone", browser=browser.id, status=status)
        await _forget(db, claim, browser.id)
    else:
        log.info("a push was not taken", browser=browser.id, status=status)
        await _again(db, claim, rules)


async def _body(session: AsyncSession, notice: Notification, rules: PushRules) -> bytes:
    account = await session.get_one(Account, notice.account_id)
    his = await wishes.of(session, notice.account_id)
    who, said = "", ""
    if not his.discreet:
        who = (await names_of(session, [notice])).get(notice.id, "")
        item = await session.get(TimelineItem, notice.item_id or 0)
        said = " ".join((item.text if item else "").split())[:SHOWN]
    path = (
        f"/desk/all/{notice.conversation_id}" if notice.conversation_id else "/notices"
    )
    return orjson.dumps(
        {
            "id": notice.id,
            "title": words.headline(
                notice.kind, account.locale, who=who, count=notice.count
            ),
            "body": said or rules.company,
            # The same notice again replaces what is shown.
            "tag": f"notice-{notice.id}",
            "path": path,
        }
    )


async def _postpone(db: Database, claim: Claim, until: datetime) -> None:
    async with db.begin() as uow:
        await due.postpone(uow.session, claim, until=until)


async def _again(db: Database, claim: Claim, rules: PushRules) -> None:
    async with db.begin() as uow:
        if uow.now - claim.created_at > rules.good_for:
            await due.settle(uow.session, claim)
            return
        pause = FIRST_RETRY * 2 ** min(claim.attempts - 1, 8)
        await due.postpone(uow.session, claim, until=uow.now + pause)


async def _done(db: Database, claim: Claim, *, pushed: int | None = None) -> None:
    async with db.begin() as uow:
        await due.settle(uow.session, claim)
        if pushed is not None and (row := await uow.session.get(Notification, pushed)):
            row.pushed_at = uow.now


async def _forget(db: Database, claim: Claim, browser_id: int) -> None:
    async with db.begin() as uow:
        await due.settle(uow.session, claim)
        if row := await uow.session.get(PushSubscription, browser_id):
            await uow.session.delete(row)


def _view(row: PushSubscription) -> BrowserView:
    return BrowserView(
        id=row.id,
        program=row.program,
        created_at=row.created_at,
        ending=row.endpoint[-24:],
    )
