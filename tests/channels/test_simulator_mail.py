"""The simulated mail against the real email channel."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import pytest_asyncio

from channels import email, simulator
from channels.base import Place
from hub.contracts import DeliveryReceipt, DeliveryState, OutboundMessage, Outcome
from hub.errors import PermanentSendError
from tests.channels.keep import Kept
from tests.channels.stand import OURS, SID, TOKEN
from tests.ports import free_port

CLIENT = "oksana@client.test"
SUPPORT = "help@hub.test"
PLACE = Place(
    public_url="https://hub.test", company="Затишок", country="UA", secret=b"k"
)


@asynccontextmanager
async def taking_mail(stage):
    """Run the email channel between the simulator's relay and its clients."""
    arrived = asyncio.Queue()
    host, port = stage.mails.address
    stage.mails.hub = ("127.0.0.1", free_port())
    settings = email.Settings.model_validate(
        {
            "address": SUPPORT,
            "smtp_listen": "{}:{}".format(*stage.mails.hub),
            "smtp": {"host": host, "port": port, "tls": "none"},
        }
    )
    channel = email.Channel(settings, PLACE)

    async def deliver(request):
        for item in channel.receive(request).items:
            arrived.put_nowait(item)
        return [Outcome()]

    async with channel.listening(deliver, Kept()):
        yield channel, arrived


@pytest_asyncio.fixture
async def stage():
    stand_in = simulator.build(
        "http://127.0.0.1:9",
        SID,
        TOKEN,
        numbers=[OURS],
        support=SUPPORT,
        behaviour=simulator.Behaviour(delay=timedelta(0)),
    )
    async with stand_in.running():
        yield stand_in


def letter(recipient=CLIENT, key="k1", **more):
    return OutboundMessage(
        channel="email", key=key, recipient=recipient, subject="Ваше питання", **more
    )


async def test_a_client_s_mail_arrives_and_its_answer_finds_his_mailbox(stage):
    async with taking_mail(stage) as (channel, arrived):
        await stage.mails.write(CLIENT, "Де замовлення?", "Номер 1001", name="Оксана")
        asked = await arrived.get()
        await channel.send(
            letter(
                text="Їде до вас", references=(asked.external_id,), reply_token="t0k"
            )
        )
        ours = stage.world.mails_of(CLIENT)[-1]
        await stage.mails.write(CLIENT, "Re", "Дякую", answer_to=ours)
        thanks = await arrived.get()

    assert (asked.sender, asked.sender_name) == (CLIENT, "Оксана")
    assert (asked.subject, asked.text.strip()) == ("Де замовлення?", "Номер 1001")
    assert not ours.from_client
    assert ours.text.startswith("Їде до вас")
    assert thanks.references[0] == ours.message_id
    assert thanks.reply_token == "t0k"


@pytest.mark.parametrize(
    ("recipient", "knob"), [("oksana+bounce@client.test", False), (CLIENT, True)]
)
async def test_a_bounce_comes_back_and_names_the_mail(stage, recipient, knob):
    stage.behaviour.bounce_mail = knob
    async with taking_mail(stage) as (channel, arrived):
        await channel.send(letter(recipient, text="?"))
        bounce = await arrived.get()

    assert isinstance(bounce, DeliveryReceipt)
    assert bounce.state is DeliveryState.BOUNCED
    assert bounce.reference == "k1"
    assert stage.world.mails_of(recipient) == []


async def test_the_relay_refuses_when_it_is_told_to(stage):
    stage.behaviour.refuse_mail = True
    async with taking_mail(stage) as (channel, _):
        with pytest.raises(PermanentSendError):
            await channel.send(letter(text="?"))


async def test_the_client_sees_that_his_mail_was_not_taken(stage):
    stage.mails.hub = ("127.0.0.1", free_port())

    mail = await stage.mails.write(CLIENT, "Привіт", "?")

    assert mail.status == "failed"
