"""Who sent a mail is found out by the DNS, in time, or said to be unproven."""

import dkim
import pytest

from channels.email import Channel, Settings
from hub.contracts import InboundMessage, WebhookRequest
from tests.channels.checked import DOMAIN, PLACE
from tests.channels.dns_stand import name_server
from tests.channels.sealing import MAIL, record, sealed, sealed_but_for_the_sender

HERS = "client.com.ua"
KEY = {(f"s1._domainkey.{HERS}", "TXT"): [record()]}
REJECT = {(f"_dmarc.{HERS}", "TXT"): ['"v=DMARC1; p=reject"']}
SPF = {(HERS, "TXT"): ['"v=spf1 ip4:93.184.216.0/24 -all"']}
STRANGER = "8.8.8.8"


def handed(mail, *, client=STRANGER, sender=f"olena@{HERS}", helo=f"mx.{HERS}"):
    headers = {"X-Envelope-From": sender}
    if client:
        headers |= {"X-Client-Address": client, "X-Client-Helo": helo}
    return WebhookRequest(url="", body=mail, headers=headers, path="smtp", trusted=True)


def channel(server, **senders):
    given = {"check": True, "name_servers": [server]} | senders
    return Channel(
        Settings.model_validate({"address": f"support@{DOMAIN}", "senders": given}),
        PLACE,
    )


async def found(request, records, *, silent=False, **senders):
    if silent:
        senders |= {"timeout": 0.2}
    async with name_server(records, silent=silent) as server:
        hub = channel(server, **senders)
        received = await hub.authenticate(request, hub.receive(request))
    (letter,) = received.items
    assert isinstance(letter, InboundMessage)
    one = letter.authenticity
    assert one.domain == HERS
    assert not one.by
    return (one.verdict.value, one.why)


# --- seals ----------------------------------------------------------------------------


@pytest.mark.parametrize("how", [b"relaxed", b"simple"])
async def test_a_seal_of_the_sender_s_own_domain_makes_it_genuine(how) -> None:
    mail = sealed(canonicalize=(how, how))

    assert await found(handed(mail), KEY | REJECT) == ("genuine", "")


async def test_what_was_changed_under_the_seal_is_forged() -> None:
    for change in ((b"1001", b"1002"), (b"Olena", b"Ulana")):
        mail = sealed().replace(*change)

        assert await found(handed(mail), KEY | REJECT) == ("forged", "")


async def test_a_seal_of_anothers_vouches_for_nobody() -> None:
    mail = sealed(domain="evil.com.ua")
    records = {("s1._domainkey.evil.com.ua", "TXT"): [record()]}

    assert await found(handed(mail), records | REJECT) == ("forged", "")
    assert await found(handed(mail), records) == ("unproven", "unsigned")


async def test_any_of_several_seals_will_do() -> None:
    broken = sealed(key="two").split(b"From:", 1)[0]
    mail = broken + sealed(sealed(domain="list.example"))

    assert await found(handed(mail), KEY | REJECT) == ("genuine", "")


async def test_a_seal_over_the_beginning_alone_is_none() -> None:
    mail = sealed(length=True) + b"Send the order elsewhere.\r\n"

    assert await found(handed(mail), KEY | REJECT) == ("forged", "")


async def test_a_seal_that_is_not_over_the_sender_is_none() -> None:
    mail = sealed_but_for_the_sender()
    library = dkim.verify(
        mail, dnsfunc=lambda *_, **__: record().replace('" "', "").strip('"')
    )

    assert library
    assert await found(handed(mail), KEY | REJECT) == ("forged", "")


async def test_a_key_that_was_taken_back_opens_nothing() -> None:
    records = REJECT | {(f"s1._domainkey.{HERS}", "TXT"): ['"v=DKIM1; p="']}

    assert await found(handed(sealed()), records) == ("forged", "")


async def test_whose_seal_counts_is_what_the_domain_says() -> None:
    house = sealed(domain=f"mail.{HERS}")
    records = {(f"s1._domainkey.mail.{HERS}", "TXT"): [record()]}
    strict = {(f"_dmarc.{HERS}", "TXT"): ['"v=DMARC1; p=reject; adkim=s"']}

    assert await found(handed(house), records | REJECT) == ("genuine", "")
    assert await found(handed(house), records | strict) == ("forged", "")


async def test_a_policy_above_speaks_for_what_is_below() -> None:
    mail = sealed(
        MAIL.replace(b"@client.com.ua>", b"@a.client.com.ua>"), domain=f"b.{HERS}"
    )
    key = {(f"s1._domainkey.b.{HERS}", "TXT"): [record()]}
    above = {(f"_dmarc.{HERS}", "TXT"): ['"v=DMARC1; p=none; sp=reject"']}

    async def verdict(records):
        async with name_server(records) as server:
            hub = channel(server)
            request = handed(mail)
            received = await hub.authenticate(request, hub.receive(request))
        return received.items[0].authenticity.verdict.value

    assert await verdict(key | above) == "genuine"
    assert await verdict(above) == "forged"
    # Of a registry's name: those below it are strangers to one another.
    registry = {(f"_dmarc.{HERS}", "TXT"): ['"v=DMARC1; p=reject; psd=y"']}
    assert await verdict(key | registry) == "unproven"


async def test_a_mail_that_would_hold_a_reader_up_does_not() -> None:
    blanks = MAIL + b" " * 390_000 + b"x\r\n"
    many = sealed(MAIL + b"x " * 410_000 + b"\r\n")
    mail = sealed().split(b"From:", 1)[0] + blanks
    seal = (
        b"DKIM-Signature: v=1; a=rsa-sha256; d=client.com.ua; s=s1; h=from; b"
        + b" " * 3500
    )

    assert await found(handed(mail), KEY | REJECT, timeout=20) == ("forged", "")
    assert await found(handed(many), KEY | REJECT, timeout=20) == ("forged", "")
    assert await found(handed(seal + b"\r\n" + MAIL), KEY | REJECT) == ("forged", "")


# --- machines -------------------------------------------------------------------------


async def test_a_machine_that_the_domain_names_makes_it_genuine() -> None:
    records = SPF | REJECT

    assert await found(handed(MAIL, client="93.184.216.9"), records) == ("genuine", "")
    assert await found(handed(MAIL, client="::ffff:93.184.216.9"), records) == (
        "genuine",
        "",
    )
    assert await found(handed(MAIL), records) == ("forged", "")


async def test_a_bounce_is_judged_by_how_the_machine_greets() -> None:
    records = REJECT | {(f"mx.{HERS}", "TXT"): ['"v=spf1 ip4:93.184.216.9 -all"']}
    request = handed(MAIL, client="93.184.216.9", sender="")

    assert await found(request, records) == ("genuine", "")


async def test_a_machine_of_the_sender_s_envelope_alone_vouches_for_nobody() -> None:
    records = REJECT | {("evil.com.ua", "TXT"): ['"v=spf1 +all"']}
    request = handed(MAIL, sender="me@evil.com.ua")

    assert await found(request, records) == ("forged", "")


async def test_who_handed_it_over_from_next_door_proves_nothing() -> None:
    for client in ("", "127.0.0.1", "172.17.0.1", "no address"):
        request = handed(MAIL, client=client)

        assert await found(request, SPF | REJECT) == ("unproven", "unsigned")


async def test_a_domain_that_wants_nothing_done_is_only_doubted() -> None:
    records = SPF | {(f"_dmarc.{HERS}", "TXT"): ['"v=DMARC1; p=none"']}

    assert await found(handed(MAIL), records) == ("unproven", "failed")


# --- silence --------------------------------------------------------------------------


async def test_a_silent_dns_makes_it_unproven_in_time() -> None:
    assert await found(handed(sealed()), KEY | REJECT, silent=True) == (
        "unproven",
        "no_answer",
    )


async def test_nothing_is_asked_unless_it_is_set() -> None:
    async with name_server(KEY) as server:
        hub = channel(server, check=None)
        request = handed(sealed())
        received = await hub.authenticate(request, hub.receive(request))

    assert received.items[0].authenticity is None


async def test_a_stranger_s_selector_cannot_pass_for_silence() -> None:
    long = b"s" * 70
    seal = (
        b"DKIM-Signature: v=1; a=rsa-sha256; d=client.com.ua; s="
        + long
        + b"; h=from; bh=; b=\r\n"
    )

    assert await found(handed(seal + MAIL), SPF | REJECT) == ("forged", "")


@pytest.mark.parametrize(
    ("listens", "given", "checks"),
    [
        ("0.0.0.0:25", None, True),
        ("0.0.0.0:25", False, False),
        ("127.0.0.1:2525", None, False),
        (None, None, False),
        (None, True, True),
    ],
)
def test_by_itself_only_a_hub_in_the_world_looks(listens, given, checks) -> None:
    settings = Settings.model_validate(
        {
            "address": f"support@{DOMAIN}",
            "smtp_listen": listens,
            "senders": {"check": given},
        }
    )

    assert settings.checks_senders is checks
