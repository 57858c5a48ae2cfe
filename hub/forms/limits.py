"""How often forms may be sent: by whom, by which page, and into which form.

What is like spam has a smaller share of its own, so that a flood of it takes nothing
from those who write in earnest, even from the same place.
"""

from dataclasses import dataclass

from config.settings import FormSettings
from hub.access import throttles
from hub.storage.database import Database
from hub.storage.unit import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One submission, before it is taken in."""

    form: str
    #: Where it comes from.
    remote: str
    #: The page that it was typed into; "" when a site's server sends it.
    showing: str = ""
    suspicious: bool = False


async def count(db: Database, sending: Sending, *, settings: FormSettings) -> None:
    """Count a submission; go on only if there is room for it.

    Raises:
        TooManyError: There is none; it says when there will be.
    """
    place = throttles.place(sending.remote)
    sort = "spam" if sending.suspicious else "form"
    if sending.suspicious:
        by_place, by_form = settings.suspicious_per_place, settings.suspicious_per_form
    elif sending.showing:
        by_place, by_form = settings.per_place, settings.per_form
    else:
        by_place, by_form = settings.per_server, settings.per_form
        sort = "site"

    async def counted(uow: UnitOfWork) -> list[throttles.Verdict]:
        verdicts = [
            await throttles.take(
                uow, [f"{sort}-place:{place}"], tries=by_place, window=settings.window
            )
        ]
        if verdicts[0].blocked_until is None:
            # One place that is over its own share takes nothing from the form's.
            verdicts.append(
                await throttles.take(
                    uow,
                    [f"{sort}-of:{sending.form}"],
                    tries=by_form,
                    window=settings.window,
                )
            )
        if sending.showing:
            verdicts.append(
                await throttles.take(
                    uow,
                    [f"form-page:{sending.showing}"],
                    tries=settings.per_showing,
                    window=settings.window,
                )
            )
        return verdicts

    for verdict in await db.run(counted):
        verdict.check(db.clock())
