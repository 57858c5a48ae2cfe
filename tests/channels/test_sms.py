import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from channels import sms
from channels._twilio.client import signed_request
from channels._twilio.words import CAUSES, PASSING
from channels.base import Place
from hub.contracts import DeliveryState, OutboundMessage, Outcome
from hub.errors import (
    PayloadError,
    PermanentSendError,
    TransientSendError,
    UncertainSendError,
)

TOKEN = "a-token-of-the-tests"
PLACE = Place(
    public_url="https://hub.test", company="Затишок", country="UA", secret=b"k"
)
GIVEN = {
    "account_sid": "AC" + "0" * 32,
    "auth_token": TOKEN,
    "numbers": ["+380441110000"],
}
URL = "https://hub.test/hooks/sms"
SAID = {"MessageSid": "SM1", "From": "+380501112233", "To": "+380441110000", "Body": ""}
ANSWER = OutboundMessage(
    channel="sms", key="k 1", recipient="+380501112233", text="Так"
)


def made(**settings):
    return sms.Channel(sms.Settings.model_validate(GIVEN | settings), PLACE)


def receive(fields, url=URL, path=""):
    return made().receive(signed_request(url, fields, TOKEN, path)).items


def receipt(fields, query="?ref=k1"):
    (one,) = receive({"MessageSid": "SM1"} | fields, f"{URL}/status{query}", "status")
    return one


def test_a_message_is_translated():
    (message,) = receive(SAID | {"Body": "Де моє замовлення? 🚚", "NumMedia": "0"})

    assert message.external_id == "SM1"
    assert (message.sender_kind, message.sender) == ("phone", "+380501112233")
    assert message.recipient == "+380441110000"
    assert message.text == "Де моє замовлення? 🚚"
    assert message.media == ()


def test_pictures_are_pointed_to():
    fields = {
        "NumMedia": "2",
        "MediaUrl0": "https://a/1",
        "MediaContentType0": "image/png",
    }

    (message,) = receive(SAID | fields | {"MediaUrl1": "https://a/2"})

    assert message.media == (
        ("https://a/1", "image/png"),
        ("https://a/2", "application/octet-stream"),
    )


def test_a_whatsapp_client_is_known_by_his_number():
    (message,) = receive(
        SAID | {"From": "whatsapp:+380501112233", "ProfileName": "Оля"}
    )

    assert message.sender == "+380501112233"
    assert message.sender_name == "Оля"


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("accepted", DeliveryState.SENT),
        ("queued", DeliveryState.SENT),
        ("sending", DeliveryState.SENT),
        ("sent", DeliveryState.SENT),
        ("delivered", DeliveryState.DELIVERED),
        ("read", DeliveryState.READ),
        ("undelivered", DeliveryState.FAILED),
        ("failed", DeliveryState.FAILED),
        ("canceled", DeliveryState.FAILED),
    ],
)
def test_a_status_is_translated(word, state):
    one = receipt({"MessageStatus": word, "To": "+380501112233"})

    assert one.state is state
    assert (one.external_id, one.reference) == ("SM1", "k1")
    assert one.recipient == "+380501112233"


def test_a_status_that_is_none_of_ours_is_passed_over():
    fields = {"MessageSid": "SM1", "MessageStatus": "receiving"}

    assert receive(fields, f"{URL}/status", "status") == ()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("30003", "out of reach"),
        ("30005", "No such number"),
        ("30006", "landline"),
        ("99", "99"),
    ],
)
def test_a_failure_says_why(code, said):
    assert said in receipt({"MessageStatus": "undelivered", "ErrorCode": code}).reason


def test_a_receipt_goes_to_the_channel_that_it_speaks_of():
    by_whatsapp = receipt({"MessageStatus": "read", "To": "whatsapp:+380501112233"})
    by_sms = receipt({"MessageStatus": "sent", "To": "+380501112233"})

    assert (by_whatsapp.channel, by_sms.channel) == ("whatsapp", "sms")


@pytest.mark.parametrize("code", sorted(PASSING))
def test_what_twilio_had_taken_is_not_promised_to_leave_again(code):
    failed = {"MessageStatus": "failed", "ErrorCode": str(code)}

    assert "shortly" not in receipt(failed).reason
    assert receipt(failed).cause == "overflow"


@pytest.mark.parametrize("language", ["en", "uk"])
def test_each_cause_has_words_on_the_screen_and_none_of_them_is_about_mail(language):
    words = Path(__file__).parents[2] / f"web/ui/src/i18n/{language}.json"
    known = json.loads(words.read_text())["delivery"]["cause"]

    for code, one in CAUSES.items():
        assert one in known, code
        assert not re.search("mail server|The mail |[Лл]ист[уа ]", known[one]), code


def test_a_success_has_no_reason():
    assert receipt({"MessageStatus": "sent", "ErrorCode": "30003"}, "").reason == ""


def test_the_key_comes_back_as_it_went_out():
    url = made()._callback("ключ &=?#")

    (one,) = receive({"MessageSid": "SM1", "MessageStatus": "sent"}, url, "status")

    assert one.reference == "ключ &=?#"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"Body": "x"}, ""),
        ({"MessageSid": "SM1", "Body": "x"}, ""),
        (SAID | {"From": "Anonymous"}, ""),
        (SAID | {"From": "+266696687"}, ""),
        (SAID | {"NumMedia": "many"}, ""),
        (SAID | {"NumMedia": "1"}, ""),
        ({"MessageSid": "SM1"}, "status"),
        ({"MessageStatus": "sent"}, "status"),
        (SAID, "nowhere"),
    ],
)
def test_what_twilio_signed_and_nobody_understands_is_unreadable(fields, path):
    with pytest.raises(PayloadError):
        receive(fields, path=path)


def test_twilio_is_told_to_say_nothing():
    said = made().respond(signed_request(URL, SAID, TOKEN), [Outcome()])
    noted = made().respond(signed_request(URL, SAID, TOKEN, "status"), [Outcome()])

    assert said.content_type == "text/xml"
    assert b"<Response" in said.body
    assert (noted.status, noted.body) == (200, b"")


@pytest.mark.parametrize(
    "wrong",
    [
        {"numbers": []},
        {"account_sid": "SK" + "0" * 32},
        {"auth_token": ""},
        {"api_base_url": "api.twilio.com"},
        {"messaging_service_sid": "AC1"},
        {"unknown": 1},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong):
    with pytest.raises(ValidationError):
        made(**wrong)


def test_several_numbers_may_come_as_one_text():
    assert made(numbers="+38044, +48022")._settings.numbers == ("+38044", "+48022")


# --- sending, against servers that misbehave on the wire


async def exchange(reply, act, **settings):
    """Serve one raw reply on a socket; return what was asked and what came of it."""
    asked, serving = [], []

    async def serve(reader, writer):
        serving.append(asyncio.current_task())
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(
            head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0] or 0
        )
        asked.append(head + await reader.readexactly(length))
        if reply is None:
            await reader.read()  # until the client gives up
        else:
            writer.write(reply)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    channel = made(api_base_url=f"http://127.0.0.1:{port}", **settings)
    try:
        return asked, await act(channel)
    finally:
        await channel.close()
        server.close()
        await asyncio.gather(*serving)


def http(status, body, *headers):
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers, "", body]
    return "\r\n".join(lines).encode()


async def test_what_is_posted_is_what_twilio_s_rest_asks_for():
    asked, sent = await exchange(
        http(201, '{"sid": "SM7"}'), lambda one: one.send(ANSWER)
    )

    head, _, body = asked[0].partition(b"\r\n\r\n")
    assert sent.external_id == "SM7"
    assert head.startswith(
        b"POST /2010-04-01/Accounts/AC" + b"0" * 32 + b"/Messages.json "
    )
    assert b"Authorization: Basic " in head
    assert dict(part.split("=") for part in body.decode().split("&")) == {
        "To": "%2B380501112233",
        "From": "%2B380441110000",
        "Body": "%D0%A2%D0%B0%D0%BA",
        "StatusCallback": "https%3A%2F%2Fhub.test%2Fhooks%2Fsms%2Fstatus%3Fref%3Dk%2B1",
    }


async def test_a_messaging_service_picks_the_number():
    service = "MG" + "1" * 32
    asked, _ = await exchange(
        http(201, '{"sid": "SM7"}'),
        lambda one: one.send(ANSWER),
        messaging_service_sid=service,
    )

    assert f"MessagingServiceSid={service}".encode() in asked[0]
    assert b"From=" not in asked[0]


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (http(429, '{"code": 20429}', "Retry-After: 7"), TransientSendError),
        (http(500, "<html>"), TransientSendError),
        (http(504, ""), UncertainSendError),
        (http(400, '{"code": 21211, "message": "x"}'), PermanentSendError),
        (http(400, '{"code": 21611}'), TransientSendError),
        (http(403, "no json"), PermanentSendError),
        (http(302, "", "Location: http://evil.test/"), PermanentSendError),
        (http(201, '{"sid":'), UncertainSendError),
        (http(201, "{}"), UncertainSendError),
        (http(201, "[]"), UncertainSendError),
        (b"", UncertainSendError),
        (b"HTTP/1.1 201 Created\r\nContent-Length: 99\r\n\r\n{", UncertainSendError),
        (b"nonsense\r\n\r\n", UncertainSendError),
        (None, UncertainSendError),
    ],
)
async def test_each_way_to_fail_is_told_apart(reply, error):
    with pytest.raises(error) as refused:
        await exchange(reply, lambda one: one.send(ANSWER), timeout=0.3)

    assert type(refused.value) is error
    assert TOKEN not in str(refused.value)


@pytest.mark.parametrize(
    ("wish", "seconds"),
    [
        ("7", 7),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
        ("-1", None),
        ("9" * 5000, None),
        ("", None),
    ],
)
async def test_twilio_s_wish_to_wait_is_passed_on(wish, seconds):
    with pytest.raises(TransientSendError) as refused:
        await exchange(
            http(429, '{"code": 20429}', f"Retry-After: {wish}"),
            lambda one: one.send(ANSWER),
        )

    assert refused.value.details.get("retry_after") == seconds


async def test_a_provider_that_cannot_be_reached_is_tried_again():
    channel = made(api_base_url="http://127.0.0.1:9")

    with pytest.raises(TransientSendError):
        await channel.send(ANSWER)
    await channel.close()


async def test_a_look_up_too_soon_is_put_off():
    tried = OutboundMessage(
        channel="sms", key="k", recipient="+38", text="", tried_at=datetime.now(UTC)
    )

    with pytest.raises(TransientSendError) as refused:
        await made(settle=30).find(tried)

    assert refused.value.details["retry_after"] == 30


async def test_without_a_time_nothing_can_be_looked_up():
    with pytest.raises(UncertainSendError):
        await made().find(ANSWER)


LISTED = {
    "sid": "SM9",
    "from": "+380441110000",
    "to": "+380501112233",
    "body": "Так",
    "direction": "outbound-api",
    "status": "sent",
    "date_created": "Thu, 14 May 2026 10:00:05 +0000",
}


@pytest.mark.parametrize(
    ("listed", "found"),
    [
        (LISTED, "SM9"),
        (LISTED | {"body": " Так\n"}, "SM9"),
        (LISTED | {"date_created": "Thu, 14 May 2026 09:59:59 +0000"}, "SM9"),
        (LISTED | {"date_created": "Thu, 14 May 2026 09:59:50 +0000"}, None),
        (LISTED | {"from": "+380990000000"}, None),
        (LISTED | {"direction": "inbound"}, None),
        (LISTED | {"body": "Ні"}, None),
    ],
)
async def test_a_listed_message_is_ours_or_not(listed, found):
    when = datetime(2026, 5, 14, 10, 0, tzinfo=UTC) + timedelta(milliseconds=900)
    tried = OutboundMessage(
        channel="sms", key="k", recipient="+380501112233", text="Так", tried_at=when
    )

    _, result = await exchange(
        http(200, json.dumps({"messages": [listed]})), lambda one: one.find(tried)
    )

    assert (result and result.external_id) == found
