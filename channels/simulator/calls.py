"""Twilio's Calls, played: a client rings, and the hub's TwiML is followed."""

import asyncio
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from enum import StrEnum
from uuid import uuid4

from channels.simulator import sound
from channels.simulator.behaviour import Behaviour
from channels.simulator.errands import Errands
from channels.simulator.hooks import Announcer, HubLine, Reply
from channels.simulator.state import Call, Stage, World

#: Shorter recordings are taken as silence, in seconds.
SHORTEST_MESSAGE = 1


class Move(StrEnum):
    """What a person does during a call."""

    ANSWER = "answer"
    DECLINE = "decline"
    AGENT_HANGS_UP = "agent_hangs_up"
    CALLER_HANGS_UP = "caller_hangs_up"
    #: The client has said what he wanted to the machine.
    MESSAGE_SAID = "message_said"


@dataclass(slots=True, kw_only=True)
class Recording:
    """What a machine has recorded."""

    sid: str
    call_sid: str
    content: bytes


class Calls:
    """Every call that goes through this Twilio."""

    def __init__(
        self,
        world: World,
        line: HubLine,
        behaviour: Behaviour,
        errands: Errands,
        account_sid: str,
    ) -> None:
        self.recordings: dict[str, Recording] = {}
        #: The account's address in the REST, where recordings are kept.
        self.rest = ""
        self.account_sid = account_sid
        self.world = world
        self.line = line
        self.behaviour = behaviour
        self._errands = errands
        self._plays: dict[str, _Play] = {}

    def ring(self, phone: str, called: str) -> Call:
        """Ring the hub as a client; what follows happens by itself."""
        call = Call(sid=f"CA{uuid4().hex}", phone=phone, called=called)
        self.world.calls.append(call)
        self.world.changed()
        play = _Play(self, call)
        self._plays[call.sid] = play
        self._errands.start(self._run(play))
        return call

    def do(self, call: Call, move: Move, *, seconds: int | None = None) -> None:
        """Let a person do something in a call.

        Args:
            call: The call; one that is over takes no more moves.
            move: What he does.
            seconds: How long he spoke, for ``MESSAGE_SAID``; measured if not given.
        """
        play = self._plays.get(call.sid)
        if play is not None:
            play.moves.put_nowait((move, seconds))

    async def _run(self, play: "_Play") -> None:
        try:
            await play.run()
        finally:
            self._plays.pop(play.call.sid, None)


class _Play:
    """One call, from its first ring to its end."""

    def __init__(self, calls: Calls, call: Call) -> None:
        self.call = call
        self.moves: asyncio.Queue[tuple[Move, int | None]] = asyncio.Queue()
        self._calls = calls
        self._announcer = Announcer(calls.line, calls.behaviour)
        self._caller_is_gone = False

    async def run(self) -> None:
        """Play it."""
        script = await self._ask(self._hook(""), {"CallStatus": "ringing"})
        greeted = script is not None
        while script is not None and not self._caller_is_gone:
            script = await self._play(script)
        lasted = int((datetime.now(UTC) - self.call.started_at).total_seconds())
        self._now_at(Stage.ENDED if greeted else Stage.FAILED)
        ended = {
            "CallStatus": "completed" if greeted else "failed",
            "CallDuration": str(lasted),
            "Duration": str(lasted // 60 + 1),
        }
        await self._tell(self._hook("/status"), ended)
        await self._announcer.finish()

    async def _play(self, script: ET.Element) -> ET.Element | None:
        """Follow one document; return the next one, or None when the call is over."""
        for verb in script:
            match verb.tag:
                case "Say":
                    await self._hear(verb)
                case "Pause":
                    await self._pause()
                case "Dial":
                    return await self._dial(verb)
                case "Record":
                    following = await self._record(verb)
                    if following is not None:
                        return following
                case "Redirect":
                    return await self._ask((verb.text or "").strip(), _GOING_ON)
                case "Hangup":
                    return None
                case _:
                    self.call.said.append(f"[{verb.tag}]")
            if self._caller_is_gone:
                return None
        return None

    async def _hear(self, verb: ET.Element) -> None:
        self.call.said.append((verb.text or "").strip())
        self._now_at(Stage.GREETED)
        await self._pause()

    async def _pause(self) -> None:
        await self._wait_for(
            {Move.CALLER_HANGS_UP}, self._calls.behaviour.delay.total_seconds()
        )

    async def _dial(self, verb: ET.Element) -> ET.Element | None:
        number = verb.find("Number")
        target = verb if number is None else number
        self.call.agent_number = (target.text or "").strip()
        leg = _Leg(f"CA{uuid4().hex}", target.get("statusCallback", ""))
        self._now_at(Stage.DIALING)
        await self._tell_leg(leg, "initiated")
        await self._tell_leg(leg, "ringing")
        move, _ = await self._wait_for(
            {Move.ANSWER, Move.DECLINE, Move.CALLER_HANGS_UP},
            float(verb.get("timeout", "30")),
        )
        talked = 0
        if move is Move.ANSWER:
            talked = await self._talk(verb, leg)
        status = _DIALLED[move]
        await self._tell_leg(leg, status, {"CallDuration": str(talked)})
        self.call.agent_number = ""
        self._now_at(Stage.GREETED)
        said = {
            "DialCallStatus": status,
            "DialCallSid": leg.sid,
            "DialCallDuration": str(talked),
            "DialBridged": "true" if talked else "false",
        }
        return await self._ask(verb.get("action", ""), self._state() | said)

    async def _talk(self, verb: ET.Element, leg: "_Leg") -> int:
        """Talk until one of the two hangs up; return the seconds."""
        began = datetime.now(UTC)
        self._now_at(Stage.TALKING)
        await self._tell_leg(leg, "in-progress")
        await self._wait_for({Move.AGENT_HANGS_UP, Move.CALLER_HANGS_UP}, None)
        talked = max(1, int((datetime.now(UTC) - began).total_seconds()))
        if "record" in verb.get("record", ""):
            recorded = self._keep(talked, pitch=180)
            await self._tell(verb.get("recordingStatusCallback", ""), recorded)
        return talked

    async def _record(self, verb: ET.Element) -> ET.Element | None:
        self._now_at(Stage.RECORDING)
        began = datetime.now(UTC)
        move, seconds = await self._wait_for(
            {Move.MESSAGE_SAID, Move.CALLER_HANGS_UP},
            float(verb.get("maxLength", "120")),
        )
        if seconds is None:
            seconds = int((datetime.now(UTC) - began).total_seconds())
            seconds = max(seconds, int(move is Move.MESSAGE_SAID))
        self._now_at(Stage.GREETED)
        if seconds < SHORTEST_MESSAGE:
            return None
        recorded = self._keep(seconds, pitch=220)
        pressed = {"Digits": "hangup"} if self._caller_is_gone else {}
        following = await self._ask(
            verb.get("action", ""), recorded | self._state() | pressed
        )
        await self._tell(verb.get("recordingStatusCallback", ""), recorded)
        return following

    def _keep(self, seconds: int, *, pitch: int) -> dict[str, str]:
        recording = Recording(
            sid=f"RE{uuid4().hex}",
            call_sid=self.call.sid,
            content=sound.spoken(seconds, pitch),
        )
        self._calls.recordings[recording.sid] = recording
        return {
            "RecordingSid": recording.sid,
            "RecordingUrl": f"{self._calls.rest}/Recordings/{recording.sid}",
            "RecordingDuration": str(seconds),
            "RecordingStatus": "completed",
        }

    async def _wait_for(
        self, moves: set[Move], patience: float | None
    ) -> tuple[Move | None, int | None]:
        """Return the first of these moves, or None when nobody made one in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while True:
                    move, seconds = await self.moves.get()
                    if move is Move.CALLER_HANGS_UP:
                        self._caller_is_gone = True
                    if move in moves:
                        return move, seconds
        return None, None

    def _now_at(self, stage: Stage) -> None:
        self.call.stage = stage
        self.call.since = datetime.now(UTC)
        self._calls.world.changed()

    def _state(self) -> dict[str, str]:
        return {"CallStatus": "completed"} if self._caller_is_gone else dict(_GOING_ON)

    def _hook(self, path: str) -> str:
        return self._calls.line.hook(f"phone{path}")

    def _fields(self, more: Mapping[str, str]) -> dict[str, str]:
        return {
            "AccountSid": self._calls.account_sid,
            "ApiVersion": "2010-04-01",
            "CallSid": self.call.sid,
            "From": self.call.phone,
            "Caller": self.call.phone,
            "To": self.call.called,
            "Called": self.call.called,
            "Direction": "inbound",
            **more,
        }

    async def _ask(self, url: str, more: Mapping[str, str]) -> ET.Element | None:
        """Ask the hub what comes next; None when it does not say."""
        if not url:
            return None
        reply: Reply = await self._calls.line.post(url, self._fields(more))
        if not reply.taken:
            return None
        try:
            return ET.fromstring(reply.body)  # noqa: S314 - written by our own hub
        except ET.ParseError:
            return None

    async def _tell(self, url: str, more: Mapping[str, str]) -> None:
        happened = {"Timestamp": format_datetime(datetime.now(UTC))}
        await self._announcer.tell(url, self._fields(happened | dict(more)))

    async def _tell_leg(
        self, leg: "_Leg", status: str, more: Mapping[str, str] | None = None
    ) -> None:
        of_the_leg = {
            "CallSid": leg.sid,
            "ParentCallSid": self.call.sid,
            "From": self.call.phone or self.call.called,
            "To": self.call.agent_number,
            "Direction": "outbound-dial",
            "CallStatus": status,
        }
        await self._tell(leg.callback, of_the_leg | dict(more or {}))


@dataclass(frozen=True, slots=True)
class _Leg:
    """The agent's side of a call."""

    sid: str
    callback: str


_GOING_ON = {"CallStatus": "in-progress"}
#: What became of the dialling, by what ended it.
_DIALLED = {
    Move.ANSWER: "completed",
    Move.DECLINE: "busy",
    Move.CALLER_HANGS_UP: "canceled",
    None: "no-answer",
}
