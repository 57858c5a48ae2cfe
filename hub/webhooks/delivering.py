"""Send the log on to endpoints, each its events in order.

An endpoint has one due row, so one worker at a time has it in hand, and a later event
never overtakes an earlier one. The row wakes when the log grows; it waits, by
``retries.py``, while the endpoint does not take what it is sent. A worker that dies
after the endpoint took an event sends it again: receivers go by its number.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import orjson
from sqlalchemy import delete, select, text

from hub.access import roles
from hub.access.rights import Right
from hub.conversations.notices import notify
from hub.errors import CursorLostError
from hub.log.audience import Viewer
from hub.log.events import STAFF
from hub.log.feed import Logged
from hub.log.pull import pull
from hub.storage import due
from hub.storage.database import Database
from hub.storage.due import Claim
from hub.storage.tables import Account, Webhook, WebhookTry
from hub.storage.unit import UnitOfWork
from hub.webhooks.events import WebhookDisabled
from hub.webhooks.retries import Answer, Verdict, gives_up, pause, verdict
from hub.webhooks.signing import HEADER, secret_of, signature
from hub.webhooks.views import DELIVER, key

#: Events that one claim sends, and for how long it does; then others have their turn.
AT_ONCE = 200
TURN = timedelta(seconds=5)
#: Tries that are kept of each endpoint.
KEPT = 50
#: Characters of an answer that are kept.
EXCERPT = 500

#: Sends one request; never raises for what the other side does.
Post = Callable[[str, bytes, Mapping[str, str]], Awaitable[Answer]]

_EVERYBODY = Viewer(frozenset({STAFF}))
_ASKED_FOR = text("SELECT EXISTS (SELECT FROM webhooks WHERE disabled_at IS NULL)")
# Whoever is behind and not woken yet; who waits after a failure has his row.
_WAKE = text("""
    INSERT INTO due_rows (kind, key, payload, due_at, created_at)
    SELECT CAST(:kind AS text), CAST(:kind AS text) || ':' || id,
           jsonb_build_object('webhook_id', id),
           CAST(:now AS timestamptz), CAST(:now AS timestamptz)
    FROM webhooks
    WHERE disabled_at IS NULL AND cursor < (SELECT seq FROM log_head)
    ORDER BY id
    ON CONFLICT (key) DO NOTHING
    RETURNING 1
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What sending needs."""

    db: Database
    post: Post
    #: The hub's key for webhooks.
    signing_key: bytes = field(repr=False)
    #: An endpoint that fails for so long is turned off.
    patience: timedelta
    #: How long a claim stands.
    lease: timedelta


async def is_asked_for(db: Database) -> bool:
    """Tell whether any endpoint wants to be sent anything."""
    async with db.engine.connect() as connection:
        return bool(await connection.scalar(_ASKED_FOR))


async def wake(db: Database) -> int:
    """Leave a due row for every endpoint that the log has gone beyond."""
    async with db.begin() as uow:
        rows = await uow.session.execute(_WAKE, {"kind": DELIVER, "now": uow.now})
        woken = len(rows.all())
        uow.owes = woken > 0
    return woken


async def deliver(claim: Claim, *, sending: Sending) -> None:
    """Send an endpoint what is next. A job's handler."""
    db = sending.db
    # Less than the lease: what is on its way when that ends would be sent twice.
    until = claim.lease_until - sending.lease + TURN
    async with db.read() as session:
        webhook = await session.get(Webhook, claim.payload["webhook_id"])
        if webhook is None or webhook.disabled_at is not None:
            found = None
        else:
            try:
                found = await pull(
                    session,
                    _EVERYBODY,
                    webhook.cursor,
                    kinds=webhook.kinds or None,
                    limit=AT_ONCE,
                )
            except CursorLostError:
                found = None
    if webhook is None or webhook.disabled_at is not None:
        await db.run(lambda uow: due.settle(uow.session, claim))
        return
    if found is None:
        await _skip_what_is_lost(db, webhook)
        return
    attempt = claim.attempts
    for event in found.events:
        if db.clock() >= until:
            await _again(db, claim)
            return
        answer = await _send(sending, webhook, event, attempt)
        if not await _settle_one(
            sending, claim, webhook, event, answer=answer, attempt=attempt
        ):
            return
        attempt = 1
    await _rest(db, claim, webhook, found.cursor, more=found.more)


async def send_test(claim: Claim, *, sending: Sending) -> None:
    """Send an endpoint something that means nothing. A job's handler."""
    db = sending.db
    async with db.read() as session:
        webhook = await session.get(Webhook, claim.payload["webhook_id"])
    if webhook is not None:
        body = {
            "seq": None,
            "kind": "webhook.test",
            "at": db.clock().isoformat(),
            "actor": {"kind": "system", "id": None, "name": ""},
            "client_id": None,
            "conversation_id": None,
            "data": {"webhook_id": webhook.id},
            "state": {},
        }
        test = Logged(0, "webhook.test", (), orjson.dumps(body).decode())
        answer = await _send(sending, webhook, test, 1)

    async def settle(uow: UnitOfWork) -> None:
        if webhook is not None and await _is_there(uow, webhook.id):
            await _note(uow, webhook.id, test.kind, answer, seq=None, attempt=1)
        await due.settle(uow.session, claim)

    await db.run(settle)


async def _send(
    sending: Sending, webhook: Webhook, event: Logged, attempt: int
) -> Answer:
    now = sending.db.clock()
    numbers = [webhook.secret_no]
    if webhook.old_until is not None and webhook.old_until > now:
        numbers.append(webhook.secret_no - 1)
    body = event.wire.encode()
    secrets = [
        secret_of(sending.signing_key, webhook.id, webhook.salt, number)
        for number in numbers
    ]
    headers = {
        "Content-Type": "application/json",
        "Rozmova-Webhook": str(webhook.id),
        "Rozmova-Event": event.kind,
        "Rozmova-Seq": str(event.seq),
        "Rozmova-Attempt": str(attempt),
        HEADER: signature(body, secrets, now),
    }
    return await sending.post(webhook.url, body, headers)


async def _settle_one(
    sending: Sending,
    claim: Claim,
    webhook: Webhook,
    event: Logged,
    *,
    answer: Answer,
    attempt: int,
) -> bool:
    """Write down how one event fared; tell whether to go on with the next one."""

    async def settle(uow: UnitOfWork) -> bool:
        # The endpoint before its due row, as everybody who changes it takes them.
        row = await uow.session.get(Webhook, webhook.id, with_for_update=True)
        if not await due.holds(uow.session, claim):
            return False
        if row is None or row.cursor != webhook.cursor or row.url != webhook.url:
            # Changed while we were away: begin anew from what it says now.
            await due.postpone(uow.session, claim, until=uow.now)
            uow.owes = True
            return False
        await _note(uow, row.id, event.kind, answer, seq=event.seq, attempt=attempt)
        told = verdict(answer)
        if told is Verdict.TAKEN:
            row.cursor = event.seq
            row.failing_since = None
            return True
        row.failing_since = row.failing_since or uow.now
        if told is Verdict.GONE:
            await _disable(uow, row, claim, "gone")
        elif gives_up(row.failing_since, uow.now, sending.patience):
            await _disable(uow, row, claim, "failed")
        else:
            await due.postpone(
                uow.session,
                claim,
                until=uow.now + pause(attempt),
                error=f"HTTP {answer.status}" if answer.status else answer.text,
            )
        return False

    goes_on = await sending.db.run(settle)
    if goes_on:
        webhook.cursor = event.seq
    return goes_on


async def _disable(uow: UnitOfWork, row: Webhook, claim: Claim, because: str) -> None:
    row.disabled_at = uow.now
    row.disabled_because = because
    row.revision += 1
    await due.settle(uow.session, claim)
    uow.record(WebhookDisabled(webhook_id=row.id, name=row.name, because=because))
    told = await roles.with_right(uow.session, Right.WEBHOOKS)
    for account_id in await uow.session.scalars(
        select(Account.id).where(Account.active, Account.role.in_(told))
    ):
        await notify(uow, account_id, "webhook_disabled", None, about=row.name)


async def _rest(
    db: Database, claim: Claim, webhook: Webhook, cursor: int, *, more: bool
) -> None:
    """All is sent that was for it: go on later, or wait for the log to grow."""

    async def settle(uow: UnitOfWork) -> None:
        row = await uow.session.get(Webhook, webhook.id, with_for_update=True)
        if not await due.holds(uow.session, claim):
            return
        if row is not None and row.cursor == webhook.cursor:
            row.cursor = cursor
        if row is not None and (more or row.cursor != cursor):
            await _restart(uow, row.id)
        else:
            await due.settle(uow.session, claim)

    await db.run(settle)


async def _skip_what_is_lost(db: Database, webhook: Webhook) -> None:
    """Go on where the log begins: what is older has gone from it."""

    async def settle(uow: UnitOfWork) -> None:
        row = await uow.session.get(Webhook, webhook.id, with_for_update=True)
        if row is not None:
            seq, floor = (
                await uow.session.execute(text("SELECT seq, floor FROM log_head"))
            ).one()
            row.cursor = min(max(row.cursor, floor), seq)
            await _restart(uow, row.id)

    await db.run(settle)


async def _again(db: Database, claim: Claim) -> None:
    async def settle(uow: UnitOfWork) -> None:
        if await due.holds(uow.session, claim):
            await _restart(uow, claim.payload["webhook_id"])

    await db.run(settle)


async def _restart(uow: UnitOfWork, webhook_id: int) -> None:
    """Have it claimed again, with no try counted."""
    await uow.owe(
        DELIVER, key(webhook_id), at=uow.now, payload={"webhook_id": webhook_id}
    )


async def _is_there(uow: UnitOfWork, webhook_id: int) -> bool:
    found = await uow.session.scalar(
        select(Webhook.id)
        .where(Webhook.id == webhook_id)
        .with_for_update(key_share=True)
    )
    return found is not None


async def _note(
    uow: UnitOfWork,
    webhook_id: int,
    kind: str,
    answer: Answer,
    *,
    seq: int | None,
    attempt: int,
) -> None:
    at: datetime = uow.now
    uow.session.add(
        WebhookTry(
            webhook_id=webhook_id,
            seq=seq,
            kind=kind,
            attempt=attempt,
            at=at,
            took_ms=round(answer.took.total_seconds() * 1000),
            status=answer.status,
            answer=answer.text.replace("\x00", "")[:EXCERPT],
        )
    )
    await uow.session.flush()
    old = (
        select(WebhookTry.id)
        .where(WebhookTry.webhook_id == webhook_id)
        .order_by(WebhookTry.id.desc())
        .offset(KEPT)
    )
    await uow.session.execute(
        delete(WebhookTry).where(WebhookTry.id.in_(old.scalar_subquery()))
    )
