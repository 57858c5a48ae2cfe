"""Reports that keep to no standard, and those that gateways made worse."""

import pytest

from channels.email.reports.causes import cause_of
from hub.contracts import DeliveryReceipt, InboundMessage
from tests.channels.test_email_bounces import COPY, OLENA, prose
from tests.channels.test_email_reading import make, trusted

IVAN = "ivan@client.example"


def told(raw):
    return (
        make().receive(trusted(raw if isinstance(raw, bytes) else raw.encode())).items
    )


def standard(fields, words="It failed.", sender="postmaster@mx.example", copy=COPY):
    return (
        f"From: {sender}\nSubject: Report\nMIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=cut\n\n"
        f"--cut\nContent-Type: text/plain\n\n{words}\n--cut\n"
        f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n{fields}\n"
        f"\n--cut\nContent-Type: text/rfc822-headers\n\n{copy.strip()}\n--cut--\n"
    )


@pytest.mark.parametrize(
    "final",
    [
        "rfc822; olena.koval@inner.client.example",
        "x400; /S=Olena/OU=Lamp/PRMD=UA/",
        "LOCAL; <olena>",
    ],
)
def test_a_report_is_about_whom_we_wrote_to_wherever_his_server_sent_it(final) -> None:
    fields = f"Original-Recipient: rfc822; {OLENA}\nFinal-Recipient: {final}\n"

    (receipt,) = told(standard(f"{fields}Action: failed\nStatus: 5.2.2"))

    assert (receipt.recipient, receipt.cause) == (OLENA, "mailbox_full")


def test_a_number_stands_above_words_that_are_not_the_servers_own() -> None:
    words = f"It was not delivered.\n\n {OLENA}\n__\nScanned: no malware, no spam."
    fields = f"Final-Recipient: rfc822; {OLENA}\nAction: failed\nStatus: 5.1.1"

    (receipt,) = told(standard(fields, words))

    assert (receipt.cause, receipt.is_hard) == ("mailbox_unknown", True)


def test_a_report_that_a_gateway_packed_into_a_mail_is_read() -> None:
    fields = f"Final-Recipient: rfc822; {OLENA}\nAction: failed\nStatus: 5.1.1"
    inner = standard(fields, copy="Message-ID: <key-1@shop.example>")
    packed = (
        "From: postmaster@gateway.example\nMessage-ID: <gateway-7@gateway.example>\n"
        "Subject: Report\nContent-Type: multipart/mixed; boundary=out\n\n"
        f"--out\nContent-Type: message/rfc822\n\nMessage-ID: <inner@mx>\n{inner}\n--out--\n"
    )

    (receipt,) = told(packed)

    assert isinstance(receipt, DeliveryReceipt)
    assert (receipt.recipient, receipt.status) == (OLENA, "5.1.1")
    assert receipt.external_id == "<key-1@shop.example>"


@pytest.mark.parametrize(
    ("words", "delayed"),
    [
        # A head of our mail is repeated above whom it did not reach.
        (
            (
                "Your message\n  To: sales@other.example\n  Subject: Lamp\n\n"
                f"did not reach the following recipient(s):\n\n{IVAN} on Monday\n"
                "    The name is not known\n"
            ),
            False,
        ),
        (
            f"Sent by\n  sales@other.example\n\nNot delivered to:\n\n{IVAN}\n",
            False,
        ),
        (f"Not delivered: your mail\n  To: c@d.example\n\n{IVAN}\n", False),
        (f"It was not delivered.\n\nSubject: Lamp\nTo: {IVAN}\n", False),
        (
            f"No mail from us@shop.example is wanted.\n\nNot delivered to {IVAN}\n",
            False,
        ),
        (
            f"Not delivered:\n\n  olena@inner.example\n   (expanded from: {IVAN})\n",
            False,
        ),
        (f"Failed:\n\n  a hidden address\n    (generated from {IVAN})\n", False),
        (
            f"Failed for these people:\n\n * [{IVAN}]: 550 no\n\n * From: a@b.ua\n",
            False,
        ),
        (f'Delivery to this address\n"{IVAN}"\nhas been postponed.\n', True),
        (f"Not yet delivered to\n{IVAN}\nAttempts will continue for 5 days.\n", True),
        (f"I wasn't able to deliver it:\n{IVAN}\n", False),
    ],
)
def test_prose_tells_who_it_is_about(words, delayed) -> None:
    (receipt,) = told(prose("mailer-daemon@a.b", "Failure notice", words))

    assert (receipt.recipient, receipt.is_delayed) == (IVAN, delayed)


@pytest.mark.parametrize(
    "address", ["support@client.example", "i@mail1.client.example"]
)
def test_an_address_before_a_colon_is_a_recipient_whatever_it_is_called(
    address,
) -> None:
    words = f"Undeliverable. Ask <postmaster@a.b>\n\n<{address}>: not found\n"

    (receipt,) = told(prose("mailer-daemon@a.b", "Failure notice", words))

    assert receipt.recipient == address


def test_a_daemon_with_a_copy_needs_no_words_that_are_known() -> None:
    mail = (
        "From: MAILER-DAEMON@mx.example\nSubject: Ilmoitus\n"
        "Content-Type: multipart/mixed; boundary=x\n\n--x\n\n"
        f"<{OLENA}>:\nKirje palautuu.\n\n--x\nContent-Type: message/rfc822\n\n"
        f"{COPY.strip()}\n\nHi\n--x--\n"
    )

    (receipt,) = told(mail)

    assert (receipt.recipient, receipt.external_id) == (OLENA, "<key-1@shop.example>")


def test_a_report_by_a_server_without_a_known_name_is_told_by_its_form() -> None:
    words = f"--- Failed recipients ---\n\n<{OLENA}>: mailbox unavailable\n"

    (receipt,) = told(prose("gate7@mx.example", "Returned mail - an error", words))

    assert (receipt.recipient, receipt.cause) == (OLENA, "mailbox_unknown")


def test_a_part_with_the_head_of_our_mail_is_its_copy() -> None:
    mail = (
        "From: mailer-daemon@mx.example\nSubject: Returned mail: user unknown\n"
        f"Content-Type: multipart/mixed; boundary=x\n\n--x\n\n{OLENA} [user unknown]\n"
        f"\n--x\nMessage-ID: <key-1@shop.example>\nTo: {OLENA}\n\nHi\n--x--\n"
    )

    (receipt,) = told(mail)

    assert (receipt.recipient, receipt.external_id) == (OLENA, "<key-1@shop.example>")


def test_a_copy_without_blanks_behind_its_colons_is_no_word_of_the_server() -> None:
    words = f"It could not be delivered: {OLENA} has no place\n\nReceived:from us\n"
    body = prose("mailer-daemon@a.b", "Undelivered", f"{words}Subject:Spam and virus\n")

    (receipt,) = told(body)

    assert (receipt.recipient, receipt.cause) == (OLENA, "")


@pytest.mark.parametrize(
    ("subject", "more", "words"),
    [
        ("Returned mail", {}, "My parcel came back to you, why?\n"),
        ("Re: Returned mail", {}, f"These recipients failed:\n{OLENA}\n"),
        ("Returned mail", {"In-Reply-To": "<a@b>"}, f"These people:\n{OLENA}\n"),
    ],
)
def test_a_person_who_writes_of_returned_mail_is_no_server(
    subject, more, words
) -> None:
    (mail,) = told(prose("ivan@client.example", subject, words, **more))

    assert isinstance(mail, InboundMessage)
    assert mail.automatic is False


@pytest.mark.parametrize(
    ("sender", "subject"),
    [
        ("MAILER-DAEMON@mx.example", "Your mail could not be delivered"),
        ("gate7@mx.example", "Mail delivery failed"),
    ],
)
def test_a_report_about_no_mail_of_ours_is_no_note_of_absence(sender, subject) -> None:
    mail = (
        f"From: {sender}\nSubject: {subject}\nAuto-Submitted: auto-replied\n"
        f"\nIt could not be delivered to the following address:\n\n  {OLENA}\n"
    )

    (letter,) = told(mail)

    assert (letter.machine, letter.automatic) == ("bounce", True)


@pytest.mark.parametrize(
    ("words", "status", "cause"),
    [
        ("550 <a@b.example> recipient rejected", "5.1.1", "mailbox_unknown"),
        ("550 refused as this person prefers", "5.1.1", "refused"),
        ("550 recipient rejected by rule", "5.1.1", "refused"),
        ("550 rejected", "5.2.2", "mailbox_full"),
        ("550 rejected", "5.7.1", "refused"),
        ("550 BAD_RECIPIENT", "", "mailbox_unknown"),
        ("550 <olena@b.example> not found", "", "mailbox_unknown"),
        ("554 sorry, badrcptto", "", "mailbox_unknown"),
        ("553 no valid recipients", "", "mailbox_unknown"),
        ("no one at this address", "", "mailbox_unknown"),
        ("500 [mx.b.example]: name or service not known", "5.0.0", "domain_unknown"),
        ("554 the domain is not reachable", "", "domain_unknown"),
        ("550 too many messages on the server", "", "mailbox_full"),
        ("552 boite pleine", "", "mailbox_full"),
        ("550 archived recipient", "", "mailbox_disabled"),
        ("551 the old one has been replaced by it@b.example", "", "moved"),
        ("550 mail receiving disabled", "", "takes_no_mail"),
        # It is us whom they do not like, or only for now.
        ("450 mailbox unavailable, busy", "4.2.0", "server_trouble"),
        ("451 no such user, try later", "4.1.1", "server_trouble"),
        ("553 your sender domain must exist", "5.7.1", "refused"),
        ("550 unknown user in sender address", "", "refused"),
        ("550 this person is not accepting mail with attachments", "", "content"),
        ("550 user o@b.example is not accepting any mail", "", "refused"),
        ("504 helo command rejected: host not found", "5.5.2", "unauthenticated"),
        ("550 we do not accept mail from dynamic ips", "", "blocked"),
        ("no valid recipients from 192.0.2.7", "5.7.1", "refused"),
        # What people and hosts are called is not what a server says.
        ("<spam-user@virus.example>: 552 quota exceeded", "", "mailbox_full"),
        (
            "host barracuda.b.example[192.0.2.7] said: 550 no such user",
            "",
            "mailbox_unknown",
        ),
        ("scanned for viruses; 550 no such user", "", "mailbox_unknown"),
    ],
)
def test_a_refusal_is_known_in_yet_other_words(words, status, cause) -> None:
    assert cause_of(words, status=status) == cause
