"""Parts of an SMS, counted as the screen counts them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.delivery.segments import segments


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 151, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("ї" * 70, 1),
        ("ї" * 71, 2),
        ("ї" * 134, 2),
        ("ї" * 135, 3),
        ("🙂" * 35, 1),
        ("🙂" * 36, 2),
        ("🙂" * 67, 3),
        ("Größe: 5 £", 1),
    ],
)
def test_parts_are_counted(text, parts):
    assert segments(text) == parts


@given(st.text(max_size=400), st.text(max_size=20))
def test_more_text_is_never_fewer_parts(text, more):
    assert segments(text) <= segments(text + more)
