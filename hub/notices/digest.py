"""Tell somebody who is away by mail what waits for him. Each notice is told once."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select

from hub.delivery.staff_mail import owe_staff_mail
from hub.notices import rules, wishes, words
from hub.notices.naming import names_of
from hub.notices.rules import Wishes
from hub.storage.due import Claim
from hub.storage.tables import Account, AgentState, Notification
from hub.storage.unit import UnitOfWork

#: Notices that one digest names; further ones are counted.
NAMED = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestRules:
    """What a digest needs to know beside what it tells."""

    company: str
    base_url: str
    #: The company's clock, for who did not choose his own.
    zone: str


async def tell(uow: UnitOfWork, claim: Claim, *, digest: DigestRules) -> None:
    """Send somebody's digest, if he is away and anything waits. A timer's handler.

    The notices are marked in the unit that owes the mail, so none is in two digests.
    """
    account_id = claim.payload["account_id"]
    account = await uow.session.get_one(Account, account_id)
    if not account.active:
        return
    his = await wishes.of(uow.session, account_id, zone=digest.zone)
    await wishes.owe_digest(uow, account_id, his)
    state = await uow.session.scalar(
        select(AgentState.state).where(AgentState.account_id == account_id)
    )
    if state in {"available", "wrap"}:
        return
    kinds = [kind for kind in rules.USUAL if "digest" in rules.ways_of(his, kind)]
    rows = list(
        await uow.session.scalars(
            select(Notification)
            .where(
                Notification.account_id == account_id,
                Notification.read_at.is_(None),
                Notification.digested_at.is_(None),
                Notification.kind.in_(kinds),
            )
            .order_by(Notification.at.desc(), Notification.id.desc())
            .with_for_update()
        )
    )
    if not rows:
        return
    for row in rows:
        row.digested_at = uow.now
    await owe_staff_mail(
        uow,
        key=f"digest-{account_id}-{uow.now:%Y%m%d%H%M%S}",
        to=account.email,
        name=account.name,
        subject=words.phrase(
            "subject", account.locale, company=digest.company, n=len(rows)
        ),
        text=await _text(uow, account, his, rows, digest),
    )


async def _text(
    uow: UnitOfWork,
    account: Account,
    his: Wishes,
    rows: list[Notification],
    digest: DigestRules,
) -> str:
    names = {} if his.discreet else await names_of(uow.session, rows[:NAMED])
    zone = ZoneInfo(his.timezone)
    lines = [
        f"{row.at.astimezone(zone):%d.%m %H:%M}  "
        + words.headline(
            row.kind, account.locale, who=names.get(row.id, ""), count=row.count
        )
        for row in rows[:NAMED]
    ]
    if len(rows) > NAMED:
        lines.append(words.phrase("more", account.locale, n=len(rows) - NAMED))
    end = words.phrase(
        "end",
        account.locale,
        link=f"{digest.base_url}/notices",
        settings=f"{digest.base_url}/settings/notices",
    )
    return "\n".join([words.phrase("begin", account.locale), "", *lines, "", end, ""])
