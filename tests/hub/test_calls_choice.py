"""Who is rung, and who has been."""

from datetime import UTC, datetime, timedelta

from hub.calls.choice import (
    Phone,
    RungAgent,
    after_miss,
    keep_rung,
    next_phone,
    read_rung,
    rings_now,
)

NOW = datetime(2026, 5, 14, 9, 0, tzinfo=UTC)


def phone(account_id, *, given=0, **more) -> Phone:
    return Phone(
        account_id=account_id,
        **{
            "number": f"+38067000000{account_id}",
            "present": True,
            "serves": True,
            "busy": False,
            "given_at": NOW - timedelta(minutes=given),
            **more,
        },
    )


def chosen(*phones, assignee_id=None, rung=()) -> int | None:
    found = next_phone(phones, assignee_id=assignee_id, rung=rung)
    return found.account_id if found else None


def test_it_goes_round() -> None:
    assert chosen(phone(1, given=5), phone(2, given=9), phone(3, given=7)) == 2
    assert chosen(phone(1, given=5), phone(2, given_at=None)) == 2
    assert chosen(phone(2), phone(1)) == 1


def test_the_clients_own_agent_comes_first() -> None:
    mine = phone(1, serves=False)

    assert chosen(mine, phone(2, given=9), assignee_id=1) == 1
    assert chosen(phone(1, busy=True), phone(2), assignee_id=1) == 2


def test_who_cannot_answer_is_not_rung() -> None:
    assert chosen(phone(1, number="")) is None
    assert chosen(phone(1, present=False)) is None
    assert chosen(phone(1, busy=True)) is None
    assert chosen(phone(1, serves=False)) is None
    assert chosen(phone(1, present=False), assignee_id=1) is None
    assert chosen() is None


def test_nobody_is_rung_twice_for_one_call() -> None:
    assert chosen(phone(1), phone(2), rung={1}) == 2
    assert chosen(phone(1), phone(2), assignee_id=1, rung={1, 2}) is None


def test_a_missed_leg_counts_once() -> None:
    first = (RungAgent(account_id=1, number="+1"),)

    missed = after_miss(first, "leg-1")
    assert missed is not None
    assert rings_now(first) == first[0]
    assert rings_now(missed) is None
    again = (*missed, RungAgent(account_id=2, number="+2"))
    assert after_miss(again, "leg-1") is None
    assert after_miss(again, "leg-2") is not None
    # A provider that does not tell legs apart: nobody rings, so nobody missed it.
    assert after_miss(missed, "") is None
    assert read_rung(keep_rung(again)) == again
