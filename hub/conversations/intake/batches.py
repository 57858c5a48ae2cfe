"""Take in what arrives, a batch in a unit: nothing lost, nothing doubled.

Whoever inserts an item's key takes the item in; a repeat finds the key taken and
changes nothing. All that came while a unit was under way is the next batch, so a
transaction's cost is shared under load, and a lone message waits for nobody.
"""

from collections.abc import Sequence
from dataclasses import replace

from hub.calls import calls
from hub.clients import addresses, matching
from hub.clients.matching import Match, Person
from hub.contracts import CallEvent, DeliveryReceipt, InboundMessage, Outcome
from hub.conversations.intake.arrivals import Arrival, Intake, Letter
from hub.conversations.intake.claims import claim
from hub.conversations.intake.filing import file
from hub.conversations.storable import storable
from hub.delivery import receipts
from hub.files.uploads import forget_unless_wanted
from hub.storage.unit import UnitOfWork


async def take(
    uow: UnitOfWork, intake: Intake, arrivals: Sequence[Arrival]
) -> list[Outcome]:
    """Take a batch in; tell what became of each, in the same order."""
    arrivals = [_storable(one) for one in arrivals]
    outcomes = [Outcome(fresh=False)] * len(arrivals)
    arrivals, fresh = await claim(uow, arrivals)
    await _let_go(uow, arrivals, fresh)
    letters = await _match(uow, intake, arrivals, fresh)
    for letter in letters:
        outcomes[letter.place] = Outcome(locale=_locale(intake, letter.match))
    await file(uow, intake, letters)
    for place, arrival in enumerate(arrivals):
        match arrival.item:
            case DeliveryReceipt() as receipt:
                outcomes[place] = Outcome(fresh=await receipts.take(uow, receipt))
            case CallEvent() as event:
                outcomes[place] = await calls.take(
                    uow,
                    event,
                    country=intake.settings.country,
                    settings=intake.settings,
                )
            case InboundMessage():
                pass
    return outcomes


def _storable(arrival: Arrival) -> Arrival:
    kept = storable(arrival.item)
    return arrival if kept is arrival.item else replace(arrival, item=kept)


async def _let_go(
    uow: UnitOfWork, arrivals: Sequence[Arrival], fresh: set[tuple[str, str]]
) -> None:
    """Have the originals of repeats forgotten: each way adds other lines of travel."""
    for one in arrivals:
        if not isinstance(message := one.item, InboundMessage):
            continue
        if (message.channel, message.external_id) not in fresh:
            for kept in one.files:
                if kept.original:
                    await forget_unless_wanted(uow, kept.hash)


async def _match(
    uow: UnitOfWork,
    intake: Intake,
    arrivals: Sequence[Arrival],
    fresh: set[tuple[str, str]],
) -> list[Letter]:
    chosen: list[tuple[int, InboundMessage, Arrival]] = []
    for place, arrival in enumerate(arrivals):
        message = arrival.item
        if not isinstance(message, InboundMessage):
            continue
        key = (message.channel, message.external_id)
        if key in fresh:
            # The same message twice in one batch is one message too.
            fresh.discard(key)
            chosen.append((place, message, arrival))
    people = [_person(intake, message) for _, message, _ in chosen]
    matches = await matching.match(uow, people) if people else []
    return [
        Letter(place, message, arrival, found)
        for (place, message, arrival), found in zip(chosen, matches, strict=True)
    ]


def _person(intake: Intake, message: InboundMessage) -> Person:
    country = intake.settings.country

    def normal(kind: str, value: str) -> str:
        return addresses.normalise(kind, value, country=country)

    sender = (message.sender_kind, normal(message.sender_kind, message.sender))
    also = ((kind, normal(kind, value)) for kind, value in message.also)
    return Person(
        kind=sender[0],
        value=sender[1],
        # A forger's words tell nothing of whom he names.
        name="" if message.is_forged else message.sender_name,
        locale=message.locale,
        # What stands in a form was only typed.
        proven=not message.fields and not message.is_forged,
        also=tuple(one for one in dict.fromkeys(also) if one != sender),
        typed_for=intake.settings.conversations.typed_for,
    )


def _locale(intake: Intake, found: Match) -> str:
    return found.client.locale or intake.settings.locale
