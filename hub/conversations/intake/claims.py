"""Which of the messages that came are new.

Whoever inserts a message's key takes the message in. The id alone is the key, unless
the channel also tells a digest: then a message under a known id that says something
else is a message of its own, and no repeat.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import text

from hub.contracts import InboundMessage
from hub.conversations.intake.arrivals import Arrival
from hub.storage.unit import UnitOfWork

#: A channel's name and the id of a message within it.
MessageKey = tuple[str, str]

#: Characters of a digest that make an id of its own.
_TOLD_APART = 16
# Arrays, so that the statement is the same one for a batch of any size.
_CLAIM = text("""
    INSERT INTO intake_keys (channel, external_id, digest, at)
    SELECT channel, external_id, digest, :at
    FROM unnest(CAST(:channels AS text[]), CAST(:ids AS text[]), CAST(:digests AS text[]))
        AS key(channel, external_id, digest)
    ON CONFLICT DO NOTHING
    RETURNING channel, external_id
""")
_KNOWN = text("""
    SELECT channel, external_id, digest FROM intake_keys
    WHERE (channel, external_id) IN (
        SELECT * FROM unnest(CAST(:channels AS text[]), CAST(:ids AS text[]))
    )
""")


async def claim(
    uow: UnitOfWork, arrivals: Sequence[Arrival]
) -> tuple[list[Arrival], set[MessageKey]]:
    """Insert the keys of all messages.

    Returns:
        The arrivals, those under another's id with one of their own; and the keys
        that went in, which are ours to take.
    """
    first: dict[MessageKey, str] = {}
    told: list[Arrival] = []
    for one in arrivals:
        if isinstance(message := one.item, InboundMessage):
            digest = first.setdefault(_key(message), message.digest)
            if _differs(message, digest):
                told.append(_apart(one, message))
                continue
        told.append(one)
    fresh = await _insert(uow, told)
    known = await _known(uow, told, fresh)
    others = [
        _apart(one, message)
        if isinstance(message := one.item, InboundMessage)
        and _differs(message, known.get(_key(message), ""))
        else one
        for one in told
    ]
    late = [new for new, old in zip(others, told, strict=True) if new is not old]
    return others, fresh | await _insert(uow, late)


def _key(message: InboundMessage) -> MessageKey:
    return message.channel, message.external_id


def _differs(message: InboundMessage, digest: str) -> bool:
    # What was kept before there were digests has none, and is the same.
    return bool(message.digest and digest and message.digest != digest)


def _apart(arrival: Arrival, message: InboundMessage) -> Arrival:
    """Give a message an id of its own; it refers to the one whose id it came under."""
    own = f"{message.external_id}#{message.digest[:_TOLD_APART]}"
    references = (message.external_id, *message.references)
    return replace(
        arrival, item=replace(message, external_id=own, references=references)
    )


async def _insert(uow: UnitOfWork, arrivals: Sequence[Arrival]) -> set[MessageKey]:
    digests = {
        _key(one.item): one.item.digest
        for one in reversed(arrivals)
        if isinstance(one.item, InboundMessage)
    }
    if not digests:
        return set()
    # Sorted, so that two batches with the same messages wait for each other in one
    # order instead of in a circle.
    keys = sorted(digests)
    rows = await uow.session.execute(
        _CLAIM,
        {
            "at": uow.now,
            "channels": [channel for channel, _ in keys],
            "ids": [external_id for _, external_id in keys],
            "digests": [digests[key] for key in keys],
        },
    )
    return {(row.channel, row.external_id) for row in rows}


async def _known(
    uow: UnitOfWork, arrivals: Sequence[Arrival], fresh: set[MessageKey]
) -> dict[MessageKey, str]:
    """Give the digests under which the other messages' ids were taken before."""
    asked = sorted(
        {
            _key(one.item)
            for one in arrivals
            if isinstance(one.item, InboundMessage) and one.item.digest
        }
        - fresh
    )
    if not asked:
        return {}
    rows = await uow.session.execute(
        _KNOWN,
        {
            "channels": [channel for channel, _ in asked],
            "ids": [external_id for _, external_id in asked],
        },
    )
    return {(row.channel, row.external_id): row.digest for row in rows}
