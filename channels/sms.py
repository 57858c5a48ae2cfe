"""SMS and MMS by Twilio.

Clients' messages come to ``/hooks/sms``, news of our own ones to ``/hooks/sms/status``;
what we say leaves through Twilio's REST (``channels/_twilio/messages.py``).
"""

from collections.abc import Mapping
from typing import Self

from pydantic import Field, model_validator

from channels._twilio.client import (
    SPECIMEN_PLACE,
    SPECIMEN_SETTINGS,
    SPECIMEN_TOKEN,
    signed_request,
)
from channels._twilio.messages import Form, Messages, MessageSettings
from channels.base import Place, Specimen
from hub.contracts import OutboundMessage, SendingRules

#: Twilio's own limit for the text of one message.
MAX_TEXT = 1600
#: Pictures of one MMS.
MAX_FILES = 10
MEGABYTE = 1024 * 1024
#: What operators pass on, each up to so many bytes: pictures are made smaller by
#: Twilio, anything else must be small already.
#: https://www.twilio.com/docs/messaging/guides/accepted-mime-types
FILES: Mapping[str, int] = {
    "image/jpeg": 5 * MEGABYTE,
    "image/png": 5 * MEGABYTE,
    "image/gif": 5 * MEGABYTE,
    "image/*": 600 * 1024,
    "audio/*": 600 * 1024,
    "video/*": 600 * 1024,
    "text/vcard": 600 * 1024,
    "text/calendar": 600 * 1024,
    "application/pdf": 600 * 1024,
}


class Settings(MessageSettings):
    """The section ``[channels.sms]``."""

    #: A name instead of a number for whom we write to first, up to 11 Latin letters
    #: and digits. Nobody can answer it, and not every country takes it.
    sender_id: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9 +_&-]*[A-Za-z][A-Za-z0-9 +_&-]*$",
        max_length=11,
    )
    #: Pictures can be sent: only few countries have MMS.
    mms: bool = True
    #: A text may have at most so many parts, each of them paid.
    max_segments: int = Field(10, ge=1, le=10)

    @model_validator(mode="after")
    def _sends_from_somewhere(self) -> Self:
        if not (self.numbers or self.messaging_service_sid or self.sender_id):
            msg = "give numbers, messaging_service_sid or sender_id to send from"
            raise ValueError(msg)
        return self


class Channel(Messages):
    """One Twilio account's text messages."""

    name = "sms"
    _settings: Settings

    def __init__(self, settings: Settings, place: Place) -> None:
        super().__init__(settings, place)

    @property
    def sending_rules(self) -> SendingRules:
        """See ``Adapter.sending_rules``."""
        return SendingRules(
            max_text=MAX_TEXT,
            max_segments=self._settings.max_segments,
            counts_segments=True,
            max_files=MAX_FILES if self._settings.mms else 0,
            files=FILES,
        )

    def _from(self, message: OutboundMessage) -> Form:
        """Answer from the number that was written to; else as the settings want."""
        settings = self._settings
        if message.sender in settings.numbers:
            return [("From", message.sender)]
        if settings.messaging_service_sid:
            return [("MessagingServiceSid", settings.messaging_service_sid)]
        # Who wrote to us must be able to answer, so he never gets the name.
        if settings.sender_id and (not message.sender or not settings.numbers):
            return [("From", settings.sender_id)]
        return [("From", settings.numbers[0])]

    def _senders(self) -> tuple[str, ...]:
        name = self._settings.sender_id
        return (*self._settings.numbers, *((name,) if name else ()))

    @classmethod
    def specimen(cls) -> Specimen:
        """See ``Adapter.specimen``."""
        token, place = SPECIMEN_TOKEN, SPECIMEN_PLACE
        settings = Settings.model_validate(SPECIMEN_SETTINGS)
        said = {
            "MessageSid": "SM" + "a" * 32,
            "From": "+380501112233",
            "To": "+380441110000",
            "Body": "Чи готове моє замовлення?",
            "NumMedia": "0",
        }
        url = f"{place.public_url}/hooks/sms"
        return Specimen(
            adapter=cls(settings, place),
            genuine=signed_request(url, said, token),
            forged=signed_request(url, said, "somebody-else"),
            unreadable=signed_request(url, {"Body": "from nobody"}, token),
            outbound=OutboundMessage(
                channel=cls.name,
                key="specimen",
                recipient="+380501112233",
                text="Так, чекаємо на вас.",
            ),
        )
