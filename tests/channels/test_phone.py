import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from channels import phone
from channels._twilio.client import signed_request
from channels.base import Place
from hub.contracts import CallMoment, HangUp, Outcome, Ring, TakeMessage
from hub.errors import PayloadError

TOKEN = "a-token-of-the-tests"
PLACE = Place(
    public_url="https://hub.test", company="Затишок", country="UA", secret=b"k"
)
GIVEN = {
    "account_sid": "AC" + "0" * 32,
    "auth_token": TOKEN,
    "numbers": ["+380441110000"],
}
CALL = {
    "CallSid": "CA1",
    "From": "+380501112233",
    "To": "+380441110000",
    "CallStatus": "in-progress",
    "Direction": "inbound",
}
GONE = {"CallStatus": "completed"}
RECORDING = {
    "RecordingSid": "RE1",
    "RecordingUrl": "https://api.twilio.com/2010-04-01/Accounts/AC0/Recordings/RE1",
    "RecordingDuration": "14",
}


def made(**settings):
    return phone.Channel(phone.Settings.model_validate(GIVEN | settings), PLACE)


def request(path, fields):
    return signed_request(f"https://hub.test/hooks/phone/{path}", fields, TOKEN, path)


def receive(path, fields):
    return made().receive(request(path, fields)).items


def moments(path, fields):
    return [one.moment.value for one in receive(path, CALL | fields)]


@pytest.mark.parametrize(
    ("path", "fields", "wanted"),
    [
        ("", {"CallStatus": "ringing"}, ["ringing"]),
        ("", GONE, ["ended"]),
        ("", {"Direction": "outbound-api", "CallStatus": "ringing"}, []),
        ("dialed", {"DialCallStatus": "completed"}, ["answered"]),
        ("dialed", {"DialCallStatus": "answered"}, ["answered"]),
        ("dialed", {"DialCallStatus": "no-answer"}, ["agent_missed"]),
        ("dialed", {"DialCallStatus": "busy"}, ["agent_missed"]),
        ("dialed", {"DialCallStatus": "failed"}, ["agent_missed"]),
        ("dialed", {"DialCallStatus": "canceled"} | GONE, ["ended"]),
        ("dialed", {"DialCallStatus": "completed"} | GONE, ["answered", "ended"]),
        ("leg", {"ParentCallSid": "CA0", "CallStatus": "ringing"}, []),
        ("leg", {"ParentCallSid": "CA0", "CallStatus": "in-progress"}, ["answered"]),
        ("leg", {"ParentCallSid": "CA0", "CallStatus": "answered"}, ["answered"]),
        ("leg", {"ParentCallSid": "CA0"} | GONE, []),
        ("status", {"CallStatus": "in-progress"}, []),
        ("status", GONE, ["ended"]),
        ("status", {"CallStatus": "no-answer"}, ["ended"]),
        ("status", GONE | {"Direction": "outbound-api"}, []),
        ("status", GONE | {"ParentCallSid": "CA0"}, []),
        ("voicemail", RECORDING, ["voicemail"]),
        ("voicemail", RECORDING | GONE, ["voicemail", "ended"]),
        ("voicemail", GONE, ["ended"]),
        ("recording", RECORDING | {"RecordingStatus": "completed"}, ["recorded"]),
        ("recording", RECORDING | {"RecordingStatus": "in-progress"}, []),
        ("recording", {"RecordingStatus": "absent"}, []),
    ],
)
def test_a_callback_is_a_moment_of_the_call(path, fields, wanted):
    assert moments(path, fields) == wanted


def test_every_moment_is_told_under_the_client_s_call():
    leg = {"CallSid": "CA2", "ParentCallSid": "CA1", "To": "+380671234567"}

    (answered,) = receive("leg", CALL | leg)

    assert answered.external_id == "CA1"
    assert answered.agent_number == "+380671234567"
    assert (answered.caller, answered.called) == ("", "")


def test_times_and_lengths_are_read():
    told = {
        "Timestamp": "Thu, 14 May 2026 10:00:05 +0000",
        "CallDuration": "75",
        "Duration": "2",
    }

    (ended,) = receive("status", CALL | GONE | told)

    assert ended.at == datetime(2026, 5, 14, 10, 0, 5, tzinfo=UTC)
    assert ended.duration == timedelta(seconds=75)


def test_a_recording_is_pointed_to():
    (left,) = receive("voicemail", CALL | RECORDING)

    assert left.moment is CallMoment.VOICEMAIL
    assert (left.recording_id, left.duration) == ("RE1", timedelta(seconds=14))
    assert left.recording_url.endswith("/Recordings/RE1")


@pytest.mark.parametrize(
    ("given", "known"),
    [
        ("+380501112233", "+380501112233"),
        ("+266696687", ""),
        ("anonymous", ""),
        ("Restricted", ""),
        ("+7378742833", ""),
        ("", ""),
        ("client:olena", ""),
        ("sip:+380501112233@sip.example", "+380501112233"),
        ("sip:olena@sip.example", ""),
    ],
)
def test_who_hides_his_number_is_nobody(given, known):
    (ringing,) = receive("", CALL | {"From": given, "CallStatus": "ringing"})

    assert ringing.caller == known


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("", {"From": "+38"}),
        ("dialed", CALL),
        ("leg", CALL),
        ("status", {"CallSid": "CA1"}),
        ("status", CALL | GONE | {"CallDuration": "long"}),
        ("status", CALL | GONE | {"CallDuration": "9" * 30}),
        ("recording", CALL),
        ("recording", CALL | {"RecordingStatus": "completed"}),
        ("nowhere", CALL),
    ],
)
def test_what_twilio_signed_and_nobody_understands_is_unreadable(path, fields):
    with pytest.raises(PayloadError):
        receive(path, fields)


def twiml(directive, locale="uk", path="", fields=None, **settings):
    asked = request(path, CALL | (fields or {}))
    answer = made(**settings).respond(
        asked, [Outcome(directive=directive, locale=locale)]
    )
    assert answer.content_type == "text/xml"
    return ET.fromstring(answer.body)  # noqa: S314 - our own words


RING = Ring(
    number="+380671234567", timeout=timedelta(seconds=20), greeting="Вітаємо & чекайте"
)


def test_a_call_is_put_through():
    response = twiml(RING)

    say, dial = response
    assert (say.tag, say.text, say.get("language")) == (
        "Say",
        "Вітаємо & чекайте",
        "uk-UA",
    )
    assert dial.attrib == {
        "action": "https://hub.test/hooks/phone/dialed",
        "timeout": "20",
        "callerId": "+380501112233",
    }
    (number,) = dial
    assert number.text == "+380671234567"
    assert number.get("statusCallback") == "https://hub.test/hooks/phone/leg"
    assert number.get("statusCallbackEvent") == "initiated ringing answered completed"


@pytest.mark.parametrize(
    ("fields", "settings"), [({"From": "anonymous"}, {}), ({}, {"show_caller": False})]
)
def test_the_agent_sees_our_number_where_the_client_s_cannot_be_shown(fields, settings):
    assert twiml(RING, fields=fields, **settings)[1].get("callerId") == "+380441110000"


def test_a_talk_is_recorded_only_where_it_was_set():
    recorded = twiml(RING, record=True)[1]

    assert recorded.get("record") == "record-from-answer-dual"
    assert (
        recorded.get("recordingStatusCallback")
        == "https://hub.test/hooks/phone/recording"
    )
    assert twiml(RING)[1].get("record") is None


def test_a_message_is_taken():
    take = TakeMessage(greeting="Після сигналу", limit=timedelta(seconds=90))

    say, record, hangup = twiml(take, path="dialed")

    assert say.text == "Після сигналу"
    assert record.get("action") == "https://hub.test/hooks/phone/voicemail"
    assert (
        record.get("recordingStatusCallback")
        == "https://hub.test/hooks/phone/recording"
    )
    assert (record.get("maxLength"), record.get("playBeep")) == ("90", "true")
    assert hangup.tag == "Hangup"


def test_a_call_is_ended():
    assert [verb.tag for verb in twiml(HangUp(greeting="Бувайте"))] == ["Say", "Hangup"]
    assert [verb.tag for verb in twiml(None)] == ["Hangup"]


def test_a_language_without_a_voice_gets_the_default_one():
    assert twiml(RING, locale="pl")[0].get("language") == "en-GB"


def test_only_what_asks_for_twiml_gets_it():
    for path in ("leg", "status", "recording"):
        answer = made().respond(request(path, CALL), [Outcome(directive=HangUp())])
        assert answer.body == b""


@pytest.mark.parametrize(
    "wrong",
    [{"numbers": []}, {"numbers": ["044 111"]}, {"locale": "fr"}, {"voices": {}}],
)
def test_settings_that_cannot_work_are_refused(wrong):
    with pytest.raises(ValidationError):
        made(**wrong)
