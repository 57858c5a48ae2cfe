"""Whatever is wrong with mail has a finding of its own."""

from datetime import timedelta

import pytest

from channels.base import Means
from channels.email import Channel, Settings
from channels.email.outbound.composing import compose
from channels.email.parsing.reading import OWN_HEADER
from hub.contracts import (
    DeliveryReceipt,
    DeliveryState,
    Grade,
    InboundMessage,
    WebhookRequest,
)
from tests.channels.checked import DOMAIN, MEANS, PLACE, found, relay
from tests.channels.dns_stand import name_server
from tests.channels.imap_server import PASSWORD, USER, mailbox

GOOD = {
    (DOMAIN, "MX"): ["10 mx.shop.com.ua.", "20 spare.shop.com.ua."],
    ("mx.shop.com.ua", "A"): ["192.0.2.25"],
    (DOMAIN, "TXT"): ['"v=spf1 mx -all"', '"something else"'],
    (f"selector1._domainkey.{DOMAIN}", "TXT"): ['"v=DKIM1; k=rsa; p=MIGfMA0GCSq"'],
    (f"_dmarc.{DOMAIN}", "TXT"): ['"v=DMARC1; p=reject"'],
}


# --- the DNS ------------------------------------------------------------------------


async def names(records, *, silent=False, patience=2.0):
    async with name_server(records, silent=silent) as server:
        means = Means(patience=timedelta(seconds=patience), name_servers=(server,))
        said = await found(means)
    return {check: one for check, one in said.items() if check.startswith("dns")}


async def test_a_domain_that_lacks_nothing_is_well() -> None:
    assert await names(GOOD) == {
        "dns.mx": (Grade.OK, "mx_found"),
        "dns.spf": (Grade.OK, "spf_found"),
        "dns.dkim": (Grade.OK, "dkim_found"),
        "dns.dmarc": (Grade.OK, "dmarc_found"),
    }


@pytest.mark.parametrize(
    ("change", "check", "grade", "code"),
    [
        ({(DOMAIN, "MX"): ["0 ."]}, "dns.mx", "wrong", "mx_refuses"),
        ({(DOMAIN, "MX"): ["5 gone.com.ua."]}, "dns.mx", "wrong", "mx_unknown"),
        ({(DOMAIN, "MX"): []}, "dns.mx", "warning", "mx_nowhere"),
        (
            {(DOMAIN, "MX"): [], (DOMAIN, "A"): ["192.0.2.1"]},
            "dns.mx",
            "warning",
            "mx_none",
        ),
        ({(DOMAIN, "TXT"): []}, "dns.spf", "warning", "spf_missing"),
        (
            {(DOMAIN, "TXT"): ['"v=spf1 mx"', '"v=spf1 a"']},
            "dns.spf",
            "wrong",
            "spf_twice",
        ),
        ({(DOMAIN, "TXT"): ['"v=spf1 +all"']}, "dns.spf", "warning", "spf_anybody"),
        (
            # A key that was taken back counts for none.
            {(f"selector1._domainkey.{DOMAIN}", "TXT"): ['"v=DKIM1; p="']},
            "dns.dkim",
            "warning",
            "dkim_not_seen",
        ),
        ({(f"_dmarc.{DOMAIN}", "TXT"): []}, "dns.dmarc", "warning", "dmarc_missing"),
        (
            {(f"_dmarc.{DOMAIN}", "TXT"): ['"v=DMARC1; p=none"', '"v=DMARC1"']},
            "dns.dmarc",
            "wrong",
            "dmarc_twice",
        ),
    ],
)
async def test_each_fault_of_the_domain_is_told(change, check, grade, code) -> None:
    said = await names(GOOD | change)

    assert said.pop(check) == (grade, code)
    assert {one for one, _ in said.values()} == {Grade.OK}


async def test_a_domain_that_is_not_there_is_told() -> None:
    said = await names({("elsewhere.com.ua", "A"): ["192.0.2.1"]})

    assert said == {"dns.mx": (Grade.WRONG, "domain_unknown")}


async def test_names_that_nobody_answers_for_are_no_fault_of_ours() -> None:
    said = await names(GOOD, silent=True, patience=0.2)

    assert said == {"dns": (Grade.WARNING, "dns_silent")}


async def test_a_domain_for_oneself_is_not_looked_up() -> None:
    said = await found(address="support@shop.example")

    assert said["dns"] == (Grade.OK, "private_domain")


# --- the mailbox --------------------------------------------------------------------


async def reading(port, **imap):
    imap = {
        "host": "127.0.0.1",
        "port": port,
        "tls": "none",
        "username": USER,
        "password": PASSWORD,
    } | imap
    async with name_server(GOOD) as server:
        means = Means(patience=MEANS.patience, name_servers=(server,))
        said = await found(means, imap=imap)
    return {check: one for check, one in said.items() if check.startswith("imap")}


async def test_a_mailbox_that_lacks_nothing_is_well() -> None:
    async with mailbox() as box:
        await box.put(b"Subject: 1\r\n\r\nHi")
        said = await reading(box.port)

    assert box.read == []
    assert said == {
        "imap.line": (Grade.OK, "answers"),
        "imap.sign_in": (Grade.OK, "signed_in"),
        "imap.folder": (Grade.OK, "folder_found"),
        "imap.idle": (Grade.OK, "idle_there"),
    }


async def test_each_fault_of_a_mailbox_is_told() -> None:
    async with mailbox(idle=False) as box:
        signed = await reading(box.port, password="not this one")
        folder = await reading(box.port, folder="Support")
        polled = await reading(box.port)
        closed = await reading(box.port, tls="starttls", host="localhost")
    gone = await reading(box.port)

    assert signed["imap.sign_in"] == (Grade.WRONG, "sign_in_refused")
    assert "imap.folder" not in signed
    assert folder["imap.folder"] == (Grade.WRONG, "folder_missing")
    assert polled["imap.idle"] == (Grade.WARNING, "no_idle")
    assert closed["imap.tls"] == (Grade.WRONG, "no_starttls")
    assert gone["imap.line"] == (Grade.WRONG, "refused")


# --- ways in and out ----------------------------------------------------------------


async def test_a_channel_without_a_way_in_or_out_is_told() -> None:
    said = await found(address="support@shop.example")

    assert said["receiving"] == (Grade.WRONG, "no_way_in")
    assert said["smtp"] == (Grade.WARNING, "no_relay")


async def test_a_port_of_ours_that_does_not_listen_is_told_of_a_running_hub() -> None:
    async with relay() as port:
        fits = await found(
            address="support@shop.example", smtp_listen=f"127.0.0.1:{port}"
        )
    gone = await found(address="support@shop.example", smtp_listen=f"127.0.0.1:{port}")
    stopped = await found(
        Means(patience=MEANS.patience, running=False),
        address="support@shop.example",
        smtp_listen=f"127.0.0.1:{port}",
    )

    assert fits["listen.smtp"] == (Grade.OK, "listening")
    assert gone["listen.smtp"] == (Grade.WRONG, "not_listening")
    assert "listen.smtp" not in stopped


# --- test mails ---------------------------------------------------------------------


def came_in(mail):
    """Take a mail in as the listener does; give what it is."""
    channel = Channel(Settings(address=f"support@{DOMAIN}"), PLACE)
    request = WebhookRequest(url="", body=mail, trusted=True)
    (item,) = channel.receive(request).items
    return item


def test_a_test_mail_of_ours_is_news_and_no_message() -> None:
    settings = Settings.model_validate(
        {
            "address": f"support@{DOMAIN}",
            "smtp": {"host": "localhost"},
            "smtp_listen": "127.0.0.1:2525",
        }
    )
    plain, plus = Channel(settings, PLACE).trials("", "trial-1")

    mail = compose(plain.message, settings, PLACE)
    item = came_in(mail.content)

    assert plus.message.recipient == f"support+test@{DOMAIN}"
    assert isinstance(item, DeliveryReceipt)
    assert item.reference == plain.message.key == "trial-1-mail"
    assert item.state is DeliveryState.DELIVERED


def test_a_mail_that_only_says_it_is_a_test_is_a_message() -> None:
    mail = (
        f"From: a@client.example\r\nTo: support@{DOMAIN}\r\nSubject: Hello\r\n"
        f"{OWN_HEADER}: trial-1-mail;{'0' * 32}\r\nMessage-ID: <1@client.example>\r\n"
        "\r\nWhere is my order?\r\n"
    )

    assert isinstance(came_in(mail.encode()), InboundMessage)
