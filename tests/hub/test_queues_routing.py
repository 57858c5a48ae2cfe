"""Who gets what: pure."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.queues.routing import (
    Candidate,
    Waiting,
    gifts,
    next_agent,
    next_conversation,
)
from hub.storage.tables.conversations import PRIORITIES

NOW = datetime(2026, 5, 14, 9, 0, tzinfo=UTC)
TIMES = st.integers(-5000, 5000).map(lambda one: NOW + timedelta(seconds=one))
CANDIDATES = st.lists(
    st.builds(
        Candidate,
        id=st.integers(1, 30),
        free=st.integers(-2, 4),
        given_at=st.none() | TIMES,
    ),
    unique_by=lambda one: one.id,
    max_size=8,
)
WAITING = st.lists(
    st.builds(
        Waiting,
        id=st.integers(1, 99),
        priority=st.sampled_from(PRIORITIES),
        respond_by=TIMES,
        waiting_since=TIMES,
    ),
    unique_by=lambda one: one.id,
    max_size=15,
)


def agent(number: int, free: int = 1, ago: int | None = None) -> Candidate:
    given_at = None if ago is None else NOW - timedelta(minutes=ago)
    return Candidate(id=number, free=free, given_at=given_at)


def waits(number: int, priority: str = "normal", due: int = 60, since: int = 10):
    return Waiting(
        id=number,
        priority=priority,
        respond_by=NOW + timedelta(minutes=due),
        waiting_since=NOW - timedelta(minutes=since),
    )


def test_the_turn_is_his_who_was_given_work_longest_ago() -> None:
    assert next_agent([agent(1, ago=1), agent(2, ago=9), agent(3, ago=5)]) == agent(
        2, ago=9
    )


def test_who_was_never_given_anything_comes_first() -> None:
    assert next_agent([agent(1, ago=600), agent(2)]) == agent(2)


def test_whose_hands_are_full_is_passed_over() -> None:
    chosen = next_agent([agent(1, free=0), agent(2, free=-1), agent(3, ago=1)])

    assert chosen == agent(3, ago=1)
    assert next_agent([agent(1, free=0)]) is None


def test_of_two_whose_turn_it_is_the_freer_one_gets_it() -> None:
    assert next_agent([agent(1, free=1), agent(2, free=3)]) == agent(2, free=3)
    assert next_agent([agent(2), agent(1)]) == agent(1)


def test_what_matters_most_goes_before_what_is_due_first() -> None:
    assert next_conversation([waits(1, due=-5), waits(2, "urgent", due=90)]) == waits(
        2, "urgent", due=90
    )


def test_among_equals_goes_what_is_due_first_then_what_waited_longest() -> None:
    assert next_conversation([waits(1), waits(2, due=5)]) == waits(2, due=5)
    assert next_conversation([waits(1), waits(2, since=11)]) == waits(2, since=11)
    assert next_conversation([]) is None


def test_work_goes_round() -> None:
    given = gifts(
        [waits(number) for number in range(1, 7)],
        [agent(1, free=5), agent(2, free=2), agent(3, free=5)],
        now=NOW,
    )

    assert [one.account_id for one in given] == [1, 3, 2, 1, 3, 2]


@given(WAITING, CANDIDATES)
def test_all_is_given_until_either_side_runs_out(waiting, candidates) -> None:
    given = gifts(waiting, candidates, now=NOW)

    hands = {one.id: max(0, one.free) for one in candidates}
    taken = [one.account_id for one in given]
    assert len(given) == min(len(waiting), sum(hands.values()))
    assert all(taken.count(number) <= free for number, free in hands.items())
    assert len({one.conversation_id for one in given}) == len(given)


@given(WAITING, CANDIDATES)
def test_whoever_gets_work_goes_to_the_end_of_the_round(waiting, candidates) -> None:
    given = gifts(waiting, candidates, now=NOW)

    places = [one.given_at for one in given]
    assert places == sorted(set(places))
    assert all(
        one.given_at is None or place > one.given_at
        for place in places
        for one in candidates
    )
