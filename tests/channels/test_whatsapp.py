"""WhatsApp through the same API as SMS, and clients' wishes on both."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from channels import sms, whatsapp
from channels._twilio.client import signed_request
from channels.base import Place
from hub.contracts import Attachment, DeliveryState, OutboundMessage
from hub.errors import PermanentSendError
from tests.channels.test_sms import GIVEN, TOKEN, exchange, http

PLACE = Place(
    public_url="https://hub.test", company="Затишок", country="UA", secret=b"k"
)

URL = "https://hub.test/hooks/whatsapp"

SERVICE = "MG" + "1" * 32

SAID = {
    "MessageSid": "SM1",
    "From": "whatsapp:+380501112233",
    "To": "whatsapp:+380441110000",
    "ProfileName": "Оля",
    "Body": "Так",
}

TEMPLATE = {"content_sid": "HX" + "1" * 32, "name": "Готово", "text": "{{1}}, готово"}


def made(**settings):
    return whatsapp.Channel(whatsapp.Settings.model_validate(GIVEN | settings), PLACE)


def text_channel(**settings):
    return sms.Channel(sms.Settings.model_validate(GIVEN | settings), PLACE)


def receive(fields, url=URL, path="", channel=None):
    (item,) = (
        (channel or made()).receive(signed_request(url, fields, TOKEN, path)).items
    )
    return item


def answer(**more):
    given = {"channel": "whatsapp", "key": "k", "recipient": "+380501112233"}
    return OutboundMessage(**given | {"text": "Так"} | more)


async def posted(channel, message):
    """Give the parameters with which a message is posted, in their order."""
    asked = []

    class Rest:
        async def create(self, resource, form):
            asked.append((resource, form))
            return {"sid": "SM7"}

    channel._rest = Rest()
    await channel.send(message)
    ((resource, form),) = asked
    assert resource == "Messages.json"
    return form


def test_a_client_is_known_by_his_number_and_his_profile():
    message = receive(SAID)

    assert message.channel == "whatsapp"
    assert (message.sender, message.recipient) == ("+380501112233", "+380441110000")
    assert message.sender_name == "Оля"


def test_what_comes_to_the_address_of_sms_is_whatsapp_all_the_same():
    url = "https://hub.test/hooks/sms"

    assert receive(SAID, url, channel=text_channel()).channel == "whatsapp"


def test_an_answered_message_is_referred_to():
    assert receive(SAID | {"OriginalRepliedMessageSid": "SM0"}).references == ("SM0",)


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({"ButtonText": "Так", "ButtonPayload": "yes"}, "Так"),
        ({"ListTitle": "Повернення", "ListId": "return"}, "Повернення"),
        ({"Body": "Так, о 10", "ButtonText": "Так"}, "Так, о 10"),
        ({"MessageType": "unsupported"}, ""),
    ],
)
def test_what_was_tapped_is_what_was_said(said, text):
    assert receive(SAID | {"Body": ""} | said).text == text


def test_a_place_is_written_down():
    fields = SAID | {"Body": "", "Latitude": "50.45", "Longitude": "30.52"}

    assert receive(fields | {"Label": "Кав’ярня"}).text == "Кав’ярня\n50.45, 30.52"


def test_that_he_read_it_is_told():
    told = {"MessageSid": "SM1", "MessageStatus": "read", "To": SAID["From"]}

    one = receive(told, f"{URL}/status?ref=k1", "status")

    assert (one.channel, one.state) == ("whatsapp", DeliveryState.READ)
    assert (one.recipient, one.reference) == ("+380501112233", "k1")


def test_a_message_outside_of_the_window_fails_for_a_reason_that_screens_know():
    told = {"MessageSid": "SM1", "MessageStatus": "failed", "ErrorCode": "63016"}

    one = receive(told | {"To": SAID["From"]}, f"{URL}/status", "status")

    assert (one.state, one.cause) == (DeliveryState.FAILED, "window_closed")


# --- sending


async def test_both_numbers_have_their_prefix():
    form = await posted(made(), answer())

    assert form == [
        ("To", "whatsapp:+380501112233"),
        ("From", "whatsapp:+380441110000"),
        ("Body", "Так"),
        ("StatusCallback", "https://hub.test/hooks/whatsapp/status?ref=k"),
    ]


async def test_a_template_is_sent_by_its_id_with_its_values():
    form = dict(
        await posted(
            made(templates=[TEMPLATE]),
            answer(template_id=TEMPLATE["content_sid"], template_values={"1": "Олю"}),
        )
    )

    assert form["ContentSid"] == TEMPLATE["content_sid"]
    assert json.loads(form["ContentVariables"]) == {"1": "Олю"}
    assert "Body" not in form


PICTURE = Attachment(
    name="a.png", media_type="image/png", content=b"x", url="https://f/1"
)


@pytest.mark.parametrize("channel", [made(), text_channel()])
async def test_pictures_go_by_their_addresses(channel):
    form = await posted(channel, answer(text="", attachments=(PICTURE,)))

    assert ("MediaUrl", "https://f/1") in form
    assert "Body" not in dict(form)


async def test_a_picture_without_an_address_is_not_lost_in_silence():
    bare = Attachment(name="a.png", media_type="image/png", content=b"x")

    with pytest.raises(PermanentSendError):
        await made().send(answer(attachments=(bare,)))


OTHER = "+48221112233"


@pytest.mark.parametrize(
    ("settings", "wrote_to", "sent_from"),
    [
        ({}, "", ("From", GIVEN["numbers"][0])),
        ({"numbers": [GIVEN["numbers"][0], OTHER]}, OTHER, ("From", OTHER)),
        ({}, OTHER, ("From", GIVEN["numbers"][0])),
        ({"messaging_service_sid": SERVICE}, "", ("MessagingServiceSid", SERVICE)),
        (
            {"messaging_service_sid": SERVICE, "numbers": [OTHER]},
            OTHER,
            ("From", OTHER),
        ),
        ({"sender_id": "Zatyshok"}, "", ("From", "Zatyshok")),
        ({"sender_id": "Zatyshok"}, GIVEN["numbers"][0], ("From", GIVEN["numbers"][0])),
        ({"sender_id": "Zatyshok", "numbers": []}, "", ("From", "Zatyshok")),
    ],
)
async def test_a_client_is_answered_from_where_he_wrote_to(
    settings, wrote_to, sent_from
):
    form = await posted(text_channel(**settings), answer(sender=wrote_to))

    assert sent_from in form


async def test_without_receipts_twilio_is_asked_for_none():
    form = await posted(text_channel(receipts=False), answer())

    assert "StatusCallback" not in dict(form)


# --- looking up


LISTED = {
    "sid": "SM9",
    "from": "whatsapp:+380441110000",
    "to": "whatsapp:+380501112233",
    "body": "Так",
    "direction": "outbound-api",
    "status": "sent",
    "date_created": "Thu, 14 May 2026 10:00:05 +0000",
}

TRIED = datetime(2026, 5, 14, 10, 0, tzinfo=UTC)


async def found(listed, headers=(), **more):
    message = answer(tried_at=TRIED, **more)
    asked, result = await look_up(message, listed, headers)
    return asked[0], result and result.external_id


async def look_up(message, listed, headers):
    async def act(channel):
        mine = made(api_base_url=channel._settings.api_base_url)
        try:
            return await mine.find(message)
        finally:
            await mine.close()

    return await exchange(http(200, json.dumps({"messages": listed}), *headers), act)


async def test_it_is_looked_up_under_its_prefix():
    asked, sid = await found([LISTED])

    assert b"To=whatsapp:%2B380501112233" in asked.replace(b"%3A", b":")
    assert sid == "SM9"


async def test_one_of_two_equal_messages_is_known_already():
    twin = LISTED | {"sid": "SM8", "date_created": "Thu, 14 May 2026 10:00:02 +0000"}

    assert (await found([LISTED, twin], others=("SM8",)))[1] == "SM9"


@pytest.mark.parametrize(
    "written",
    [
        "Thu, 14 May 2026 13:00:05 +0300",
        "Thu, 14 May 2026 10:00:05 -0000",
        "Thu, 14 May 2026 10:00:05 GMT",
    ],
)
async def test_a_time_of_any_zone_is_the_same_time(written):
    assert (await found([LISTED | {"date_created": written}]))[1] == "SM9"


async def test_a_clock_of_ours_that_is_ahead_finds_it_all_the_same():
    behind = datetime.now(UTC) - timedelta(seconds=40)
    taken = LISTED | {"date_created": "Thu, 14 May 2026 09:59:22 +0000"}
    headers = [f"Date: {behind:%a, %d %b %Y %H:%M:%S} GMT"]

    assert (await found([taken]))[1] is None
    assert (await found([taken], headers))[1] == "SM9"


# --- settings


@pytest.mark.parametrize(
    "wrong",
    [
        {"numbers": []},
        {"numbers": ["044 111"]},
        {"messaging_service_sid": "AC" + "1" * 32},
        {"templates": [TEMPLATE | {"content_sid": "MG" + "1" * 32}]},
        {"templates": [TEMPLATE | {"text": ""}]},
        {"templates": [TEMPLATE, TEMPLATE]},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong):
    with pytest.raises(ValidationError):
        made(**wrong)


@pytest.mark.parametrize("name", ["1234", "Zatyshok Lviv", "Затишок", ""])
def test_a_name_that_no_operator_takes_is_refused(name):
    with pytest.raises(ValidationError):
        text_channel(sender_id=name)


def test_numbers_may_be_written_as_people_write_them():
    channel = made(numbers="whatsapp:+380 44 111-00-00")

    assert channel._settings.numbers == ("+380441110000",)


# --- what Twilio's REST takes


#: What a new message may say, in our own words.
TAKEN = {
    "To": r"(whatsapp:)?\+[1-9]\d{5,14}",
    "From": r"(whatsapp:)?\+[1-9]\d{5,14}|[A-Za-z0-9 +_&-]{1,11}",
    "MessagingServiceSid": r"MG[0-9a-fA-F]{32}",
    "ContentSid": r"HX[0-9a-fA-F]{32}",
    "ContentVariables": r"\{.*\}",
    "Body": r"(?s).{1,1600}",
    "MediaUrl": r"https?://\S+",
    "StatusCallback": r"https?://\S+",
}

MANY = {"MediaUrl"}


@pytest.mark.parametrize(
    ("channel", "message"),
    [
        (made(), answer()),
        (
            made(templates=[TEMPLATE]),
            answer(template_id=TEMPLATE["content_sid"], template_values={"1": "x"}),
        ),
        (made(), answer(text="", attachments=(PICTURE,))),
        (text_channel(), answer(attachments=(PICTURE, PICTURE))),
        (text_channel(messaging_service_sid=SERVICE), answer()),
        (text_channel(sender_id="Zatyshok"), answer()),
        (text_channel(receipts=False), answer()),
    ],
)
async def test_a_request_says_nothing_that_twilio_does_not_know(channel, message):
    form = await posted(channel, message)

    names = [name for name, _ in form]
    assert [one for one in names if names.count(one) > 1 and one not in MANY] == []
    for name, value in form:
        assert re.fullmatch(TAKEN[name], value), name
    assert "To" in names
    assert len({"From", "MessagingServiceSid"} & set(names)) == 1
    assert {"Body", "MediaUrl", "ContentSid"} & set(names)
