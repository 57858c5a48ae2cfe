import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from channels import webform
from channels.base import Place
from channels.webform import Part, multipart
from hub.contracts import FormField, Outcome, WebhookRequest
from hub.errors import InvalidError, NotFoundError, PayloadError, SignatureError

KEY = "site-key-1"
PLACE = Place(
    public_url="https://hub.test", company="Затишок", country="UA", secret=b"k"
)
FORM = {
    "title": "Заявка на монтаж",
    "locale": "uk",
    "thanks": "Дякуємо",
    "origins": ["https://shop.test"],
    "fields": [
        {"name": "name", "label": "Ім’я"},
        {"name": "email", "label": "Пошта", "kind": "email"},
        {"name": "phone", "label": "Телефон", "kind": "phone"},
        {
            "name": "city",
            "label": "Місто",
            "kind": "choice",
            "choices": ["Львів", "Київ"],
        },
        {"name": "note", "label": "Що саме", "kind": "textarea", "required": True},
    ],
}
SAID = {"email": "oksana@mail.com", "note": "Кондиціонер у дитячу"}


@pytest.fixture
def channel():
    settings = webform.Settings.model_validate({"key": KEY, "forms": {"montage": FORM}})
    return webform.Channel(settings, PLACE)


MONTAGE = webform.FormSettings.model_validate(FORM).definition("montage")


def by_key(said, key=KEY, path="montage", form=MONTAGE, **headers):
    return WebhookRequest(
        form=form,
        url=f"https://hub.test/hooks/webform/{path}",
        path=path,
        body=said if isinstance(said, bytes) else json.dumps(said).encode(),
        headers={"content-type": "application/json", "x-form-key": key} | headers,
    )


def by_page(said, form=MONTAGE):
    return WebhookRequest(
        form=form,
        url="https://hub.test/hooks/webform/montage",
        path="montage",
        body=urlencode(said).encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )


def taken(channel, request):
    (message,) = channel.receive(request).items
    return message


def errors_of(channel, said):
    with pytest.raises(InvalidError) as refused:
        channel.receive(by_key(said))
    return refused.value.details["errors"]


def test_answers_become_a_message_with_its_fields(channel):
    said = SAID | {"name": " Оксана ", "phone": "050 111 22 33", "city": "Львів"}

    message = taken(channel, by_key(said))

    assert (message.sender_kind, message.sender) == ("email", "oksana@mail.com")
    assert message.also == (("phone", "+380501112233"),)
    assert message.sender_name == "Оксана"
    assert message.subject == "Заявка на монтаж"
    assert message.locale == "uk"
    assert message.fields[0] == FormField(name="name", label="Ім’я", value="Оксана")
    assert message.text.splitlines()[-1] == "Що саме: Кондиціонер у дитячу"


def test_a_phone_alone_is_an_address(channel):
    message = taken(channel, by_key({"phone": "+380501112233", "note": "?"}))

    assert (message.sender_kind, message.sender) == ("phone", "+380501112233")
    assert message.also == ()


@pytest.mark.parametrize(
    ("said", "errors"),
    [
        ({"note": "?"}, {"email": "no_address"}),
        ({"email": "oksana@", "note": "?"}, {"email": "not_an_email"}),
        ({"phone": "12", "note": "?"}, {"phone": "not_a_phone"}),
        (SAID | {"note": "  "}, {"note": "required"}),
        (SAID | {"name": "а" * 301}, {"name": "too_long"}),
        (SAID | {"name": ["а"]}, {"name": "not_text"}),
        (SAID | {"city": "Париж"}, {"city": "not_a_choice"}),
        (SAID | {"submission_id": "x" * 101}, {"submission_id": "too_long"}),
        ({}, {"email": "no_address", "note": "required"}),
    ],
)
def test_what_is_wrong_is_told_field_by_field(channel, said, errors):
    assert errors_of(channel, said) == errors


def test_what_no_database_keeps_is_taken_out(channel):
    body = json.dumps(SAID)[:-1] + ', "name": "О\\u0000к\\ud800сана"}'

    message = taken(channel, by_key(body.encode()))

    assert message.sender_name == "Ок?сана"


@pytest.mark.parametrize("key", ["", "site-key-2", "ключ"])
def test_a_wrong_key_is_refused(channel, key):
    with pytest.raises(SignatureError):
        channel.receive(by_key(SAID, key=key))


def test_a_stranger_s_site_is_refused_and_ours_is_not(channel):
    with pytest.raises(SignatureError):
        channel.receive(by_key(SAID, origin="https://evil.test"))

    assert channel.receive(by_key(SAID, origin="https://shop.test")).items
    assert channel.receive(by_key(SAID, origin="https://hub.test")).items


def test_a_page_of_ours_needs_no_key(channel):
    token = channel.token("montage", datetime.now(UTC))

    first = taken(channel, by_page(SAID | {"token": token}))
    again = taken(channel, by_page(SAID | {"token": token}))
    other = taken(channel, by_page(SAID | {"token": token, "note": "І ще одне"}))

    assert again == first
    assert other.external_id != first.external_id


def test_a_token_of_another_form_or_of_nobody_is_refused(channel):
    genuine = channel.token("montage", datetime.now(UTC))
    for token in ("", "a.b.c", genuine[:-1], channel.token("other", datetime.now(UTC))):
        with pytest.raises(SignatureError):
            channel.receive(by_page(SAID | {"token": token}))


def test_a_page_open_for_a_day_is_taken(channel):
    token = channel.token("montage", datetime.now(UTC) - timedelta(hours=25))

    assert taken(channel, by_page(SAID | {"token": token})).text


def test_a_page_open_for_too_long_is_told_so_and_nothing_is_lost_in_silence(channel):
    token = channel.token("montage", datetime.now(UTC) - timedelta(days=8))

    with pytest.raises(InvalidError) as refused:
        channel.receive(by_page(SAID | {"token": token}))

    assert refused.value.details["errors"] == {"token": "expired"}


def test_what_a_robot_filled_in_is_set_aside_and_it_is_thanked(channel):
    request = by_key(SAID | {"website": "https://spam.test"})

    assert "do not see" in channel.receive(request).suspicion
    assert channel.respond(request, ()) == channel.respond(request, (Outcome(),))


def test_the_sender_s_own_id_makes_a_repeat_known(channel):
    first = taken(channel, by_key(SAID | {"submission_id": "7"}))

    assert first.external_id == "montage:7"


def test_without_an_id_the_same_words_within_the_hour_are_a_repeat(channel):
    now = datetime(2026, 5, 14, 10, 30, tzinfo=UTC)
    channel._now = lambda: now
    first = taken(channel, by_key(SAID))
    again = taken(channel, by_key(dict(reversed(SAID.items()))))
    channel._now = lambda: now + timedelta(hours=1)
    later = taken(channel, by_key(SAID))

    assert again.external_id == first.external_id != later.external_id


@pytest.mark.parametrize("body", [b"[]", b"{", b"\xff", b"[" * 100_000])
def test_a_broken_body_is_kept_with_the_key_and_refused_without(channel, body):
    with pytest.raises(PayloadError):
        channel.receive(by_key(body))
    with pytest.raises(SignatureError):
        channel.receive(
            WebhookRequest(
                url="x",
                path="montage",
                body=body,
                headers={"content-type": "text/json"},
                form=MONTAGE,
            )
        )


def test_an_unknown_form_is_not_there(channel):
    with pytest.raises(NotFoundError):
        channel.receive(by_key(SAID, path="nothing", form=None))


@pytest.mark.parametrize(
    "fields",
    [
        [],
        [{"name": "note", "label": "?"}],
        [{"name": "email", "label": "?", "kind": "email"}] * 2,
        [{"name": "token", "label": "?", "kind": "email"}],
        [{"name": "email", "label": "?", "kind": "email", "choices": ["a"]}],
        [{"name": "email", "label": "?", "kind": "choice"}],
    ],
)
def test_a_form_that_cannot_work_is_not_taken(fields):
    with pytest.raises(ValidationError):
        webform.FormSettings.model_validate({"title": "t", "fields": fields})


# --- every kind of question ------------------------------------------------------------

KINDS = webform.FormSettings.model_validate(
    {
        "title": "All",
        "fields": [
            {"name": "email", "label": "Email", "kind": "email"},
            {
                "name": "sorts",
                "label": "Sorts",
                "kind": "choices",
                "choices": [{"value": "a", "label": {"uk": "А", "en": "An A"}}, "b"],
            },
            {"name": "day", "label": "Day", "kind": "date"},
            {"name": "count", "label": "Count", "kind": "number"},
            {"name": "order", "label": "Order", "kind": "order"},
            {"name": "terms", "label": "I agree", "kind": "consent", "required": True},
            {"name": "from", "label": "From", "kind": "hidden", "value": "spring"},
            {"name": "source", "label": "Page", "kind": "hidden", "value": "{page}"},
        ],
    }
).definition("montage")
ALL = {"email": "a@mail.com", "terms": True}


def of_kinds(channel, **said):
    return taken(channel, by_key(ALL | said, form=KINDS))


def test_answers_of_each_kind_are_read_and_shown(channel):
    message = of_kinds(
        channel,
        sorts=["a", "b"],
        day="31.12.2026",
        count="1 200,50",
        order="1001",
        lang="uk",
        page="https://shop.test/lamps",
    )

    said = {one.name: one.value for one in message.fields}
    assert said == {
        "email": "a@mail.com",
        "sorts": "А, b",
        "day": "2026-12-31",
        "count": "1 200,50",
        "order": "1001",
        "terms": "Так",
        "from": "spring",
        "source": "https://shop.test/lamps",
    }
    assert message.submission.order_number == "1001"
    assert [one.wording for one in message.submission.consents] == ["I agree"]


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f"])
def test_a_number_may_be_copied_from_where_thousands_stand_apart(channel, space):
    said = ALL | {"count": f"1{space}000,5"}

    (message,) = channel.receive(by_key(said, form=KINDS)).items

    assert FormField(name="count", label="Count", value=said["count"]) in message.fields


@pytest.mark.parametrize(
    ("said", "errors"),
    [
        ({"sorts": ["c"]}, {"sorts": "not_a_choice"}),
        ({"sorts": [["a"]]}, {"sorts": "not_text"}),
        ({"day": "31.02.2026"}, {"day": "not_a_date"}),
        ({"day": "20261231"}, {"day": "not_a_date"}),
        ({"count": "twelve"}, {"count": "not_a_number"}),
        ({"terms": "no"}, {"terms": "not_agreed"}),
    ],
)
def test_what_is_wrong_with_each_kind_is_told(channel, said, errors):
    with pytest.raises(InvalidError) as refused:
        channel.receive(by_key(ALL | said, form=KINDS))

    assert refused.value.details["errors"] == errors


def test_a_sender_cannot_make_a_hidden_answer_say_something_else(channel):
    message = of_kinds(channel, **{"from": "elsewhere", "page": "javascript:alert(1)"})

    said = {one.name: one.value for one in message.fields}
    assert said["from"] == "spring"
    assert "source" not in said


def test_a_file_that_nobody_asked_for_is_refused_by_name(channel):
    parts = [
        Part("phone", b"+380501112233", None),
        Part("note", b"As on the picture", None),
        Part("photo", b"GIF89a", "photo.gif"),
    ]
    body = multipart.write(parts, "a-mark-of-ours-9f8e7d")
    kind = "multipart/form-data; boundary=a-mark-of-ours-9f8e7d"

    with pytest.raises(InvalidError) as refused:
        channel.receive(by_key(body, **{"content-type": kind}))

    assert refused.value.details["errors"] == {"photo": "not_asked"}


# --- multipart ---------------------------------------------------------------------------

NAMES = st.text(
    st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="%"),
    min_size=1,
    max_size=20,
)


@given(
    st.lists(st.tuples(NAMES, st.binary(max_size=300), st.none() | NAMES), max_size=6)
)
def test_what_was_written_is_read_again(parts):
    written = [Part(name, content, file) for name, content, file in parts]

    body = multipart.write(written, "a-mark-of-ours-9f8e7d")

    kind = "multipart/form-data; boundary=a-mark-of-ours-9f8e7d"
    assert multipart.read(body, kind) == written


@given(st.binary(max_size=400))
def test_any_damage_is_said_to_be_one(body):
    for whole in (body, b"--x\r\n" + body + b"\r\n--x--\r\n"):
        try:
            parts = multipart.read(whole, "multipart/form-data; boundary=x")
        except PayloadError:
            continue
        assert all(isinstance(one.content, bytes) for one in parts)


# --- spam --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("note", "after", "why"),
    [
        ("Look: https://a.test", 1, ""),
        ("https://a.test https://b.test", 1, "2 links, sent too fast for a person"),
        ("https://a.test https://b.test", 30, ""),
        ("www.a.test " * 6, 30, "6 links"),
        ("Get a CASINO bonus", 30, "it says “casino”"),
    ],
)
def test_what_is_like_spam_is_set_aside_with_the_reason(note, after, why):
    settings = webform.Settings.model_validate(
        {"key": KEY, "forms": {"montage": FORM}, "spam_words": ["casino"]}
    )
    channel = webform.Channel(settings, PLACE)
    shown = datetime(2026, 5, 14, 10, 0, tzinfo=UTC)
    channel._now = lambda: shown + timedelta(seconds=after)
    said = SAID | {"token": channel.token("montage", shown), "note": note}

    received = channel.receive(by_page(said))

    assert received.suspicion == why
    assert len(received.items) == 1
