"""Who signed a webhook of Twilio's: as its own library says, and nobody else."""

import dataclasses
import json
from contextlib import nullcontext
from hashlib import sha256
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from channels import sms
from channels._twilio.client import SPECIMEN_PLACE, SPECIMEN_SETTINGS, signed_request
from hub.contracts import WebhookRequest
from hub.errors import PayloadError, SignatureError

TOKEN = SPECIMEN_SETTINGS["auth_token"]
URL = "https://hub.test/hooks/sms"
SAID = {"MessageSid": "SM1", "From": "+380501112233", "To": "+380441110000", "Body": ""}


def made():
    return sms.Channel(sms.Settings.model_validate(SPECIMEN_SETTINGS), SPECIMEN_PLACE)


def test_a_signature_holds_for_its_url_with_the_query_and_its_words():
    signed = signed_request(f"{URL}/status?ref=k1", SAID, TOKEN, "status")
    for url, body in [
        (f"{URL}/status?ref=k2", signed.body),
        (f"{URL}/status", signed.body),
        (signed.url, signed.body + b"&Body=x"),
        (signed.url, b"\xff\xfe"),
        ("https://hub.test:port/hooks/sms", signed.body),
    ]:
        with pytest.raises(SignatureError):
            made().receive(WebhookRequest(url=url, body=body, headers=signed.headers))


@pytest.mark.parametrize("algorithm", ["HMAC_SHA1", "HMAC_SHA256"])
@pytest.mark.parametrize("query", ["", "?ref=k1"])
@pytest.mark.parametrize(
    ("signed_at", "came_to", "holds"),
    [
        ("https://hub.test", "https://hub.test", True),
        ("https://hub.test:443", "https://hub.test", True),
        ("https://hub.test", "https://hub.test:443", True),
        ("https://hub.test:8443", "https://hub.test:8443", True),
        ("https://hub.test", "https://hub.test:8443", True),
        ("https://hub.test:8443", "https://hub.test", False),
        ("http://hub.test", "https://hub.test", False),
    ],
)
def test_what_is_signed_with_a_port_or_without_is_what_the_library_says(
    signed_at, came_to, holds, query, algorithm
):
    where = f"/hooks/sms{query}"
    validator = RequestValidator(TOKEN)
    signature = validator.compute_signature(signed_at + where, SAID, algorithm)
    request = WebhookRequest(
        url=came_to + where,
        body=urlencode(SAID).encode(),
        headers={
            "X-Twilio-Signature": signature,
            "X-Twilio-Webhooks-Signature-Settings": f"algorithm={algorithm}",
        },
    )

    assert validator.validate(request.url, SAID, signature, algorithm) is holds
    with nullcontext() if holds else pytest.raises(SignatureError):
        made().receive(request)


@pytest.mark.parametrize(
    ("signed", "came"),
    [
        ("https://a:b@hub.test:8443/hooks/sms", "https://a:b@hub.test:8443/hooks/sms"),
        ("https://a:b@hub.test/hooks/sms", "https://a:b@hub.test:8443/hooks/sms"),
        ("https://a:b@hub.test:443/hooks/sms", "https://a:b@hub.test/hooks/sms"),
        ("https://[::1]/hooks/sms", "https://[::1]:8443/hooks/sms"),
        ("https://[::1]:443/hooks/sms", "https://[::1]/hooks/sms"),
        (f"{URL}?", f"{URL}?"),
        (f"{URL}?a&&b=", f"{URL}?a&&b="),
        (f"{URL}?a=%3Cx%3E", f"{URL}?a=<x>"),
        (f"{URL}?a=%22x%22", f'{URL}?a="x"'),
        (f"{URL}?a=it's", f"{URL}?a=it%27s"),
        (f"{URL}?a=it%27s", f"{URL}?a=it's"),
    ],
)
def test_one_place_may_be_written_in_several_ways(signed, came):
    request = signed_request(signed, SAID, TOKEN)

    assert made().receive(dataclasses.replace(request, url=came)).items


@pytest.mark.parametrize(
    "came",
    [
        "https://hub.test.evil/hooks/sms?a=1",
        "https://c:d@hub.test/hooks/sms?a=1",
        "https://hub.test/hooks/sms/?a=1",
        "https://hub.test/hooks/sms?a=2",
        "https://hub.test/hooks/sms?a=1&b=1",
        "http://hub.test/hooks/sms?a=1",
    ],
)
def test_another_place_is_another(came):
    request = signed_request(f"{URL}?a=1", SAID, TOKEN)

    with pytest.raises(SignatureError):
        made().receive(dataclasses.replace(request, url=came))


def test_empty_words_and_doubled_names_are_signed_too():
    body = urlencode([*SAID.items(), ("A", ""), ("B", "2"), ("B", "1"), ("B", "2")])
    signature = signed_request(URL, SAID, TOKEN).headers["X-Twilio-Signature"]
    channel = made()

    with pytest.raises(SignatureError):
        channel.receive(
            WebhookRequest(
                url=URL, body=body.encode(), headers={"x-twilio-signature": signature}
            )
        )


@pytest.mark.parametrize("url", [URL, f"{URL}?bodySHA256=00"])
def test_json_is_refused_and_never_breaks(url):
    request = WebhookRequest(
        url=url,
        body=json.dumps(SAID).encode(),
        headers={"Content-Type": "application/json", "X-Twilio-Signature": "c2ln"},
    )

    with pytest.raises(SignatureError):
        made().receive(request)


def test_signed_json_is_genuine_by_the_hash_of_its_body_alone():
    body = json.dumps(SAID).encode()
    url = f"{URL}?bodySHA256={sha256(body).hexdigest()}"
    signature = RequestValidator(TOKEN).compute_signature(url, {})
    headers = {"Content-Type": "application/json", "X-Twilio-Signature": signature}
    request = WebhookRequest(url=url, body=body, headers=headers)

    with pytest.raises(PayloadError):
        made().receive(request)
    with pytest.raises(SignatureError):
        made().receive(dataclasses.replace(request, body=body + b" "))


@given(body=st.binary(max_size=200), signature=st.text(max_size=40))
def test_no_stranger_s_bytes_do_more_than_be_refused(body, signature):
    request = WebhookRequest(
        url=URL, body=body, headers={"X-Twilio-Signature": signature}
    )

    with pytest.raises(SignatureError):
        made().receive(request)
