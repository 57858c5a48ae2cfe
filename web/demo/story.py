"""One matter of one client, from his first word to wherever it stands now."""

# ruff: noqa: RUF001 - Ukrainian letters are meant.

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from hub.contracts import CallEvent, DeliveryReceipt, InboundMessage
from hub.conversations import changes, portal, reading
from hub.conversations.entries import lock
from hub.conversations.forwarding import FORWARDED_KINDS, forward
from hub.conversations.given import ForwardGiven, ReplyGiven, ReplyRules
from hub.conversations.intake import batches as intake
from hub.conversations.intake.arrivals import Arrival
from hub.conversations.notes import add_note
from hub.conversations.replies import reply
from hub.errors import SendError
from hub.files.attachments import Stored
from hub.files.uploads import upload
from hub.storage.tables import TimelineItem
from hub.storage.unit import UnitOfWork
from web.demo import words
from web.demo.staff import Seat
from web.demo.telling import REACHES, Telling


@dataclass(slots=True, kw_only=True)
class Story(Telling):
    """One matter, as it goes."""

    # --- what the client does

    async def opens(self, uow: UnitOfWork) -> None:
        """Begin it."""
        text = self.clients(self.chance.choice(self.matter.says))
        match self.via:
            case "s":
                await self.take(
                    uow, self.ground.inbound.sms(self.person, text, uow.now)
                )
            case "f":
                await self.take(uow, self.ground.inbound.form(self.person, text))
            case "p":
                await self._writes_in_portal(uow, text)
            case _:
                await self._mails(uow, text, first=True)

    async def returns(self, uow: UnitOfWork) -> None:
        """Let the client answer."""
        text = self.clients(self.matter.back) or self.thanks()
        if self.channel == "sms":
            await self.take(uow, self.ground.inbound.sms(self.person, text, uow.now))
        else:
            await self._mails(uow, text, first=False)

    async def is_called(self, uow: UnitOfWork, event: CallEvent) -> None:
        """Take in what is said of his call."""
        await intake.take(uow, self.ground.rules, [Arrival(item=event)])
        if not self.conversation_id:
            await self._find(uow, event.channel, event.external_id)

    async def is_held_by(self, uow: UnitOfWork) -> Seat:
        """Tell whose it is; its own agent's if nobody has it."""
        row = await lock(uow, self.conversation_id)
        for seat in self.ground.office.agents:
            if seat.account_id == row.assignee_id:
                return seat
        return self.seat

    async def take(self, uow: UnitOfWork, item: InboundMessage) -> None:
        """Take something in, and remember where it went."""
        files: tuple[Stored, ...] = ()
        if (
            self.ground.pictures
            and self.via in "mp"
            and not self.conversation_id
            and self.chance.random() < 0.18  # noqa: PLR2004 - some send a picture
        ):
            files = (self.chance.choice(self.ground.pictures),)
        await intake.take(uow, self.ground.rules, [Arrival(item=item, files=files)])
        await self._find(uow, item.channel, item.external_id)

    async def _mails(self, uow: UnitOfWork, text: str, *, first: bool) -> None:
        if first and self.matter.more:
            text = f"{text}\n\n{self.clients(self.matter.more)}"
        if first:
            self.subject = self.clients(self.matter.subject)
        letter = (
            words.clients_letter(self.person, text, chance=self.chance)
            if first or self.chance.random() < 0.5  # noqa: PLR2004 - half just answer
            else text
        )
        mail = self.ground.inbound.mail(
            self.person,
            self.subject if first else f"Re: {self.subject}",
            letter,
            quoted="" if first else self.said,
            quoted_at=self.said_at,
            references=self.references,
            at=uow.now,
        )
        await self.take(uow, mail)
        self.references = (mail.external_id, *self.references)

    async def _writes_in_portal(self, uow: UnitOfWork, text: str) -> None:
        client = await self.client(uow)
        item = await portal.write(
            uow,
            client,
            text,
            key=self.key(),
            settings=self.ground.rules.settings.conversations,
            locale=self.person.locale,
        )
        self.conversation_id = item.conversation_id or 0

    # --- what we do

    async def is_answered(
        self,
        uow: UnitOfWork,
        text: str,
        *,
        then: str | None = None,
        send_at: datetime | None = None,
        fate: SendError | DeliveryReceipt | None = None,
        cc: Sequence[str] = (),
    ) -> None:
        """Let the agent answer; it leaves when the time to undo it is over."""
        text = self.ours(text)
        if self.channel == "email":
            text = words.our_letter(self.person, text, self.seat.colleague.name)
        rules = self.ground.rules.settings.conversations
        item, conversation = await reply(
            uow,
            self.conversation_id,
            ReplyGiven(
                channel=self.channel,
                address_id=await self.address_id(uow),
                text=text,
                seen=0,
                # He sees all there is: in a demonstration nobody else writes.
                anyway=True,
                send_at=send_at,
                attachment_ids=await self._papers(uow),
                cc=cc if self.channel == "email" else (),
                then="resolve" if then == "resolve" else None,
                disposition=self.ending() if then == "resolve" else "",
            ),
            key=self.key(),
            rules=ReplyRules(
                undo_window=rules.undo_window,
                max_text=rules.max_text,
                reaches=REACHES,
            ),
        )
        if fate is not None:
            self.ground.past.fates[item.id] = fate
        self.said, self.said_at = text, uow.now
        self.subject = self.subject or conversation.subject
        if self.channel == "email" and item.key is not None:
            self.references = (f"<{item.key.hex}@zatyshok.example>", *self.references)
        leaves = item.send_at or uow.now
        self.ground.past.at(leaves, self.ground.past.send)

    async def is_handed_on(self, uow: UnitOfWork) -> None:
        """Let the agent ask the workshop about what the client wrote."""
        first = await uow.session.scalar(
            select(TimelineItem.id)
            .where(
                TimelineItem.conversation_id == self.conversation_id,
                TimelineItem.direction == "in",
                TimelineItem.kind.in_(FORWARDED_KINDS),
            )
            .order_by(TimelineItem.id)
            .limit(1)
        )
        if first is None:
            return
        rules = self.ground.rules.settings.conversations
        item = await forward(
            uow,
            first,
            ForwardGiven(
                channel="email",
                to=(words.WORKSHOP[self.person.locale],),
                text=words.TO_WORKSHOP[self.person.locale],
            ),
            key=self.key(),
            rules=ReplyRules(
                undo_window=rules.undo_window,
                max_text=rules.max_text,
                reaches=REACHES,
            ),
        )
        self.ground.past.at(item.send_at or uow.now, self.ground.past.send)

    async def is_sorted(self, uow: UnitOfWork) -> None:
        """Put it in order: its queue, its name, its tags."""
        row = await lock(uow, self.conversation_id)
        queue_id = self.ground.office.queue_ids[self.matter.where]
        await changes.move_to_queue(uow, row, queue_id)
        if not row.subject:
            await changes.rename(uow, row, self.clients(self.matter.subject))
        await changes.tag(uow, row, self.matter.tags)
        if {"терміново", "urgent"} & set(self.matter.tags):
            await changes.prioritise(uow, row, "urgent")

    async def is_taken(self, uow: UnitOfWork) -> None:
        """Give it to its agent; by the actor of the unit."""
        row = await lock(uow, self.conversation_id)
        await changes.assign(uow, row, self.seat.account_id)

    async def moves(
        self, uow: UnitOfWork, to: str, *, until: datetime | None = None
    ) -> None:
        """Move it to another state."""
        row = await lock(uow, self.conversation_id)
        if to == "resolved":
            await changes.dispose(uow, row, self.ending())
        await changes.set_state(uow, row, to, until=until)

    def ending(self) -> str:
        """Say how it ended: most are settled, some a sale."""
        return words.DISPOSITIONS[(0, 0, 1, 0, 0, 3, 0)[self.conversation_id % 7]]

    async def is_noted(
        self, uow: UnitOfWork, text: str, mentions: Sequence[int] = ()
    ) -> None:
        """Let the agent tell the team."""
        await add_note(
            uow,
            self.conversation_id,
            self.ours(text),
            mentions=mentions,
            key=self.key(),
            longest=self.ground.rules.settings.conversations.max_text,
        )

    async def is_read(self, uow: UnitOfWork) -> None:
        """Let the agent read all there is."""
        newest = await uow.session.scalar(
            select(TimelineItem.id)
            .where(TimelineItem.conversation_id == self.conversation_id)
            .order_by(TimelineItem.id.desc())
            .limit(1)
        )
        if newest is not None:
            await reading.mark_read(
                uow, self.conversation_id, self.seat.account_id, newest
            )

    async def _find(self, uow: UnitOfWork, channel: str, external_id: str) -> None:
        found = await uow.session.scalar(
            select(TimelineItem.conversation_id).where(
                TimelineItem.channel == channel,
                TimelineItem.external_id == external_id,
            )
        )
        self.conversation_id = found or 0

    async def _papers(self, uow: UnitOfWork) -> tuple[int, ...]:
        """Attach what the answer speaks of."""
        speaks = {"документи", "papers", "юридична особа"} & set(self.matter.tags)
        if self.channel != "email" or not speaks or self.said:
            return ()
        paper = self.chance.choice(self.ground.papers)
        return ((await upload(uow, self.seat.account_id, paper)).id,)
