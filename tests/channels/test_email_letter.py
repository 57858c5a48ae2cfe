"""What a mail of ours says below and in its headers, and how it is written."""

from email import message_from_bytes, policy

from channels.email.outbound.composing import compose
from hub.contracts import Copy, Quote
from tests.channels.relay_stand import outbound
from tests.channels.test_email_reading import PLACE, make, trusted


def test_the_signature_and_what_is_quoted_stand_below_in_both_forms() -> None:
    mail = written(
        text="Так, <завтра>.\n\nДеталі: https://shop.example/1.",
        signature="Nadia\nShop",
        quote=Quote(text="Is it\ncoming?", sender="Olena", locale="uk"),
    )
    plain = mail.get_body(("plain",)).get_content()
    html = mail.get_body(("html",)).get_content()

    assert plain.splitlines() == [
        *("Так, <завтра>.", "", "Деталі: https://shop.example/1.", ""),
        *("-- ", "Nadia", "Shop", "", "Olena пише:", "> Is it", "> coming?"),
    ]
    assert "&lt;завтра&gt;" in html
    assert '<a href="https://shop.example/1">https://shop.example/1</a>.' in html
    assert html.index("Nadia") < html.index("<blockquote")


def test_what_is_forwarded_says_who_wrote_it() -> None:
    mail = written(
        quote=Quote(
            text="It hums.",
            html="<p>It <b>hums</b>.</p>",
            sender="Olena <o@x.test>",
            subject="Boiler",
            forwarded=True,
        )
    )
    plain = mail.get_body(("plain",)).get_content().replace("\r\n", "\n")

    assert "---------- Forwarded message ----------\nFrom: Olena <o@x.test>" in plain
    assert "Subject: Boiler\n\nIt hums." in plain
    assert "<b>hums</b>" in mail.get_body(("html",)).get_content()


def test_a_long_chain_keeps_its_beginning() -> None:
    chain = tuple(f"<m{number}@x.example>" for number in range(100, 0, -1))
    mail = written(references=chain)

    named = mail["References"].split()
    assert mail["In-Reply-To"] == "<m100@x.example>"
    assert (len(named), named[0], named[-1]) == (
        20,
        "<m1@x.example>",
        "<m100@x.example>",
    )


def test_no_line_is_longer_than_the_standard_allows() -> None:
    people = tuple(
        Copy(address=f"p{number}@firm.example", name=f"Person {number} їй")
        for number in range(60)
    )
    mail = written(
        raw=True, text="x" * 5000 + "\n" + "ї" * 5000, subject="ї" * 300, copies=people
    )

    assert max(len(line) for line in mail.split(b"\r\n")) <= 998
    assert mail.isascii()


def test_a_notice_says_in_every_way_that_a_machine_wrote_it() -> None:
    mail = written(automatic=True)

    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Precedence"] == "auto_reply"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["List-Id"] == '"Shop" <notices.shop.example>'
    (item,) = make().receive(trusted(without_mark(mail))).items
    assert item.automatic


def written(*, raw=False, **given):
    mail = compose(outbound(**given), make()._settings, PLACE).content
    return mail if raw else message_from_bytes(mail, policy=policy.default)


def without_mark(mail):
    """The same mail from another house's hub."""
    del mail["X-Rozmova"]
    mail.replace_header("From", "notices@other.example")
    return mail.as_bytes()
