"""What arrives is kept as it is, but for what cannot be kept or would deceive."""

import pytest

from hub.contracts import InboundMessage
from hub.conversations.storable import LONGEST_NAME, storable


def named(name):
    said = InboundMessage(
        channel="whatsapp",
        external_id="SM1",
        sender="+380501112233",
        sender_kind="phone",
        sender_name=name,
    )
    return storable(said).sender_name


@pytest.mark.parametrize(
    "name",
    ["", "Оля", "Jean-Luc O’Neil", "می\u200cشود", "\U0001f469\u200d\U0001f4bb Ann"],
)
def test_a_name_stays_as_its_owner_writes_it(name) -> None:
    assert named(name) == name


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("\u202egpj.alO", "gpj.alO"),
        ("\u2067Ann\u2069", "Ann"),
        ("Ann\nFrom: your bank", "Ann From: your bank"),
        ("Ann\x00\x1b[2J", "Ann\N{REPLACEMENT CHARACTER}[2J"),
        ("\u200f\u200b", ""),
        ("A" * 300, "A" * LONGEST_NAME),
    ],
)
def test_a_name_is_one_line_that_nothing_turns_around(given, kept) -> None:
    assert named(given) == kept
