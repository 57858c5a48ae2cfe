"""A mail over SMTP is the same in whatever pieces it comes."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from channels.email.inbound.content import Content

#: Made of what the end is made of, so that it is often nearly there.
_BITS = st.lists(
    st.sampled_from([b"\r", b"\n", b".", b"a", b"\r\n", b"\r\n.", b"\r\n.\r"]),
    max_size=30,
).map(b"".join)


def collected(said, cuts, most=10_000):
    """Feed what is said in pieces; give the mail and what came after it."""
    content = Content(most)
    places = sorted({min(one, len(said)) for one in cuts} | {0, len(said)})
    for start, stop in pairwise(places):
        rest = content.feed(said[start:stop])
        if rest is not None:
            return content, rest + said[stop:]
    return content, None


@given(_BITS, _BITS, st.lists(st.integers(0, 200), max_size=8))
def test_its_pieces_do_not_matter(body, after, cuts) -> None:
    lines = body if body.endswith(b"\r\n") or not body else body + b"\r\n"
    stuffed = (b"\r\n" + lines).replace(b"\r\n.", b"\r\n..")[2:]

    content, rest = collected(stuffed + b".\r\n" + after, cuts)

    assert content.whole() == lines
    assert rest == after
    assert not content.is_too_big


@given(st.integers(1, 300), st.lists(st.integers(0, 400), max_size=8))
def test_one_that_is_too_big_is_not_kept_and_still_ends(size, cuts) -> None:
    said = b"x" * size + b"\r\n.\r\nQUIT\r\n"
    content, rest = collected(said, cuts, most=100)

    assert content.is_too_big == (size + 2 > 100 + 3)
    assert rest == b"QUIT\r\n"


def test_a_dot_between_other_line_ends_is_no_end() -> None:
    for said in (b"a\n.\nb", b"a\r.\rb", b"a\n.\r\nb", b"a\r\n.\nb"):
        assert Content(1000).feed(said) is None


def test_long_lines_are_found_wherever_they_are() -> None:
    for before in (b"", b"short\r\n" * 20):
        for length, is_long in ((49, False), (50, False), (51, True), (500, True)):
            content = Content(10_000)
            line = b"x" * (length - 1) + b"\n"
            content.feed(before + line + b"after\r\n.\r\n")
            assert content.has_lines_beyond(50) == is_long
