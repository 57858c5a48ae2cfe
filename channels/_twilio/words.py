"""What Twilio's words and numbers mean, as data.

Twilio adds statuses and codes as it likes: what is missing here is told as a plain
refusal with its number in ``details``, never guessed.
"""

from collections.abc import Mapping

from hub.contracts import DeliveryState

#: Twilio's ``MessageStatus`` in our words. The first four all say "Twilio has it",
#: which is what ``DeliveryState.SENT`` means to the hub: none of them may be read as
#: "still in our own outbox". Words that are not here (``receiving``) concern no
#: message of ours and are passed over.
MESSAGE_STATES: Mapping[str, DeliveryState] = {
    "accepted": DeliveryState.SENT,
    "scheduled": DeliveryState.SENT,
    "queued": DeliveryState.SENT,
    "sending": DeliveryState.SENT,
    "sent": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "partially_delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.READ,
    "undelivered": DeliveryState.FAILED,
    "failed": DeliveryState.FAILED,
    "canceled": DeliveryState.FAILED,
}

#: Why a message did not arrive or was not taken: what happened, then what to do.
#: https://www.twilio.com/docs/api/errors
REASONS: Mapping[int, str] = {
    20003: "Twilio refused our sign-in. An administrator must check the SMS settings",
    20404: "Twilio does not know our account. An administrator must check the settings",
    20429: "Too many messages at once. It is sent again shortly",
    21211: "This is not a phone number. Check it with the client",
    21212: "Our own number is wrong. An administrator must check the SMS settings",
    21214: "This number cannot be called",
    21219: "A Twilio trial account only writes to numbers that were confirmed there",
    21265: "This number cannot be reached by SMS",
    21408: "SMS to this country is switched off at Twilio",
    21602: "The message is empty",
    21603: "Our own number is missing. An administrator must check the SMS settings",
    21604: "The client's number is missing",
    21606: "Our number cannot send SMS. An administrator must check the SMS settings",
    21607: "Our number cannot send SMS. An administrator must check the SMS settings",
    21608: "A Twilio trial account only writes to numbers that were confirmed there",
    21609: "Twilio cannot call our address back. Check the hub's public address",
    21610: "The client wrote STOP. Use another channel until he writes START",
    21611: "Too many messages wait for our number. It is sent again shortly",
    21612: "No way from our number to this one. Use another channel",
    21614: "This number takes no SMS. Use another channel",
    21617: "The message is too long for SMS. Shorten it",
    21619: "The message is empty",
    21635: "This is a landline, it takes no SMS. Call or use another channel",
    21654: "Twilio does not know this template. An administrator must check it",
    21655: "Twilio does not know this template. An administrator must check it",
    21656: "A value of the template is missing or wrong. Fill in all of them",
    21660: "Our number is of another account. An administrator must check the settings",
    21703: "The messaging service has no number. An administrator must check it",
    21730: "Twilio is being maintained. It is sent again shortly",
    30001: "Too many messages waited for our number. Send it again",
    30002: "Our Twilio account is suspended. An administrator must look",
    30003: "The phone is off or out of reach. Try later or use another channel",
    30004: "The client or his operator blocks our messages. Use another channel",
    30005: "No such number. Check it with the client",
    30006: "This is a landline or takes no SMS. Call or use another channel",
    30007: "The operator took it for spam. Write it in other words",
    30008: "The operator did not say why. Send it again or use another channel",
    30009: "A part of the message was lost on the way. Send it again",
    30010: "The message costs more than our limit allows",
    30011: "The operator takes no pictures. Send it by email",
    30034: "Our number is not registered with the operators of this country",
    30032: "Our number is not registered with the operators of this country",
    30036: "It waited too long for our number. Send it again",
    30410: "The operator was too slow. Send it again",
    30450: "The operator blocks our messages to this number. Use another channel",
    30453: "Too many messages to this number in a short time. Send it later",
    21620: "A file could not be sent. Check the hub's public address",
    21623: "Too many files for one message. Send fewer",
    30019: "The files are too large. Send smaller ones",
    63003: "This number has no WhatsApp. Use another channel",
    63005: "WhatsApp does not take this content. Write it in other words",
    63007: "Our own WhatsApp sender is wrong. An administrator must check the settings",
    63013: "WhatsApp refuses this message by its rules. Write it in other words",
    63015: "The WhatsApp sandbox only writes to numbers that have joined it",
    63016: "More than 24 hours since the client wrote. Choose a template",
    63018: "Too many messages at once. It is sent again shortly",
    63019: "WhatsApp could not fetch the file. Send it again or by email",
    63021: "WhatsApp does not take this content. Write it in other words",
    63024: "This number has no WhatsApp. Use another channel",
    63027: "WhatsApp does not know this template. An administrator must check it",
    63028: "A value of the template is missing. Fill in all of them",
    63032: "WhatsApp does not let us write to this client. Use another channel",
    63034: "The files are too large. Send smaller ones",
    63040: "WhatsApp rejected this template. An administrator must check it",
    63041: "WhatsApp paused this template. Choose another one",
    63042: "WhatsApp switched this template off. An administrator must check it",
    63049: "WhatsApp held the message back to spare the client. Use another channel",
}

#: The same as words that screens know in their own languages.
CAUSES: Mapping[int, str] = {
    20003: "sign_in",
    20404: "sign_in",
    20429: "rate",
    21211: "not_a_number",
    21212: "our_number",
    21219: "trial",
    21265: "no_sms",
    21408: "country_off",
    21602: "empty",
    21603: "our_number",
    21604: "not_a_number",
    21606: "our_number",
    21607: "our_number",
    21608: "trial",
    21610: "opted_out",
    21611: "rate",
    21612: "no_way",
    21614: "no_sms",
    21617: "too_long",
    21619: "empty",
    21620: "media_unreachable",
    21623: "too_many_files",
    21635: "landline",
    21654: "template_unknown",
    21655: "template_unknown",
    21656: "template_values",
    21660: "our_number",
    21703: "our_number",
    21730: "rate",
    30001: "overflow",
    30002: "suspended",
    30003: "phone_off",
    30004: "number_blocks",
    30005: "no_such_number",
    30006: "landline",
    30007: "spam",
    30008: "no_reason",
    30009: "part_lost",
    30010: "price",
    30011: "no_pictures",
    30019: "files_too_large",
    30032: "not_registered",
    30034: "not_registered",
    30036: "overflow",
    30410: "operator_slow",
    30450: "number_blocks",
    30453: "too_often",
    63003: "no_whatsapp",
    63005: "spam",
    63007: "our_number",
    63013: "spam",
    63015: "trial",
    63016: "window_closed",
    63018: "rate",
    63019: "media_unreachable",
    63021: "spam",
    63024: "no_whatsapp",
    63027: "template_unknown",
    63028: "template_values",
    63032: "whatsapp_spares",
    63034: "files_too_large",
    63040: "template_unknown",
    63041: "template_unknown",
    63042: "template_unknown",
    63049: "whatsapp_spares",
}

#: Codes of refusals that pass by themselves, whatever their HTTP status.
PASSING = frozenset({20429, 21611, 21730, 63018})
#: What they are when told of a message that Twilio had taken: nobody tries it again.
OVERFLOW = 30001


def cause(code: int | None) -> str:
    """Name the reason as a word, or "" for one that is not known."""
    return CAUSES.get(code, "") if code is not None else ""


def reason(code: int | None, provider_words: str = "") -> str:
    """Say in plain words why Twilio refused or failed, for the agent."""
    if code is None:
        return provider_words.strip()
    known = REASONS.get(code)
    if known is not None:
        return known
    return provider_words.strip() or f"Not delivered. Twilio's reason: {code}"
