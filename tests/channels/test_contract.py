"""What every channel keeps to, tried on each by its being in the folder."""

from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from channels import registry
from channels.base import Adapter, Specimen
from hub.contracts import CallEvent, DeliveryReceipt, InboundMessage
from hub.errors import (
    ChannelError,
    PayloadError,
    PermanentSendError,
    SignatureError,
    TransientSendError,
    UncertainSendError,
)

pytestmark = pytest.mark.parametrize("name", registry.names())


def specimen(name: str) -> Specimen:
    return registry.load(name).Channel.specimen()


def secrets_of(value: Any) -> set[str]:
    """Collect every secret that a channel's settings hold, however deep."""
    if isinstance(value, SecretStr):
        return {value.get_secret_value()}
    if isinstance(value, BaseModel):
        return secrets_of(list(vars(value).values()))
    if isinstance(value, dict):
        return secrets_of(list(value.values()))
    if isinstance(value, list | tuple | set | frozenset):
        return set().union(*map(secrets_of, value))
    return set()


def all_secrets(adapter: Adapter) -> set[str]:
    return secrets_of(vars(adapter))


def test_it_names_a_channel_and_its_settings(name: str) -> None:
    module = registry.load(name)

    assert issubclass(module.Channel, Adapter)
    assert module.Channel.name == name
    assert issubclass(module.Settings, BaseModel)
    assert module.Settings.model_config.get("extra") == "forbid"


def test_it_refuses_what_is_forged(name: str) -> None:
    given = specimen(name)

    with pytest.raises(SignatureError) as refused:
        given.adapter.receive(given.forged)

    assert not any(
        secret in str(refused.value) for secret in all_secrets(given.adapter)
    )


def test_it_takes_the_genuine_and_knows_a_repeat(name: str) -> None:
    given = specimen(name)

    first = given.adapter.receive(given.genuine)
    again = given.adapter.receive(given.genuine)

    assert first.items
    assert all(item.external_id for item in first.items)
    assert all(item.channel == name for item in first.items)
    assert again == first


def test_what_it_takes_can_be_handed_on(name: str) -> None:
    given = specimen(name)

    for item in given.adapter.receive(given.genuine).items:
        assert isinstance(item, InboundMessage | DeliveryReceipt | CallEvent)
        if isinstance(item, InboundMessage):
            assert item.sender
            assert item.sender_kind in {"email", "phone"}


def test_it_says_what_is_genuine_but_unreadable(name: str) -> None:
    given = specimen(name)

    with pytest.raises(PayloadError) as refused:
        given.adapter.receive(given.unreadable)

    assert not any(
        secret in str(refused.value) for secret in all_secrets(given.adapter)
    )


def test_what_can_be_read_of_a_delivery_is_shown_to_people(name: str) -> None:
    given = specimen(name)

    seen = given.adapter.glimpse(given.genuine)
    damaged = given.adapter.glimpse(given.unreadable)

    assert seen.rows
    assert damaged.rows or damaged.text
    assert not any(
        secret in repr((seen, damaged)) for secret in all_secrets(given.adapter)
    )


def test_it_answers_the_provider_without_a_decision(name: str) -> None:
    given = specimen(name)

    answer = given.adapter.respond(given.genuine, ())

    assert 200 <= answer.status < 300


async def test_what_cannot_be_sent_says_whether_to_try_again(name: str) -> None:
    given = specimen(name)
    if given.outbound is None:
        assert given.adapter.reaches is None
        return

    with pytest.raises(ChannelError) as refused:
        await given.adapter.send(given.outbound)
    await given.adapter.close()

    assert isinstance(
        refused.value, TransientSendError | PermanentSendError | UncertainSendError
    )
    assert not any(
        secret in str(refused.value) for secret in all_secrets(given.adapter)
    )
