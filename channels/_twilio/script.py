"""What a call is to do next, as TwiML, and the settings of how we speak."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from twilio.twiml.voice_response import Dial, VoiceResponse

from channels._twilio.client import TwilioSettings, is_plain_number
from hub.contracts import CallDirective, HangUp, Ring, TakeMessage

LEG_EVENTS = "initiated ringing answered completed"


class Voice(BaseModel):
    """Who speaks for us in one language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: Twilio's code of the language, as in ``uk-UA``.
    language: str
    #: Twilio's name of the voice.
    voice: str


def _voices() -> dict[str, Voice]:
    return {
        "en": Voice(language="en-GB", voice="Polly.Amy"),
        "uk": Voice(language="uk-UA", voice="Google.uk-UA-Standard-A"),
    }


class PhoneSettings(TwilioSettings):
    """The section ``[channels.phone]``."""

    #: Who speaks, by the client's language.
    voices: dict[str, Voice] = Field(default_factory=_voices)
    #: The language for clients whose own has no voice.
    locale: str = "en"
    #: Show agents the client's number on their phone; else our own.
    show_caller: bool = True
    #: Record talks, both sides apart, from the moment an agent answers. Ask your
    #: lawyer what must be said to the client before.
    record: bool = False
    #: After so many seconds of silence a client's message is taken as ended.
    silence: int = Field(8, ge=1)

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if not self.numbers:
            msg = "give numbers: the ones that clients call"
            raise ValueError(msg)
        if not is_plain_number(self.numbers):
            msg = "write numbers like +380441234567"
            raise ValueError(msg)
        if self.locale not in self.voices:
            msg = f"there is no voice for the locale {self.locale}"
            raise ValueError(msg)
        return self


class Script:
    """Writes TwiML for one phone channel.

    Args:
        settings: The channel's section.
        hooks: The public address under which Twilio's callbacks come back.
    """

    def __init__(self, settings: PhoneSettings, hooks: str) -> None:
        self._settings = settings
        self._hooks = hooks

    def write(
        self, directive: CallDirective, locale: str, *, caller: str, called: str
    ) -> str:
        """Write what the call does next.

        Args:
            directive: The hub's decision.
            locale: The client's language.
            caller: His number, or "" when he hides it.
            called: Our number that he called.
        """
        speech = VoiceResponse()
        self._say(speech, directive.greeting, locale)
        match directive:
            case Ring():
                shown = caller if self._settings.show_caller else ""
                self._ring(speech, directive, shown or called)
            case TakeMessage():
                self._take_message(speech, directive)
            case HangUp():
                speech.hangup()
        return str(speech)

    def _ring(self, speech: VoiceResponse, ring: Ring, shown: str) -> None:
        recorded = {
            "record": "record-from-answer-dual",
            "recording_status_callback": f"{self._hooks}/recording",
            "recording_status_callback_event": "completed",
        }
        dial = Dial(
            action=f"{self._hooks}/dialed",
            timeout=max(1, round(ring.timeout.total_seconds())),
            caller_id=shown or self._settings.numbers[0],
            **(recorded if self._settings.record else {}),
        )
        dial.number(
            ring.number,
            status_callback=f"{self._hooks}/leg",
            status_callback_event=LEG_EVENTS,
        )
        speech.append(dial)

    def _take_message(self, speech: VoiceResponse, take: TakeMessage) -> None:
        speech.record(
            action=f"{self._hooks}/voicemail",
            max_length=max(1, round(take.limit.total_seconds())),
            timeout=self._settings.silence,
            play_beep=True,
            recording_status_callback=f"{self._hooks}/recording",
            recording_status_callback_event="completed",
        )
        # Reached only when the caller said nothing at all.
        speech.hangup()

    def _say(self, speech: VoiceResponse, words: str, locale: str) -> None:
        if not words:
            return
        voices = self._settings.voices
        speaker = voices.get(locale, voices[self._settings.locale])
        speech.say(words, voice=speaker.voice, language=speaker.language)
