"""Whatever a client sends, it is answered, and the connection stays."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FUZZ = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
REQUESTS = st.sampled_from(["follow", "presence", "typing", "events", "connect", ""])
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=True)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["cursor", "conversation_id", "kind"])
            | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)

ODDITIES = [
    "",
    "4",
    "42/agents,",
    "42/agents,[]",
    "42/agents,{}",
    "42/agents,null",
    "42/agents,3[]",
    '42/agents,"follow"',
    "42/agents," + "[" * 20_000,
    "42" + "9" * 5000 + "[]",
    '451-/agents,["follow",{"_placeholder":true,"num":0}]',
    "4/agents,",
    "44/agents,{}",
    "40/agents,{",
    "b////",
    "7",
    "x",
    "6",
    "5",
]


@FUZZ
@given(event=REQUESTS | JSON, said=st.lists(JSON, max_size=3))
async def test_every_request_is_answered(stand, line, event, said) -> None:
    desk = await line(stand)

    await desk.say(f"42/agents,1{json.dumps([event, *said])}")
    answer = await desk.answer(1)

    assert answer["ok"] is True or answer["code"] in {
        "invalid",
        "unknown_event",
        "cursor_lost",
    }


# 1 ends a connection and 41 leaves a namespace, by right.
@FUZZ
@given(
    packet=st.text(max_size=60).filter(lambda text: text[:1] != "1")
    | st.text(alphabet='0123456[]{}",-/agents', max_size=30).map("4".__add__)
    | st.binary(max_size=20)
)
async def test_no_packet_ends_a_connection(stand, line, packet) -> None:
    desk = await line(stand)
    if isinstance(packet, str) and packet.startswith(("41", "43")):
        packet = "4"

    if isinstance(packet, bytes):
        await desk.socket.send_bytes(packet)
    else:
        await desk.say(packet)
    await desk.say('42/agents,99["follow",{"cursor":0}]')

    assert (await desk.answer(99))["ok"]


async def test_known_oddities_do_not_end_a_connection(stand, line) -> None:
    desk = await line(stand)

    for number, packet in enumerate(ODDITIES, start=100):
        await desk.say(packet)
        await desk.say(f'42/agents,{number}["follow",{{"cursor":0}}]')

        assert (await desk.answer(number))["ok"], packet


async def test_a_message_above_the_limit_ends_the_connection(run, line) -> None:
    stand = await run(max_message_bytes=1024)
    desk = await line(stand)

    await desk.say("4" + "x" * 2000)

    assert await desk.ended() == 1009


async def test_an_error_of_ours_is_answered_without_its_reason(stand, line) -> None:
    desk = await line(stand)

    async def broken(*_):
        raise RuntimeError("postgresql://user:secret@host")

    stand.live.agents._follow = broken
    await desk.say('42/agents,1["follow",{"cursor":0}]')

    assert await desk.answer(1) == {"ok": False, "code": "internal"}


async def test_what_is_wrong_is_named(stand, line) -> None:
    desk = await line(stand)

    await desk.say('42/agents,1["follow",{"cursor":true}]')

    assert await desk.answer(1) == {
        "ok": False,
        "code": "invalid",
        "errors": {"cursor": "must be a whole number"},
    }
