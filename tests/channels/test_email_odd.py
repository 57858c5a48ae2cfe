"""Mails as odd programs write them: charsets, encodings, line ends and people."""

from encodings.aliases import aliases

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email.parsing.charsets import decode
from channels.email.parsing.reading import parse
from hub.contracts import InboundMessage
from tests.channels.test_email_reading import MAIL, make, read, trusted


@pytest.mark.parametrize(
    ("charset", "data", "expected"),
    [
        ("us-ascii", "日本語のメール".encode("iso2022_jp"), "日本語のメール"),
        ("", "Привіт, світе".encode("utf-16"), "Привіт, світе"),
        ("", "Hello there".encode("utf-16-le"), "Hello there"),
        ("utf-8", "Hello there".encode("utf-16-be"), "Hello there"),
        ("x-unknown", "Де моє замовлення?".encode("cp1251"), "Де моє замовлення?"),
        ("utf-8", "Де моє замовлення?".encode("koi8-u"), "Де моє замовлення?"),
        ("gb2312", "镕".encode("gb18030"), "镕"),
        ("iso-8859-1", b"it\x92s", "it’s"),
        ("utf-8", "цілий текст".encode()[:-1], "цілий текс\ufffd"),
        ("iso-8859-1", "Де моє замовлення?".encode("cp1251"), "Де моє замовлення?"),
        ("koi8-r", "Де моє замовлення?".encode("cp1251"), "Де моє замовлення?"),
        ("windows-1251", "Жду вже третій день".encode("koi8-u"), "Жду вже третій день"),
        ("koi8-r", "Їжак і єнот".encode("koi8-u"), "Їжак і єнот"),
        ("koi8-r", "ДЕ МОЄ ЗАМОВЛЕННЯ?".encode("koi8-u"), "ДЕ МОЄ ЗАМОВЛЕННЯ?"),
        ("", "Hello, Олено і Тарасе".encode("cp1251"), "Hello, Олено і Тарасе"),
        ("", "锅炉夜里有噪音请回电".encode("gb18030"), "锅炉夜里有噪音请回电"),
        ("x-unknown", "鍋爐夜裡有噪音".encode("big5"), "鍋爐夜裡有噪音"),
        ("", "夜中に音がします。".encode("cp932"), "夜中に音がします。"),
        ("", "夜中に音がします。".encode("euc-jp"), "夜中に音がします。"),
        ("us-ascii", "밤에 소리가 납니다".encode("cp949"), "밤에 소리가 납니다"),
        ("", "Ça coûte déjà 20 €…".encode("cp1252"), "Ça coûte déjà 20 €…"),
        ("iso-8859-1", "Größte Überraschung".encode("cp1252"), "Größte Überraschung"),
        ("gb2312", "Де моє замовлення?".encode(), "Де моє замовлення?"),
        ("windows-1251", "Де моє замовлення?".encode(), "Де моє замовлення?"),
        ("koi8-u", "naïve".encode(), "naïve"),
        ("rot13", b"plain", "plain"),
    ],
)
def test_text_is_read_whatever_it_says_of_itself(charset, data, expected) -> None:
    assert decode(data, charset) == expected


@settings(deadline=None)  # some charsets are large to load
@given(st.binary(), st.text(max_size=20) | st.sampled_from(sorted(aliases)))
def test_any_bytes_in_any_charset_are_text(data, charset) -> None:
    assert isinstance(decode(data, charset), str)


@pytest.mark.parametrize(
    "encoding", ["BASE64 ", "base64;", '"base64"', "base64 (of the body)"]
)
def test_an_encoding_is_known_however_it_is_written(encoding) -> None:
    head = f"From: a@b.example\nContent-Transfer-Encoding: {encoding}\n"

    assert read(f"{head}\nSXQgaHVtcw==\n".encode()).text == "It hums"


@pytest.mark.parametrize(
    ("written", "name", "address"),
    [
        ("Olena Koval olena@client.example", "Olena Koval", "olena@client.example"),
        ("olena@client.example Olena", "Olena", "olena@client.example"),
        ("Олена [mailto:olena@client.example]", "Олена", "olena@client.example"),
        ("olena@client.example (Olena)", "Olena", "olena@client.example"),
        ("'olena@client.example'", "", "olena@client.example"),
        ("Koval, Olena <olena@client.example>", "Olena", "olena@client.example"),
        ("<<olena@client.example>>", "", "olena@client.example"),
        ("Petrus' <p@client.example>", "Petrus'", "p@client.example"),
        ("'Olena Koval' <o@client.example>", "Olena Koval", "o@client.example"),
        ('<"olena k"@client.example>', "", '"olena k"@client.example'),
    ],
)
def test_a_person_is_known_however_he_is_written(written, name, address) -> None:
    mail = read(f"From: {written}\n\nHi".encode())

    assert (mail.sender_name, mail.sender) == (name, address)


@pytest.mark.parametrize(
    "body",
    [
        b"From: a@b.example\r\r\nSubject: Lamp\r\r\n\r\r\nIt hums\r\r\n",
        b"From: a@b.example\rSubject: Lamp\r\rIt hums\r",
        b"\xef\xbb\xbfFrom: a@b.example\nSubject: Lamp\n\nIt hums\n",
        b"\r\n\r\nFrom: a@b.example\r\nSubject: Lamp\r\n\r\nIt hums",
        b"From a@b.example Fri Nov 20 10:00:00 2026\nFrom: a@b.example\nSubject: Lamp\n\nIt hums",
    ],
    ids=["ends doubled", "ends of old Macs", "a mark in front", "blank lines", "mbox"],
)
def test_lines_are_found_whatever_ends_them(body) -> None:
    mail = read(body)

    assert (mail.sender, mail.subject) == ("a@b.example", "Lamp")
    assert mail.text.strip() == "It hums"


def test_lines_may_end_the_way_of_old_programs() -> None:
    whole = (MAIL / "plain.eml").read_bytes()
    lines = whole.replace(b"\r\n", b"\n")

    (mail,) = make().receive(trusted(lines)).items
    (old,) = make().receive(trusted(lines.replace(b"\n", b"\r"))).items

    assert old.text == mail.text
    assert old.sender == mail.sender


def of(*head: str, text: str = "Where is it?") -> InboundMessage:
    lines = [*head, "Subject: Lamp", "", text]
    (mail,) = make().receive(trusted("\r\n".join(lines).encode())).items
    assert isinstance(mail, InboundMessage)
    return mail


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("boss@bank.example <olena@client.example>", "boss@bank.example"),
        ("support@shop.example <olena@client.example>", "support@shop.example"),
        ("Olena <mailto:olena@client.example>", "Olena"),
        ("Olena <<olena@client.example>>", "Olena"),
        ("=?utf-8?Q?Olena_=3Colena=40client.example=3E?=", ""),
    ],
)
def test_who_writes_stands_in_the_brackets(written, name) -> None:
    mail = of(f"From: {written}")

    assert (mail.sender_name, mail.sender) == (name, "olena@client.example")


@pytest.mark.parametrize(
    "disposition",
    [
        "attachment; filename=\"bill.pdf\"; filename*=utf-8''%D1%87%D0%B5%D0%BA.pdf",
        'attachment filename="чек.pdf"',
        'attachment; filename="чек.pdf',
        'attachment; name="чек.pdf"',
    ],
)
def test_a_file_is_called_what_its_author_called_it(disposition) -> None:
    mail = of(
        "From: olena@client.example",
        "Content-Type: application/pdf",
        f"Content-Disposition: {disposition}",
    )

    assert [one.name for one in mail.attachments] == ["чек.pdf"]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("b64", "V2hlcmUgaXMgaXQ/"),
        ("QUOTED PRINTABLE", "Where=20is it?"),
        ("base64", "Where is it?"),
    ],
)
def test_words_are_read_whatever_names_their_encoding(encoding, text) -> None:
    mail = of(
        "From: a@client.example", f"Content-Transfer-Encoding: {encoding}", text=text
    )

    assert mail.text == "Where is it?"


@pytest.mark.parametrize("kind", ["/", "text/plain charset=utf-8"])
def test_a_text_of_no_kind_that_there_is_stays_a_text(kind) -> None:
    assert of("From: a@client.example", f"Content-Type: {kind}").text == "Where is it?"


@pytest.mark.parametrize("text", ["\r\nWhere is it?", "X-Last: one"])
def test_of_a_head_without_end_only_so_much_is_looked_through(text) -> None:
    lines = [b"From: olena@client.example", b"Subject: Lamp", *[b"X-Line: 1"] * 20_000]
    mail = b"\r\n".join([*lines, text.encode()])

    assert len(parse(mail).keys()) == 5000
    (item,) = make().receive(trusted(mail)).items
    assert isinstance(item, InboundMessage)
    assert item.text.endswith(text.strip())


def test_letters_in_a_head_are_in_the_charset_of_the_text() -> None:
    head = "From: Łucja <l@client.example>\nSubject: Gdzie moja przesyłka?\n"
    text = "Content-Type: text/plain; charset=iso-8859-2\n\nDzień dobry"

    mail = read((head + text).encode("iso-8859-2"))

    assert mail.subject == "Gdzie moja przesyłka?"
    assert (mail.sender_name, mail.text) == ("Łucja", "Dzień dobry")


def test_letters_in_a_head_that_are_not_in_the_charset_of_the_text_are_guessed() -> (
    None
):
    head = "From: a@b.example\nSubject: Де моє замовлення?\n".encode("cp1251")
    text = b"Content-Type: text/plain; charset=iso-2022-jp\n\nHi"

    assert read(head + text).subject == "Де моє замовлення?"


@pytest.mark.parametrize(
    ("coded", "content"),
    [
        ("JVBERi0xLjQKJ", b"%PDF-1.4\n"),
        ("JVBERi0=\nMS40", b"%PDF-1.4"),
        ("JVBERi0=\nMS40Cg==\n", b"%PDF-1.4\n"),
        ("JVBERi0=\nYours, the list\n", b"%PDF-"),
    ],
)
def test_base64_is_read_to_its_end_and_no_further(coded, content) -> None:
    head = "From: a@b.example\nContent-Type: application/pdf\n"

    mail = read(f"{head}Content-Transfer-Encoding: base64\n\n{coded}".encode())

    assert [file.content for file in mail.attachments] == [content]


def test_parts_behind_the_line_that_should_end_them_are_parts() -> None:
    mail = read(
        b"From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n--x\n"
        b"Content-Type: multipart/alternative; boundary=x\n\n"
        b"--x\nContent-Type: text/plain\n\nIt hums\n--x--\n\n"
        b"--x\nContent-Type: image/gif; name=lamp.gif\n\nGIF89a\n--x--\n"
        b"--x\nContent-Type: image/gif; name=wire.gif\n\nGIF87a\n--x--\n-- \nThe list\n"
    )

    assert mail.text == "It hums"
    assert [one.name for one in mail.attachments] == ["lamp.gif", "wire.gif"]
    assert [one.content for one in mail.attachments] == [b"GIF89a", b"GIF87a"]


def test_one_form_of_a_text_may_have_a_name() -> None:
    mail = read(
        b"From: a@b.example\nContent-Type: multipart/alternative; boundary=x\n\n"
        b"--x\nContent-Type: text/plain; name=letter.txt\n\nIt hums\n"
        b"--x\nContent-Type: text/html; name=letter.htm\n\n<b>It hums</b>\n"
        b"--x\nContent-Type: text/plain\n"
        b"Content-Disposition: attachment; filename=log.txt\n\nhum\n--x--\n"
    )

    assert (mail.text, mail.html) == ("It hums", "<b>It hums</b>")
    assert [one.name for one in mail.attachments] == ["log.txt"]


def test_a_name_on_a_line_that_forgot_to_be_folded_is_its_files() -> None:
    mail = read(
        b"From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n--x\n"
        b"Content-Type: image/gif; x-mode=0600;\nname=lamp.gif\n"
        b"Content-Transfer-Encoding: base64\n\nR0lGODlh\n--x--\n"
    )

    assert [(one.name, one.content) for one in mail.attachments] == [
        ("lamp.gif", b"GIF89a")
    ]


@pytest.mark.parametrize("coded", ["=" * 300_000, "=\n" * 150_000, "AA==" * 80_000])
def test_hostile_base64_takes_no_time(coded) -> None:
    head = "From: a@b.example\nContent-Type: application/pdf\n"

    mail = read(f"{head}Content-Transfer-Encoding: base64\n\n{coded}".encode())

    assert len(mail.attachments) == 1
