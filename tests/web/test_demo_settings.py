"""The demonstration's settings: what is played, and where it is refused."""

import socket

import pytest

from channels import registry
from channels.base import Place
from config import Settings, SettingsError, load
from hub.storage.database import connect
from tests.ports import free_port
from web.app import Ground, build_app
from web.demo import with_demo
from web.demo.forms import FORMS
from web.demo.simulated import COMPANY, NUMBERS, SUPPORT
from web.serving import running

DEMO = {"ROZMOVA_DEMO": "true"}


def demo(**more: str) -> Settings:
    return with_demo(load(DEMO | more))


def test_without_a_demonstration_nothing_is_played() -> None:
    settings = load({})

    assert with_demo(settings) is settings
    assert settings.channels == {}


def test_every_channel_is_played_and_can_be_made() -> None:
    settings = demo(ROZMOVA_PORT="8123")
    place = Place(
        public_url=settings.base_url, company="Any", country="UA", secret=b"key"
    )

    made = registry.build(settings.channels, place)

    assert set(made) == {"email", "sms", "whatsapp", "phone", "webform"}
    assert settings.company == COMPANY
    assert settings.channels["email"]["address"] == SUPPORT
    assert settings.channels["webform"]["forms"] == FORMS
    for name in ("sms", "whatsapp", "phone"):
        section = settings.channels[name]
        assert section["api_base_url"] == "http://127.0.0.1:8123/simulator/twilio"
        assert section["numbers"] == list(NUMBERS)
    sms, phone = settings.channels["sms"], settings.channels["phone"]
    assert sms["auth_token"] == phone["auth_token"]


def test_two_demonstrations_have_keys_of_their_own() -> None:
    first, second = demo(), demo()

    assert first.channels["sms"]["auth_token"] != second.channels["sms"]["auth_token"]


def test_what_is_set_up_stays_as_it_is() -> None:
    settings = demo(
        ROZMOVA_COMPANY="Own Name",
        ROZMOVA_CHANNELS__EMAIL__ADDRESS="help@own.example",
    )

    assert settings.company == "Own Name"
    assert settings.channels["email"] == {"address": "help@own.example"}
    assert "sms" in settings.channels


def test_the_providers_are_reached_on_this_machine_whatever_the_world_calls_it() -> (
    None
):
    settings = demo(ROZMOVA_PUBLIC_URL="http://hub.example:9000")

    url = settings.channels["sms"]["api_base_url"]

    assert url == "http://127.0.0.1:8080/simulator/twilio"
    assert settings.base_url == "http://hub.example:9000"


@pytest.mark.parametrize(
    "more",
    [
        {"ROZMOVA_HOST": "0.0.0.0"},
        {"ROZMOVA_HOST": "hub.example"},
        {"ROZMOVA_PUBLIC_URL": "https://hub.example"},
    ],
)
def test_where_others_could_reach_it_a_demonstration_is_refused(more) -> None:
    with pytest.raises(SettingsError, match="ROZMOVA_SIMULATOR__ANYWHERE"):
        demo(**more)

    meant = demo(**more, ROZMOVA_SIMULATOR__ANYWHERE="true")

    assert "sms" in meant.channels


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_on_this_machine_it_is_not(host) -> None:
    assert "sms" in demo(ROZMOVA_HOST=host).channels


@pytest.mark.parametrize("name", ["RELAY", "SMTP_LISTEN", "LMTP_LISTEN"])
def test_a_port_without_a_host_is_a_clear_error(name) -> None:
    with pytest.raises(SettingsError, match=f"ROZMOVA_SIMULATOR__{name}"):
        demo(**{f"ROZMOVA_SIMULATOR__{name}": "2525"})


async def test_a_taken_port_of_the_relay_is_named(build_demo) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        app, settings = build_demo(ROZMOVA_SIMULATOR__RELAY=where)

        with pytest.raises(SettingsError, match=f"simulator.relay.*{where}"):
            async with running(app, settings):
                raise AssertionError


@pytest.fixture
def build_demo(database_url, tmp_path):
    """Put a hub together whose providers are played."""

    def make(**more):
        settings = demo(
            ROZMOVA_PORT=str(free_port()),
            ROZMOVA_SIMULATOR__SMTP_LISTEN=f"127.0.0.1:{free_port()}",
            ROZMOVA_SIMULATOR__LMTP_LISTEN=f"127.0.0.1:{free_port()}",
            ROZMOVA_SIMULATOR__TRICKLE="0",
            **more,
        )
        ground = Ground(
            settings=settings,
            engine=connect(database_url, pool=5),
            data=tmp_path,
            secret=b"s" * 32,
            channels=lambda place: registry.build(settings.channels, place),
        )
        return build_app(ground), settings

    return make
