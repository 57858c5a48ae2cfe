"""The line of steps, the words, the links: everything about orders that is pure."""
# ruff: noqa: RUF001 - Ukrainian words are meant

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from hub.errors import NotFoundError
from hub.orders import words
from hub.orders.links import link_key, make_token, read_token
from hub.orders.path import EXITS, PATH, STATUSES, step_line, steps_back
from hub.orders.questions import Question, question
from hub.storage.tables.orders import ORDER_STATUSES

AT = datetime(2026, 5, 21, 11, 0, tzinfo=UTC)
KEY = link_key(b"a secret of the tests")


def test_the_table_knows_the_statuses_of_the_path() -> None:
    assert set(ORDER_STATUSES) == set(STATUSES)


@pytest.mark.parametrize("status", STATUSES)
def test_at_most_one_step_is_now_and_all_before_it_are_done(status) -> None:
    line = step_line(status, {}, paid=True)

    marks = ["d" if step.done else "n" if step.now else "a" for step in line]
    assert "".join(marks) == "".join(sorted(marks, key="dna".index))
    assert marks.count("n") == (0 if status in {"delivered", "done"} else 1)


@pytest.mark.parametrize("status", EXITS)
def test_an_exit_shows_what_was_reached_and_nothing_ahead(status) -> None:
    line = step_line(status, {"placed": AT, "paid": AT, status: AT}, paid=True)

    assert [step.status for step in line] == ["placed", "paid", status]
    assert line[-1].now


def test_a_skipped_step_is_done_but_has_no_time() -> None:
    line = step_line("shipped", {"placed": AT, "shipped": AT}, paid=True)

    packed = next(step for step in line if step.status == "packed")
    assert packed.done
    assert packed.at is None


def test_an_order_that_is_paid_at_the_door_never_claims_to_be_paid() -> None:
    line = step_line("shipped", {"placed": AT, "shipped": AT}, paid=False)

    assert [step.status for step in line] == [
        "placed",
        "packed",
        "shipped",
        "delivered",
    ]


def test_going_back_is_told_by_the_path() -> None:
    assert steps_back("shipped", to="paid")
    assert not steps_back("paid", to="paid")
    assert not any(steps_back(step, to="cancelled") for step in PATH)


@pytest.mark.parametrize("locale", ["uk", "en"])
def test_every_status_has_a_word(locale) -> None:
    assert all(words.status_word(status, locale) for status in STATUSES)


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "written"),
    [
        (12_800_000, "UAH", "uk", "128 000 ₴"),
        (12_800_050, "UAH", "uk", "128 000,50 ₴"),
        (12_800_050, "UAH", "en", "128 000,50 ₴"),
        (19_965, "USD", "en", "$199.65"),
        (-500, "USD", "en", "-$5"),
        (1200, "JPY", "en", "¥1,200"),
        (1234, "KWD", "en", "KWD1.234"),
    ],
)
def test_sums_are_written_in_their_currency(amount, currency, locale, written) -> None:
    said = words.money(amount, currency, locale)

    assert said.replace(words.NBSP, " ") == written


# --- links


def token(**changes) -> str:
    usual = {"order_id": 7, "client_id": 3, "now": AT, "good_for": timedelta(days=90)}
    return make_token(KEY, **{**usual, **changes})


def test_a_link_says_what_it_was_made_for() -> None:
    link = read_token(KEY, token(), now=AT)

    assert (link.order_id, link.client_id) == (7, 3)
    assert link.expires_at == AT + timedelta(days=90)


def test_a_link_ends() -> None:
    made = token(good_for=timedelta(minutes=5))

    read_token(KEY, made, now=AT + timedelta(minutes=4))
    with pytest.raises(NotFoundError):
        read_token(KEY, made, now=AT + timedelta(minutes=5))


def test_a_link_of_another_hub_opens_nothing() -> None:
    with pytest.raises(NotFoundError):
        read_token(link_key(b"another"), token(), now=AT)


@examples(st.integers(0, 42), st.characters())
def test_a_link_changed_anywhere_opens_nothing(place, letter) -> None:
    made = token()
    forged = made[:place] + letter + made[place + 1 :]

    if forged != made:
        with pytest.raises(NotFoundError):
            read_token(KEY, forged, now=AT)


@examples(st.text(max_size=80))
def test_what_is_no_link_is_refused_and_nothing_else(text) -> None:
    with pytest.raises(NotFoundError):
        read_token(KEY, text, now=AT)


# --- questions


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("STATUS 1001", "1001"),
        ("status #1001", "1001"),
        ("Status: 1001?", "1001"),
        ("status1001", "1001"),
        ("статус 1001", "1001"),
        ("Статус замовлення № 1001", "1001"),
        ("замовлення 1001", "1001"),
        ("Замовлення №1001.", "1001"),
        ("order #1001", "1001"),
        ("Where is my order 1001, please?", "1001"),
        ("Добрий день! Де моє замовлення ЗМ-1001?", "ЗМ-1001"),
        ("order AB-1001/2", "AB-1001/2"),
        ("ｓｔａｔｕｓ １００１", "1001"),
        ("status", ""),
        ("Статус", ""),
    ],
)
def test_the_plain_question_is_understood(text, number) -> None:
    assert question(text) == Question(number)


@pytest.mark.parametrize("text", ["1001", "#1001", " № 1001 ", "AB-1001"])
def test_a_number_alone_may_be_a_question(text) -> None:
    assert question(text).bare


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        "12",
        "yes",
        "Thank you!",
        "Please cancel order 1001",
        "Order 1001 came broken",
        "status 1001 1002",
        "+380671112233",
        "067 111 22 33",
        "замовлення 1001 хочу повернути",
        "my address is Main street 1001",
        "where are you",
        "status " + "1" * 200,
    ],
)
def test_whoever_says_more_talks_to_people(text) -> None:
    assert question(text) is None


@examples(st.text(max_size=200))
def test_no_text_is_too_odd_to_be_read(text) -> None:
    found = question(text)

    assert found is None or found.number or not found.bare
