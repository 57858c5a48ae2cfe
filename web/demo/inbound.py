"""What comes in, as the channels would translate it."""

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from channels import webform
from channels.base import Place
from hub.contracts import (
    CallEvent,
    CallMoment,
    FormDefinition,
    InboundMessage,
    WebhookRequest,
)
from web.demo import forms, words
from web.demo.people import Person

NUMBER = "+380441234567"
SUPPORT = "support@zatyshok.example"
_KEY = "the key of the demo's own forms"
#: The share of mails that are written with a program that sends HTML.
_HTML = 0.3
_AT_HOME = {
    "uk": ("Родина", "rodyna@poshta.example"),
    "en": ("Family", "family@post.example"),
}


class Inbound:
    """Makes what clients send."""

    def __init__(self, chance: random.Random, place: Place) -> None:
        self._chance = chance
        self._forms = webform.Channel(
            webform.Settings.model_validate({"key": _KEY, "forms": forms.FORMS}), place
        )
        self._asked = {one.name: one for one in self._forms.seeds()}

    def forms(self) -> Sequence[FormDefinition]:
        """Give the forms that are filled in."""
        return list(self._asked.values())

    def mail(
        self,
        person: Person,
        subject: str,
        text: str,
        *,
        quoted: str,
        quoted_at: datetime | None,
        references: Sequence[str],
        at: datetime,
    ) -> InboundMessage:
        """Make a mail; with ``quoted`` it answers that."""
        whole = text
        if quoted and quoted_at is not None:
            whole = words.quoting(text, quoted, quoted_at, person.locale)
        return InboundMessage(
            channel="email",
            external_id=f"<{self._id()}@{person.email.partition('@')[2]}>",
            sender=person.email,
            sender_kind="email",
            sender_name=person.name,
            recipient=SUPPORT,
            # Some write for two, and want both to know.
            cc=(_AT_HOME[person.locale],) if len(text) % 9 == 0 else (),
            subject=subject,
            text=whole,
            visible_text=text,
            html=words.as_html(whole) if self._chance.random() < _HTML else "",
            references=tuple(references),
            sent_at=at - timedelta(seconds=self._chance.randint(1, 20)),
        )

    def sms(self, person: Person, text: str, at: datetime) -> InboundMessage:
        """Make an SMS."""
        return InboundMessage(
            channel="sms",
            external_id=f"SM{self._id()}",
            sender=person.phone,
            sender_kind="phone",
            recipient=NUMBER,
            text=text,
            sent_at=at,
        )

    def form(self, person: Person, text: str) -> InboundMessage:
        """Fill in a form."""
        name, answers = words.form_answers(person, text, chance=self._chance)
        body: dict[str, Any] = {**answers, webform.SUBMISSION_ID: self._id()}
        received = self._forms.receive(
            WebhookRequest(
                url="",
                path=name,
                body=json.dumps(body).encode(),
                headers={"Content-Type": "application/json", "X-Form-Key": _KEY},
                form=self._asked[name],
            )
        )
        (message,) = received.items
        if not isinstance(message, InboundMessage) or message.submission is None:
            raise TypeError(name)
        # What happened long ago is not confirmed by mail today.
        told = replace(message.submission, confirms=False)
        return replace(message, submission=told)

    def call_id(self) -> str:
        """Name a call as its provider would."""
        return f"CA{self._id()}"

    def call(
        self, person: Person, call_id: str, moment: CallMoment, **more: Any
    ) -> CallEvent:
        """Say something of a call."""
        return CallEvent(
            channel="phone",
            external_id=call_id,
            moment=moment,
            caller=person.phone,
            called=NUMBER,
            **more,
        )

    def recording_id(self) -> str:
        """Name a recording as its provider would."""
        return f"RE{self._id()}"

    def _id(self) -> str:
        return f"{self._chance.getrandbits(128):032x}"
