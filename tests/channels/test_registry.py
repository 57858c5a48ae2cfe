import sys
from importlib.metadata import EntryPoint
from types import ModuleType

import pytest

from channels import registry, sms
from channels.base import Place

PLACE = Place(
    public_url="https://hub.test", company="Затишок", country="UA", secret=b"k"
)
SMS = {"account_sid": "AC" + "1" * 32, "auth_token": "t0ken", "numbers": ["+380441"]}


def test_every_channel_is_found_by_its_file():
    assert {"phone", "sms", "webform"} <= set(registry.names())
    assert not {"base", "registry", "simulator"} & set(registry.names())
    assert not any(name.startswith("_") for name in registry.names())


def test_configured_channels_are_made():
    made = registry.build(
        {"sms": SMS, "phone": SMS | {"numbers": "+380441110000"}}, PLACE
    )

    assert isinstance(made["sms"], sms.Channel)
    assert list(made) == ["sms", "phone"]


def test_all_mistakes_of_all_channels_are_told_at_once():
    with pytest.raises(registry.ChannelSettingsError) as refused:
        registry.build(
            {
                "sms": {"account_sid": "SK1", "auth_token": "hush", "tpyo": "hush"},
                "phone": SMS | {"numbers": ["044 111"]},
                "pigeon": {},
            },
            PLACE,
        )

    places = [line.split(":")[0] for line in refused.value.errors]
    assert places == [
        "channels.sms.account_sid",
        "channels.sms.tpyo",
        "channels.phone",
        "channels.pigeon",
    ]
    assert "sms" in refused.value.errors[-1]
    assert "hush" not in str(refused.value)


def test_what_is_wrong_with_a_value_is_said_in_plain_words():
    (short,) = registry.mistakes({"webform": {"key": "abc"}})
    (nowhere,) = registry.mistakes({"email": {"address": "support"}})

    assert short == "channels.webform.key: at least 8 characters"
    assert nowhere.startswith("channels.email.address: 'support' is not a mail address")


def test_another_package_can_bring_a_channel(monkeypatch):
    theirs = ModuleType("theirs")
    theirs.Settings = sms.Settings
    theirs.Channel = sms.Channel
    monkeypatch.setitem(sys.modules, "theirs", theirs)
    point = EntryPoint("telegram", "theirs", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda **_asked: [point])

    assert "telegram" in registry.names()
    assert registry.load("telegram") is theirs
