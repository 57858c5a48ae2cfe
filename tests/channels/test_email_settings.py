"""The section of the settings: what is wrong is told by name."""

import pytest
from pydantic import ValidationError

from channels.email import Settings
from channels.email.settings import ImapSettings, SmtpSettings, parse_endpoint
from tools import settings_page

ADDRESS = {"address": "support@shop.example"}


@pytest.mark.parametrize("model", [Settings, SmtpSettings, ImapSettings])
def test_every_setting_is_described(model) -> None:
    assert all(field.description for field in model.model_fields.values())


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"address": "nobody"}, "address"),
        ({"address": "support+x@shop.example"}, "address"),
        ({**ADDRESS, "smtp_listen": "2525"}, "smtp_listen"),
        ({**ADDRESS, "lmtp_listen": "127.0.0.1:99999"}, "lmtp_listen"),
        ({**ADDRESS, "max_message_bytes": 1}, "max_message_bytes"),
        ({**ADDRESS, "hook_secret": "short"}, "hook_secret"),
        ({**ADDRESS, "colour": "red"}, "colour"),
        ({**ADDRESS, "smtp": {"host": "h", "tls": "ssl"}}, "tls"),
        ({**ADDRESS, "smtp": {"host": "h", "username": "u"}}, "smtp"),
        ({**ADDRESS, "accept_recipients": ["two words"]}, "accept_recipients"),
    ],
)
def test_what_is_wrong_is_named(given, place) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate(given)

    assert place in {str(part) for one in refused.value.errors() for part in one["loc"]}


def test_a_password_is_never_sent_in_the_clear() -> None:
    login = {"username": "u", "password": "p", "tls": "none"}

    with pytest.raises(ValidationError, match="in the clear"):
        SmtpSettings.model_validate({"host": "mail.example", **login})
    assert SmtpSettings.model_validate({"host": "127.0.0.1", **login}).password


@pytest.mark.parametrize(
    ("endpoint", "host", "port"),
    [
        ("127.0.0.1:25", "127.0.0.1", 25),
        ("[::1]:2525", "::1", 2525),
        (":0", None, None),
    ],
)
def test_an_endpoint_is_host_and_port(endpoint, host, port) -> None:
    if host is None:
        with pytest.raises(ValueError, match="host:port"):
            parse_endpoint(endpoint)
    else:
        assert parse_endpoint(endpoint) == (host, port)


@pytest.mark.parametrize(
    ("recipient", "accepted"),
    [
        ("support@shop.example", True),
        ("Support+tok@Shop.Example", True),
        ("sales@brand.example", True),
        ("info@third.example", True),
        ("info+x@third.example", True),
        ("other@third.example", False),
        ("other@shop.example", False),
        ("@brand.example", False),
        ("support", False),
    ],
)
def test_mail_is_taken_for_what_is_listed(recipient, accepted) -> None:
    settings = Settings.model_validate(
        {**ADDRESS, "accept_recipients": ["@brand.example", "Info@third.example"]}
    )

    assert settings.accepts(recipient) is accepted


IMAP = {"host": "imap.example", "username": "we", "password": "x"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"imap": IMAP | {"afterwards": "move"}}, "are given together"),
        ({"imap": IMAP | {"move_to": "Done"}}, "are given together"),
        (
            {"imap": IMAP | {"afterwards": "move", "move_to": "INBOX"}},
            "the folder that is read",
        ),
        ({"imap": IMAP, "mailboxes": [IMAP]}, "read twice"),
        ({"imap": {"host": "imap.example", "username": "we"}}, "or not at all"),
    ],
)
def test_mailboxes_that_cannot_be_meant_are_named(given, words) -> None:
    with pytest.raises(ValidationError, match=words):
        Settings.model_validate({"address": "support@shop.example", **given})


def test_the_page_of_settings_is_the_settings() -> None:
    """Write it anew with ``python tools/settings_page.py``."""
    assert settings_page.EMAIL_PAGE.read_text() == settings_page.email_page()
