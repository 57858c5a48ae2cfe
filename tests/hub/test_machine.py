"""States, threads and deliveries: the pure decisions."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import DeliverySettings
from hub.clients.views import AddressView
from hub.conversations import machine, threading
from hub.conversations.defaults import reply_defaults
from hub.conversations.threading import Candidate, Incoming
from hub.delivery.retries import next_try
from hub.delivery.states import after_receipt
from hub.errors import StateError

NOW = datetime(2026, 5, 14, 9, tzinfo=UTC)
STATES = ("open", "pending", "snoozed", "resolved")
ALLOWED = {
    ("open", "pending"),
    ("open", "snoozed"),
    ("open", "resolved"),
    ("pending", "open"),
    ("pending", "snoozed"),
    ("pending", "resolved"),
    ("snoozed", "open"),
    ("snoozed", "pending"),
    ("snoozed", "resolved"),
    ("snoozed", "snoozed"),
    ("resolved", "open"),
}


@pytest.mark.parametrize("to", STATES)
@pytest.mark.parametrize("state", STATES)
def test_only_the_drawn_moves_are_moves(state, to) -> None:
    if (state, to) in ALLOWED:
        assert machine.move(state, to) == to
    else:
        with pytest.raises(StateError):
            machine.move(state, to)


@pytest.mark.parametrize(
    "text",
    ["Дякую!", "Дякую вам, все добре", "Thank you very much", "ok thanks", "thx :)"],
)
def test_a_thank_you_is_known_in_both_languages(text) -> None:
    assert machine.is_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "👍",
        "Thanks, but it still hums",
        "Дякую, а коли доставка?",
        "Дякую, замовлення 1001",
        "ok",
        "thank you " * 10,
    ],
)
def test_what_asks_for_anything_is_no_thank_you(text) -> None:
    assert not machine.is_thanks(text)


def candidate(number, state="open", subject="", age=timedelta(hours=1)) -> Candidate:
    return Candidate(id=number, state=state, subject=subject, last_at=NOW - age)


def choose(incoming, *candidates):
    return threading.choose(
        incoming, candidates, now=NOW, reopen_within=timedelta(days=14)
    )


def test_references_win_over_the_signed_address_and_that_over_the_latest() -> None:
    rows = [candidate(1), candidate(2), candidate(3, age=timedelta(0))]

    assert choose(Incoming(channel="email", token_id=1, answered_ids=(2,)), *rows) == 2
    assert choose(Incoming(channel="email", token_id=1), *rows) == 1
    assert choose(Incoming(channel="email", answered_ids=(2, 1)), *rows) == 2


def test_an_answer_under_a_wholly_new_subject_is_a_new_matter_beside() -> None:
    rows = [candidate(1, subject="Boiler hums")]

    def placed(subject, **more):
        incoming = Incoming(channel="email", subject=subject, answered_ids=(1,), **more)
        return threading.place(
            incoming, rows, now=NOW, reopen_within=timedelta(days=14)
        )

    assert placed("Invoice for May", splits=True) == threading.Placed(
        id=None, linked_id=1, reason="subject"
    )
    for same in ("boiler", "Re: Thursday", "  RE : Boiler  hums", "", "ok?"):
        assert placed(same, splits=True).id == 1
    assert placed("Invoice for May").id == 1
    assert placed("Invoice", splits=True, subjects=("The invoice",)).id == 1


def test_who_names_anothers_conversation_gets_his_own_linked() -> None:
    strange = Incoming(channel="email", subject="Boiler", answered_ids=(9,), token_id=8)

    placed = threading.place(
        strange, [candidate(1, subject="Pump")], now=NOW, reopen_within=timedelta(1)
    )

    assert placed == threading.Placed(id=None, linked_id=9, reason="quoted")


def test_an_id_that_is_not_the_clients_is_passed_over() -> None:
    assert choose(Incoming(channel="sms", token_id=9), candidate(1)) == 1


def test_a_text_joins_what_is_under_way_before_what_is_done() -> None:
    rows = [
        candidate(1, "pending", age=timedelta(days=90)),
        candidate(2, "resolved", age=timedelta(minutes=1)),
    ]

    assert choose(Incoming(channel="sms"), *rows) == 1


def test_an_old_matter_is_not_taken_up_again_by_a_text() -> None:
    fresh = candidate(1, "resolved", age=timedelta(days=14))
    old = candidate(2, "resolved", age=timedelta(days=14, seconds=1))

    assert choose(Incoming(channel="sms"), fresh) == 1
    assert choose(Incoming(channel="sms"), old) is None


def test_a_fresh_mail_joins_only_a_matter_of_its_name_or_of_none() -> None:
    mail = Incoming(channel="email", subject="Re: Boiler  hums")

    assert choose(mail, candidate(1, subject="boiler hums")) == 1
    assert choose(mail, candidate(2, subject="")) == 2
    assert choose(mail, candidate(3, subject="Invoice")) is None


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("Re: Fwd: Boiler", "boiler"),
        ("Відп: Пересл: Котел", "котел"),
        ("RE[2]: [shop] Boiler", "boiler"),
        ("Reheating", "reheating"),
        ("AW: ", ""),
    ],
)
def test_what_programs_put_before_a_subject_does_not_count(subject, bare) -> None:
    assert threading.bare(subject) == bare


@given(st.integers(min_value=1, max_value=10**17), st.binary(min_size=1))
def test_a_reply_token_leads_back_and_only_by_its_own_key(number, key) -> None:
    token = threading.reply_token(number, key)

    assert threading.read_token(token.upper(), key) == number
    assert threading.read_token(token, key + b"x") is None
    assert threading.read_token(token[:-1], key) is None


@given(st.text())
def test_any_text_as_a_token_is_read_without_a_stumble(text) -> None:
    assert threading.read_token(text, b"key") is None


REPORTS = ["sent", "delivered", "failed", "bounced"]


@given(st.lists(st.sampled_from(REPORTS), max_size=8))
def test_repeated_reports_change_nothing(reports) -> None:
    state = "sending"
    for report in reports:
        state = after_receipt(state, report)

    assert all(after_receipt(state, one) == state for one in reports)


def test_what_was_delivered_cannot_have_failed_but_may_bounce() -> None:
    assert after_receipt("delivered", "failed") == "delivered"
    assert after_receipt("delivered", "sent") == "delivered"
    assert after_receipt("delivered", "bounced") == "bounced"


@given(st.integers(min_value=1, max_value=200), st.floats(0, 1))
def test_tries_come_later_and_later_and_end_after_48_hours(attempts, chance) -> None:
    settings = DeliverySettings()
    at = next_try(
        attempts,
        first_tried_at=NOW,
        now=NOW,
        settings=settings,
        chance=lambda: chance,
    )

    assert at is not None
    assert settings.first_retry <= at - NOW <= settings.longest_retry * 1.2
    late = NOW + settings.give_up_after
    assert next_try(attempts, first_tried_at=NOW, now=late, settings=settings) is None


def test_a_provider_that_asks_for_more_time_gets_it() -> None:
    at = next_try(
        1,
        first_tried_at=NOW,
        now=NOW,
        settings=DeliverySettings(),
        retry_after=timedelta(hours=1),
    )

    assert at == NOW + timedelta(hours=1)


def address(number, kind, display, *, verified=True) -> AddressView:
    return AddressView(
        id=number, kind=kind, value=display, display=display, verified=verified
    )


def defaults(channel, used, *addresses):
    return reply_defaults(
        last_channel=channel,
        last_address=used,
        subject="Boiler",
        addresses=addresses,
        reaches={"email": "email", "sms": "phone"},
    )


def test_the_clients_last_channel_is_proposed_and_says_why() -> None:
    found = defaults("sms", "+2", address(1, "phone", "+1"), address(2, "phone", "+2"))

    assert (found.channel, found.address_id) == ("sms", 2)
    assert found.reason == "wrote_last"


def test_who_called_is_answered_where_he_can_be_written_to() -> None:
    found = defaults(
        "phone", "+2", address(1, "email", "o@c.test"), address(2, "phone", "+2")
    )

    assert (found.channel, found.address_id, found.reason) == ("sms", 2, "reachable")


def test_without_an_address_there_is_no_way() -> None:
    assert defaults("phone", "").reason == "none"
