"""Tell who filled a form in that we have it, with a link to his case, once.

The address was only typed, so the mail must not become a way to write to strangers:
nothing in it was typed by the sender, few go to one address, none to a machine's or to
one of our own, and the link opens what was said to and from that address alone.
"""

import re
from collections.abc import Collection
from datetime import timedelta
from uuid import UUID, uuid5

from sqlalchemy import select

from config.settings import FormSettings
from hub.access import throttles
from hub.contracts import worded
from hub.conversations.entries import lock
from hub.delivery.outbound import send_automatic, sent_as
from hub.forms import words
from hub.forms.links import make_link
from hub.orders.shop import Shop
from hub.storage.due import Claim
from hub.storage.tables import Address, Client, Form, TimelineItem
from hub.storage.unit import UnitOfWork

#: The kind of due row; ``confirm`` is its handler.
CONFIRM = "form.confirm"
_NAMES = UUID("b9b7a7a4-16bb-4f0b-8f6e-3a5c24f6d0a1")
#: Nobody reads there, or a program does that would answer.
_MACHINES = re.compile(
    r"(no[-_.]?reply|do[-_.]?not[-_.]?reply|mailer[-_.]?daemon|postmaster|bounces?"
    r"|abuse|noc|hostmaster|listserv|majordomo|.*-(request|owner|bounces))([-+].*)?",
    re.IGNORECASE,
)


async def owe_confirmation(
    uow: UnitOfWork, item: TimelineItem, address: Address, *, form: str, locale: str
) -> None:
    """Owe the sender of a form word that it is here."""
    await uow.owe(
        CONFIRM,
        f"{CONFIRM}:{item.id}",
        at=uow.now,
        payload={
            "item_id": item.id,
            "address_id": address.id,
            "form": form,
            "locale": locale,
        },
    )


async def confirm(
    uow: UnitOfWork,
    claim: Claim,
    *,
    shop: Shop,
    settings: FormSettings,
    own: Collection[str],
) -> None:
    """Write the confirmation. The handler of ``CONFIRM``.

    Args:
        uow: The unit.
        claim: Which submission.
        shop: The company.
        settings: How many go to one address.
        own: Our own addresses, which are never written to.
    """
    item = await uow.session.get(TimelineItem, claim.payload["item_id"])
    address = await uow.session.get(Address, claim.payload["address_id"])
    form = await uow.session.scalar(
        select(Form).where(Form.name == claim.payload["form"])
    )
    if item is None or address is None or form is None or "email" not in shop.channels:
        return
    key = uuid5(_NAMES, f"confirm:{item.id}")
    if (
        is_machine(address.value)
        or address.value in {one.casefold() for one in own}
        or await sent_as(uow, key) is not None
        or not await _may(uow, address, settings)
    ):
        return
    said = str(claim.payload["locale"])
    locale = said if said in {"uk", "en"} else shop.locale
    title = worded(form.definition["title"], locale, form.definition["locale"])
    link = make_link(
        shop.case_key,
        base_url=shop.base_url,
        item=item,
        address=address,
        now=uow.now,
        good_for=timedelta(days=settings.case_link_days),
    )
    text = words.phrase("text", locale, form=title)
    letter = [
        text,
        words.phrase("link", locale, link=link),
        words.phrase("not_you", locale),
        shop.company,
    ]
    conversation = await lock(uow, item.conversation_id or 0)
    await send_automatic(
        uow,
        client=await uow.session.get_one(Client, item.client_id),
        address=address,
        channel=shop.channels["email"],
        # The link is for his eyes; the timeline shows that he was told.
        text=text,
        subject=words.phrase("subject", locale, company=shop.company),
        key=key,
        conversation=conversation,
        secret_text="\n\n".join(letter),
        # Lists go on showing what the client asks.
        snippet=conversation.snippet,
    )


def is_machine(address: str) -> bool:
    """Tell whether nobody reads at a mail address, by how it begins."""
    return _MACHINES.fullmatch(address.rpartition("@")[0]) is not None


async def _may(uow: UnitOfWork, address: Address, settings: FormSettings) -> bool:
    if settings.confirmations == 0:
        return False
    verdict = await throttles.take(
        uow,
        [f"form-confirm:{address.value}"[:400]],
        tries=settings.confirmations,
        window=settings.confirmation_window,
    )
    return verdict.blocked_until is None
