"""What is typed into the search field is read as people mean it, and never fails."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.search import spelling
from hub.search.asking import lexeme
from hub.search.dates import Span, span
from hub.search.documents import Document
from hub.search.passages import Wanted, matched, passage
from hub.search.queries import MOST, OPERATORS, Query, parse
from hub.search.stems import stem
from hub.search.words import fold, phones, words

TODAY = date(2026, 11, 21)
LETTERS = st.text(
    alphabet="абвгґдеєжзиіїйклмнопрстуфхцчшщьюяabcdefgh",  # noqa: RUF001 - both
    min_size=1,
)


def read(typed) -> Query:
    return parse(typed, today=TODAY)


@given(st.text(max_size=300))
def test_nothing_that_can_be_typed_is_an_error(typed) -> None:
    query = read(typed)

    assert len(query.terms) + len(query.understood) <= MOST
    assert all(word and word == fold(word) for one in query.terms for word in one.words)


@given(
    st.sampled_from(sorted(OPERATORS)),
    st.text(alphabet=st.characters(exclude_characters='"“”«»'), max_size=40),
)
def test_an_operator_is_understood_or_plain_text(name, value) -> None:
    query = read(f'{name}:"{value}"')

    if any(words(value)):
        assert bool(query.understood) != bool(query.terms)


@given(LETTERS)
def test_a_word_is_its_own_whatever_its_case(word) -> None:
    assert fold(word.upper()) == fold(word) == fold(fold(word))


@given(LETTERS)
def test_a_stem_is_never_empty_nor_longer_than_its_word(word) -> None:
    assert 0 < len(stem(fold(word))) <= len(fold(word))


@given(st.text(max_size=200))
def test_a_passage_marks_whole_words_of_the_text(text) -> None:
    known = [one.plain for one in words(text)]
    wanted = Wanted(stems=frozenset(map(stem, known)))

    shown = passage(text, wanted, length=80)

    units = shown.text.encode("utf-16-le", "surrogatepass")
    for mark in shown.marks:
        piece = units[mark.start * 2 : mark.end * 2].decode(
            "utf-16-le", "surrogatepass"
        )
        assert [one.plain for one in words(piece)]
    assert all(any(words(one)) for one in matched([text], wanted))


@given(LETTERS, LETTERS)
def test_slips_are_counted_the_same_both_ways(one, other) -> None:
    assert spelling.distance(one, other, most=2) == spelling.distance(
        other, one, most=2
    )
    assert spelling.distance(one, one, most=2) == 0


@given(st.text(alphabet="абвгдежзик", min_size=4, max_size=7), st.data())
def test_one_slip_in_a_word_leaves_a_key_in_common(word, data) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    slip = data.draw(
        st.sampled_from([word[:at] + word[at + 1 :], word[:at] + "я" + word[at + 1 :]])
    )

    assert set(spelling.whole_keys(slip)) & set(spelling.whole_keys(word))


@given(st.text(max_size=100))
def test_a_lexeme_closes_its_own_quotes(text) -> None:
    inner = lexeme(text)[1:-1]

    assert "'" not in inner.replace("''", "")


@given(st.text(max_size=300))
def test_a_document_holds_letters_and_marks_only(text) -> None:
    document = Document()
    document.add(text, "B")
    document.add_person(text, "from")

    assert not any(set("'\\ ") & set(key) for key in document.places)
    assert all(mark.startswith("=") for mark in document.marks)


def test_operators_are_read_in_both_languages() -> None:
    both = [
        read("from:ольга channel:sms has:file"),
        read("від:ольга канал:смс має:файл"),
    ]

    assert both[0].by == both[1].by
    assert both[0].channels == both[1].channels == {"sms"}
    assert both[0].attachment is both[1].attachment is True


def test_what_is_not_known_is_plain_text() -> None:
    assert [one.words for one in read("foo:bar").terms] == [("foo", "bar")]
    assert [one.words for one in read("before:someday").terms] == [
        ("before", "someday")
    ]
    assert read("is:bored").standings == frozenset()


def test_an_operator_whose_value_is_to_come_asks_for_nothing_yet() -> None:
    assert read("from:").is_empty
    assert [one.words for one in read("бойлер канал:").terms] == [("бойлер",)]


def test_only_the_last_word_is_unfinished() -> None:
    assert [one.unfinished for one in read("мій бойл").terms] == [False, True]
    assert [one.unfinished for one in read("мій бойлер ").terms] == [False, False]
    assert [one.unfinished for one in read('"мій бойл').terms] == [False]


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2026-03-01", (2026, 3, 1), (2026, 3, 1)),
        ("2026-02", (2026, 2, 1), (2026, 2, 28)),
        ("2025", (2025, 1, 1), (2025, 12, 31)),
        ("01.03.2026", (2026, 3, 1), (2026, 3, 1)),
        ("24.12", (2025, 12, 24), (2025, 12, 24)),
        ("today", (2026, 11, 21), (2026, 11, 21)),
        ("вчора", (2026, 11, 20), (2026, 11, 20)),
        ("last week", (2026, 11, 9), (2026, 11, 15)),
        ("last-week", (2026, 11, 9), (2026, 11, 15)),
        ("минулого місяця", (2026, 10, 1), (2026, 10, 31)),
        ("7d", (2026, 11, 15), (2026, 11, 21)),
    ],
)
def test_days_are_read_as_people_write_them(written, first, last) -> None:
    assert span(written, TODAY) == Span(date(*first), date(*last))


@pytest.mark.parametrize(
    "written", ["", "0000", "9999", "2026-13", "31.02", "99999d x"]
)
def test_what_is_no_day_is_none(written) -> None:
    assert span(written, TODAY) is None


@given(st.text(max_size=30))
def test_any_text_is_a_span_or_none(written) -> None:
    found = span(written, TODAY)

    assert found is None or found.first <= found.last


def test_numbers_to_call_are_told_from_dates_and_sums() -> None:
    written = (
        "050 123-45-67, +38 (050) 123 45 67; 2026-03-01 12:30, 1 000 000 грн, "
        "(044) 765-43-21 та 123-45-67"
    )

    assert [one.digits for one in phones(written)] == [
        "0501234567",
        "380501234567",
        "0447654321",
        "1234567",
    ]


@pytest.mark.parametrize(
    "forms",
    [
        "замовлення замовленням замовлень замовити",
        "доставка доставці доставок доставкою",
        "колір кольору кольором",
        "рахунок рахунка рахунки рахунків",
        "Олена Олени Олені Оленою",
        "повернення повернути повернули",
        "parcel parcels",
        "refund refunds refunded refunding",
        "П’ять п'ять пʼять",
        "ґудзик гудзик",
        "café cafe",
        "йод и\u0306од",
    ],
)
def test_forms_of_one_word_have_one_key(forms) -> None:
    assert len({stem(fold(one)) for one in forms.split()}) == 1
