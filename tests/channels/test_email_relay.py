"""Mail out through a real relay: several recipients, greylisting, connections, DSN."""

import asyncio
import ssl
from contextlib import asynccontextmanager
from email import message_from_bytes, policy

import pytest
import trustme

from channels.email.outbound.answers import wait_of
from channels.email.outbound.composing import envelope_id
from hub.contracts import Copy, DeliveryState
from hub.errors import PermanentSendError, TransientSendError, UncertainSendError
from tests.channels.imap_server import PASSWORD, mailbox
from tests.channels.relay_stand import outbound, relay, send, sender
from tests.channels.test_email_reading import PLACE, make, trusted

OLENA, ANNA, BORYS = "olena@client.example", "anna@client.example", "boss@firm.example"

SEVERAL = (
    Copy(address=ANNA, name="Anna"),
    Copy(address=BORYS, role="bcc"),
)


def read(envelope):
    return message_from_bytes(envelope.content, policy=policy.default)


async def test_everybody_is_told_to_the_relay_and_a_blind_copy_to_nobody_else() -> None:
    async with relay() as played:
        result = await send(played.port, outbound(copies=SEVERAL))

    (envelope,) = played.mails
    assert envelope.rcpt_tos == [OLENA, ANNA, BORYS]
    assert str(read(envelope)["Cc"]) == f"Anna <{ANNA}>"
    assert BORYS.encode() not in envelope.content
    assert result.refused == ()


async def test_one_refused_for_good_and_one_for_now_are_told_apart() -> None:
    answers = {ANNA: "550 5.1.1 no such person", BORYS: "451 4.7.1 greylisted"}
    async with relay(rcpt=answers) as played:
        result = await send(played.port, outbound(copies=SEVERAL))

    (envelope,) = played.mails
    assert envelope.rcpt_tos == [OLENA]
    told = {one.recipient: (one.later, one.cause, one.reason) for one in result.refused}
    assert told == {
        ANNA: (False, "mailbox_unknown", "email: 550 5.1.1 no such person"),
        BORYS: (True, "greylisted", "email: 451 4.7.1 greylisted"),
    }


async def test_a_later_try_is_for_those_only_and_names_all() -> None:
    async with relay() as played:
        await send(played.port, outbound(copies=SEVERAL, only=(ANNA,)))

    (envelope,) = played.mails
    assert envelope.rcpt_tos == [ANNA]
    assert str(read(envelope)["To"]) == OLENA


async def test_all_refused_is_a_no_with_each_ones_reason() -> None:
    async with relay(rcpt={OLENA: "550 a", ANNA: "550 b", BORYS: "550 c"}) as played:
        with pytest.raises(PermanentSendError) as never:
            await send(played.port, outbound(copies=SEVERAL))
    async with relay(rcpt={OLENA: "550 a", ANNA: "450 b", BORYS: "550 c"}) as played:
        with pytest.raises(TransientSendError) as later:
            await send(played.port, outbound(copies=SEVERAL))

    assert [one.later for one in never.value.details["refused"]] == [False] * 3
    assert [one.later for one in later.value.details["refused"]] == [
        False,
        True,
        False,
    ]


async def test_a_relay_that_closes_speaks_of_the_mail_and_not_of_one_recipient() -> (
    None
):
    async with relay(rcpt={ANNA: "421 4.3.2 closing"}) as played:
        with pytest.raises(TransientSendError) as told:
            await send(played.port, outbound(copies=SEVERAL))

    assert "refused" not in told.value.details
    assert played.mails == []


async def test_a_greylisted_mail_waits_as_long_as_the_server_says() -> None:
    async with relay(rcpt="451 4.7.1 Greylisted, try again in 7 minutes") as played:
        with pytest.raises(TransientSendError) as told:
            await send(played.port)

    assert told.value.details["retry_after"] == 7 * 60 + 5


@pytest.mark.parametrize(
    ("words", "wait"),
    [
        ("450 4.2.0 <a@b>: Recipient address rejected: Greylisted", 300.0),
        ("451 greylisting in action, please come back in 00:04:30", 275.0),
        ("451 4.7.1 Grey-listed, try again in 120 seconds", 125.0),
        ("450 try again later", 300.0),
        ("451 Please try again in 10 min", 605.0),
        ("451 greylisted for 999999 seconds", 300.0),
        ("451 greylisted, try again in 99999 seconds", 4 * 3600),
        ("452 4.3.1 disk full", None),
        ("450 4.1.1 mailbox is over its limit", None),
    ],
)
def test_how_long_to_wait_is_read_from_the_answer(words, wait) -> None:
    assert wait_of(words, 300.0) == wait


async def test_mails_go_over_one_connection_and_a_refusal_does_not_end_it() -> None:
    async with (
        relay(rcpt=["250 OK", "550 no", "250 OK"]) as played,
        sender(played.port) as channel,
    ):
        await channel.send(outbound(key="one"))
        with pytest.raises(PermanentSendError):
            await channel.send(outbound(key="two"))
        await channel.send(outbound(key="three"))

    assert (len(played.mails), played.greeted) == (2, 1)


async def test_there_are_never_more_connections_than_set() -> None:
    async with (
        relay() as played,
        sender(played.port, connections=2) as channel,
    ):
        await asyncio.gather(
            *(channel.send(outbound(key=f"m{number}")) for number in range(20))
        )

    assert len(played.mails) == 20
    assert played.greeted == 2


async def test_a_connection_is_made_anew_after_its_mails() -> None:
    async with (
        relay() as played,
        sender(played.port, mails_per_connection=2) as channel,
    ):
        for number in range(5):
            await channel.send(outbound(key=f"m{number}"))

    assert (len(played.mails), played.greeted) == (5, 3)


async def test_without_keeping_each_mail_has_its_own() -> None:
    async with relay() as played, sender(played.port, keep=0) as channel:
        for number in range(3):
            await channel.send(outbound(key=f"m{number}"))

    assert played.greeted == 3


async def test_a_relay_that_hung_up_meanwhile_costs_nothing() -> None:
    async with relay() as played, sender(played.port) as channel:
        await channel.send(outbound(key="one"))
        gone = asyncio.Event()
        server = played.servers[0]
        lost = server.connection_lost

        def tell(error) -> None:
            lost(error)
            gone.set()

        server.connection_lost = tell
        server.transport.abort()
        await gone.wait()
        await channel.send(outbound(key="two"))

    assert (len(played.mails), played.greeted) == (2, 2)


async def test_closing_says_good_bye() -> None:
    async with relay() as played:
        async with sender(played.port) as channel:
            await channel.send(outbound())
            (line,) = channel._relay._idle
        assert not line.client.is_connected


async def test_a_line_that_drops_after_the_text_is_uncertain_and_not_used_again() -> (
    None
):
    async with (
        relay(data=["hang up after taking it", "250 OK"]) as played,
        sender(played.port) as channel,
    ):
        with pytest.raises(UncertainSendError):
            await channel.send(outbound(key="one"))
        with pytest.raises(UncertainSendError):
            await channel.find(outbound(key="one"))
        await channel.send(outbound(key="two"))

    assert [read(one)["Message-ID"] for one in played.mails] == [
        "<one@shop.example>",
        "<two@shop.example>",
    ]


async def test_a_report_is_asked_for_where_it_is_offered() -> None:
    async with relay(dsn=True) as played:
        await send(played.port, outbound(copies=SEVERAL))
    async with relay() as plain:
        await send(plain.port)

    named = envelope_id("key-1", PLACE.secret).replace("=", "+3D")
    assert {"RET=HDRS", f"ENVID={named}"} <= set(played.mail_options[0])
    assert played.rcpt_options[0] == [
        "NOTIFY=FAILURE,DELAY",
        f"ORCPT=rfc822;{OLENA}",
    ]
    assert not any("RET" in one for one in plain.mail_options[0])


async def test_arrivals_are_reported_if_wanted_and_nothing_if_not() -> None:
    async with relay(dsn=True) as played:
        await send(played.port, reports="all")
        await send(played.port, reports="none")

    assert played.rcpt_options[0][0] == "NOTIFY=SUCCESS,FAILURE,DELAY"
    assert played.rcpt_options[1] == []


def test_a_report_that_comes_back_is_a_receipt_of_the_very_message() -> None:
    named = envelope_id("0b7e1c1e-7f3e-4a53-9a52-0d3c41f0a001", PLACE.secret)
    report = (
        "From: mailer-daemon@relay.example\r\nTo: support@shop.example\r\n"
        "Subject: Delivery status\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n"
        "\r\n--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; relay.example\r\nOriginal-Envelope-Id: {named}\r\n\r\n"
        f"Final-Recipient: rfc822; {ANNA}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such person\r\n\r\n--b--\r\n"
    )
    (receipt,) = make().receive(trusted(report.encode(), X_Envelope_From="")).items

    assert receipt.reference == "0b7e1c1e-7f3e-4a53-9a52-0d3c41f0a001"
    assert receipt.recipient == ANNA
    assert receipt.state == DeliveryState.BOUNCED

    forged = report.replace(named[-4:], "0000")
    items = make().receive(trusted(forged.encode(), X_Envelope_From="")).items
    assert not any(getattr(one, "reference", "") for one in items)


async def test_an_address_beyond_ascii_goes_where_the_relay_knows_it() -> None:
    async with relay() as played:
        await send(
            played.port, outbound(recipient="олена@пошта.укр", recipient_name="Олена")
        )

    (envelope,) = played.mails
    assert envelope.rcpt_tos == ["олена@xn--80a1acn3a.xn--j1amh"]
    assert "SMTPUTF8" in played.mail_options[0]


async def test_a_domain_beyond_ascii_needs_nothing_of_the_relay() -> None:
    async with relay() as played:
        await send(played.port, outbound(recipient="olena@пошта.укр"))

    (envelope,) = played.mails
    assert envelope.rcpt_tos == ["olena@xn--80a1acn3a.xn--j1amh"]
    assert "SMTPUTF8" not in played.mail_options[0]


async def test_whom_the_relay_cannot_name_is_told_and_the_others_get_it() -> None:
    async with relay(utf8=False) as played:
        result = await send(
            played.port, outbound(copies=(Copy(address="олена@client.example"),))
        )
        with pytest.raises(PermanentSendError):
            await send(played.port, outbound(recipient="олена@client.example"))

    (envelope,) = played.mails
    assert envelope.rcpt_tos == [OLENA]
    assert [one.recipient for one in result.refused] == ["олена@client.example"]


@asynccontextmanager
async def encrypted():
    """A relay that offers STARTTLS, and where its CA's certificate lies."""
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with authority.cert_pem.tempfile() as ca_file:
        async with relay(tls=context) as played:
            yield played, ca_file


async def test_a_relay_of_ones_own_is_trusted_by_its_authority() -> None:
    async with encrypted() as (played, ca_file):
        await send(played.port, tls="starttls", ca_file=ca_file)
        with pytest.raises(TransientSendError):
            await send(played.port, tls="starttls")
        await send(played.port, tls="starttls", verify=False)

    assert len(played.mails) == 2


async def test_opportunistic_is_encrypted_where_it_can_be_and_goes_on_where_not() -> (
    None
):
    async with encrypted() as (played, _):
        await send(played.port, tls="opportunistic")
        over_tls = played.servers[0].session.ssl
    async with relay() as plain:
        await send(plain.port, tls="opportunistic")

    assert over_tls is not None
    assert len(plain.mails) == 1


@asynccontextmanager
async def with_mailbox(port, **given):
    """A channel whose provider keeps what was sent."""
    async with mailbox() as box:
        imap = {
            "host": "127.0.0.1",
            "port": box.port,
            "tls": "none",
            "username": "we",
            "password": PASSWORD,
            "timeout": 5,
            **given.pop("imap", {}),
        }
        kept = {"sent_folder": "INBOX", **given}
        async with sender(port, channel={"imap": imap}, **kept) as channel:
            yield channel, box


async def test_a_mail_whose_fate_is_unknown_is_found_among_the_sent_ones() -> None:
    async with (
        relay(data="hang up after taking it") as played,
        with_mailbox(played.port) as (channel, box),
    ):
        with pytest.raises(UncertainSendError):
            await channel.send(outbound())
        with pytest.raises(UncertainSendError, match="not among"):
            await channel.find(outbound())
        await box.put(played.mails[0].content)
        found = await channel.find(outbound())

    assert found.external_id == "<key-1@shop.example>"


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"sent_folder": "Nowhere"}, UncertainSendError),
        ({"imap": {"password": "wrong"}}, TransientSendError),
        ({"imap": {"port": 9}}, TransientSendError),
    ],
)
async def test_a_mailbox_that_tells_nothing_makes_nothing_sent(wrong, error) -> None:
    async with relay() as played, with_mailbox(played.port, **wrong) as (channel, _):
        with pytest.raises(error):
            await channel.find(outbound())
