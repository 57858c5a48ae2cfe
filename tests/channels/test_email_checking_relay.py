"""The check of the way out of mails: each fault of a relay is told."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from channels._checking import certificate
from channels.base import Means
from channels.email.checks.servers import _refused
from channels.email.settings import SmtpSettings
from hub.contracts import (
    Grade,
)
from tests.channels.checked import DOMAIN, MEANS, SECRET, found, relay
from tests.channels.dns_stand import name_server

GOOD = {
    (DOMAIN, "MX"): ["10 mx.shop.com.ua.", "20 spare.shop.com.ua."],
    ("mx.shop.com.ua", "A"): ["192.0.2.25"],
    (DOMAIN, "TXT"): ['"v=spf1 mx -all"', '"something else"'],
    (f"selector1._domainkey.{DOMAIN}", "TXT"): ['"v=DKIM1; k=rsa; p=MIGfMA0GCSq"'],
    (f"_dmarc.{DOMAIN}", "TXT"): ['"v=DMARC1; p=reject"'],
}


@pytest.fixture
def authority():
    return trustme.CA()


@pytest.fixture
def trusted(authority, tmp_path):
    """The file by which the authority is trusted."""
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


async def sending(port, *, means=MEANS, address=f"support@{DOMAIN}", **smtp):
    smtp = {"host": "127.0.0.1", "port": port, "tls": "none"} | smtp
    async with name_server(GOOD) as server:
        means = Means(patience=means.patience, name_servers=(server,))
        said = await found(means, smtp=smtp, address=address)
    return {check: one for check, one in said.items() if check.startswith("smtp")}


async def test_a_relay_that_lacks_nothing_is_well(authority, trusted) -> None:
    cert = authority.issue_cert("localhost")
    async with relay(tls=cert) as port:
        said = await sending(
            port,
            host="localhost",
            tls="starttls",
            ca_file=trusted,
            username="we",
            password=SECRET,
        )

    assert said == {
        "smtp.line": (Grade.OK, "answers"),
        "smtp.tls": (Grade.OK, "certificate_good"),
        "smtp.sign_in": (Grade.OK, "signed_in"),
        "smtp.sender": (Grade.OK, "sender_taken"),
    }


async def test_a_relay_that_nobody_runs_is_told() -> None:
    async with relay() as port:
        pass

    assert await sending(port) == {"smtp.line": (Grade.WRONG, "refused")}


async def test_a_relay_that_says_nothing_is_told_in_time() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(asyncio.Protocol, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with asyncio.timeout(5):
        said = await sending(port, means=Means(patience=timedelta(seconds=0.3)))
    server.close()
    await server.wait_closed()

    assert said == {"smtp.line": (Grade.WRONG, "silent")}


async def test_a_wrong_password_is_told_without_it() -> None:
    async with relay() as port:
        said = await sending(port, username="we", password="not this one")

    assert said["smtp.sign_in"] == (Grade.WRONG, "sign_in_refused")


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("smtp.gmail.com", "sign_in_gmail"),
        ("smtp.office365.com", "sign_in_microsoft"),
        ("outlook.office365.com", "sign_in_microsoft"),
        ("smtp.ukr.net", "sign_in_app_password"),
        ("smtp.notgmail.com", "sign_in_refused"),
    ],
)
def test_who_takes_no_usual_password_is_known(host, code) -> None:
    said = _refused("smtp.sign_in", SmtpSettings(host=host), "we")

    assert said.code == code


async def test_a_relay_that_takes_nothing_from_our_address_is_told() -> None:
    async with relay() as port:
        said = await sending(port, address="support@other.example")

    assert said["smtp.sender"] == (Grade.WRONG, "sender_refused")


async def test_a_relay_that_takes_only_small_mails_is_told() -> None:
    async with relay(data_size_limit=100_000) as port:
        said = await sending(port)

    assert said["smtp.size"] == (Grade.WARNING, "size_small")


async def test_a_relay_without_encryption_is_told() -> None:
    async with relay() as port:
        said = await sending(port, tls="starttls")

    assert said["smtp.tls"] == (Grade.WRONG, "no_starttls")


@pytest.mark.parametrize("way", ["starttls", "tls"])
@pytest.mark.parametrize(
    ("names_", "good_for", "is_trusted", "grade", "code"),
    [
        (["localhost"], timedelta(days=90), True, "ok", "certificate_good"),
        (["localhost"], timedelta(days=5), True, "warning", "certificate_ends"),
        (["localhost"], timedelta(days=-1), True, "wrong", "certificate_expired"),
        (["mail.shop.test"], timedelta(days=90), True, "wrong", "certificate_name"),
        (["localhost"], timedelta(days=90), False, "wrong", "certificate_untrusted"),
    ],
)
async def test_each_fault_of_a_certificate_is_told(
    authority, trusted, way, names_, good_for, is_trusted, grade, code
) -> None:
    now = datetime.now(UTC)
    cert = authority.issue_cert(
        *names_, not_before=now - timedelta(days=30), not_after=now + good_for
    )
    trust = {"ca_file": trusted} if is_trusted else {}
    async with relay(tls=cert, at_once=way == "tls") as port:
        said = await sending(port, host="localhost", tls=way, **trust)

    assert said["smtp.tls"] == (grade, code)


async def test_the_port_of_the_other_kind_of_encryption_is_told(authority) -> None:
    async with relay() as port:
        said = await sending(port, host="localhost", tls="tls")

    assert said["smtp.line"] == (Grade.WRONG, "speaks_no_tls")


def test_a_certificate_of_somebody_elses_shape_is_not_judged() -> None:
    assert certificate("smtp.tls", None).code == "certificate_fine"
