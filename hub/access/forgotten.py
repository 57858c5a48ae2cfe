"""Let somebody choose a new password who has lost his, by a mailed link.

Who asks is told the same, and in the same time, whether the address is known or not:
the request only leaves a due row, and its handler looks the address up.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from hub.access import accounts
from hub.access.invitations import Inviting, mail_link, pending_of, renew
from hub.access.keys import digest
from hub.access.throttles import place, take
from hub.log.events import ADMINS, Event
from hub.storage.database import Database
from hub.storage.due import Claim
from hub.storage.tables import Invitation
from hub.storage.unit import UnitOfWork

#: A timer: somebody asked for a new password.
FORGOT = "password.forgot"
#: From one place so many times more people may ask than for one address.
PEOPLE_PER_PLACE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordAsked(Event):
    """A link to a new password was sent to somebody who works here."""

    kind: ClassVar[str] = "password.asked"
    account_id: int

    def topics(self) -> tuple[str, ...]:
        """For the audit alone."""
        return (ADMINS,)


async def ask(db: Database, email: str, *, remote: str, inviting: Inviting) -> None:
    """Ask for a link to a new password; the address may be known to us or not.

    Raises:
        TooManyError: Too many were asked for, for this address or from this place.
    """
    policy = inviting.policy
    plain = email.strip().lower()
    asked = {f"forgot:account:{digest(plain)[:32]}": policy.password_asks}
    asked[f"forgot:from:{place(remote)}"] = policy.password_asks * PEOPLE_PER_PLACE
    verdicts = [
        await db.run(
            lambda uow, key=key, tries=tries: take(  # type: ignore[misc]
                uow, [key], tries=tries, window=policy.sign_in_window
            )
        )
        for key, tries in asked.items()
    ]
    for verdict in verdicts:
        verdict.check(db.clock())

    async def owe(uow: UnitOfWork) -> None:
        await uow.owe(
            FORGOT,
            f"{FORGOT}:{digest(plain)}",
            at=uow.now,
            payload={"email": plain},
        )

    await db.run(owe)


async def send_forgotten(uow: UnitOfWork, claim: Claim, *, inviting: Inviting) -> None:
    """Mail a link to a new password, if somebody has the address. A timer's handler."""
    account = await accounts.by_email(uow.session, str(claim.payload["email"]))
    if account is None or not account.active or not inviting.mails:
        return
    row = await pending_of(uow, "password", account.email)
    if row is None:
        row = Invitation(
            purpose="password",
            email=account.email,
            account_id=account.id,
            number=0,
            created_at=uow.now,
        )
        uow.session.add(row)
    row.account_id = account.id
    row.locale = account.locale
    renew(row, uow.now, timedelta(minutes=inviting.policy.password_link_minutes))
    await uow.session.flush()
    uow.record(PasswordAsked(account_id=account.id))
    await mail_link(uow, row, account.name, inviting)
