"""Put each message into its conversation, opening those that are missing."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Select,
    bindparam,
    func,
    select,
    true,
    union_all,
)

from hub.contracts import Wish
from hub.conversations import machine, threading
from hub.conversations.changes import set_state
from hub.conversations.entries import Said, add_all, open_conversation
from hub.conversations.intake import named, people, wishes
from hub.conversations.intake.arrivals import Intake, Letter, harmless
from hub.conversations.intake.named import Named
from hub.conversations.linking import link
from hub.conversations.threading import Candidate, Incoming
from hub.files import media
from hub.forms import submissions
from hub.log.events import Actor
from hub.orders import selfservice
from hub.orders.selfservice import SelfServiceAnswer
from hub.storage.tables import Conversation, Queue
from hub.storage.unit import UnitOfWork

#: Conversations of a client that a message may belong to, the newest ones.
CANDIDATES = 50


def _chosen() -> Select[Conversation]:
    """Choose conversations by two arrays: the clients', and further ones by id.

    Arrays, so that the statement is the same one for a batch of any size; each client's
    own newest, so that nobody with thousands hides another's.
    """
    numbers = ARRAY(BigInteger)
    asked = (
        func.unnest(bindparam("clients", type_=numbers))
        .table_valued("id")
        .render_derived()
    )
    his = (
        select(Conversation.id)
        .where(Conversation.client_id == asked.c.id)
        .order_by(Conversation.last_at.desc())
        .limit(CANDIDATES)
        .lateral()
    )
    newest = select(his.c.id).select_from(asked).join(his, true())
    # One set of both: by "or", the whole table would be read.
    wanted = union_all(newest, select(func.unnest(bindparam("known", type_=numbers))))
    return (
        select(Conversation)
        .where(Conversation.id.in_(wanted.scalar_subquery()))
        .order_by(Conversation.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


#: Put together once: that takes longer than to read a few rows.
_CANDIDATES = _chosen()


async def file(uow: UnitOfWork, intake: Intake, letters: Sequence[Letter]) -> None:
    """Put each message into its conversation, opening those that are missing."""
    if not letters:
        return
    names = await named.named(uow, letters, intake.reply_key)
    rows = await _candidates(uow, {one.match.client.id for one in letters}, names)
    forms = await submissions.prepare(uow, letters)
    entries: list[tuple[Conversation, Said]] = []
    replies: list[SelfServiceAnswer | None] = []
    heard, wanted = wishes.Wishes(uow), list[Wish | None]()
    for letter in letters:
        client = letter.match.client
        wish = await heard.heard(letter) if letter.message.wish else None
        reply = await selfservice.answer(
            uow,
            letter.message,
            client=client,
            address=letter.match.address,
            shop=intake.shop,
        )
        asks = reply is None and not wishes.needs_nobody(wish)
        conversation = await _conversation(
            uow,
            intake,
            letter,
            rows.setdefault(client.id, []),
            names.get(letter.place),
            asks=asks,
            queue=form.queue if (form := forms.get(letter.place)) else None,
        )
        said = _said(letter, wants_answer=asks, wish=wish)
        if form is not None:
            said.data.update(form.data)
        entries.append((conversation, said))
        replies.append(reply)
        wanted.append(wish)
    clients = {one.match.client.id: one.match.client.name for one in letters}
    for told in names.values():
        clients = dict(told.open_to.values()) | clients
    items = await add_all(uow, entries, clients)
    for letter, item, reply, wish in zip(letters, items, replies, wanted, strict=True):
        await media.owe(uow, item, letter.message.media)
        if wish is not None:
            place = await uow.session.get_one(Conversation, item.conversation_id)
            await wishes.follow(uow, wish, letter, item, place, shop=intake.shop)
        if reply is not None:
            conversation = await uow.session.get_one(Conversation, item.conversation_id)
            await selfservice.send(uow, reply, item, conversation)
    await submissions.follow(uow, list(zip(letters, items, strict=True)))


async def _candidates(
    uow: UnitOfWork, client_ids: set[int], names: Mapping[int, Named]
) -> dict[int, list[Conversation]]:
    """Lock the newest conversations of these clients, in one order for everybody.

    With them those that the messages name, however old they are.
    """
    known = {one for told in names.values() for one in told.open_to}
    found: dict[int, list[Conversation]] = {}
    for row in await uow.session.scalars(
        _CANDIDATES, {"clients": sorted(client_ids), "known": sorted(known)}
    ):
        found.setdefault(row.client_id, []).append(row)
    return found


async def _conversation(
    uow: UnitOfWork,
    intake: Intake,
    letter: Letter,
    mine: list[Conversation],
    told: Named | None,
    *,
    asks: bool,
    queue: Queue | None = None,
) -> Conversation:
    message, rules = letter.message, intake.settings.conversations
    told = told or Named(open_to={})
    # Where he only takes part, it is another client's conversation.
    guests = [
        await uow.session.get_one(Conversation, one)
        for one, (client_id, _) in told.open_to.items()
        if client_id != letter.match.client.id
    ]
    placed = threading.place(
        Incoming(
            channel=message.channel,
            subject=message.subject,
            token_id=told.token_id,
            answered_ids=told.answered_ids,
            subjects=told.subjects,
            stands_alone=message.is_forged,
            splits=rules.new_subject_splits
            and message.sender_kind == "email"
            and not message.automatic,
        ),
        [
            *(_candidate(row, own=True) for row in mine),
            *(_candidate(row, own=False) for row in guests),
        ],
        now=uow.now,
        reopen_within=rules.reopen_within,
    )
    found = next((row for row in (*mine, *guests) if row.id == placed.id), None)
    is_new = found is None
    if found is None:
        found = await open_conversation(
            uow,
            letter.match.client,
            channel=message.channel,
            subject=message.subject[:300],
            queue=queue,
            actor=_author(letter),
            # Somebody's absence is nothing that anybody has to look at.
            waits=asks and message.machine != "absence",
        )
        mine.append(found)
    if placed.linked_id is not None:
        await link(uow, found, placed.linked_id, placed.reason, actor=_author(letter))
    if is_new:
        return found
    if message.subject and not found.subject:
        found.subject = message.subject[:300]
    if asks and not message.automatic:
        state = machine.after_client(
            found.state,
            message.visible_text or message.text,
            thanks_keeps_resolved=rules.thanks_keeps_resolved,
        )
        await set_state(uow, found, state, because="message", actor=_author(letter))
    return found


def _candidate(row: Conversation, *, own: bool) -> Candidate:
    return Candidate(
        id=row.id, state=row.state, subject=row.subject, last_at=row.last_at, own=own
    )


def _said(letter: Letter, *, wants_answer: bool, wish: Wish | None) -> Said:
    message = letter.message
    shown = message.visible_text or message.text
    quoted = ""
    if message.visible_text and len(message.visible_text) < len(message.text):
        quoted = message.text
    data: dict[str, object] = {}
    if message.fields:
        data["fields"] = [
            {"name": one.name, "label": one.label, "value": one.value}
            for one in message.fields
        ]
    if wish is not None:
        data["wish"] = wish.value
    if message.automatic:
        data["automatic"] = True
    if message.machine:
        data["machine"] = message.machine
    if message.recipient:
        data["to"] = message.recipient
    data |= people.told(message)
    if message.authenticity is not None:
        data["authenticity"] = asdict(message.authenticity)
    if message.invitations:
        data["invitations"] = [asdict(one) for one in message.invitations]
    if message.sent_at is not None:
        data["sent_at"] = message.sent_at.isoformat()
    data |= letter.arrival.told
    return Said(
        kind="form" if message.fields else "message",
        channel=message.channel,
        direction="in",
        author=_author(letter),
        text=shown,
        quoted=quoted,
        subject=message.subject,
        html=_html(letter),
        address=letter.match.address.display,
        data=data,
        files=letter.arrival.files,
        external_id=message.external_id,
        aside=message.machine == "absence",
        wants_answer=wants_answer and not message.automatic,
    )


def _html(letter: Letter) -> str | None:
    if not letter.message.html:
        return None
    known = letter.arrival.html
    return harmless(letter.message, letter.arrival.files) if known is None else known


def _author(letter: Letter) -> Actor:
    client = letter.match.client
    return Actor(kind="client", id=client.id, name=client.name)
