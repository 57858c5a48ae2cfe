"""A filter finds the same in the database and in what the log brings."""

from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.conversations.views import ConversationView
from hub.errors import InvalidError
from hub.lists import lists
from hub.lists.filter_matching import Seen, matches
from hub.lists.filters import (
    FIELDS,
    Eyes,
    FilterLimits,
    by_clock,
    dump,
    parse,
    states_of,
)
from hub.lists.standing_views import NAMES, narrowed, standing_view
from tests.hub.conftest import sms
from tests.hub.filter_rows import MINUTE, NOW, TABLE, all_seen, many_rows

ME = TABLE["me"]
LIMITS = FilterLimits()
MOMENTS = ("last_at", "created_at", "waiting_since", "respond_by", "snoozed_until")


def seen(case) -> Seen:
    row = dict(case["conversation"])
    for name in MOMENTS:
        row[name] = row[name] and datetime.fromisoformat(row[name])
    # What a filter cannot ask for is the same for all.
    row = dict.fromkeys((part.name for part in fields(ConversationView)), "") | row
    return Seen(
        conversation=ConversationView(**row),
        locale=case["client"]["locale"],
        attributes=case["client"]["attributes"],
        mentioned=case["mentioned"],
        tasks=[
            (kind, state, due and datetime.fromisoformat(due))
            for kind, state, due in case.get("tasks", ())
        ],
        consents=frozenset(case.get("consents", ())),
    )


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: case["says"])
def test_a_case_of_the_table_shared_with_the_screen(case) -> None:
    wanted = parse(case["filter"], LIMITS)

    assert matches(wanted, seen(case), Eyes(account_id=ME, now=NOW)) is case["holds"]


def test_the_table_asks_everything_that_can_be_asked() -> None:
    def asked(part):
        if "match" in part:
            return {one for inner in part["of"] for one in asked(inner)}
        return {(part["field"], part["op"])}

    found = {one for case in TABLE["cases"] for one in asked(case["filter"])}

    assert {field for field, _ in found} == set(FIELDS)
    assert {op for _, op in found} == {op for ops in FIELDS.values() for op in ops}


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (None, "filter"),
        ([], "filter"),
        ({"match": "some", "of": []}, "filter.match"),
        ({"match": "all", "of": {}}, "filter.of"),
        ({"match": "all", "of": [], "more": 1}, "filter"),
        ({"match": "all", "of": [7]}, "filter.of.0"),
        ({"field": "mood", "op": "in", "value": ["good"]}, "filter.field"),
        ({"field": "state", "op": "over", "value": 7}, "filter.op"),
        ({"field": "state", "op": "in", "value": ["closed"]}, "filter.value"),
        ({"field": "state", "op": "in", "value": []}, "filter.value"),
        ({"field": "queue", "op": "in", "value": [True]}, "filter.value"),
        ({"field": "queue", "op": "in", "value": [2**63]}, "filter.value"),
        ({"field": "waiting", "op": "over", "value": -1}, "filter.value"),
        ({"field": "waiting", "op": "over", "value": 1.5}, "filter.value"),
        ({"field": "waiting", "op": "none", "value": 1}, "filter.value"),
        ({"field": "subject", "op": "contains", "value": "  "}, "filter.value"),
        ({"field": "subject", "op": "contains", "value": "a\0"}, "filter.value"),
        ({"field": "created", "op": "between", "value": {}}, "filter.value"),
        (
            {"field": "created", "op": "between", "value": {"from": "2026-05-14"}},
            "filter.value",
        ),
        ({"field": "attribute", "op": "set"}, "filter.name"),
        ({"field": "state", "op": "in", "name": "x", "value": ["open"]}, "filter.name"),
        ({"field": "mentioned", "op": "is", "value": 1}, "filter.value"),
        ({"field": "promise", "op": "in", "value": ["done"]}, "filter.value"),
        ({"field": "consent", "op": "in", "value": ["maybe"]}, "filter.value"),
        ({"field": "task", "op": "within", "value": "soon"}, "filter.value"),
    ],
)
def test_what_is_no_filter_is_refused_by_its_place(raw, place) -> None:
    with pytest.raises(InvalidError) as refused:
        parse(raw, LIMITS)

    assert set(refused.value.details["errors"]) == {place}


def test_a_filter_is_neither_too_deep_nor_too_large() -> None:
    deep = {"match": "all", "of": []}
    for _ in range(LIMITS.depth):
        deep = {"match": "all", "of": [deep]}
    one = {"field": "state", "op": "in", "value": ["open"]}

    with pytest.raises(InvalidError, match="filter"):
        parse(deep, LIMITS)
    with pytest.raises(InvalidError, match="filter"):
        parse({"match": "all", "of": [one] * (LIMITS.most + 1)}, LIMITS)
    assert parse({"match": "all", "of": [one] * LIMITS.most}, LIMITS)


def test_time_alone_moves_what_waits_and_what_is_due() -> None:
    views = {
        name: standing_view(name, at_risk=30 * MINUTE) for name in (*NAMES, "queue-7")
    }

    assert {name for name, view in views.items() if by_clock(view)} == {"at_risk"}
    assert states_of(narrowed(views["mine"], state="open")) == {"open"}
    assert "resolved" not in states_of(views["mentions"])
    assert standing_view("queue-0", at_risk=MINUTE) is None
    assert standing_view("everything", at_risk=MINUTE) is None


# --- the property: any filter, over many rows

TEXTS = st.sampled_from(["boiler", "КОТЕЛ", "a", "%", "_", "\\", "їзд", "Oksana"])
MINUTES = st.sampled_from([0, 1, 5, 30, 60, 1440])
TAGS = st.sampled_from(["vip", "warranty", "refund"])


def conditions(queues, accounts):
    def one(field, op, value=None, **more):
        said = {"field": st.just(field), "op": st.just(op), **more}
        return st.fixed_dictionaries(said | ({} if value is None else {"value": value}))

    def among(field, values):
        listed = st.lists(st.sampled_from(values), min_size=1, max_size=3)
        return one(field, "in", listed) | one(field, "not_in", listed)

    def within(field):
        moment = MINUTES.map(lambda ago: (NOW - ago * MINUTE).isoformat())
        return (
            one(field, "within", MINUTES)
            | one(field, "between", st.fixed_dictionaries({"from": moment}))
            | one(field, "between", st.fixed_dictionaries({"to": moment}))
        )

    name = {"name": st.sampled_from(["city", "vip"])}
    value = st.sampled_from(["Київ", "Lviv", "12", "true"])
    return st.one_of(
        among("state", ["open", "pending", "snoozed", "resolved"]),
        among("queue", queues),
        among("assignee", ["me", "nobody", *accounts]),
        among("tag", ["vip", "warranty", "refund"]),
        among("channel", ["sms", "email"]),
        among("priority", ["low", "normal", "high", "urgent"]),
        among("language", ["uk", "en"]),
        one("waiting", "over", MINUTES),
        one("waiting", "none"),
        one("due", "within", MINUTES),
        one("due", "none"),
        among("promise", ["open", "late"]),
        among("consent", ["given", "refused"]),
        *(one(field, "within", MINUTES) for field in ("task", "contact")),
        *(one(field, "none") for field in ("task", "contact")),
        *(one("attribute", op, value, **name) for op in ("is", "is_not", "contains")),
        *(one("attribute", op, **name) for op in ("set", "not_set")),
        *(
            one(field, op, TEXTS)
            for field in ("subject", "text")
            for op in ("contains", "not_contains")
        ),
        within("created"),
        within("last"),
        one("mentioned", "is", st.booleans()),
    )


def filters(queues, accounts):
    return st.recursive(
        conditions(queues, accounts),
        lambda inner: st.fixed_dictionaries(
            {
                "match": st.sampled_from(["all", "any", "none"]),
                "of": st.lists(inner, max_size=4),
            }
        ),
        max_leaves=8,
    )


async def test_any_filter_finds_the_same_rows_both_ways(db, agent, take) -> None:
    people, queues = await many_rows(db, agent, take)
    eyes = Eyes(account_id=people[0].id, now=NOW)
    asked = []

    @settings(
        max_examples=150,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(filters(queues, [one.id for one in people]))
    def collect(raw) -> None:
        asked.append(parse(raw, FilterLimits(most=200, depth=50)))

    collect()
    async with db.read() as session:
        known = await all_seen(session, eyes.account_id)
        for wanted in asked:
            found = await lists.ids_of(session, wanted, eyes=eyes, most=100)
            count = await lists.count(session, wanted, eyes=eyes, most=100)
            expected = sorted(
                one.conversation.id for one in known if matches(wanted, one, eyes)
            )
            assert found == expected, dump(wanted)
            assert count == len(expected)
            assert parse(dump(wanted), FilterLimits(most=200, depth=50)) == wanted


async def test_pages_go_both_ways_in_every_order_and_lose_nothing(
    db, agent, take
) -> None:
    from hub.lists.sorting import ORDERS, sorting  # noqa: PLC0415

    await many_rows(db, agent, take)
    eyes = Eyes(account_id=1, now=NOW.astimezone(UTC))
    async with db.read() as session:
        for order in ORDERS:
            by = sorting(order)
            whole = await lists.page(session, eyes=eyes, limit=100, order=order)
            keys = [by.place(one) for one in whole]
            assert keys == sorted(keys, reverse=by.down), order
            assert len({one.id for one in whole}) == 24

            start, forth = None, []
            while page := await lists.page(
                session, eyes=eyes, limit=7, order=order, start=start
            ):
                forth += page
                start = by.place(page[-1])
            assert forth == whole
            back = await lists.page(
                session, eyes=eyes, limit=7, order=order, start=keys[10], back=True
            )
            assert back == whole[9:2:-1]


async def test_what_is_due_comes_first_then_who_waits_then_the_rest(
    db, agent, take
) -> None:
    from hub.lists.sorting import urgency  # noqa: PLC0415

    await take(sms())
    async with db.read() as session:
        (row,) = await lists.page(session, eyes=Eyes(account_id=1, now=NOW), limit=9)

    due = replace(row, respond_by=NOW + 60 * MINUTE)
    waits = replace(row, respond_by=None, waiting_since=NOW - 1440 * MINUTE)
    rests = replace(row, respond_by=None, waiting_since=None, last_at=NOW)
    older = replace(rests, last_at=NOW - MINUTE)
    assert sorted([older, rests, waits, due], key=urgency) == [due, waits, rests, older]
