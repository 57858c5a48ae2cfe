"""What the wall counts as answered in time, and when it warns: pure."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.queues.views import AgentView
from hub.reports.alarms import (
    Alarm,
    agent_alarm,
    service_alarm,
    wait_alarm,
    worst_first,
)
from hub.reports.answers import STEP, Answers, Decided, midnight, step_of

NOW = datetime(2026, 5, 14, 14, 32, 10, tzinfo=UTC)
LAST = datetime(2026, 5, 14, 14, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LIMITS = {"break": 15 * MINUTE, "wrap": 5 * MINUTE}


def agent(state: str, minutes: float) -> AgentView:
    return AgentView(
        id=7,
        name="Ihor",
        role="agent",
        state=state,
        since=NOW - timedelta(minutes=minutes),
        capacity=5,
        load=0,
        on_call=False,
        locale="uk",
        active=True,
        reason="",
        wrap_until=None,
        wrap_conversation_id=None,
        answers=True,
    )


def steps(*shares: tuple[int, int] | None) -> dict[datetime, Decided]:
    """Give steps that end with the present one."""
    count = len(shares)
    return {
        LAST - STEP * (count - 1 - place): Decided(*share)
        for place, share in enumerate(shares)
        if share is not None
    }


def test_a_step_begins_at_a_whole_five_minutes() -> None:
    assert step_of(NOW) == LAST
    assert step_of(LAST) == LAST


def test_the_line_shows_four_hours_and_gaps_where_nothing_was_decided() -> None:
    line = Answers(steps=steps((1, 2), None, (3, 3))).series(NOW)

    assert len(line) == 48
    assert line[-3:] == [0.5, None, 1.0]
    assert set(line[:-3]) == {None}


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        # Kyiv is two hours ahead of UTC in winter and three in summer.
        ("2026-05-14T20:59:59+00:00", "2026-05-13T21:00:00+00:00"),
        ("2026-05-14T21:00:00+00:00", "2026-05-14T21:00:00+00:00"),
        ("2026-01-14T22:30:00+00:00", "2026-01-14T22:00:00+00:00"),
        # The day on which summer begins: midnight was still winter.
        ("2026-03-29T12:00:00+00:00", "2026-03-28T22:00:00+00:00"),
    ],
)
def test_the_day_is_the_companys(now, begins) -> None:
    assert midnight(datetime.fromisoformat(now), "Europe/Kyiv") == (
        datetime.fromisoformat(begins)
    )


def test_below_the_goal_since_the_half_hour_sank_there() -> None:
    good, bad = (10, 10), (0, 10)
    answered = Answers(
        half_hour=Decided(40, 60),
        steps=steps(good, good, good, good, good, good, bad, bad, (0, 0)),
    )

    # At 14:25 the half hour before was 50 of 60; at 14:30 it was 40 of 60.
    assert answered.below_since(0.8, NOW) == datetime(2026, 5, 14, 14, 30, tzinfo=UTC)
    assert answered.below_since(0.6, NOW) is None


def test_a_share_that_sank_within_this_step_is_below_since_now() -> None:
    answered = Answers(half_hour=Decided(1, 2), steps=steps((1, 1), (0, 1)))

    assert answered.below_since(0.8, NOW) == NOW


def test_it_looks_back_no_further_than_the_wall_shows() -> None:
    answered = Answers(half_hour=Decided(0, 6), steps=steps(*[(0, 1)] * 100))

    assert answered.below_since(0.8, NOW) == NOW - timedelta(hours=4) + timedelta(
        minutes=2, seconds=50
    )


def test_nothing_decided_is_no_alarm() -> None:
    empty = Answers(steps={})

    assert empty.below_since(0.8, NOW) is None
    assert service_alarm(1, None, 0.8, None) is None


def test_somebody_who_waits_for_too_long_is_an_alarm_from_the_limit_on() -> None:
    limit = 2 * MINUTE

    assert wait_alarm(1, None, limit, NOW) is None
    assert wait_alarm(1, NOW - limit, limit, NOW) is None
    assert wait_alarm(1, NOW - 5 * MINUTE, limit, NOW) == Alarm(
        kind="wait", queue_id=1, since=NOW - 3 * MINUTE, value=300, limit=120
    )


def test_a_long_break_is_an_alarm_and_long_work_is_not() -> None:
    assert agent_alarm(agent("break", 15), LIMITS, NOW) is None
    assert agent_alarm(agent("available", 600), LIMITS, NOW) is None
    assert agent_alarm(agent("wrap", 6), LIMITS, NOW) is not None
    assert agent_alarm(agent("break", 24), LIMITS, NOW) == Alarm(
        kind="agent", agent_id=7, since=NOW - 9 * MINUTE, value=1440, limit=900
    )


def test_the_worst_comes_first() -> None:
    waits = wait_alarm(1, NOW - 5 * MINUTE, 2 * MINUTE, NOW)
    longer = wait_alarm(2, NOW - 9 * MINUTE, 2 * MINUTE, NOW)
    service = service_alarm(3, 0.2, 0.8, NOW)
    rests = agent_alarm(agent("break", 24), LIMITS, NOW)

    found = worst_first([rests, None, waits, service, longer])

    assert found == [longer, service, waits, rests]
