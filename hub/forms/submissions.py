"""What a submitted form means beside its answers: order, consents, confirmation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select

from hub.clients import consent
from hub.conversations.intake.arrivals import Letter
from hub.errors import InvalidError
from hub.forms.confirming import owe_confirmation
from hub.orders.given import order_number
from hub.storage.tables import Address, Form, FormAnswer, Order, Queue, TimelineItem
from hub.storage.unit import UnitOfWork

#: What a consent by a form is for: this, then the form and the question. Never
#: ``contact``: whoever types another's number cannot undo what its owner refused.
PURPOSE = "form."


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a submission belongs, and what its entry says beside its answers."""

    queue: Queue | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


async def prepare(uow: UnitOfWork, letters: Sequence[Letter]) -> dict[int, Standing]:
    """Look up what the submissions among the letters speak of, by their places."""
    found: dict[int, Standing] = {}
    for letter in letters:
        submission = letter.message.submission
        if submission is None:
            continue
        data: dict[str, Any] = {
            "form": submission.form,
            "form_version": submission.version,
        }
        if submission.consents:
            data["consents"] = [
                {"name": one.name, "wording": one.wording, "at": uow.now.isoformat()}
                for one in submission.consents
            ]
        if submission.order_number and (order := await _order(uow, letter)):
            data["order"] = order
        queue = None
        if submission.queue_id is not None:
            queue = await uow.session.get(Queue, submission.queue_id)
        found[letter.place] = Standing(queue=queue, data=data)
    return found


async def follow(
    uow: UnitOfWork, arrived: Sequence[tuple[Letter, TimelineItem]]
) -> None:
    """Count the submissions, keep the consents, owe the confirmations."""
    submitted = [
        (letter, item, letter.message.submission)
        for letter, item in arrived
        if letter.message.submission is not None
    ]
    if not submitted:
        return
    names = {submission.form for _, _, submission in submitted}
    rows = await uow.session.execute(
        select(Form.name, Form.id).where(Form.name.in_(names))
    )
    ids = {name: form_id for name, form_id in rows}  # noqa: C416 - rows are no pairs
    counted = [
        {
            "item_id": item.id,
            "form_id": ids[submission.form],
            "version": submission.version,
            "at": uow.now,
        }
        for _, item, submission in submitted
        if submission.form in ids
    ]
    if counted:
        await uow.session.execute(insert(FormAnswer), counted)
    for letter, item, submission in submitted:
        for one in submission.consents:
            await consent.record(
                uow,
                consent.Said(
                    kind=letter.match.address.kind,
                    value=letter.match.address.value,
                    state="given",
                    source="form",
                    purpose=f"{PURPOSE}{submission.form}.{one.name}"[
                        : consent.MAX_PURPOSE
                    ],
                    wording=one.wording[: consent.MAX_WORDING],
                    client_id=item.client_id,
                    item_id=item.id,
                ),
            )
        if submission.confirms:
            await owe_confirmation(
                uow,
                item,
                letter.match.address,
                form=submission.form,
                locale=letter.message.locale or "",
            )


async def _order(uow: UnitOfWork, letter: Letter) -> str | None:
    """Find the order that was named, if it is that of who names it.

    His address must be one that its owner proved. Nothing of the order goes back to
    the sender either way, so nobody learns by a form which orders there are.
    """
    submission = letter.message.submission
    try:
        wanted = order_number(submission.order_number if submission else "")
    except InvalidError:
        return None
    client = letter.match.client
    keys = [letter.match.address.id]
    verified = await uow.session.scalar(
        select(Address.id)
        .where(
            Address.client_id == client.id,
            Address.id.in_(keys),
            Address.verified_at.is_not(None),
        )
        .limit(1)
    )
    if verified is None:
        return None
    return await uow.session.scalar(
        select(Order.number).where(Order.number == wanted, Order.client_id == client.id)
    )
