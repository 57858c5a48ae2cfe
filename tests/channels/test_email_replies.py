"""The client's own words: found where they can be, and never lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.parsing.replies import visible_text
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
    "who wrote stands first": "To Kyiv.\n\nShop <s@shop.example> schrieb am Fr., 20. Nov. 2026, 10:00:\n\nWohin?",
    "who wrote stands last": "To Kyiv.\n\nOp 20-11-2026 om 10:00 schreef Winkel:\n\nWaarheen?",
    "you wrote": "To Kyiv.\n\nВи писали 20 листопада 2026 р., 10:00:\n\nКуди?",
    "he or she wrote": "To Kyiv.\n\n20 нояб. 2026 г., в 10:00, Shop <s@shop.example> написал(а):\n\nКуда?",
    "with the time behind": "To Kyiv.\n\nShop <s@shop.example> ezt írta (időpont: 2026. nov. 20., P, 10:00):\n\nHova?",
    "right to left": f"To Kyiv.\n\n\u202b20.11.2026, 10:00, מאת Shop <\u202as@shop.example\u202c\u200f>:\u202c\n{QUOTE}",
    "between dashes": "To Kyiv.\n\n---- On Fri, 20 Nov 2026 10:00:00 +0200 Shop <s@shop.example> wrote ----\n\nWhere to?",
    "of origin": "To Kyiv.\n\n-----Message d'origine-----\nDe : Shop\nEnvoyé : vendredi\nObjet : x\n\nOù ?",
    "Chinese": 'To Kyiv.\n\n------------------ 原始邮件 ------------------\n发件人: "Shop";\n主题: x\n\n去哪里?',
    "Outlook in Portuguese": "To Kyiv.\n\nDe: Shop\nEnviada em: sexta-feira\nPara: Olena\nAssunto: x\n\nPara onde?",
    "Outlook in Korean": "To Kyiv.\n\n보낸 사람: Shop\n보낸 날짜: 금요일\n받는 사람: Olena\n제목: x\n\n어디로?",
    "Apple in Ukrainian": "To Kyiv.\n\nВід: Shop <s@shop.example>\nДата: пʼятниця\nДо: Олена\nТема: x\n\nКуди?",
    "twice bold": "To Kyiv.\n\n**From:** Shop\n**Date:** Friday\n**To:** Olena\n**Subject:** x\n\nWhere to?",
    "telephone in Dutch": "To Kyiv.\n\nVerstuurd vanaf mijn iPad",
    "telephone in Czech": "To Kyiv.\n\nOdesláno z iPadu",
    "telephone in Chinese": "To Kyiv.\n\n发自我的iPad",
    "telephone in Turkish": "To Kyiv.\n\niPad'imden gönderildi",
    "of origin in Danish": "To Kyiv.\n\n-----Oprindelig meddelelse-----\nHvor?",
    "between dashes, no date": f"To Kyiv.\n\n---- The Shop wrote ----\n\n{QUOTE}",
    "no blank line above": "To Kyiv.\nPå 20 november 2026 kl. 10:00:18, Shop (s@shop.example) skrev:\n\nHvor?",
    "no word at its end": f"To Kyiv.\n2026/11/20 The Shop <s@shop.example>\n\n{QUOTE}",
    "a field that is folded": "To Kyiv.\n\n *From:* Shop [mailto:\n s@shop.example]\n *Sent:* Friday\n *To:* Olena\n *Subject:* x\n\nWhere?",
    "an address on its own line": "To Kyiv.\n\nFrom: The Shop\n<s@shop.example>\nSent: Friday\nTo: Olena\nSubject: x\n\nWhere?",
    "behind words": f"To Kyiv. On Fri, Nov 20, 2026 at 10:00 AM, s@shop.example wrote:\n{QUOTE}",
    "behind words and dashes": f"To Kyiv.--- On Nov 20, 2026, at 10:00, s@shop.example wrote:\n{QUOTE}",
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
    "own tale with an hour": "Hello,\n\nAm 20.11.2026 um 10:00 schrieb mir Ihr Fahrer:\nich bin da\naber nein.",
    "own last line of a place": "Hello!\n\nSent from Kyiv on Friday, and nothing came.",
    "own last line of a town": "Вітаю!\n\nНадіслано з Києва у п'ятницю, а досі нічого!",
    "own last line of a branch": "Вітаю!\n\nНадіслано через Нову Пошту на відділення 5",
    "own last line of a program": "Hello!\n\nGet Outlook working again please, no mail comes.",
    "answers in the text": "Відповіді в тексті.\n\n-----Original Message-----\nКолір? Червоний.",
    "pointing": "Look here:\n>>> shop.example/lamp <<<\nIs it that one?",
    "own tale that follows fields": "From: Kyiv\nWe go on Friday.\nTo: Lviv\nBy train.\nDate: any",
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


def test_a_line_without_end_is_read_at_once() -> None:
    line = "Sent from " + "x" * 200_000

    assert visible_text(f"To Kyiv.\n\n{line} wrote:") == f"To Kyiv.\n\n{line} wrote:"


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


def test_a_link_that_broke_out_of_a_quote_is_no_answer_to_it() -> None:
    text = (
        "To Kyiv.\n\nOn Fri, 20 Nov 2026 at 10:00, Shop wrote:\n"
        "> Where to?\n(https://shop.example/a) >\n> Tell us."
    )

    assert visible_text(text).split("\n")[0] == "To Kyiv."
    assert "Tell us." not in visible_text(text)
