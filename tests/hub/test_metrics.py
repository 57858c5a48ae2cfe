"""The formulas: by example, and by what must hold of any numbers."""

from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hub import metrics

COUNTS = st.integers(0, 10_000)
SPANS = st.timedeltas(timedelta(0), timedelta(days=30))
ZERO = timedelta(0)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def test_by_example() -> None:
    # 100 calls, 5 abandoned within seconds, 76 answered within the time: 80/20.
    assert metrics.service_level(76, 100, 5) == 0.8
    assert metrics.abandonment(8, 100) == 0.08
    assert metrics.first_contact_resolution(7, 10) == 0.7
    assert metrics.average_speed_of_answer([minutes(1), minutes(2)]) == minutes(1.5)
    assert metrics.average_handle_time(
        talk=minutes(60), hold=minutes(10), wrap_up=minutes(30), handled=20
    ) == minutes(5)
    assert metrics.occupancy(handling=minutes(45), available=minutes(15)) == 0.75
    assert metrics.utilization(handling=minutes(45), signed_in=minutes(90)) == 0.5
    assert metrics.first_response([minutes(4), minutes(8)]) == minutes(6)
    assert metrics.next_response([minutes(3)]) == minutes(3)
    assert metrics.resolution([minutes(10), minutes(20)]) == minutes(15)


@pytest.mark.parametrize(
    "empty",
    [
        metrics.service_level(0, 0),
        metrics.service_level(0, 5, 5),
        metrics.abandonment(0, 0),
        metrics.first_contact_resolution(0, 0),
        metrics.average_speed_of_answer([]),
        metrics.average_handle_time(talk=ZERO, hold=ZERO, wrap_up=ZERO, handled=0),
        metrics.occupancy(handling=ZERO, available=ZERO),
        metrics.utilization(handling=ZERO, signed_in=ZERO),
        metrics.first_response([]),
        metrics.next_response([]),
        metrics.resolution([]),
    ],
)
def test_of_nothing_nothing_is_said(empty) -> None:
    assert empty is None


@given(COUNTS, COUNTS, COUNTS)
def test_a_service_level_is_a_share(in_time, late, short) -> None:
    assume(in_time + late)

    level = metrics.service_level(in_time, in_time + late + short, short)

    assert level is not None
    assert 0 <= level <= 1
    assert (level == 1) == (late == 0)


@given(COUNTS, COUNTS)
def test_one_more_in_time_never_lowers_it_and_one_more_late_never_raises_it(
    in_time, late
) -> None:
    offered = in_time + late
    assume(offered)

    level = metrics.service_level(in_time, offered)

    assert metrics.service_level(in_time + 1, offered + 1) >= level
    assert metrics.service_level(in_time, offered + 1) <= level


@given(st.lists(SPANS, min_size=1))
def test_a_mean_lies_between_the_shortest_and_the_longest(spans) -> None:
    tick = timedelta(microseconds=1)

    mean = metrics.average_speed_of_answer(spans)

    assert mean is not None
    assert min(spans) - tick <= mean <= max(spans) + tick


@given(SPANS, SPANS, SPANS)
def test_an_agent_is_never_more_occupied_by_his_breaks(handling, idle, rest) -> None:
    assume(handling)

    occupied = metrics.occupancy(handling=handling, available=idle)
    used = metrics.utilization(handling=handling, signed_in=handling + idle + rest)

    assert occupied is not None
    assert used is not None
    assert 0 < used <= occupied <= 1


@given(SPANS, SPANS, SPANS, st.integers(1, 1000))
def test_handling_more_in_the_same_time_is_faster(talk, hold, wrap_up, handled) -> None:
    def mean(count: int) -> timedelta | None:
        return metrics.average_handle_time(
            talk=talk, hold=hold, wrap_up=wrap_up, handled=count
        )

    assert mean(handled + 1) <= mean(handled)
    assert mean(1) == talk + hold + wrap_up
