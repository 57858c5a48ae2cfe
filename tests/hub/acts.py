"""Everything that a hub can be made to do to its conversations, one deed a function."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import select

from hub.clients import clients, merging, unmerging
from hub.clients.layers import Choice
from hub.collaboration import tasks
from hub.collaboration.meetings import MeetingGiven, note_meeting
from hub.collaboration.rules import task_rules
from hub.collaboration.tasks import TaskGiven
from hub.contracts import DeliveryReceipt, DeliveryState, Refusal, SendResult
from hub.conversations import changes, moving, notes, reading, replies
from hub.conversations.forwarding import forward
from hub.conversations.given import ForwardGiven
from hub.conversations.threading import reply_token
from hub.delivery.outbox import send_due
from hub.errors import PermanentSendError
from hub.storage.tables import Conversation, TimelineItem
from hub.storage.timers import fire_due
from tests.hub.conftest import REPLY_KEY as KEY
from tests.hub.conftest import mail, sms
from web.work import timers


async def message(stage) -> None:
    await stage.take(sms("And one more thing", sid="SM2"))


async def new_client(stage) -> None:
    await stage.take(mail(sender="new@client.test", id="<n@client.test>"))


async def second_matter(stage) -> None:
    await stage.take(
        mail("Another", also=(("phone", "+380501112233"),), id="<a@client.test>")
    )


async def assign(stage) -> None:
    await stage.change(lambda uow, row: changes.assign(uow, row, stage.olena.id))


async def assign_to_me_and_resolve(stage) -> None:
    await stage.change(lambda uow, row: changes.assign(uow, row, stage.nadia.id))
    await stage.change(lambda uow, row: changes.set_state(uow, row, "resolved"))


async def thanks_after_resolving(stage) -> None:
    await assign_to_me_and_resolve(stage)
    await stage.take(sms("Дякую!", sid="SM2"))


async def reopen_by_message(stage) -> None:
    await assign_to_me_and_resolve(stage)
    await stage.take(sms("It hums again", sid="SM2"))


async def pending(stage) -> None:
    await stage.change(lambda uow, row: changes.set_state(uow, row, "pending"))


async def snooze_and_wake(stage) -> None:
    until = stage.clock().replace(hour=23)
    await stage.change(
        lambda uow, row: changes.set_state(uow, row, "snoozed", until=until)
    )
    stage.clock.now = until
    await fire_due(stage.db, timers(stage.rules.shop, stage.rules.settings))


async def tag(stage) -> None:
    await stage.change(lambda uow, row: changes.tag(uow, row, ["boiler", "warranty"]))


async def prioritise(stage) -> None:
    await stage.change(lambda uow, row: changes.prioritise(uow, row, "urgent"))


async def rename(stage) -> None:
    await stage.change(lambda uow, row: changes.rename(uow, row, "Boiler hums"))


async def breach(stage) -> None:
    stage.clock.move(hours=2)
    await fire_due(stage.db, timers(stage.rules.shop, stage.rules.settings))


async def held_reply(stage) -> None:
    await stage.reply()


async def sent_reply(stage) -> None:
    await stage.reply(then="pending")
    stage.clock.move(seconds=10)
    await send_due(stage.outbox)
    await stage.take(
        DeliveryReceipt(
            channel="sms", external_id="SMout1", state=DeliveryState.DELIVERED
        )
    )


async def failed_reply(stage) -> None:
    stage.transport.answers = [PermanentSendError("the number is off")]
    await stage.reply(then="resolve")
    stage.clock.move(seconds=10)
    await send_due(stage.outbox)


async def undone_reply(stage) -> None:
    item = await stage.reply()
    await stage.db.run(lambda uow: replies.undo(uow, item.id), stage.nadia)


async def forwarded_to_two_of_whom_one_is_refused(stage) -> None:
    async with stage.db.read() as session:
        first = await session.scalar(select(TimelineItem.id))
    refused = Refusal(recipient="boss@firm.test", reason="550 nobody")
    stage.transport.answers = [SendResult(external_id="<f@x>", refused=(refused,))]
    given = ForwardGiven(channel="email", to=["x@firm.test", "boss@firm.test"])
    await stage.db.run(
        lambda uow: forward(uow, first, given, key=uuid4(), rules=stage.reply_rules),
        stage.nadia,
    )
    stage.clock.move(seconds=10)
    await send_due(stage.outbox)


async def note(stage) -> None:
    await stage.db.run(
        lambda uow: notes.add_note(
            uow,
            stage.conversation_id,
            "Call him",
            mentions=[stage.nadia.id],
            key=uuid4(),
            longest=1000,
        ),
        stage.olena,
    )


async def read(stage) -> None:
    await assign_to_me_then_message(stage)
    async with stage.db.read() as session:
        last = await session.scalar(
            select(TimelineItem.id).order_by(TimelineItem.id.desc()).limit(1)
        )
    await stage.db.run(
        lambda uow: reading.mark_read(uow, stage.conversation_id, stage.nadia.id, last),
        stage.nadia,
    )


async def assign_to_me_then_message(stage) -> None:
    await stage.change(lambda uow, row: changes.assign(uow, row, stage.nadia.id))
    await message(stage)


async def client_changed(stage) -> None:
    await stage.db.run(
        lambda uow: clients.change(
            uow, stage.client_id, {"name": "Оксана", "attributes": {"vip": "yes"}}
        ),
        stage.nadia,
    )


async def address_added_and_removed(stage) -> None:
    await stage.db.run(
        lambda uow: clients.add_address(
            uow, stage.client_id, "email", "o@client.test", country="UA"
        ),
        stage.nadia,
    )
    await stage.db.run(
        lambda uow: clients.remove_address(uow, stage.client_id, stage.address_id),
        stage.nadia,
    )


async def other_client(stage) -> tuple[int, int]:
    await new_client(stage)
    async with stage.db.read() as session:
        row = await session.scalar(
            select(Conversation).where(Conversation.client_id != stage.client_id)
        )
    return row.client_id, row.id


async def merge(stage) -> int:
    other, _ = await other_client(stage)
    made = await stage.db.run(
        lambda uow: merging.merge(
            uow, stage.client_id, other, Choice(wins={"name": "merged"})
        ),
        stage.nadia,
    )
    return made.id


async def merge_away(stage) -> None:
    other, _ = await other_client(stage)
    await stage.db.run(
        lambda uow: merging.merge(uow, other, stage.client_id, Choice()), stage.nadia
    )


async def merge_and_undo(stage) -> None:
    made = await merge(stage)
    await message(stage)
    await stage.db.run(lambda uow: unmerging.undo(uow, made), stage.nadia)


async def said_first(stage) -> int:
    async with stage.db.read() as session:
        return await session.scalar(
            select(TimelineItem.id)
            .where(TimelineItem.conversation_id == stage.conversation_id)
            .order_by(TimelineItem.id)
            .limit(1)
        )


async def split(stage):
    await assign_to_me_then_message(stage)
    item = await said_first(stage)
    return await stage.db.run(lambda uow: moving.move(uow, [item], None), stage.nadia)


async def split_and_undo(stage) -> None:
    done = await split(stage)
    await stage.db.run(lambda uow: moving.undo(uow, done.move_id), stage.nadia)


async def move_to_another_client(stage) -> None:
    _, there = await other_client(stage)
    item = await said_first(stage)
    await stage.db.run(lambda uow: moving.move(uow, [item], there), stage.nadia)


async def move_what_somebody_was_told_of(stage) -> None:
    await note(stage)
    async with stage.db.read() as session:
        last = await session.scalar(
            select(TimelineItem.id).order_by(TimelineItem.id.desc()).limit(1)
        )
    await stage.db.run(lambda uow: moving.move(uow, [last], None), stage.olena)


async def made_task(stage, kind="task", **more) -> int:
    given = TaskGiven(
        kind=kind,
        title="Send the label",
        conversation_id=stage.conversation_id,
        assignee_id=stage.nadia.id,
        due_at=stage.clock() + timedelta(hours=1),
        **more,
    )
    rules = task_rules(stage.rules.settings)
    row = await stage.db.run(
        lambda uow: tasks.create(uow, given, rules=rules), stage.olena
    )
    return row.id


async def change_task(stage, task_id, **given) -> None:
    rules = task_rules(stage.rules.settings)
    await stage.db.run(
        lambda uow: tasks.change(uow, task_id, given, rules=rules), stage.nadia
    )


async def task(stage) -> None:
    await made_task(stage)


async def task_changed_and_given_away(stage) -> None:
    made = await made_task(stage)
    await change_task(stage, made, title="Another", priority="high")
    await change_task(stage, made, assignee_id=stage.olena.id)


async def task_done_and_undone(stage) -> None:
    made = await made_task(stage, repeat="daily")
    await change_task(stage, made, state="done")
    await change_task(stage, made, state="open")


async def promise_late_then_kept(stage) -> None:
    made = await made_task(stage, "promise")
    stage.clock.move(hours=1)
    await fire_due(stage.db, timers(stage.rules.shop, stage.rules.settings))
    await change_task(stage, made, state="done")


async def promise_cancelled(stage) -> None:
    await change_task(stage, await made_task(stage, "promise"), state="cancelled")


async def task_of_a_client_who_is_renamed(stage) -> None:
    await made_task(stage)
    await client_changed(stage)


async def task_of_a_merged_client(stage) -> None:
    await made_task(stage, "promise")
    await merge_away(stage)


async def birthday_near(stage) -> None:
    await assign_to_me_then_message(stage)
    days = {"birthday": f"{stage.clock() + timedelta(days=1):%m-%d}"}
    await stage.db.run(
        lambda uow: clients.change(uow, stage.client_id, {"attributes": days}),
        stage.olena,
    )
    await fire_due(stage.db, timers(stage.rules.shop, stage.rules.settings))


async def meeting(stage) -> None:
    given = MeetingGiven(client_id=stage.client_id, at=stage.clock(), said="Agreed")
    await stage.db.run(lambda uow: note_meeting(uow, given, key=uuid4()), stage.nadia)


async def stranger(stage) -> None:
    await message(stage)
    await stage.take(
        mail(sender="thief@x.test", reply_token=reply_token(stage.conversation_id, KEY))
    )


ACTIONS = [
    message,
    new_client,
    second_matter,
    assign,
    assign_to_me_and_resolve,
    thanks_after_resolving,
    reopen_by_message,
    pending,
    snooze_and_wake,
    tag,
    prioritise,
    rename,
    breach,
    held_reply,
    sent_reply,
    failed_reply,
    undone_reply,
    forwarded_to_two_of_whom_one_is_refused,
    note,
    read,
    client_changed,
    address_added_and_removed,
    merge,
    merge_away,
    merge_and_undo,
    split,
    split_and_undo,
    move_to_another_client,
    move_what_somebody_was_told_of,
    task,
    task_changed_and_given_away,
    task_done_and_undone,
    promise_late_then_kept,
    promise_cancelled,
    task_of_a_client_who_is_renamed,
    task_of_a_merged_client,
    birthday_near,
    meeting,
    stranger,
]
