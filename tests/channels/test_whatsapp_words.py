"""The words by which a client says what he wants of us by WhatsApp, and our own."""

import pytest

from channels import _wishes, sms, whatsapp
from channels._twilio.client import signed_request
from channels.base import Place
from hub.contracts import Wish
from tests.channels.test_sms import GIVEN, TOKEN

PLACE = Place(
    public_url="https://hub.test", company="Затишок", country="UA", secret=b"k"
)

URL = "https://hub.test/hooks/whatsapp"

SAID = {
    "MessageSid": "SM1",
    "From": "whatsapp:+380501112233",
    "To": "whatsapp:+380441110000",
    "ProfileName": "Оля",
    "Body": "Так",
}


def made(**settings):
    return whatsapp.Channel(whatsapp.Settings.model_validate(GIVEN | settings), PLACE)


def text_channel(**settings):
    return sms.Channel(sms.Settings.model_validate(GIVEN | settings), PLACE)


def receive(fields, url=URL, path="", channel=None):
    (item,) = (
        (channel or made()).receive(signed_request(url, fields, TOKEN, path)).items
    )
    return item


# --- words


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("STOP", Wish.STOP),
        (" stop. ", Wish.STOP),
        ("Стоп!", Wish.STOP),
        ("«ВІДПИСАТИСЯ»", Wish.STOP),
        ("Не  пишіть", Wish.STOP),
        ("stop it please", None),
        ("Не зупиняйтесь", None),
        ("STOP \N{OCTAGONAL SIGN}", Wish.STOP),
        ("\u200b\uff33\uff34\uff2f\uff30\u2060", Wish.STOP),
        ("Arrêt.", Wish.STOP),
        ("Отписаться", Wish.STOP),
        ("Стоп-кран", None),
        ("Start", Wish.START),
        ("Старт", Wish.START),
        ("HELP?", Wish.HELP),
        ("Допомога", Wish.HELP),
        ("Потрібна допомога з котлом", None),
        ("stop" * 20, None),
        ("", None),
    ],
)
def test_a_wish_is_a_message_that_is_nothing_else(text, wish):
    fields = {"MessageSid": "SM1", "From": "+380501112233", "Body": text}

    one = receive(fields, "https://hub.test/hooks/sms", channel=text_channel())

    assert one.wish is wish
    assert one.text == text


@pytest.mark.parametrize(
    ("text", "settings", "is_answered"),
    [
        ("STOP", {}, True),
        ("Стоп", {}, False),
        ("STOP", {"answer_wishes": "all"}, False),
        ("Стоп", {"answer_wishes": "none"}, True),
    ],
)
def test_what_twilio_answers_we_do_not(text, settings, is_answered):
    fields = {"MessageSid": "SM1", "From": "+380501112233", "Body": text}
    channel = text_channel(**settings)

    one = receive(fields, "https://hub.test/hooks/sms", channel=channel)

    assert (one.wish, one.wish_answered) == (Wish.STOP, is_answered)


def test_twilio_s_own_reading_of_a_word_goes_first():
    fields = SAID | {"Body": "Basta", "OptOutType": "STOP"}

    one = receive(fields)

    assert (one.wish, one.wish_answered) == (Wish.STOP, True)


def test_by_whatsapp_an_order_may_be_cancelled():
    assert receive(SAID | {"Body": "Cancel"}).wish is None
    assert receive(SAID | {"Body": "stop"}).wish is Wish.STOP


def test_by_whatsapp_they_are_the_same_at_the_address_of_sms():
    def wish(text):
        fields = SAID | {"Body": text}
        return receive(
            fields, "https://hub.test/hooks/sms", channel=text_channel()
        ).wish

    assert [wish("Cancel"), wish("stop"), wish("Стоп")] == [None, Wish.STOP, Wish.STOP]


def test_the_words_are_the_company_s_own_if_it_wants():
    channel = text_channel(stop_words="basta, ja basta")
    fields = {"MessageSid": "SM1", "From": "+380501112233", "Body": "Ja  basta"}

    one = receive(fields, "https://hub.test/hooks/sms", channel=channel)

    assert one.wish is Wish.STOP


def test_to_stop_wins_where_a_word_is_in_two_lists():
    assert _wishes.Words.of(["end"], ["END"], []).read("end") is Wish.STOP
