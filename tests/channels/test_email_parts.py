"""What a mail carries beside plain words: flowed lines, packets, dates, signed wholes."""

import zlib
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.parsing.bodies import body_of, parts_of
from channels.email.parsing.plain import unflowed, without_files
from channels.email.parsing.reading import parse
from hub.errors import ChannelError
from tests.channels.test_email_reading import MAIL, make, read, trusted

FROM = b"From: Olena <olena@client.example>\r\nTo: support@shop.example\r\n"


def body(raw):
    return body_of(message_from_bytes(raw, policy=policy.compat32))


# --- plain text ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "delsp", "expected"),
    [
        ("Hello \nthere.\nYes", False, "Hello there.\nYes"),
        ("Hel \nlo", True, "Hello"),
        ("> a \n> b\nc", False, "> a b\nc"),
        ("> a \nb", False, "> a\nb"),
        (" >kept \nas it is", False, ">kept as it is"),
        ("Bye \n-- \nOlena", False, "Bye \n-- \nOlena"),
    ],
)
def test_flowed_lines_are_joined(text, delsp, expected) -> None:
    assert unflowed(text, delsp=delsp) == expected


def test_a_flowed_mail_reads_as_its_author_wrote_it() -> None:
    mail = read(
        FROM + b"Content-Type: text/plain; format=Flowed; DelSp=No\r\n\r\n"
        b"Where is my \r\norder?\r\n"
    )

    assert mail.text == "Where is my order?"


def test_files_that_stand_in_the_text_are_taken_out() -> None:
    text, files = without_files(
        "Before\nbegin 644 note.txt\n%:&5L;&\\\n`\nend\nAfter\nbegin the day well\nend\n"
    )

    assert files == [("note.txt", b"hello")]
    assert text == "Before\n\nAfter\nbegin the day well\nend\n"


@given(st.text(alphabet="begin 644.x\n`end%:&5L;\\é", max_size=120) | st.text())
def test_what_is_no_file_stays_text(text) -> None:
    left, files = without_files(text)

    assert files or left == text


# --- people -------------------------------------------------------------------------


def test_who_else_it_went_to_is_kept_without_us() -> None:
    mail = read(
        FROM + b"To: Ivan <ivan@CLIENT.example>\r\n"
        b"Cc: anna@client.example, support+token@shop.example, ANNA@client.example\r\n\r\nHi"
    )

    assert mail.to == (("Ivan", "ivan@client.example"),)
    assert mail.cc == (("", "anna@client.example"),)


@pytest.mark.parametrize(
    ("headers", "sender", "reply_to"),
    [
        ("From: a@b.example\nReply-To: A@B.example", "a@b.example", None),
        (
            "From: a@b.example\nReply-To: X <x@y.example>",
            "a@b.example",
            ("X", "x@y.example"),
        ),
        ("From: a@b.example\nReply-To: support@shop.example", "a@b.example", None),
        # A form on our own site writes in our name.
        ("From: support@shop.example\nReply-To: a@b.example", "a@b.example", None),
    ],
)
def test_from_tells_whose_it_is_and_reply_to_where_to(
    headers, sender, reply_to
) -> None:
    mail = read(f"{headers}\n\nHi".encode())

    assert (mail.sender, mail.reply_to) == (sender, reply_to)


@pytest.mark.parametrize(
    ("headers", "machine"),
    [
        ("Auto-Submitted: auto-replied", "absence"),
        ("Subject: Abwesenheitsnotiz: Urlaub", "absence"),
        ("Subject: Re: Автовідповідь", "absence"),
        ("Subject: Out of Office", "absence"),
        ("Subject: Odpowiedź automatyczna: lampa", "absence"),
        ("Subject: Автоматичен отговор: лампа", "absence"),
        ("Subject: I am on holiday\nPrecedence: junk", "absence"),
        # Its author may be a person, and then he waits for an answer.
        ("Subject: I am on holiday and it hums", ""),
        ("Subject: Чайник у відпустку", ""),
        ("List-Id: <news.example>", "list"),
        ("Auto-Submitted: auto-generated", ""),
        ("Subject: My holiday reply", ""),
    ],
)
def test_the_kind_of_machine_is_told(headers, machine) -> None:
    assert read(f"From: a@b.example\n{headers}\n\nHi".encode()).machine == machine


# --- nothing raises, nothing is lost -------------------------------------------------

WORDS = st.sampled_from([b"alpha", b"beta", b"gamma", "дельта".encode(), b"\xe4\xf6"])

LEAF = st.builds(
    lambda kind, encoding, mark, words: (
        b"Content-Type: %s\r\nContent-Transfer-Encoding: %s\r\n\r\nmark%d %s\r\n"
        % (kind, encoding, mark, words)
    ),
    st.sampled_from(
        [
            b"text/plain",
            b"text/html",
            b"image/png",
            b"application/x",
            b"text/calendar",
            b"text/plain; name=a.txt",
            b"text/plain; charset=koi8-u",
            b"nonsense",
        ]
    ),
    st.sampled_from([b"7bit", b"8bit", b"binary", b"x-unknown"]),
    st.integers(0, 999),
    WORDS,
)


def joined(kind, parts, ends):
    boundary = b"b%d" % zlib.crc32(b"".join(parts))
    inside = b"".join(b"--%s\r\n%s" % (boundary, part) for part in parts)
    close = b"--%s--\r\n" % boundary if ends else b""
    head = b'Content-Type: multipart/%s; boundary="%s"\r\n\r\n' % (kind, boundary)
    return head + inside + close


TREE = st.recursive(
    LEAF,
    lambda parts: (
        st.builds(
            joined,
            st.sampled_from([b"mixed", b"related", b"alternative", b"signed", b"odd"]),
            st.lists(parts, min_size=1, max_size=4),
            st.booleans(),
        )
        | st.builds(lambda part: b"Content-Type: message/rfc822\r\n\r\n" + part, parts)
    ),
    max_leaves=12,
)


@given(TREE)
def test_every_part_of_a_mail_is_in_its_text_or_a_file(tree) -> None:
    message = parse(FROM + tree)
    found = body_of(message)

    everything = found.text.encode() + found.html.encode()
    everything += b"".join(file.content for file in found.attachments)
    for part in parts_of(message):
        payload = part.get_payload()
        if isinstance(payload, str) and (mark := payload.strip()[:8].split(" ")[0]):
            assert mark.encode("utf-8", "surrogateescape") in everything


MAILS = [path.read_bytes() for path in sorted(MAIL.glob("*.eml"))]


@given(st.sampled_from(MAILS), st.randoms(use_true_random=False))
def test_a_mutated_mail_is_read_or_kept_for_a_person(mail, random) -> None:
    damaged = bytearray(mail)
    for _ in range(random.randrange(1, 12)):
        at = random.randrange(len(damaged))
        match random.randrange(4):
            case 0:
                damaged[at] = random.randrange(256)
            case 1:
                del damaged[at : at + random.randrange(40)]
            case 2:
                damaged[at:at] = damaged[: random.randrange(200)]
            case _:
                damaged[at:at] = random.choice([b"\r\n\r\n", b"--", b"=?", b"\0", b";"])

    try:
        items = make().receive(trusted(bytes(damaged))).items
    except ChannelError:
        return

    assert all("\x00" not in getattr(item, "text", "") for item in items)
