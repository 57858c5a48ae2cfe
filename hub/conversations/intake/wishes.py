"""Follow a client who says "stop", "start" or "help".

To stop ends everything that waits to be sent there, and nothing leaves for that address
any more. To start only means something after a stop; else it is talk, and for people.
Who asks for help is told how to stop, and waits for a person all the same.
"""

from collections.abc import Mapping
from uuid import UUID, uuid5

from hub.clients import consent
from hub.contracts import Wish
from hub.conversations.intake.arrivals import Letter
from hub.delivery.outbound import send_automatic
from hub.delivery.permission import Place, stop_waiting
from hub.log.events import Actor
from hub.orders.shop import Shop
from hub.storage.tables import Conversation, TimelineItem
from hub.storage.unit import UnitOfWork

_NAMES = UUID("b7a1f0c2-5c57-4a0e-9d2b-3f6c1a2e8d11")

ANSWERS: Mapping[str, Mapping[Wish, str]] = {
    "en": {
        Wish.STOP: "{company}: we will not write to you here any more. Write START to change that.",
        Wish.START: "{company}: we write to you here again. Write STOP to end that.",
        Wish.HELP: "{company}: write your question here and a person will answer. Write STOP to get no more messages.",
    },
    "uk": {
        Wish.STOP: "{company}: більше не писатимемо вам сюди. Щоб змінити це, напишіть СТАРТ.",
        Wish.START: "{company}: знову писатимемо вам сюди. Щоб припинити, напишіть СТОП.",
        Wish.HELP: "{company}: напишіть сюди своє питання, і вам відповість людина. Щоб не отримувати повідомлень, напишіть СТОП.",
    },
}


class Wishes:
    """The wishes of one batch, in its order."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        #: What was said in this very batch, and is not written down yet.
        self._said: dict[Place, Wish] = {}

    async def heard(self, letter: Letter) -> Wish | None:
        """Tell which wish a message is; a "start" without a "stop" is none."""
        wish = letter.message.wish
        if wish is None or wish is Wish.HELP:
            return wish
        place = _place(letter)
        if wish is Wish.START and not await self._is_stopped(place):
            return None
        self._said[place] = wish
        return wish

    async def _is_stopped(self, place: Place) -> bool:
        if place in self._said:
            return self._said[place] is Wish.STOP
        refused = await consent.refusal(
            self._uow.session, place.channel, place.kind, place.value
        )
        return refused is not None


def needs_nobody(wish: Wish | None) -> bool:
    """Tell whether no person has to look at it."""
    return wish in {Wish.STOP, Wish.START}


async def follow(
    uow: UnitOfWork,
    wish: Wish,
    letter: Letter,
    item: TimelineItem,
    conversation: Conversation,
    *,
    shop: Shop,
) -> None:
    """Do what a client asks for, keep his word, and confirm it unless that is done.

    Args:
        uow: The unit.
        wish: What ``Wishes.heard`` told.
        letter: The message.
        item: Its entry.
        conversation: Where it was filed (locked).
        shop: The company.
    """
    client, place = letter.match.client, _place(letter)
    if wish is not Wish.HELP:
        await consent.record(
            uow,
            consent.Said(
                kind=place.kind,
                value=place.value,
                channel=place.channel,
                state="refused" if wish is Wish.STOP else "given",
                source="message",
                wording=letter.message.text,
                client_id=client.id,
                item_id=item.id,
            ),
            actor=Actor(kind="client", id=client.id, name=client.name),
        )
    if wish is Wish.STOP:
        await stop_waiting(uow, place, client.id)
    if letter.message.wish_answered:
        return
    words = ANSWERS[shop.locale_of(client)][wish]
    await send_automatic(
        uow,
        client=client,
        address=letter.match.address,
        channel=place.channel,
        text=words.format(company=shop.company),
        key=uuid5(_NAMES, f"wish:{item.id}"),
        conversation=conversation,
        confirms=True,
    )


def _place(letter: Letter) -> Place:
    address = letter.match.address
    return Place(channel=letter.message.channel, kind=address.kind, value=address.value)
