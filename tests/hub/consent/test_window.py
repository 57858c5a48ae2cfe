"""WhatsApp's window, the length of a text, and whom it comes from."""

from datetime import timedelta

import pytest

from hub.delivery.outbox import send_due
from hub.errors import (
    InvalidError,
    WindowClosedError,
)
from tests.hub.consent.conftest import OURS

# --- WhatsApp's window


async def test_within_the_window_one_writes_freely(office):
    await office.says("Hi", channel="whatsapp")
    office.clock.move(hours=23)

    item = await office.replies(channel="whatsapp")
    await office.leaves()

    assert (await office.item(item)).delivery == "sent"


async def test_outside_of_the_window_only_a_template_will_do(office):
    await office.says("Hi", channel="whatsapp")
    office.clock.move(hours=25)

    with pytest.raises(WindowClosedError):
        await office.replies(channel="whatsapp")
    item = await office.replies(
        "",
        channel="whatsapp",
        template_id="HX1",
        template_values={"1": "Olha", "2": "2048"},
    )
    await office.leaves()

    (message,) = office.transport.sent
    assert message.template_id == "HX1"
    assert message.template_values == {"1": "Olha", "2": "2048"}
    assert (await office.item(item)).text == "Olha, 2048 is ready"


async def test_who_never_wrote_by_whatsapp_gets_a_template_only(office):
    with pytest.raises(WindowClosedError):
        await office.replies(channel="whatsapp")


async def test_what_is_sent_later_must_still_be_within_the_window(office):
    await office.says("Hi", channel="whatsapp")

    with pytest.raises(WindowClosedError):
        await office.replies(
            channel="whatsapp", send_at=office.clock() + timedelta(hours=30)
        )


async def test_a_message_that_waited_past_the_window_does_not_leave(office):
    await office.says("Hi", channel="whatsapp")
    item = await office.replies(
        channel="whatsapp", send_at=office.clock() + timedelta(hours=23)
    )

    office.clock.move(hours=25)
    await send_due(office.outbox)

    found = await office.item(item)
    assert (found.delivery, found.delivery_code) == ("failed", "window_closed")
    assert office.transport.sent == []


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"template_id": "HX9"}, "template_id"),
        ({"template_id": "HX1", "template_values": {"1": "Olha"}}, "template_values"),
        (
            {"template_id": "HX1", "template_values": {"1": "Olha", "2": "x" * 501}},
            "template_values",
        ),
    ],
)
async def test_a_template_that_will_not_do_is_refused(office, more, what):
    with pytest.raises(InvalidError) as refused:
        await office.replies("", channel="whatsapp", **more)

    assert what in refused.value.details["errors"]


# --- length and sender


async def test_a_text_of_too_many_parts_is_refused_before_it_is_queued(office):
    assert await office.replies("ї" * 134)
    with pytest.raises(InvalidError):
        await office.replies("ї" * 135)


async def test_the_client_is_answered_from_the_number_that_he_wrote_to(office):
    await office.replies()
    await office.leaves()

    assert office.transport.sent[0].sender == OURS


async def test_other_messages_to_him_are_named_so_that_none_is_mistaken(office):
    await office.replies("Yes")
    await office.leaves()
    await office.replies("Yes")
    await office.leaves()

    assert office.transport.sent[0].others == ()
    assert office.transport.sent[1].others == ("SMout1",)
