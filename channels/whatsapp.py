"""WhatsApp by Twilio: the same API as SMS, with rules of its own.

A client may be written to freely for 24 hours after his last message; later only by a
template that WhatsApp approved beforehand. Clients' messages come to
``/hooks/whatsapp``, news of our own ones to ``/hooks/whatsapp/status``.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from channels._twilio.client import (
    SPECIMEN_PLACE,
    SPECIMEN_SETTINGS,
    SPECIMEN_TOKEN,
    Listed,
    signed_request,
)
from channels._twilio.messages import (
    WHATSAPP,
    WHATSAPP_WORDS,
    Form,
    Messages,
    MessageSettings,
)
from channels.base import Place, Specimen
from hub.contracts import OutboundMessage, SendingRules, Template, Wish

#: Twilio's own limit for the text of one message.
MAX_TEXT = 1600
WINDOW = timedelta(hours=24)
MEGABYTE = 1024 * 1024
#: What WhatsApp takes, one file a message.
#: https://www.twilio.com/docs/whatsapp/guidance-whatsapp-media-messages
FILES: Mapping[str, int] = {
    "image/jpeg": 5 * MEGABYTE,
    "image/png": 5 * MEGABYTE,
    "audio/*": 16 * MEGABYTE,
    "video/mp4": 16 * MEGABYTE,
    "text/vcard": 16 * MEGABYTE,
    "application/*": 16 * MEGABYTE,
}


class TemplateSettings(BaseModel):
    """One approved template."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: Its content SID in Twilio's Content Template Builder.
    content_sid: str = Field(pattern=r"^HX[0-9a-fA-F]{32}$")
    #: As agents call it.
    name: str = Field(min_length=1, max_length=80)
    #: As the client reads it, with ``{{1}}`` where values are put in.
    text: str = Field(min_length=1, max_length=MAX_TEXT)
    #: Its language, as ``uk``.
    locale: str = Field("", max_length=10)


class Settings(MessageSettings):
    """The section ``[channels.whatsapp]``."""

    #: To write to clients who have not written for 24 hours.
    templates: tuple[TemplateSettings, ...] = ()
    stop_words: Listed = WHATSAPP_WORDS[Wish.STOP]
    start_words: Listed = WHATSAPP_WORDS[Wish.START]
    help_words: Listed = WHATSAPP_WORDS[Wish.HELP]

    @model_validator(mode="after")
    def _sends_from_somewhere(self) -> Self:
        if not (self.numbers or self.messaging_service_sid):
            msg = "give numbers or messaging_service_sid to send from"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _templates_are_different(self) -> Self:
        sids = [one.content_sid for one in self.templates]
        if len(set(sids)) < len(sids):
            msg = "templates: the same content_sid twice"
            raise ValueError(msg)
        return self


class Channel(Messages):
    """One Twilio account's WhatsApp senders."""

    name = "whatsapp"
    prefix = WHATSAPP
    _settings: Settings

    def __init__(self, settings: Settings, place: Place) -> None:
        super().__init__(settings, place)

    @property
    def sending_rules(self) -> SendingRules:
        """See ``Adapter.sending_rules``."""
        return SendingRules(
            window=WINDOW,
            templates=tuple(
                Template(
                    id=one.content_sid, name=one.name, text=one.text, locale=one.locale
                )
                for one in self._settings.templates
            ),
            max_text=MAX_TEXT,
            max_files=1,
            files=FILES,
        )

    def _from(self, message: OutboundMessage) -> Form:
        settings = self._settings
        if message.sender in settings.numbers:
            return [("From", f"{WHATSAPP}{message.sender}")]
        if settings.messaging_service_sid:
            return [("MessagingServiceSid", settings.messaging_service_sid)]
        return [("From", f"{WHATSAPP}{settings.numbers[0]}")]

    def _content(self, message: OutboundMessage) -> Form:
        if not message.template_id:
            return super()._content(message)
        form: Form = [("ContentSid", message.template_id)]
        if message.template_values:
            values = json.dumps(dict(message.template_values), ensure_ascii=False)
            form.append(("ContentVariables", values))
        return form

    @classmethod
    def specimen(cls) -> Specimen:
        """See ``Adapter.specimen``."""
        token, place = SPECIMEN_TOKEN, SPECIMEN_PLACE
        settings = Settings.model_validate(SPECIMEN_SETTINGS)
        said = {
            "MessageSid": "SM" + "b" * 32,
            "From": "whatsapp:+380501112233",
            "To": "whatsapp:+380441110000",
            "ProfileName": "Оля",
            "Body": "Чи можна забрати сьогодні?",
            "NumMedia": "0",
        }
        url = f"{place.public_url}/hooks/whatsapp"
        return Specimen(
            adapter=cls(settings, place),
            genuine=signed_request(url, said, token),
            forged=signed_request(url, said, "somebody-else"),
            unreadable=signed_request(url, {"Body": "from nobody"}, token),
            outbound=OutboundMessage(
                channel=cls.name,
                key="specimen",
                recipient="+380501112233",
                text="Так, до 19:00.",
            ),
        )
