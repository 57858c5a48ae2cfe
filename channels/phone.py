"""Calls by Twilio, translated from its callbacks and into its TwiML.

Every callback comes to a path of its own under ``/hooks/phone``:

    ""          a client calls; what to do is answered in TwiML
    dialed      ringing an agent is over, one way or another; answered in TwiML
    leg         how the agent's side of the call goes on
    voicemail   a client has left a message; answered in TwiML
    recording   a recording is ready
    status      how the client's side goes on (set in Twilio's console)

What a call's callbacks mean together, doubled and swapped, is decided by the hub.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from channels._twilio import checking
from channels._twilio.checking import STATUS, Line, Webhook
from channels._twilio.client import (
    SPECIMEN_PLACE,
    SPECIMEN_SETTINGS,
    SPECIMEN_TOKEN,
    form_fields,
    phone_number,
    required,
    signed_fields,
    signed_request,
)
from channels._twilio.rest import TwilioRest
from channels._twilio.script import PhoneSettings, Script
from channels.base import Adapter, Means, Place, Specimen
from hub.contracts import (
    CallEvent,
    CallMoment,
    Finding,
    HangUp,
    HookAnswer,
    Outcome,
    Received,
    WebhookRequest,
)
from hub.errors import PayloadError

#: Statuses after which a line is down.
OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
#: Statuses of an agent's leg, and of the whole dialling, that say a person answered.
PICKED_UP = frozenset({"in-progress", "answered"})
REACHED = frozenset({"completed", "answered"})

#: Takes a signed request and does nothing, to try the signature with.
PROBE = "probe"

Fields = Mapping[str, str]


Settings = PhoneSettings


class Channel(Adapter):
    """One Twilio account's calls. Nothing is sent by it: agents speak."""

    name = "phone"

    def __init__(self, settings: Settings, place: Place) -> None:
        self._settings = settings
        self._place = place
        self._rest = TwilioRest(settings)
        self._script = Script(settings, f"{place.public_url}/hooks/phone")
        self._translations: Mapping[str, Callable[[Fields], Sequence[CallEvent]]] = {
            "": self._incoming,
            "dialed": self._dialed,
            "leg": self._leg,
            "status": self._status,
            "voicemail": self._voicemail,
            "recording": self._recording,
        }

    def receive(self, request: WebhookRequest) -> Received:
        """See ``Adapter.receive``."""
        fields = signed_fields(request, self._settings)
        if request.path == PROBE:
            return Received()
        translate = self._translations.get(request.path)
        if translate is None:
            raise PayloadError(f"phone: nothing is known of {request.path!r}")
        return Received(tuple(translate(fields)))

    def respond(
        self, request: WebhookRequest, outcomes: Sequence[Outcome]
    ) -> HookAnswer:
        """Say in TwiML what the call does next. With nothing decided, it ends."""
        if request.path not in {"", "dialed", "voicemail"}:
            return HookAnswer()
        decided = next((one for one in reversed(outcomes) if one.directive), Outcome())
        fields = form_fields(request)
        said = self._script.write(
            decided.directive or HangUp(),
            decided.locale,
            caller=phone_number(fields.get("From", "")),
            called=fields.get("To", ""),
        )
        return HookAnswer(body=said.encode(), content_type="text/xml")

    async def fetch(self, url: str) -> bytes:
        """Fetch a recording. See ``Adapter.fetch``."""
        return await self._rest.download(url)

    async def close(self) -> None:
        """See ``Adapter.close``."""
        await self._rest.close()

    # --- Twilio's callbacks, as moments of a call

    def _incoming(self, fields: Fields) -> Sequence[CallEvent]:
        if fields.get("CallStatus") in OVER or _is_ours(fields):
            # Somebody set this path as the status callback too.
            return self._status(fields)
        return (self._event(CallMoment.RINGING, fields),)

    def _dialed(self, fields: Fields) -> Sequence[CallEvent]:
        status = required(fields, "DialCallStatus")
        line_is_down = fields.get("CallStatus") in OVER
        leg_id = fields.get("DialCallSid", "")
        events = []
        if status in REACHED:
            # Said before by the leg's callback, unless that one was lost.
            spoken = _seconds(fields, "DialCallDuration")
            events.append(
                self._event(CallMoment.ANSWERED, fields, duration=spoken, leg_id=leg_id)
            )
        elif not line_is_down:
            # With the client gone, it is he who gave up, not the agent who missed.
            events.append(self._event(CallMoment.AGENT_MISSED, fields, leg_id=leg_id))
        if line_is_down:
            events.append(self._event(CallMoment.ENDED, fields))
        return events

    def _leg(self, fields: Fields) -> Sequence[CallEvent]:
        # That nobody picked up is said by "dialed", whose answer decides what is next.
        if required(fields, "CallStatus") not in PICKED_UP:
            return ()
        return (
            CallEvent(
                channel=self.name,
                external_id=required(fields, "ParentCallSid"),
                moment=CallMoment.ANSWERED,
                # ``From`` of this leg is what the agent's phone shows, maybe our own.
                caller="",
                called="",
                agent_number=fields.get("To", ""),
                leg_id=fields.get("CallSid", ""),
                at=_told_at(fields),
            ),
        )

    def _status(self, fields: Fields) -> Sequence[CallEvent]:
        status = required(fields, "CallStatus")
        if fields.get("ParentCallSid"):
            return self._leg(fields)
        if _is_ours(fields) or status not in OVER:
            return ()
        # ``Duration`` beside it counts begun minutes, for the bill.
        lasted = _seconds(fields, "CallDuration")
        return (self._event(CallMoment.ENDED, fields, duration=lasted),)

    def _voicemail(self, fields: Fields) -> Sequence[CallEvent]:
        events = []
        if fields.get("RecordingSid") and fields.get("RecordingUrl"):
            events.append(self._recorded(CallMoment.VOICEMAIL, fields))
        if fields.get("CallStatus") in OVER:
            events.append(self._event(CallMoment.ENDED, fields))
        return events

    def _recording(self, fields: Fields) -> Sequence[CallEvent]:
        if required(fields, "RecordingStatus") != "completed":
            return ()
        required(fields, "RecordingSid")
        required(fields, "RecordingUrl")
        return (self._recorded(CallMoment.RECORDED, fields),)

    def _recorded(self, moment: CallMoment, fields: Fields) -> CallEvent:
        return self._event(
            moment,
            fields,
            duration=_seconds(fields, "RecordingDuration"),
            recording_id=fields["RecordingSid"],
            recording_url=fields["RecordingUrl"],
        )

    def _event(
        self,
        moment: CallMoment,
        fields: Fields,
        *,
        duration: timedelta | None = None,
        leg_id: str = "",
        recording_id: str = "",
        recording_url: str = "",
    ) -> CallEvent:
        return CallEvent(
            channel=self.name,
            external_id=required(fields, "CallSid"),
            moment=moment,
            caller=phone_number(fields.get("From", "")),
            called=fields.get("To", ""),
            leg_id=leg_id,
            duration=duration,
            recording_id=recording_id,
            recording_url=recording_url,
            at=_told_at(fields),
        )

    @property
    def addresses(self) -> Sequence[str]:
        """See ``Adapter.addresses``."""
        return self._settings.numbers

    def check(self, means: Means) -> AsyncIterator[Finding]:
        """See ``Adapter.check``."""
        base = f"{self._place.public_url}/hooks/phone"
        line = Line(
            settings=self._settings,
            place=self._place,
            ability="voice",
            webhooks=(
                Webhook(field="voice", url=base),
                Webhook(field=STATUS, url=f"{base}/status", vital=False),
            ),
            probe_url=f"{base}/{PROBE}",
        )
        return checking.check(line, means)

    @classmethod
    def specimen(cls) -> Specimen:
        """See ``Adapter.specimen``."""
        token, place = SPECIMEN_TOKEN, SPECIMEN_PLACE
        settings = Settings.model_validate(SPECIMEN_SETTINGS)
        said = {
            "CallSid": "CA" + "c" * 32,
            "From": "+380501112233",
            "To": "+380441110000",
            "CallStatus": "ringing",
            "Direction": "inbound",
        }
        url = f"{place.public_url}/hooks/phone"
        return Specimen(
            adapter=cls(settings, place),
            genuine=signed_request(url, said, token),
            forged=signed_request(url, said, "somebody-else"),
            unreadable=signed_request(url, {"From": "+380501112233"}, token),
        )


def _is_ours(fields: Fields) -> bool:
    """Tell whether we made this call ourselves; then it is no client's call."""
    return fields.get("Direction", "").startswith("outbound")


def _seconds(fields: Fields, name: str) -> timedelta | None:
    given = fields.get(name, "")
    if not given:
        return None
    try:
        return timedelta(seconds=int(given))
    except (ValueError, OverflowError) as error:
        raise PayloadError(f"phone: {name} is not a number") from error


def _told_at(fields: Fields) -> datetime | None:
    """Read when it happened, by Twilio's clock; many callbacks do not say."""
    try:
        told = parsedate_to_datetime(fields.get("Timestamp", ""))
    except ValueError:
        return None
    return told if told.tzinfo else told.replace(tzinfo=UTC)
