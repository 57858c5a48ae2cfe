"""Cursors: what a list gave is read back; anything else is refused, never more."""

import base64
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import InvalidError
from web.api.cursors import Page, decode, encode, page

KINDS = (int, str, datetime)
whole = st.integers(-(2**63), 2**63 - 1)
words = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40
)
times = st.integers(-600_000_000, 5_600_000_000).map(
    lambda seconds: datetime.fromtimestamp(seconds, UTC)
)


@given(st.tuples(whole, words, times))
def test_what_was_given_is_read_back(position) -> None:
    assert decode(encode(*position), *KINDS) == position


@given(st.text(max_size=200), st.lists(st.sampled_from(KINDS), max_size=3))
def test_what_was_not_given_is_refused_and_nothing_worse(cursor, kinds) -> None:
    try:
        parts = decode(cursor, *kinds)
    except InvalidError:
        return
    assert [type(part) for part in parts] == kinds


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists
    )
)
def test_a_forged_position_is_refused_or_of_the_right_kinds(forged) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(forged).encode()).decode()

    try:
        (number,) = decode(cursor, int)
    except InvalidError:
        return
    assert isinstance(number, int)
    assert -(2**63) <= number < 2**63


@pytest.mark.parametrize(
    "cursor",
    [
        encode(1, 2),
        encode("1"),
        encode(2**63),
        "W3RydWVd",
        "[1]",
        "",
        "W10",
        "\u0661",
        "A" * 5000,
        encode("x\0")[:-1] + "é",
    ],
)
def test_another_lists_cursor_is_refused(cursor) -> None:
    with pytest.raises(InvalidError) as refused:
        decode(cursor, int)

    assert refused.value.details["errors"] == {"cursor": "was not given by this list"}


def test_a_time_without_a_zone_is_no_position() -> None:
    with pytest.raises(InvalidError):
        decode(encode("2026-05-14T09:00:00"), datetime)
    with pytest.raises(InvalidError):
        decode(encode("x\0"), str)
    kyiv = datetime(2026, 5, 14, 12, 0, tzinfo=timezone(timedelta(hours=3)))
    assert decode(encode(kyiv), datetime) == (kyiv,)


def test_a_page_goes_on_only_if_there_is_more() -> None:
    def key(number):
        return (number,)

    assert page([1, 2, 3], 2, key) == Page([1, 2], encode(2))
    assert page([1, 2], 2, key) == Page([1, 2], None)
    assert page([], 2, key) == Page([], None)
