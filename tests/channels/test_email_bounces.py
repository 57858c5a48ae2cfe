"""What mail servers say of our mails."""

import base64
import json
from dataclasses import replace

import pytest

from channels.email.parsing.reading import proof_of
from channels.email.reports.causes import cause_of
from hub.contracts import DeliveryReceipt, DeliveryState, InboundMessage
from tests.channels.test_email_reading import MAIL, PLACE, make, read, trusted


def receipts(name):
    return make().receive(trusted((MAIL / f"{name}.eml").read_bytes())).items


@pytest.mark.parametrize(
    ("name", "state", "reason", "about"),
    [
        (
            "bounce-standard",
            DeliveryState.BOUNCED,
            "550 5.1.1 No such person",
            ("5.1.1", "mailbox_unknown", True),
        ),
        (
            "bounce-that-only-delays",
            DeliveryState.SENT,
            "delayed: 4.4.1 connection timed out",
            ("4.4.1", "unreachable", False),
        ),
        (
            "receipt-of-delivery",
            DeliveryState.DELIVERED,
            "2.0.0 250 OK",
            ("2.0.0", "", False),
        ),
        (
            "bounce-in-prose",
            DeliveryState.BOUNCED,
            "host mx2.example said: 550 5.7.1 We do not want it",
            ("5.7.1", "refused", False),
        ),
        (
            "bounce-far-server-wrapped",
            DeliveryState.BOUNCED,
            "gateway says 554 5.4.7 given up; 552-'5.2.2 mailbox full'",
            ("5.2.2", "mailbox_full", False),
        ),
        (
            "complaint",
            DeliveryState.DELIVERED,
            "complaint: abuse",
            ("", "complaint", False),
        ),
    ],
)
def test_a_report_moves_the_very_message_that_it_is_about(
    name, state, reason, about
) -> None:
    (receipt,) = receipts(name)
    status, cause, is_hard = about

    assert receipt.letter is not None
    assert receipt.is_hard == is_hard
    assert replace(receipt, letter=None) == DeliveryReceipt(
        channel="email",
        state=state,
        external_id="<key-1@shop.example>",
        reason=reason,
        recipient="olena@client.example",
        status=status,
        cause=cause,
        is_delayed=reason.startswith("delayed"),
    )


def test_each_recipient_of_one_report_has_his_own_fate() -> None:
    found = [(one.recipient, one.state) for one in receipts("bounce-of-two")]

    assert found == [
        ("olena@client.example", DeliveryState.BOUNCED),
        ("ivan@client.example", DeliveryState.SENT),
    ]


def test_our_own_mark_in_the_copy_names_the_message() -> None:
    mark = b"X-Rozmova: key-1;" + proof_of("key-1", PLACE.secret) + b"\r\n"
    body = (MAIL / "bounce-standard.eml").read_bytes()
    body = body.replace(b"Message-ID: <key-1@", mark + b"Message-ID: <key-1@")

    (receipt,) = make().receive(trusted(body)).items

    assert receipt.reference == "key-1"


@pytest.mark.parametrize(
    ("name", "automatic"),
    [
        ("person-who-talks-of-bounces", False),
        ("empty-return-path-of-an-absence-note", True),
        ("absence-note", True),
        ("bounce-without-the-original", True),
    ],
)
def test_what_is_not_surely_about_a_message_of_ours_stays_a_mail(
    name, automatic
) -> None:
    mail = read(name)

    assert isinstance(mail, InboundMessage)
    assert mail.automatic is automatic


#: Our own mail, as most servers paste it below their words.
COPY = """
--- The original mail follows ---
Return-Path: <support@shop.example>
Message-ID: <key-1@shop.example>
To: olena@client.example
"""
OLENA = "olena@client.example"
#: Who wrote it, about what, in which words; and what it comes down to.
PROSE = {
    "qmail": (
        "MAILER-DAEMON@mx.example",
        "failure notice",
        (
            "Hi, this is qmail-send at mx.example. I could not deliver your message.\n\n"
            f"<{OLENA}>:\nNo mailbox by that name here. (#5.1.1)\n"
        ),
        ("5.1.1", "mailbox_unknown", True),
    ),
    "exim": (
        "Mailer-Daemon@mx.example",
        "Mail delivery failed: returning message to sender",
        (
            f"A message of yours could not be delivered.\n\n  {OLENA}\n"
            "    remote mail server after RCPT TO: 550 5.1.1 no such user\n"
        ),
        ("5.1.1", "mailbox_unknown", True),
    ),
    "exchange": (
        "MicrosoftExchange329e71ec88ae@client.example",
        "Undeliverable: Your order",
        (
            f"Delivery has failed to these people:\n\nOlena Koval ({OLENA})\n"
            "This address couldn't be found.\n\nFor administrators:\n\n"
            f"{OLENA}\nRemote server returned '550 5.1.10 RecipientNotFound'\n"
        ),
        ("5.1.10", "mailbox_unknown", True),
    ),
    "domino": (
        "MAILER-DAEMON@client.example",
        "DELIVERY FAILURE: User olena not listed in the directory",
        (
            f"Your message\n\n  Subject: Order\n\nwas not delivered to:\n\n  {OLENA}\n\n"
            "because:\n\n  User olena not listed in the directory\n"
        ),
        ("", "mailbox_unknown", True),
    ),
    "gmail": (
        "mailer-daemon@googlemail.example",
        "Delivery Status Notification (Failure)",
        (
            f"Your message wasn't delivered to {OLENA} because of a problem.\n\n"
            "The response was:\n\n552 5.2.2 The inbox of this person is full\n"
        ),
        ("5.2.2", "mailbox_full", False),
    ),
    "in Russian": (
        "mailer-daemon@post.example",
        "Mail failure.",
        f"Ваше письмо не может быть доставлено:\n\n{OLENA}\nтакого пользователя нет\n",
        ("", "mailbox_unknown", True),
    ),
    "in Ukrainian": (
        "postmaster@post.example",
        "Лист не доставлено",
        f"Не вдалося доставити ваш лист на {OLENA}.\nСкринька переповнена.\n",
        ("", "mailbox_full", False),
    ),
    "on its way for hours": (
        "MAILER-DAEMON@mx.example",
        "Warning: could not send message",
        (
            f"<{OLENA}>... Deferred: no route to host\n"
            "Warning: still undelivered after 4 hours\nWill keep trying\n"
        ),
        ("", "unreachable", False),
    ),
    "sendmail": (
        "MAILER-DAEMON@mx.example",
        "Returned mail: see transcript for details",
        (
            f"   ----- Permanent fatal errors -----\n<{OLENA}>\n"
            "    (reason: 554 5.7.1 rejected as unsolicited bulk mail)\n\n"
            "   ----- Transcript -----\n554 5.0.0 Service unavailable\n"
        ),
        ("5.7.1", "spam", False),
    ),
}


def prose(sender, subject, words, **more):
    head = {"From": sender, "To": "support@shop.example", "Subject": subject} | more
    lines = "".join(f"{name}: {value}\n" for name, value in head.items())
    return f"{lines}\n{words}{COPY}".encode()


@pytest.mark.parametrize("name", PROSE)
def test_each_server_is_understood_in_its_own_words(name) -> None:
    sender, subject, words, expected = PROSE[name]

    (receipt,) = make().receive(trusted(prose(sender, subject, words))).items

    assert (receipt.status, receipt.cause, receipt.is_hard) == expected
    assert receipt.recipient == OLENA
    assert receipt.external_id == "<key-1@shop.example>"
    assert receipt.state is (
        DeliveryState.SENT if receipt.is_delayed else DeliveryState.BOUNCED
    )
    assert "Return-Path" not in receipt.reason


def test_prose_about_two_people_tells_each_his_own_reason() -> None:
    words = (
        "I was not able to deliver your message.\n\n"
        f"<{OLENA}>:\n550 5.1.1 no such user\n\n"
        "<ivan@client.example>:\n552 mailbox is over quota\n\n"
    )
    found = make().receive(trusted(prose("mailer-daemon@a.b", "failure notice", words)))

    assert [(one.recipient, one.status, one.cause) for one in found.items] == [
        (OLENA, "5.1.1", "mailbox_unknown"),
        ("ivan@client.example", "", "mailbox_full"),
    ]
    # However many it speaks of, the mail itself would be filed once.
    assert [one.letter is None for one in found.items] == [False, True]


@pytest.mark.parametrize("address", ["olena@mail.ru", "olena@mail.com", "o@mx.ua"])
def test_a_provider_that_is_called_like_a_machine_has_clients_too(address) -> None:
    words = f"It could not be delivered:\n\n{address}: user not found\n"
    body = prose("mailer-daemon@a.b", "failure notice", words)

    (receipt,) = make().receive(trusted(body)).items

    assert (receipt.recipient, receipt.cause) == (address, "mailbox_unknown")


def test_a_report_that_was_encoded_is_read() -> None:
    fields = (
        "Reporting-MTA: dns; mx.example\n\n"
        f"Final-Recipient: rfc822; {OLENA}\nAction: failed\nStatus: 5.2.1\n"
        "Diagnostic-Code: smtp; 550 5.2.1 this account is disabled\n"
    )
    coded = base64.encodebytes(fields.encode()).decode()
    body = (
        "From: mailer-daemon@a.b\nSubject: failure\n"
        'Content-Type: multipart/report; boundary="cut"\n\n--cut\n'
        "Content-Type: message/delivery-status\n"
        f"Content-Transfer-Encoding: base64\n\n{coded}\n--cut\n"
        f"Content-Type: text/rfc822-headers\n\n{COPY.strip()}\n--cut--\n"
    )

    (receipt,) = make().receive(trusted(body.encode())).items

    assert (receipt.recipient, receipt.status) == (OLENA, "5.2.1")
    assert receipt.cause == "mailbox_disabled"


@pytest.mark.parametrize(
    ("told", "state", "cause"),
    [
        (
            {
                "notificationType": "Bounce",
                "bounce": {
                    "bouncedRecipients": [
                        {
                            "emailAddress": OLENA,
                            "action": "failed",
                            "status": "5.1.1",
                            "diagnosticCode": "smtp; 550 5.1.1 user unknown",
                        }
                    ]
                },
            },
            DeliveryState.BOUNCED,
            "mailbox_unknown",
        ),
        (
            {
                "notificationType": "Complaint",
                "complaint": {"complainedRecipients": [{"emailAddress": OLENA}]},
            },
            DeliveryState.DELIVERED,
            "complaint",
        ),
        (
            {
                "notificationType": "Delivery",
                "delivery": {"recipients": [OLENA], "smtpResponse": "250 2.6.0 OK"},
            },
            DeliveryState.DELIVERED,
            "",
        ),
    ],
)
def test_a_notice_in_json_is_read(told, state, cause) -> None:
    mail = {"headers": [{"name": "Message-ID", "value": "<key-1@shop.example>"}]}
    body = f"From: no-reply@sns.example\n\n{json.dumps(told | {'mail': mail})}\n"

    (receipt,) = make().receive(trusted(body.encode())).items

    assert (receipt.state, receipt.cause, receipt.recipient) == (state, cause, OLENA)
    assert receipt.external_id == "<key-1@shop.example>"


@pytest.mark.parametrize(
    ("words", "status", "cause"),
    [
        ("550 blocked using zen.blocklist.example", "5.7.1", "blocked"),
        ("550-5.7.26 fails DMARC of its domain", "5.7.26", "unauthenticated"),
        ("450 4.2.1 receiving mail at a rate that is too high", "4.2.1", "too_fast"),
        ("552 5.3.4 message size exceeds fixed limit", "5.3.4", "too_large"),
        ("554 relay access denied", "5.7.1", "relaying"),
        ("554 Host or domain name not found", "5.4.4", "domain_unknown"),
        ("451 4.4.3 Host or domain name not found, try again", "4.4.3", "unreachable"),
        ("551 user has moved, please use the new address", "5.1.6", "moved"),
        ("550 this account is disabled", "5.2.1", "mailbox_disabled"),
        ("550 host does not accept mail", "5.3.2", "takes_no_mail"),
        ("553 malformed address", "5.1.3", "bad_address"),
        ("message expired after 5 days", "4.4.7", "too_late"),
        ("connect to mx: connection refused", "4.4.1", "unreachable"),
        ("550 virus found", "5.7.0", "virus"),
        ("553 Domain of sender address us@x.example not found", "5.1.8", "refused"),
        ("550 Recipient address rejected: Access denied", "5.4.1", "mailbox_unknown"),
        ("554 Recipient address rejected: Access denied", "5.7.1", "refused"),
        ("they are not accepting mail from us@x.example", "", "refused"),
        ("501 bad recipient address syntax", "5.1.3", "bad_address"),
        ("client host rejected: cannot find your hostname", "", "unauthenticated"),
        ("lost connection with mx.example while receiving", "", "unreachable"),
        ("Скриньку тимчасово заблоковано", "", "mailbox_disabled"),
        ("Adresse du destinataire inconnue", "", "mailbox_unknown"),
        ("?", "5.2.2", "mailbox_full"),
        ("?", "", ""),
    ],
)
def test_a_refusal_comes_down_to_a_cause(words, status, cause) -> None:
    assert cause_of(words, status=status) == cause


def test_hostile_prose_takes_no_time() -> None:
    words = ("user " * 4000) + ("a@b.example\n" * 3000)

    body = prose("mailer-daemon@a.b", "failure notice", words)

    assert make().receive(trusted(body)).items


def test_who_answers_as_the_postmaster_of_his_firm_is_no_server() -> None:
    mail = (
        b"Return-Path: <postmaster@client.example>\nFrom: postmaster@client.example\n"
        b"Subject: Re: Lamp\nIn-Reply-To: <key-1@shop.example>\n\n"
        b"It was not delivered. Call ivan@client.example."
    )

    (item,) = make().receive(trusted(mail)).items

    assert isinstance(item, InboundMessage)
    assert item.references == ("<key-1@shop.example>",)


def test_a_complaint_that_is_known_by_the_head_of_the_copy_only() -> None:
    mail = (
        b"From: staff@hotmail.example\nSubject: complaint about message from 192.0.2.7\n"
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\n"
        b"Content-Type: message/rfc822\n\nX-HmXmrOriginalRecipient: olena@client.example\n"
        b"Message-ID: <key-1@shop.example>\nTo: olena@client.example\n\nHello\n--x--\n"
    )

    (item,) = make().receive(trusted(mail)).items

    assert isinstance(item, DeliveryReceipt)
    assert (item.cause, item.recipient) == ("complaint", OLENA)
    assert item.external_id == "<key-1@shop.example>"
