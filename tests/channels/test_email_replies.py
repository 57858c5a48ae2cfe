"""The client's own words: found where they can be, and never lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.replies import visible_text
from hub.markup import text_from_html

QUOTE = "> Where shall we send it?\n> Shop"
CUT = {
    "quote with a date": f"To Kyiv.\n\nOn Fri, 20 Nov 2026 at 10:00 Shop <s@shop.example> wrote:\n{QUOTE}",
    "folded over lines": f"To Kyiv.\n\nOn Fri, 20 Nov 2026 at 10:00\nShop <s@shop.example>\nwrote:\n\n{QUOTE}",
    "Ukrainian": f"To Kyiv.\n\nпт, 20 лист. 2026 р. о 10:00 Shop <s@shop.example> пише:\n\n{QUOTE}",
    "Outlook": "To Kyiv.\n\nFrom: Shop\nSent: Friday\nTo: Olena\nSubject: Re: x\n\nWhere to?",
    "Outlook in Ukrainian": "To Kyiv.\n________________________________\nВід: Shop\nНадіслано: пт\nКому: Olena\nТема: x\n\nКуди?",
    "original message": "To Kyiv.\n\n-----Original Message-----\nWhere to?",
    "set back, not marked": "To Kyiv.\n    On Friday, November 20, 2026 at 10:00 Shop <s@shop.example> wrote:  \n \n Where to?",
    "below fields": 'To Kyiv.\n\n----------------\nКому: olena@client.example;\nТема: x;\n20.11.2026, 10:00, "Shop" <s@shop.example>:\n\nКуди?',
    "Polish": f"To Kyiv.\n\nW dniu 20.11.2026 o 10:00, Shop pisze:\n{QUOTE}",
    "a program's own line": "To Kyiv.\n\nОтримати Outlook для Android<https://shop.example>",
    "signature": "To Kyiv.\n-- \nOlena\n+380 44 111 00 00",
    "telephone": "To Kyiv.\n\nSent from my iPhone",
    "signed by PGP": "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nTo Kyiv.\n-----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----\n",
    "answer below": f"{QUOTE}\n\nTo Kyiv.",
}
KEPT = {
    "answers between": "> Colour?\nRed.\n> Size?\nLarge.",
    "bare forward": "-----Original Message-----\nFrom: a\n\nLook at this.",
    "only a quote": QUOTE,
    "answers inside": "See my answers below.\n\n-----Original Message-----\nColour? Red.",
    "own sentence": "Hello,\nyour colleague called on 20.11.2026 and wrote:\n\ncome at ten\n\nBut you were closed.",
    "own list": "From: Kyiv\nTo: Lviv\n\nHow much is it?",
    "own journey": "Please fetch it.\nFrom: Kyiv\nTo: Lviv\nDate: Monday\nThank you",
    "dashes": "First -- this is no signature.\nSecond.",
}


@pytest.mark.parametrize("text", CUT.values(), ids=CUT)
def test_what_is_quoted_is_folded_away(text) -> None:
    assert visible_text(text).strip() == "To Kyiv."


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_own_words_stay_where_they_cannot_be_told_apart(text) -> None:
    assert visible_text(text) == text


@given(st.text(alphabet=">:-aOn wrote@2026\n.", max_size=300) | st.text())
def test_something_is_always_visible(text) -> None:
    assert bool(visible_text(text).strip()) == bool(text.strip())


def test_a_quote_in_html_is_marked_as_one() -> None:
    html = "<div>To Kyiv.</div><blockquote><p>Where to?</p><p>Shop</p></blockquote>"

    assert text_from_html(html) == "To Kyiv.\n\n> Where to?\n>\n> Shop"
    assert visible_text(text_from_html(html)).strip() == "To Kyiv."


def test_a_link_keeps_where_it_leads() -> None:
    html = "<a href='https://shop.example/1'>here</a> <a href='https://a.b/'>https://a.b</a>"

    assert text_from_html(html) == "here <https://shop.example/1> https://a.b"


def test_bottomless_html_is_read_at_once() -> None:
    assert text_from_html("<div>" * 200_000 + "help") == "help"


def test_text_reads_like_the_page() -> None:
    html = """<head><title>no</title></head><style>p{}</style><div>Hello <b>you</b>
        there</div><p>One<br>two</p><ul><li>red<li>blue</ul>
        <table><tr><td>Order<td>1001<tr><td>Sum<td>20</table>"""

    assert text_from_html(html) == (
        "Hello you there\n\nOne\ntwo\n\n- red\n- blue\n\nOrder 1001\nSum 20"
    )


def test_text_keeps_preformatted_lines_and_names_of_pictures() -> None:
    assert text_from_html("<pre>a\n  b</pre><img alt='Map'>") == "a\n  b\n\nMap"


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN PGP SIGNED MESSAGE-----\n\nx\n" * 30_000,
        "-----BEGIN PGP SIGNED MESSAGE-----\n\nx\n"
        + "-----BEGIN PGP SIGNATURE-----\n" * 30_000,
    ],
    ids=["signed without end", "signatures without end"],
)
def test_armour_that_never_ends_is_read_at_once(text) -> None:
    assert visible_text(text) == text.strip()


def test_armour_within_armour_is_opened_once() -> None:
    armour = "{0}-----BEGIN PGP SIGNED MESSAGE-----\n\n{1}\n{0}-----BEGIN PGP SIGNATURE-----\nx\n{0}-----END PGP SIGNATURE-----"
    inner = armour.format("- ", "To Kyiv.")

    assert visible_text(armour.format("", inner)) == armour.format("", "To Kyiv.")
