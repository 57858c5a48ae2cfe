"""Run a macro: all of it in one unit, or nothing; and take it back as far as it goes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select, update

from hub.answers import canned, facts, files, macros, planning
from hub.answers.planning import PlanView
from hub.collaboration import tasks
from hub.collaboration.alarms import TaskRules
from hub.collaboration.tasks import TaskGiven
from hub.conversations import changes, replies
from hub.conversations.entries import lock
from hub.conversations.given import ReplyGiven, ReplyRules
from hub.conversations.notes import add_note
from hub.conversations.views import AttachmentView
from hub.errors import InvalidError, NotFoundError, StateError
from hub.log.audience import Viewer
from hub.orders.shop import Shop
from hub.storage.tables import Conversation, Macro, MacroRun, TimelineItem
from hub.storage.unit import UnitOfWork

#: What of a conversation a macro changes, and what can be put back.
_FIELDS = ("tags", "priority", "assignee_id", "queue_id", "state", "snoozed_until")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunGiven:
    """How the author wants it done."""

    #: By which channel and to which address an answer goes.
    channel: str = ""
    address_id: int = 0
    #: The cursor of the screen that he saw.
    seen: int = 0
    #: Send it although something was missed.
    anyway: bool = False
    #: Resolve although a promise is open.
    despite_promises: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRules:
    """What running needs to know of the hub."""

    replies: ReplyRules
    tasks: TaskRules
    shop: Shop


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a macro did."""

    run: MacroRun
    conversation: Conversation
    item: TimelineItem | None
    plan: PlanView | None
    #: Copies of the answer's files for the composer, when it was not sent.
    files: list[AttachmentView]


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What was taken back, and what could not be."""

    conversation: Conversation
    #: ``answer``, ``note``, or a name of what somebody changed since.
    kept: list[str]
    #: The answer's text is a draft again.
    draft: Any


async def run(
    uow: UnitOfWork,
    macro_id: int,
    conversation_id: int,
    given: RunGiven,
    *,
    account_id: int,
    viewer: Viewer,
    key: UUID,
    rules: RunRules,
) -> Ran:
    """Do all steps of a macro in a conversation.

    Raises:
        NotFoundError: There is no such macro or conversation.
        InvalidError: Something it would write has a place without a value, or a step
            cannot be done.
        MissedMessagesError: It is to answer, and something was said since.
        StateError: The conversation cannot come to that state.
        PromiseOpenError: It is to resolve the matter, and a promise is open.
    """
    conversation = await lock(uow, conversation_id)
    already = await uow.session.scalar(select(MacroRun).where(MacroRun.key == key))
    if already is not None:
        item = await _item(uow, already.item_id)
        return Ran(
            run=already, conversation=conversation, item=item, plan=None, files=[]
        )
    macro = await macros.access(uow.session, macro_id, account_id)
    values = await facts.facts(
        uow.session, conversation_id, account_id, shop=rules.shop, now=uow.now
    )
    plan = await planning.plan(
        uow.session,
        macro,
        conversation,
        account_id,
        values,
        company_locale=rules.shop.locale,
    )
    if plan.missing:
        raise InvalidError(
            "places",
            errors={"steps": f"{{{plan.missing[0]}}} has no value"},
            places=plan.missing,
        )
    before = _standing(conversation)
    row = MacroRun(
        macro_id=macro.id,
        conversation_id=conversation_id,
        account_id=account_id,
        at=uow.now,
        key=key,
        before={},
        after={},
    )
    doing = _Doing(uow, conversation, row, given, rules, plan, viewer)
    copies = await doing.all_steps()
    after = _standing(conversation)
    changed = [name for name in _FIELDS if before[name] != after[name]]
    row.before = {name: before[name] for name in changed}
    row.after = {name: after[name] for name in changed}
    uow.session.add(row)
    # The events of a macro that is run all day would be more than it is worth.
    await uow.session.execute(
        update(Macro).where(Macro.id == macro.id).values(used=Macro.used + 1)
    )
    await uow.session.flush()
    item = await _item(uow, row.item_id)
    return Ran(run=row, conversation=conversation, item=item, plan=plan, files=copies)


async def undo(
    uow: UnitOfWork, run_id: int, *, account_id: int, rules: RunRules
) -> Undone:
    """Take back what a macro did, as far as nobody has gone on from it.

    Raises:
        NotFoundError: This account ran no such macro.
        StateError: It was taken back already.
    """
    row = await uow.session.get(MacroRun, run_id)
    if row is None or row.account_id != account_id:
        raise NotFoundError(f"run {run_id}")
    conversation = await lock(uow, row.conversation_id)
    await uow.session.refresh(row, with_for_update=True)
    if row.undone_at is not None:
        raise StateError("it was taken back", state="undone")
    kept, draft = [], None
    item = await _item(uow, row.item_id)
    if item is not None:
        try:
            _, draft = await replies.undo(uow, item.id)
        except StateError:
            kept.append("answer")
    if row.note_id is not None:
        kept.append("note")
    if row.task_id is not None:
        await tasks.change(uow, row.task_id, {"state": "cancelled"}, rules=rules.tasks)
    kept += await _restore(uow, conversation, row.before, row.after)
    row.undone_at = uow.now
    return Undone(conversation=conversation, kept=kept, draft=draft)


class _Doing:
    """The steps of one run."""

    def __init__(  # noqa: PLR0917 - made in one place, above
        self,
        uow: UnitOfWork,
        conversation: Conversation,
        row: MacroRun,
        given: RunGiven,
        rules: RunRules,
        plan: PlanView,
        viewer: Viewer,
    ) -> None:
        self.uow, self.conversation, self.row = uow, conversation, row
        self.given, self.rules, self.plan, self.viewer = given, rules, plan, viewer

    async def all_steps(self) -> list[AttachmentView]:
        copies: list[AttachmentView] = []
        # The answer goes first: it is refused if something was missed, and what comes
        # after it (whose it is, closed) stands as the macro says.
        for step in sorted(self.plan.steps, key=lambda one: one["do"] != "answer"):
            if step["do"] == "answer":
                copies = await self._answer(sends=step["send"])
            else:
                await self._step(step)
        return copies

    async def _answer(self, *, sends: bool) -> list[AttachmentView]:
        answer = self.plan.answer
        if answer is None:
            return []
        copies = await files.copy(
            self.uow,
            self.viewer,
            self.row.account_id,
            [one.id for one in answer.answer.attachments],
        )
        await canned.count(self.uow, answer.answer.id, self.row.account_id)
        if not sends:
            return copies
        is_mail = self.rules.replies.reaches.get(self.given.channel) == "email"
        item, _ = await replies.reply(
            self.uow,
            self.conversation.id,
            ReplyGiven(
                channel=self.given.channel,
                address_id=self.given.address_id,
                text=answer.text,
                html=answer.html if is_mail else "",
                subject=answer.subject if is_mail else "",
                seen=self.given.seen,
                anyway=self.given.anyway,
                attachment_ids=[one.id for one in copies],
            ),
            key=uuid5(self.row.key, "answer"),
            rules=self.rules.replies,
        )
        self.row.item_id = item.id
        return []

    async def _step(self, step: Mapping[str, Any]) -> None:
        uow, row = self.uow, self.conversation
        match step["do"]:
            case "tags":
                gone = set(step["remove"])
                kept = [one for one in row.tags if one not in gone]
                await changes.tag(uow, row, [*kept, *step["add"]])
            case "priority":
                await changes.prioritise(uow, row, step["priority"])
            case "assign":
                whom = {"me": self.row.account_id, "nobody": None}
                await changes.assign(uow, row, whom.get(step["to"], step["to"]))
            case "queue":
                await changes.move_to_queue(uow, row, step["queue_id"])
            case "note":
                note = await add_note(
                    uow,
                    row.id,
                    step["text"],
                    mentions=(),
                    key=uuid5(self.row.key, f"note {step['text']}"),
                    longest=self.rules.replies.max_text,
                )
                self.row.note_id = note.id
            case "task":
                await self._task(step)
            case "state":
                hours = step.get("hours") or 0
                await changes.set_state(
                    uow,
                    row,
                    step["state"],
                    until=uow.now + timedelta(hours=hours) if hours else None,
                    anyway=self.given.despite_promises,
                )
            case _:
                pass

    async def _task(self, step: Mapping[str, Any]) -> None:
        hours = step.get("hours")
        task = await tasks.create(
            self.uow,
            TaskGiven(
                kind="task",
                title=step["title"],
                conversation_id=self.conversation.id,
                client_id=self.conversation.client_id,
                assignee_id=self.row.account_id,
                due_at=self.uow.now + timedelta(hours=hours) if hours else None,
            ),
            rules=self.rules.tasks,
        )
        self.row.task_id = task.id


async def _restore(
    uow: UnitOfWork,
    conversation: Conversation,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> list[str]:
    """Put back what still stands as it was left; name the rest."""
    now = _standing(conversation)
    moved = {name for name in before if now[name] != after[name]}
    if moved & {"state", "snoozed_until"}:
        moved |= {"state", "snoozed_until"} & before.keys()
    for name in [one for one in _FIELDS if one in before and one not in moved]:
        was = before[name]
        match name:
            case "tags":
                await changes.tag(uow, conversation, was, new="drop")
            case "priority":
                await changes.prioritise(uow, conversation, was)
            case "assignee_id":
                try:
                    await changes.assign(uow, conversation, was)
                except InvalidError:
                    # Who had it has left, or may not answer clients any more.
                    moved.add(name)
            case "queue_id":
                await changes.move_to_queue(uow, conversation, was)
            case "state":
                await _reopen(uow, conversation, before)
            case _:
                pass
    return _named(moved)


async def _reopen(
    uow: UnitOfWork, conversation: Conversation, before: Mapping[str, Any]
) -> None:
    to, until = before["state"], before.get("snoozed_until")
    ends = datetime.fromisoformat(until) if until else None
    if to == "snoozed" and (ends is None or ends <= uow.now):
        # It would have woken meanwhile.
        to, ends = "open", None
    await changes.set_state(uow, conversation, to, until=ends, anyway=True)


def _named(moved: set[str]) -> list[str]:
    return [one for one in _FIELDS if one in moved and one != "snoozed_until"]


def _standing(row: Conversation) -> dict[str, Any]:
    until = row.snoozed_until
    return {
        "tags": list(row.tags),
        "priority": row.priority,
        "assignee_id": row.assignee_id,
        "queue_id": row.queue_id,
        "state": row.state,
        "snoozed_until": until.isoformat() if until else None,
    }


async def _item(uow: UnitOfWork, item_id: int | None) -> TimelineItem | None:
    return await uow.session.get(TimelineItem, item_id) if item_id else None
