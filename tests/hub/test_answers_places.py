"""Places in ready answers: what goes into them, and what never leaves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.answers.facts import first_name, is_name
from hub.answers.places import PLACES, fill, fill_html, unfilled, unknown

NAMES = st.sampled_from(PLACES)
WORDS = st.text(max_size=40)
PLAIN = st.text(st.characters(exclude_characters="{}|", codec="utf-8"), max_size=40)


def test_a_place_gets_its_value_its_words_or_stays_and_is_named() -> None:
    filled = fill(
        "Hi {client.first_name|there}, {order.number} by {agent.name}. {x} {order.number}",
        {"agent.name": "Nadia"},
    )

    assert filled.text == "Hi there, {order.number} by Nadia. {x} {order.number}"
    assert filled.missing == ("order.number",)


def test_no_words_may_stand_for_nothing() -> None:
    assert fill("Hi{client.first_name|}!", {}).text == "Hi!"


@given(NAMES, WORDS)
def test_what_a_value_brings_is_no_place(name, value) -> None:
    filled = fill(f"<{{{name}}}>", {name: value})

    if filled.missing:
        assert not value.strip()
    else:
        assert unfilled(filled.text) == []


@given(NAMES, PLAIN)
def test_a_value_stands_as_it_is(name, value) -> None:
    said = " ".join(value.split())
    filled = fill(f"a {{{name}|-}} b", {name: value})

    assert filled.text == f"a {said or '-'} b"


@given(
    st.lists(st.one_of(PLAIN, NAMES.map("{{{}}}".format))),
    st.dictionaries(NAMES, WORDS),
)
def test_what_is_missing_is_just_what_is_left(parts, values) -> None:
    filled = fill(" ".join(parts), values)

    assert list(filled.missing) == unfilled(filled.text)
    again = fill(filled.text, values)
    assert again == filled


@given(WORDS)
def test_any_text_can_be_filled(text) -> None:
    assert fill(text, {}).missing == tuple(unfilled(fill(text, {}).text))


@given(st.dictionaries(NAMES, WORDS, min_size=1))
def test_a_value_is_never_a_tag(values) -> None:
    template = "".join(f"{{{name}}}" for name in values)

    assert "<" not in fill_html(template, values).text


def test_unknown_places_are_told() -> None:
    assert unknown("{client.first_name|a} {client.nickname} {{x}") == [
        "client.nickname",
        "x",
    ]


@pytest.mark.parametrize(
    ("name", "first"),
    [("Оксана Коваль", "Оксана"), ("Oksana", "Oksana"), ("", "")],
)
def test_the_first_name_is_the_first_word(name, first) -> None:
    assert first_name(name) == first


def test_a_number_or_an_address_is_no_name() -> None:
    assert not is_name("+380501234567")
    assert not is_name("o@client.test")
    assert is_name("Оксана")
