"""What mails have packed within them: packets of Outlook, dates, signed words."""

import base64
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.parsing.calendars import invitations
from channels.email.parsing.signed import signed_content
from channels.email.parsing.tnef import unpack
from tests.channels.test_email_reading import read

FROM = b"From: Olena <olena@client.example>\r\nTo: support@shop.example\r\n"


# --- packets ------------------------------------------------------------------------


def attribute(level, name, value):
    return struct.pack("<BHHI", level, name, 0, len(value)) + value + b"\0\0"


def props(*given):
    out = struct.pack("<I", len(given))
    for name, kind, value in given:
        out += struct.pack("<HHII", kind, name, 1, len(value)) + value
        out += b"\0" * (-len(value) % 4)
    return out


PACKET = (
    b"\x78\x9f\x3e\x22\x01\x00"
    + attribute(1, 0x9003, props((0x1000, 0x1F, "Привіт".encode("utf-16-le"))))
    + attribute(2, 0x9002, b"\0" * 14)
    + attribute(2, 0x8010, b"SHORT~1.PDF\0")
    + attribute(2, 0x800F, b"%PDF-1.7")
    + attribute(
        2,
        0x9005,
        props(
            (0x3707, 0x1F, "Рахунок.pdf".encode("utf-16-le")),
            (0x370E, 0x1E, b"application/pdf\0"),
        ),
    )
)


def test_a_packet_of_outlook_is_taken_apart() -> None:
    packet = unpack(PACKET)

    assert packet.text == "Привіт"
    (file,) = packet.files
    assert (file.name, file.media_type) == ("Рахунок.pdf", "application/pdf")
    assert file.content == b"%PDF-1.7"


def test_a_mail_with_a_packet_shows_what_was_in_it_and_keeps_it() -> None:
    mail = read(
        FROM + b"Content-Type: application/ms-tnef; name=winmail.dat\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(PACKET)
    )

    assert mail.text == "Привіт"
    assert [file.name for file in mail.attachments] == ["Рахунок.pdf", "winmail.dat"]


@given(st.integers(0, len(PACKET)), st.binary(max_size=40))
def test_a_damaged_packet_gives_what_it_can(cut, rest) -> None:
    packet = unpack(PACKET[:cut] + rest)

    assert "\0" not in packet.text


# --- dates --------------------------------------------------------------------------

CALENDAR = """BEGIN:VCALENDAR
METHOD:{method}
BEGIN:VTIMEZONE
TZID:Home
BEGIN:STANDARD
DTSTART:19700101T000000
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
SUMMARY:Measure the
  kitchen\\, please
{lines}
END:VEVENT
END:VCALENDAR
"""


@pytest.mark.parametrize(
    ("lines", "starts", "ends", "zone"),
    [
        (
            "DTSTART:20261201T120000Z\nDTEND:20261201T130000Z",
            "2026-12-01T12:00:00+00:00",
            "2026-12-01T13:00:00+00:00",
            "",
        ),
        (
            "DTSTART;TZID=Europe/Kyiv:20260701T140000\nDURATION:PT1H30M",
            "2026-07-01T14:00:00+03:00",
            "2026-07-01T15:30:00+03:00",
            "",
        ),
        (
            'DTSTART;TZID="FLE Standard Time":20261201T140000',
            "2026-12-01T14:00:00",
            "",
            "FLE Standard Time",
        ),
        ("DTSTART;VALUE=DATE:20261201", "2026-12-01", "", ""),
        ("DTSTART:nonsense", "", "", ""),
        ("DTSTART:20269999", "", "", ""),
    ],
)
def test_a_date_is_told_as_its_sender_wrote_it(lines, starts, ends, zone) -> None:
    (found,) = invitations(CALENDAR.format(method="REQUEST", lines=lines))

    assert (found.starts, found.ends, found.zone) == (starts, ends, zone)
    assert found.summary == "Measure the kitchen, please"


@pytest.mark.parametrize(
    ("method", "lines", "what"),
    [
        ("REQUEST", "", "invited"),
        ("CANCEL", "", "cancelled"),
        ("REQUEST", "STATUS:CANCELLED", "cancelled"),
        ("REPLY", "ATTENDEE;PARTSTAT=DECLINED:mailto:a@b.example", "declined"),
        ("PUBLISH", "", "told"),
    ],
)
def test_a_calendar_says_what_is_wanted(method, lines, what) -> None:
    (found,) = invitations(CALENDAR.format(method=method, lines=lines))

    assert found.what == what


@given(st.text())
def test_any_text_is_a_calendar_or_none(text) -> None:
    wrapped = f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:{text}\nEND:VEVENT\n"

    assert len(invitations(text)) <= 5
    assert len(invitations(wrapped)) == 1


# --- signed as a whole --------------------------------------------------------------


def der(tag, *values):
    value = b"".join(values)
    size = len(value)
    head = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + head + value


INSIDE = b"Content-Type: text/plain\r\n\r\n" + b"Signed words. " * 20

OID = bytes.fromhex("06092a864886f70d0107")


@pytest.mark.parametrize(
    "octets",
    [der(0x04, INSIDE), der(0x24, der(0x04, INSIDE[:100]), der(0x04, INSIDE[100:]))],
    ids=["one piece", "two pieces"],
)
def test_words_that_are_signed_as_a_whole_are_read(octets) -> None:
    signed = der(
        0x30,
        OID + b"\x02",
        der(
            0xA0,
            der(
                0x30,
                b"\x02\x01\x01",
                der(0x31),
                der(0x30, OID + b"\x01", der(0xA0, octets)),
            ),
        ),
    )
    mail = read(
        FROM + b"Content-Type: application/pkcs7-mime; smime-type=signed-data; "
        b"name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(signed)
    )

    assert signed_content(signed) == INSIDE
    assert mail.text.startswith("Signed words.")
    assert [file.name for file in mail.attachments] == ["smime.p7m"]


@given(st.binary())
def test_what_is_not_signed_gives_nothing_and_never_fails(data) -> None:
    assert signed_content(data) == b""
    signed_content(OID + b"\x02" + data)
    signed_content(OID + b"\x02" + OID + b"\x01\xa0\x80\x24\x80" + data)


def test_an_encrypted_mail_is_a_file() -> None:
    mail = read(
        FROM + b'Content-Type: multipart/encrypted; boundary="b"\r\n\r\n--b\r\n'
        b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b\r\n"
        b"Content-Type: application/octet-stream; name=encrypted.asc\r\n\r\n"
        b"-----BEGIN PGP MESSAGE-----\r\n--b--\r\n"
    )

    assert "encrypted.asc" in [file.name for file in mail.attachments]
