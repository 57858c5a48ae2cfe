"""Whatever is wrong with Twilio, a number, or our public address has its finding."""

from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from channels import simulator
from channels.base import HERE, Means, Place
from channels.phone import Channel as Phone
from channels.phone import Settings as PhoneSettings
from channels.sms import Channel as Sms
from channels.sms import Settings as SmsSettings
from hub.contracts import Grade, WebhookRequest
from hub.errors import InvalidError, SignatureError

NUMBER = "+380441234567"
TOKEN = "a token that nobody may see"
MEANS = Means(patience=timedelta(seconds=2))


class Hub:
    """What stands at the public address; ``channel`` takes its webhooks."""

    def __init__(self) -> None:
        self.secret = b"s" * 32
        self.channel = None
        #: What a proxy in front makes of the query.
        self.query = None
        self.taken = []

    @property
    def place(self):
        return Place(
            public_url=self.url, company="Shop", country="UA", secret=b"s" * 32
        )

    async def here(self, request):
        told = Place(
            public_url=self.url, company="Shop", country="UA", secret=self.secret
        )
        return web.Response(text=told.proof(request.match_info["nonce"]))

    async def hook(self, request):
        url = self.url + (self.query or request.raw_path)
        delivery = WebhookRequest(
            url=url,
            body=await request.read(),
            headers=dict(request.headers),
            path=request.match_info["path"],
        )
        try:
            self.taken.append(self.channel.receive(delivery))
        except SignatureError:
            raise web.HTTPUnauthorized from None
        return web.Response()


@asynccontextmanager
async def standing():
    """Run a hub's public face and a Twilio; give both."""
    hub = Hub()
    app = web.Application()
    app.add_routes(
        [
            web.get(HERE + "{nonce}", hub.here),
            web.post("/hooks/{channel}/{path:.*}", hub.hook),
        ]
    )
    async with TestServer(app) as server:
        hub.url = f"http://127.0.0.1:{server.port}"
        played = simulator.build(
            hub.url,
            "AC" + "1" * 32,
            TOKEN,
            numbers=(NUMBER,),
            support="we@shop.example",
        )
        async with played.alone() as twilio:
            yield hub, twilio


async def found(hub, twilio, *, kind=Sms, place=None, **settings):
    """Check a channel by Twilio; give its findings by what was tried."""
    model = SmsSettings if kind is Sms else PhoneSettings
    given = model.model_validate(twilio.twilio_settings() | settings)
    hub.channel = channel = kind(given, place or hub.place)
    findings = [one async for one in channel.check(MEANS)]
    await channel.close()
    assert TOKEN not in repr(findings)
    return {one.check: (one.grade, one.code) for one in findings}


async def test_sms_that_lack_nothing_are_well() -> None:
    async with standing() as (hub, twilio):
        said = await found(hub, twilio)

    assert said == {
        "twilio.account": (Grade.OK, "twilio_open"),
        "clock": (Grade.OK, "clock_right"),
        "twilio.number": (Grade.OK, "number_ours"),
        "twilio.sms": (Grade.OK, "webhook_ours"),
        "public.https": (Grade.WARNING, "near"),
        "public.reached": (Grade.OK, "public_here"),
        "twilio.signature": (Grade.OK, "signature_fine"),
    }


async def test_calls_that_lack_nothing_are_well_and_nothing_is_taken_in() -> None:
    async with standing() as (hub, twilio):
        said = await found(hub, twilio, kind=Phone)

    assert said["twilio.voice"] == (Grade.OK, "webhook_ours")
    assert said["twilio.status_callback"] == (Grade.OK, "webhook_ours")
    assert said["twilio.signature"] == (Grade.OK, "signature_fine")
    assert [one.items for one in hub.taken] == [()]


@pytest.mark.parametrize(
    ("change", "check", "code"),
    [
        ({"sms_url": ""}, "twilio.sms", "webhook_missing"),
        ({"sms_url": "https://old.example/sms"}, "twilio.sms", "webhook_elsewhere"),
        ({"sms_method": "GET"}, "twilio.sms", "webhook_method"),
        ({"sms_application_sid": "AP1"}, "twilio.sms", "webhook_by_app"),
        ({"capabilities": {"SMS": False}}, "twilio.number", "number_no_sms"),
        ({"phone_number": "+380440000000"}, "twilio.number", "number_foreign"),
    ],
)
async def test_each_fault_of_a_number_is_told(change, check, code) -> None:
    async with standing() as (hub, twilio):
        twilio.twilio.number_settings.update(change)
        said = await found(hub, twilio)

    assert said[check][1] == code
    assert said[check][0] is not Grade.OK


async def test_a_password_in_a_foreign_webhook_is_not_shown() -> None:
    async with standing() as (hub, twilio):
        twilio.twilio.number_settings["sms_url"] = "https://a:hidden@old.example/x?k=y"
        given = SmsSettings.model_validate(twilio.twilio_settings())
        channel = Sms(given, hub.place)
        hub.channel = channel
        told = [one async for one in channel.check(MEANS)]
        await channel.close()

    elsewhere = next(one for one in told if one.code == "webhook_elsewhere")
    assert elsewhere.facts["given"] == "https://old.example/x"


async def test_wrong_credentials_are_told_and_nothing_more_is_asked() -> None:
    async with standing() as (hub, twilio):
        said = await found(hub, twilio, auth_token="another")

    assert said["twilio.sign_in"] == (Grade.WRONG, "twilio_refused")
    assert "twilio.number" not in said


async def test_a_twilio_that_is_down_or_away_is_told() -> None:
    async with standing() as (hub, twilio):
        twilio.behaviour.down = True
        down = await found(hub, twilio)
        away = await found(
            hub, twilio, api_base_url=f"http://127.0.0.1:{unused_port()}"
        )

    assert down["twilio.account"] == (Grade.WRONG, "twilio_trouble")
    assert away["twilio.line"] == (Grade.WRONG, "refused")


async def test_a_proxy_that_changes_the_address_breaks_the_signature() -> None:
    async with standing() as (hub, twilio):
        hub.query = "/hooks/sms/status"
        said = await found(hub, twilio)

    assert said["twilio.signature"] == (Grade.WRONG, "signature_refused")


async def test_an_address_that_leads_to_another_program_is_told() -> None:
    async with standing() as (hub, twilio):
        hub.secret = b"another hub's"
        said = await found(hub, twilio)

    assert said["public.reached"] == (Grade.WRONG, "public_elsewhere")
    assert "twilio.signature" not in said


async def test_an_address_that_nobody_answers_at_is_told() -> None:
    async with standing() as (hub, twilio):
        place = Place(
            public_url=f"http://127.0.0.1:{unused_port()}",
            company="Shop",
            country="UA",
            secret=b"s" * 32,
        )
        said = await found(hub, twilio, place=place)

    assert said["public.reached"] == (Grade.WRONG, "public_refused")


async def test_an_open_address_of_the_world_is_told_of_a_hub_that_does_not_run() -> (
    None
):
    place = Place(
        public_url="http://hub.shop.com.ua", company="S", country="UA", secret=b"s"
    )
    async with standing() as (_, twilio):
        channel = Sms(SmsSettings.model_validate(twilio.twilio_settings()), place)
        means = Means(patience=MEANS.patience, running=False)
        told = {one.check: one.code async for one in channel.check(means)}
        await channel.close()

    assert told["public.https"] == "not_https"
    assert "public.reached" not in told
    assert "twilio.signature" not in told


def test_a_test_message_goes_to_a_phone_as_people_write_it() -> None:
    given = SmsSettings(account_sid="AC" + "1" * 32, auth_token="t", numbers=(NUMBER,))
    place = Place(public_url="http://hub.test", company="S", country="UA", secret=b"s")
    channel = Sms(given, place)

    (trial,) = channel.trials("067 214 41 17", "trial-1")

    assert channel.trials("", "trial-1") == ()
    assert trial.message.recipient == "+380672144117"
    assert trial.message.key.startswith("trial-1-")
    with pytest.raises(InvalidError):
        channel.trials("my phone", "trial-1")
