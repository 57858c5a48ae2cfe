"""What a call's callbacks mean together, in whatever order they come."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.calls.machine import Progress, advance, begin
from hub.contracts import CallEvent, CallMoment

NOW = datetime(2026, 5, 14, 9, 0, tzinfo=UTC)
RINGING, ANSWERED, MISSED, VOICEMAIL, RECORDED, ENDED = (
    CallMoment.RINGING,
    CallMoment.ANSWERED,
    CallMoment.AGENT_MISSED,
    CallMoment.VOICEMAIL,
    CallMoment.RECORDED,
    CallMoment.ENDED,
)


def said(moment, seconds=None, **more) -> CallEvent:
    return CallEvent(
        channel="phone",
        external_id="CA1",
        moment=moment,
        caller="+380501112233",
        called="+380441110000",
        at=None if seconds is None else NOW + timedelta(seconds=seconds),
        **more,
    )


def heard(*events, now=NOW) -> Progress:
    progress = begin(events[0], now=now)
    for event in events[1:]:
        progress = advance(progress, event, now=now)
    return progress


@pytest.mark.parametrize(
    ("moments", "state"),
    [
        ([RINGING], "ringing"),
        ([RINGING, MISSED], "ringing"),
        ([RINGING, ANSWERED], "answered"),
        ([RINGING, ANSWERED, ENDED], "ended"),
        ([RINGING, ANSWERED, ENDED, RECORDED], "ended"),
        ([RINGING, ENDED], "missed"),
        ([RINGING, MISSED, MISSED, ENDED], "missed"),
        ([RINGING, MISSED, VOICEMAIL], "voicemail"),
        ([RINGING, MISSED, VOICEMAIL, ENDED, RECORDED], "voicemail"),
        # The callback that a message was left got lost.
        ([RINGING, RECORDED, ENDED], "voicemail"),
        ([ENDED], "missed"),
        ([ENDED, RINGING], "missed"),
        ([ENDED, ANSWERED], "ended"),
    ],
)
def test_a_call_stands_where_its_callbacks_say(moments, state) -> None:
    assert heard(*(said(one) for one in moments)).state == state


@given(
    st.lists(
        st.tuples(st.sampled_from(CallMoment), st.none() | st.integers(-5, 600)),
        min_size=1,
        max_size=8,
    ).flatmap(
        lambda events: st.tuples(
            st.just(events),
            st.permutations(events + events),
        )
    )
)
def test_no_order_and_no_repeat_changes_where_a_call_ends(orders) -> None:
    once, shuffled = (
        [said(moment, seconds) for moment, seconds in order] for order in orders
    )

    assert heard(*once) == heard(*shuffled)


@given(st.lists(st.sampled_from(CallMoment), min_size=1, max_size=8))
def test_what_is_known_is_never_taken_back(moments) -> None:
    rank = {"ringing": 0, "missed": 1, "answered": 2, "voicemail": 2, "ended": 3}
    progress = begin(said(moments[0]), now=NOW)

    for moment in moments[1:]:
        later = advance(progress, said(moment), now=NOW + timedelta(hours=1))
        assert (later.answered_at is None) <= (progress.answered_at is None)
        assert (later.ended_at is None) <= (progress.ended_at is None)
        if later.answered_at is None:
            assert rank[later.state] >= rank[progress.state]
        progress = later


def test_a_talk_began_when_its_length_says() -> None:
    late = said(ANSWERED, 100, duration=timedelta(seconds=70))

    assert heard(said(RINGING, 0), late).answered_at == NOW + timedelta(seconds=30)


def test_a_call_began_when_its_whole_length_says() -> None:
    ended = said(ENDED, 100, duration=timedelta(seconds=90))

    assert heard(ended).started_at == NOW + timedelta(seconds=10)
