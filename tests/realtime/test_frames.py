"""Frames: right bytes, shared by those who get the same."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.log.feed import Logged
from realtime.frames import AGENTS, PORTAL, Batch, how_far, said, text_frame


def logged(seq: int, *topics: str, size: int = 0) -> Logged:
    wire = json.dumps({"seq": seq, "kind": "a.b", "data": "x" * size})
    return Logged(seq, "a.b", topics, wire)


def unpack(frame: bytes) -> str:
    """Read a frame as RFC 6455 has it."""
    first, size, rest = frame[0], frame[1], frame[2:]
    assert first == 0x81
    if size == 126:
        size, rest = int.from_bytes(rest[:2]), rest[2:]
    elif size == 127:
        size, rest = int.from_bytes(rest[:8]), rest[8:]
    assert len(rest) == size
    return rest.decode()


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 200_000])
def test_a_frame_has_the_length_of_its_text(size) -> None:
    assert unpack(text_frame("x" * size)) == "x" * size


@given(st.text())
def test_a_frame_carries_any_text(text) -> None:
    assert unpack(text_frame(text)) == text


def test_an_emitted_value_is_a_packet_of_its_namespace() -> None:
    assert (
        unpack(said(AGENTS, "typing", {"a": "ї"})) == '42/agents,["typing",{"a":"ї"}]'
    )
    assert unpack(how_far(PORTAL, 5)) == '42/portal,["events",{"events":[],"cursor":5}]'


def test_agents_with_topics_of_their_own_share_what_all_may_see() -> None:
    batch = Batch([logged(1, "staff"), logged(2, "staff")], max_bytes=1000)

    mine = batch.parts(AGENTS, frozenset({"staff", "account:1"}))
    his = batch.parts(AGENTS, frozenset({"staff", "account:2"}))

    assert mine is his


def test_nothing_is_made_for_who_may_see_nothing() -> None:
    batch = Batch([logged(1, "staff")], max_bytes=1000)

    assert batch.parts(PORTAL, frozenset({"client:1"})) == ()


def test_the_last_frame_tells_of_the_whole_batch() -> None:
    batch = Batch([logged(1, "client:1"), logged(2, "staff")], max_bytes=1000)

    (part,) = batch.parts(AGENTS, frozenset({"client:1"}))

    assert part.cursor == 2
    assert unpack(part.frame).endswith('"cursor":2}]')


def test_a_frame_ends_before_it_is_too_large_but_holds_any_single_event() -> None:
    events = [
        logged(seq, "staff", size=size) for seq, size in ((1, 10), (2, 900), (3, 10))
    ]
    batch = Batch(events, max_bytes=100)

    parts = batch.parts(AGENTS, frozenset({"staff"}))

    assert [part.cursor for part in parts] == [1, 2, 3]
