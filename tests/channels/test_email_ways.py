"""Whose word on a sender is taken depends on the way that the mail came."""

import pytest

from channels.email import Channel, Settings
from channels.email.channel import _sign
from channels.email.inbound.ways import sending_of
from hub.contracts import InboundMessage, WebhookRequest
from tests.channels.boxes import Reading
from tests.channels.checked import DOMAIN, PLACE, found
from tests.channels.imap_server import mailbox
from tests.channels.test_email_listening import (
    Hub,
    begin_mail,
    client,
    line,
    listening,
)
from tests.channels.test_email_mailbox import mail, reading

MAIL = (
    b"Authentication-Results: mx.shop.example; dmarc=pass header.from=client.com.ua\r\n"
    b"From: Olena <olena@client.com.ua>\r\nTo: support@shop.com.ua\r\n"
    b"Message-ID: <1@client.com.ua>\r\n\r\nHello\r\n"
)
JUDGE = "mx.shop.example"


def channel(**settings):
    given = {"address": f"support@{DOMAIN}"} | settings
    return Channel(Settings.model_validate(given), PLACE)


def read(hub, request):
    (letter,) = hub.receive(request).items
    assert isinstance(letter, InboundMessage)
    found = letter.authenticity
    return None if found is None else (found.verdict.value, found.by)


def brought(*, path="imap", **headers):
    return WebhookRequest(url="", body=MAIL, headers=headers, path=path, trusted=True)


@pytest.mark.parametrize(
    ("kind", "relays", "judges"),
    [
        ("lmtp_listen", [], JUDGE),
        ("smtp_listen", ["127.0.0.0/8"], JUDGE),
        # A stranger may write whatever he likes into his mail.
        ("smtp_listen", ["192.0.2.0/24"], None),
    ],
)
async def test_results_are_believed_from_the_hands_of_our_own_servers(
    kind, relays, judges
) -> None:
    hub = Hub()
    senders = {"trust_results": [JUDGE], "trusted_relays": relays}

    async with listening(hub, kind=kind, senders=senders) as port:
        if kind == "smtp_listen":
            async with client(port) as smtp:
                await smtp.sendmail("a@b.example", ["support@shop.example"], MAIL)
        else:
            async with line(port) as said:
                await begin_mail(said, greeting="LHLO me")
                await said.ask(MAIL.decode() + ".")

    (request,) = hub.taken
    assert request.headers.get("X-Results-By") == judges
    assert ("X-Client-Address" in request.headers) is (judges is None)
    assert sending_of(request) is None


def test_what_the_way_does_not_vouch_for_is_not_believed() -> None:
    hub = channel(senders={"trust_results": [JUDGE]})

    assert read(hub, brought(**{"X-Results-By": JUDGE})) == ("genuine", JUDGE)
    assert read(hub, brought(**{"X-Results-By": "mx.other.example"})) == (
        "unproven",
        "",
    )
    assert read(hub, brought(path="smtp")) is None


def test_nobody_from_outside_says_who_judges_or_who_sends() -> None:
    hub = channel(hook_secret="s" * 16)
    headers = {"X-Results-By": JUDGE, "X-Client-Address": "8.8.8.8"}
    request = WebhookRequest(
        url="",
        body=MAIL,
        headers=headers | {"X-Rozmova-Signature": _sign(MAIL, "s" * 16)},
    )

    assert read(hub, request) is None
    assert sending_of(request) is None


def test_a_posted_mail_may_have_results_of_a_trusted_server() -> None:
    hub = channel(hook_secret="s" * 16, senders={"trust_results": [JUDGE]})
    signature = {"X-Rozmova-Signature": _sign(MAIL, "s" * 16)}
    request = WebhookRequest(url="", body=MAIL, headers=signature)

    assert read(hub, request) == ("genuine", JUDGE)


@pytest.mark.parametrize(
    ("host", "given", "judges"),
    [
        ("imap.gmail.com", None, ("mx.google.com",)),
        ("Outlook.office365.com", None, ("microsoft365",)),
        ("imap.example.com", None, (JUDGE,)),
        ("imap.gmail.com", [], ()),
        ("imap.example.com", ["MX.Example.com"], ("mx.example.com",)),
    ],
)
def test_each_mailbox_has_its_own_judges(host, given, judges) -> None:
    settings = Settings.model_validate(
        {
            "address": f"support@{DOMAIN}",
            "imap": {"host": host, "trust_results": given},
            "senders": {"trust_results": [JUDGE]},
        }
    )

    assert settings.imap is not None
    assert settings.judges_of(settings.imap) == judges


@pytest.mark.parametrize("name", ["mx example", "", "a;b", "dkim=pass"])
def test_a_name_that_none_can_have_is_refused(name) -> None:
    with pytest.raises(ValueError, match="not a mail server's name"):
        Settings.model_validate(
            {"address": f"support@{DOMAIN}", "senders": {"trust_results": [name]}}
        )


async def test_a_mailbox_says_who_judges_its_mail() -> None:
    hub = Reading()

    async with mailbox() as box, reading(box, hub, trust_results=[JUDGE]):
        await box.put(mail("one"))
        await hub.until("one")

    (request,) = hub.taken
    assert request.headers == {"X-Results-By": JUDGE}


# --- what the channel's test says of it -------------------------------------------------


def told(hub):
    return [
        (one.grade.value, one.code, dict(one.facts))
        for one in hub._witness.findings(hub._settings)
    ]


def test_it_is_told_whether_anybody_looks() -> None:
    assert told(channel()) == [("warning", "senders_unchecked", {})]
    assert told(channel(senders={"check": True})) == [("ok", "senders_checked", {})]
    # To a domain for oneself nobody from the world writes.
    assert told(channel(address="support@shop.example")) == []


def test_it_is_told_whose_results_come_and_whose_do_not() -> None:
    trusting = channel(senders={"trust_results": [JUDGE]})
    assert told(trusting) == [("ok", "results_awaited", {"by": JUDGE})]
    trusting.receive(brought(**{"X-Results-By": JUDGE}))
    assert told(trusting) == [("ok", "results_come", {"by": JUDGE, "count": 1})]

    other = channel(senders={"trust_results": ["mx.other.example"]})
    other.receive(brought(**{"X-Results-By": "mx.other.example"}))
    assert told(other) == [
        ("warning", "results_other", {"by": "mx.other.example", "seen": JUDGE})
    ]

    nobody = channel()
    nobody.receive(brought())
    assert told(nobody) == [("warning", "results_unnamed", {"by": JUDGE})]


async def test_the_channel_s_test_says_it() -> None:
    said = await found(lmtp_listen="127.0.0.1:9", senders={"check": True})

    assert said["senders"] == ("ok", "senders_checked")
