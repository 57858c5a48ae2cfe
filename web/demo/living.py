"""What is under way among colleagues: a begun draft, and a program that listens."""

from datetime import datetime, timedelta

from sqlalchemy import select

from hub.conversations import drafts
from hub.conversations.drafts import DraftGiven
from hub.storage.tables import Address, Client, Conversation, WebhookTry
from hub.storage.unit import UnitOfWork
from hub.webhooks import endpoints
from hub.webhooks.endpoints import WebhookGiven
from web.demo.past import Past
from web.demo.plot import act
from web.demo.staff import ADMIN, Office, Seat

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
_BEGUN = {
    "uk": "Вітаю! Я спитав майстра: він може під’їхати завтра після обіду. Щойно він",
    "en": "Hello! I have asked the fitter: he can come by tomorrow afternoon. As soon as",
}
_ENDPOINT = WebhookGiven(
    name="Бухгалтерія",
    url="https://books.zatyshok.example/rozmova",
    kinds=["order.status_changed", "conversation.disposed"],
)
#: What its program answered: attempt, status, words.
_ANSWERED = ((1, 200, "ok"), (1, 503, "try later"), (2, 200, "ok"))


def plan(past: Past, office: Office, *, signing_key: bytes, now: datetime) -> None:
    """Let a colleague begin an answer to Nadia's client, and a program be told."""
    nadia, colleague = office.agents[:2]
    begins = act(_begins_for, nadia, colleague)
    past.at(now - 6 * MINUTE, begins, colleague.actor)
    admin = office.seats[ADMIN.login].actor
    past.at(now - 30 * HOUR, act(_connects, signing_key), admin)


async def _begins_for(uow: UnitOfWork, holder: Seat, colleague: Seat) -> None:
    row = await uow.session.scalar(
        select(Conversation)
        .where(
            Conversation.assignee_id == holder.account_id,
            Conversation.state == "open",
            Conversation.channel == "email",
        )
        .order_by(Conversation.last_at.desc(), Conversation.id.desc())
        .limit(1)
    )
    if row is None:
        return
    client = await uow.session.get_one(Client, row.client_id)
    address_id = await uow.session.scalar(
        select(Address.id)
        .where(Address.client_id == client.id, Address.kind == "email")
        .order_by(Address.id)
        .limit(1)
    )
    text = _BEGUN[client.locale or "uk"]
    given = DraftGiven(text=text, channel="email", address_id=address_id)
    await drafts.keep(
        uow, row.id, colleague.account_id, "reply", given, longest=len(text)
    )


async def _connects(uow: UnitOfWork, signing_key: bytes) -> None:
    """Connect a program; then stop it, for nobody listens at an example's address."""
    made = await endpoints.create(uow, _ENDPOINT, signing_key=signing_key, most=10)
    webhook = made.webhook
    for number, (attempt, status, answer) in enumerate(_ANSWERED):
        uow.session.add(
            WebhookTry(
                webhook_id=webhook.id,
                seq=None,
                kind="order.status_changed",
                attempt=attempt,
                at=uow.now + number * MINUTE,
                took_ms=80 + 35 * number,
                status=status,
                answer=answer,
            )
        )
    await uow.session.flush()
    await endpoints.change(
        uow, webhook.id, WebhookGiven(active=False), revision=webhook.revision
    )
