"""Receipts in every order and doubled: a delivery only ever comes further."""

from hypothesis import given
from hypothesis import strategies as st

from hub.delivery.states import after_receipt

#: As far as each word brings a message; equals do not follow one another.
FURTHER = {
    "sending": 0,
    "sent": 1,
    "delivered": 2,
    "failed": 3,
    "bounced": 3,
    "read": 4,
}
REPORTED = st.sampled_from(("sent", "delivered", "read", "failed"))
#: What really happens to one message, in the order in which it happens.
STORIES = st.sampled_from(
    (
        ("sent",),
        ("sent", "delivered"),
        ("sent", "delivered", "read"),
        ("sent", "read"),
        ("sent", "failed"),
        ("failed",),
    )
)


def told(reports, state="sending"):
    for one in reports:
        state = after_receipt(state, one)
    return state


@given(STORIES, st.data())
def test_one_story_ends_the_same_in_whatever_order_it_is_told(story, data):
    doubled = data.draw(st.permutations([*story, *story]))
    extra = data.draw(st.lists(st.sampled_from(story), max_size=6))

    assert told([*doubled, *extra]) == story[-1]


@given(st.lists(REPORTED, max_size=12))
def test_no_report_brings_a_message_back(reports):
    state = "sending"
    for one in reports:
        after = after_receipt(state, one)
        assert FURTHER[after] >= FURTHER[state]
        state = after


@given(st.lists(REPORTED, max_size=12))
def test_what_arrived_did_not_fail(reports):
    state = told(["delivered", *reports])

    assert state in {"delivered", "read"}


@given(st.lists(REPORTED, max_size=12))
def test_what_was_taken_back_stays_so(reports):
    assert told(reports, "cancelled") == "cancelled"
