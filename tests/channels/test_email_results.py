"""Authentication-Results are read as servers write them, and nobody else's are believed."""

import time
from email import message_from_string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email.senders.authenticity import told
from channels.email.senders.results import Result, believed, parse, writers

GMAIL = """mx.google.com;
       dkim=pass header.i=@client.com.ua header.s=s1 header.b="AbC/=x";
       spf=pass (google.com: domain of a@client.com.ua designates 192.0.2.1 as
        permitted sender) smtp.mailfrom=a@client.com.ua;
       dmarc={verdict} (p={policy} sp=NONE dis=NONE) header.from=client.com.ua"""
MICROSOFT = """spf=pass (sender IP is 192.0.2.1)
 smtp.mailfrom=client.com.ua; dkim=none (message not signed)
 header.d=none;dmarc={verdict} action={action} header.from=client.com.ua;compauth=pass reason=100"""


def mail(*lines, sender="Olena <olena@client.com.ua>"):
    return message_from_string("\n".join([*lines, f"From: {sender}", "", "Hello"]))


def by(value):
    return f"Authentication-Results: {value}"


def verdict(message, *judges, sender="olena@client.com.ua"):
    found = told(message, sender, judges, will_look=False)
    return None if found is None else (found.verdict.value, found.why)


# --- the grammar ----------------------------------------------------------------------


def test_comments_quotes_and_folds_are_seen_through() -> None:
    found = parse(
        'mx.Example.com (a "mail" server (of\\) ours)) 1;\r\n\t(x) DKIM / 1 (y;z) = Pass\r\n'
        ' reason = "good; \\"key\\" (1)" header . d = "ex.com" ; spf=none'
    )

    assert found.by == "mx.example.com"
    assert found.results == (
        Result(
            method="dkim",
            value="pass",
            properties=(("reason", 'good; "key" (1)'), ("header.d", "ex.com")),
            comment="x y;z",
        ),
        Result(method="spf", value="none"),
    )


def test_a_server_that_found_nothing_out_says_none() -> None:
    assert parse("mx.example.com; none") == parse(" mx.example.com ;;; ")
    assert parse("mx.example.com; none").results == ()


def test_a_name_may_end_with_a_dot() -> None:
    (one,) = parse("a.b; dkim=pass header.d=c.d. header.s=x").results

    assert one.properties == (("header.d", "c.d."), ("header.s", "x"))


def test_a_stroke_outside_of_quotes_hides_nothing() -> None:
    found = parse("a.b; spf=pass smtp.mailfrom=x\\; dmarc=fail header.from=c.d")

    assert [one.method for one in found.results] == ["spf", "dmarc"]


def test_a_long_one_takes_no_time() -> None:
    for piece in ("a. ", "a.", '"', "(", "\\", "a=b ", '"\\', " "):
        began = time.perf_counter()
        parse(piece * 20_000)
        assert time.perf_counter() - began < 3, piece


def test_a_value_may_hold_what_parts_others() -> None:
    (one,) = parse("a.b; dkim=pass header.b=Ab=/+x== header.d=c.d").results

    assert one.property("header.b") == "Ab=/+x=="
    assert one.property("header.i", "header.d") == "c.d"


PIECES = st.sampled_from(
    [
        *';="()\\./ \t\r\n',
        "mx.example.com",
        "dkim",
        "pass",
        "header.d",
        "1",
        "é",
        "\udcff",
    ]
)


@settings(max_examples=300)
@given(st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=200))
def test_nothing_makes_it_fail(value) -> None:
    found = parse(value)

    assert isinstance(found.by, str)
    for one in found.results:
        assert one.method == one.method.lower()


TOKEN = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
VALUE = st.text(
    st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=12
)
BLANKS = st.sampled_from(
    [" ", "\t", "\r\n ", " (why; not=so) ", " (a (b) \\) c)\r\n\t"]
)


@given(
    st.lists(
        st.tuples(
            TOKEN, TOKEN, st.lists(st.tuples(TOKEN, TOKEN, VALUE), max_size=3), BLANKS
        ),
        min_size=1,
        max_size=4,
    )
)
def test_whatever_is_written_by_the_book_is_read(methods) -> None:
    text = "mx.example.com 1"
    for method, value, properties, blank in methods:
        text += f"{blank};{blank}{method}={value}"
        for kind, name, what in properties:
            escaped = what.replace("\\", "\\\\").replace('"', '\\"')
            text += f'{blank}{kind}.{name}="{escaped}"'

    found = parse(text)

    assert found.by == "mx.example.com"
    assert [(one.method, one.value) for one in found.results] == [
        (method, value) for method, value, _, _ in methods
    ]
    for one, (_, _, properties, _) in zip(found.results, methods, strict=True):
        assert [name for name, _ in one.properties] == [
            f"{kind}.{name}" for kind, name, _ in properties
        ]
        for (_, what), (_, _, said) in zip(one.properties, properties, strict=True):
            # Blanks are one blank, and what looks like a name loses them.
            assert what.replace(" ", "") == said.replace(" ", "")


# --- whose are believed ---------------------------------------------------------------


def test_only_the_topmost_of_a_trusted_server_counts() -> None:
    message = mail(
        by("mx.ours.example; dmarc=fail (p=reject) header.from=client.com.ua"),
        "Received: from a by mx.ours.example",
        by("mx.ours.example; dmarc=pass header.from=client.com.ua"),
    )

    assert verdict(message, "mx.ours.example") == ("forged", "")


def test_what_a_stranger_wrote_is_nothing() -> None:
    message = mail(by("mx.theirs.example; dmarc=pass header.from=client.com.ua"))

    assert verdict(message, "mx.ours.example") == ("unproven", "no_results")
    assert verdict(message) is None
    assert writers(message) == ("mx.theirs.example",)


def test_programs_of_one_server_write_a_header_each() -> None:
    message = mail(
        by("mx.ours.example; dmarc=fail (p=quarantine) header.from=client.com.ua"),
        by("mx.ours.example; spf=fail smtp.mailfrom=a@client.com.ua"),
        # A stranger's own, below: he cannot speak over what was said above.
        by("mx.ours.example; dmarc=pass header.from=client.com.ua"),
    )

    found = believed(message, ["mx.ours.example"])

    assert [(one.method, one.value) for one in found.results] == [
        ("dmarc", "fail"),
        ("spf", "fail"),
    ]
    assert verdict(message, "mx.ours.example") == ("forged", "")


def test_a_family_of_servers_is_trusted_by_its_domain() -> None:
    message = mail(by("mx7.mail.example; dmarc=pass header.from=client.com.ua"))

    assert verdict(message, ".mail.example") == ("genuine", "")
    assert verdict(message, "mail.example") == ("unproven", "no_results")
    assert verdict(message, ".ail.example") == ("unproven", "no_results")


# --- what they come down to -----------------------------------------------------------


@pytest.mark.parametrize(
    ("result", "policy", "found"),
    [
        ("pass", "REJECT", ("genuine", "")),
        ("fail", "REJECT", ("forged", "")),
        ("fail", "QUARANTINE", ("forged", "")),
        ("fail", "NONE", ("unproven", "failed")),
    ],
)
def test_gmail_is_understood(result, policy, found) -> None:
    message = mail(
        "Received: by 2001:db8::1 with SMTP id x",
        "Received: from a by mx.google.com",
        by(GMAIL.format(verdict=result, policy=policy)),
    )

    assert verdict(message, "mx.google.com") == found


@pytest.mark.parametrize(
    ("result", "action", "found"),
    [
        ("pass", "none", ("genuine", "")),
        ("fail", "quarantine", ("forged", "")),
        ("fail", "oreject", ("forged", "")),
        ("fail", "none", ("unproven", "failed")),
        ("bestguesspass", "none", ("genuine", "")),
    ],
)
def test_microsoft_is_understood_without_a_name(result, action, found) -> None:
    message = mail(by(MICROSOFT.format(verdict=result, action=action)))

    assert verdict(message, "microsoft365") == found
    assert verdict(message, "mx.google.com") == ("unproven", "no_results")


@pytest.mark.parametrize(
    ("results", "found"),
    [
        ("dkim=pass header.d=client.com.ua", "genuine"),
        ("dkim=pass header.d=com.ua", "genuine"),
        ("dkim=pass header.d=mail.client.com.ua", "genuine"),
        ("dkim=pass header.d=notclient.com.ua", "unproven"),
        ("dkim=pass header.d=ua", "unproven"),
        ("dkim=pass", "unproven"),
        ("spf=pass smtp.mailfrom=bounce@bounces.client.com.ua", "genuine"),
        ("spf=pass smtp.mailfrom=me@evil.example; dkim=fail header.d=client.com.ua", "unproven"),
        # It speaks of another sender than the one that people read.
        ("dmarc=pass header.from=evil.example", "unproven"),
        ("dmarc=pass header.from=evil.example; dkim=pass header.d=client.com.ua", "unproven"),
        # One of these was smuggled in.
        ("dmarc=pass header.from=client.com.ua; dmarc=fail header.from=evil.example", "unproven"),
        ("dmarc=pass header.from=client.com.ua; dmarc=fail (p=reject) header.from=client.com.ua", "forged"),
        ("dmarc=temperror header.from=client.com.ua", "unproven"),
    ],
)  # fmt: skip
def test_what_vouches_must_be_of_the_sender_s_house(results, found) -> None:
    message = mail(by(f"mx.ours.example; {results}"))

    assert verdict(message, "mx.ours.example")[0] == found


@pytest.mark.parametrize(
    "sender",
    [
        "Olena <olena@client.com.ua>, Boss <boss@evil.example>",
        "Olena <olena@client.com.ua>\nFrom: Boss <boss@evil.example>",
        "nobody",
    ],
)
def test_a_mail_of_several_senders_is_never_genuine(sender) -> None:
    message = mail(
        by("mx.ours.example; dmarc=pass header.from=client.com.ua"), sender=sender
    )

    assert verdict(message, "mx.ours.example") == ("unproven", "unclear")


def test_who_only_filled_in_a_form_of_our_site_is_not_proven_by_our_site() -> None:
    passes = mail(by("mx.ours.example; dmarc=pass header.from=client.com.ua"))
    fails = mail(by("mx.ours.example; dmarc=fail (p=reject) header.from=client.com.ua"))

    assert verdict(passes, "mx.ours.example", sender="typed@x.example") == (
        "unproven",
        "reply_to",
    )
    assert verdict(fails, "mx.ours.example", sender="typed@x.example") == ("forged", "")


def test_a_domain_beyond_ascii_is_one_in_both_its_forms() -> None:
    message = mail(
        by("mx.ours.example; dmarc=pass header.from=xn--80aikifvh.xn--j1amh"),
        sender="olena@Приклад.укр",
    )

    assert verdict(message, "mx.ours.example", sender="olena@приклад.укр") == (
        "genuine",
        "",
    )
