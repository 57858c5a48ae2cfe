"""Who comes in, who stays, and what no client can do."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import ClientSession, WSServerHandshakeError

from hub.access.events import RoleChanged
from hub.access.portal_sessions import PortalSignedIn, PortalSignedOut
from hub.log.events import STAFF, account_topic
from realtime.viewers import PortalViewer
from tests.realtime.stand import (
    Counted,
    Line,
    Screen,
    SessionEnded,
    Whispered,
    becomes,
)


async def test_nobody_unknown_comes_in(stand, stack) -> None:
    line = await stack.enter_async_context(Line())
    await line.open(stand, "nobody")

    answer = await line.enter()

    assert answer.startswith('44/agents,{"message":"not_signed_in"')
    assert stand.count("refused", namespace="/agents") == 1
    assert stand.count("connections", namespace="/agents") == 0


async def test_the_wiring_sees_cookies_auth_and_address(stand, screen) -> None:
    await screen(stand, "3", auth={"any": ["thing"]})

    handshake = stand.people.seen[-1]

    assert handshake.cookies["rozmova_session"] == "3"
    assert handshake.auth == {"any": ["thing"]}
    assert handshake.remote == "127.0.0.1"


async def test_when_nobody_can_tell_nobody_comes_in(stand, stack) -> None:
    async def broken(_):
        raise OSError

    stand.live.agents._authenticate = broken
    line = await stack.enter_async_context(Line())
    await line.open(stand)

    assert (await line.enter()).startswith('44/agents,{"message":"unavailable"')


@pytest.mark.parametrize("namespace", ["/", "/admin", "/agents2"])
async def test_there_is_no_other_way_in(stand, stack, namespace) -> None:
    line = await stack.enter_async_context(Line())
    await line.open(stand)

    answer = await line.enter(namespace)

    assert answer.startswith("44")


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "https://desk.example.evil.example", ""]
)
async def test_pages_of_other_origins_cannot_connect(stand, stack, origin) -> None:
    line = await stack.enter_async_context(Line())

    with pytest.raises(WSServerHandshakeError):
        # An empty one is as good as none, which is what programs send.
        await line.open(stand, Origin=origin or "https://")


async def test_pages_of_the_hub_can_connect(stand, stack) -> None:
    for origin in ("https://desk.example", stand.url):
        line = await stack.enter_async_context(Line())
        await line.open(stand, Origin=origin)

        assert (await line.enter()).startswith("40/agents,")


async def test_only_websockets_are_spoken(stand) -> None:
    url = f"{stand.url}/socket.io/?EIO=4&transport=polling"
    async with ClientSession() as http, http.get(url) as answer:
        assert answer.status == 400


async def test_a_connection_that_never_signs_in_is_cut(run, stack) -> None:
    stand = await run(join_within=timedelta(0))
    line = await stack.enter_async_context(Line())
    await line.open(stand)

    await stand.live._tidy()

    await line.ended()
    assert stand.count("cuts", reason="idle") == 1


async def test_a_connection_that_signed_in_is_not_cut(run, screen) -> None:
    stand = await run(join_within=timedelta(0))
    desk = await screen(stand)

    await stand.live._tidy()

    assert (await desk.follow(0))["ok"]


FORGED = [
    '["connect",{"aiohttp.request":{"cookies":{"rozmova_session":"2"}}},{}]',
    '["connect"]',
    '["connect",null,null]',
    '["connect",{}]',
    '["disconnect","server disconnect"]',
    '["disconnect"]',
    '["__init__"]',
    '["trigger_event","connect"]',
    '["entered",{}]',
]


async def test_the_librarys_own_events_cannot_be_played(stand, line) -> None:
    desk = await line(stand)

    for forged in FORGED:
        await desk.say(f"42/agents,7{forged}")
        assert await desk.answer(7) == {"ok": False, "code": "unknown_event"}, forged

    await desk.say('42/agents,8["follow",{"cursor":0}]')
    assert (await desk.answer(8))["ok"]
    assert stand.count("connections", namespace="/agents") == 1


async def test_nothing_is_answered_before_one_is_let_in(stand, stack) -> None:
    line = await stack.enter_async_context(Line())
    await line.open(stand, "nobody")
    await line.enter()

    await line.say('42/agents,1["follow",{"cursor":0}]')
    await line.say("40/agents,")

    assert (await line.hear()).startswith("44/agents,")


async def test_who_signed_out_is_shown_out_at_once(stand, screen) -> None:
    mine, other = await screen(stand, "1"), await screen(stand, "2")
    await other.follow(0)
    del stand.people.agents["1"]

    await stand.log(SessionEnded(account_id=1))

    async with asyncio.timeout(20):
        await mine.gone.wait()
    await stand.log(Counted(number=1))
    assert await other.until(2) == [2]
    assert stand.count("cuts", reason="revoked") == 1


async def test_what_a_role_may_not_any_more_its_people_hear_no_longer(
    run, screen
) -> None:
    stand = await run(recheck=timedelta(hours=1))
    mine, other = await screen(stand, "1"), await screen(stand, "2")
    await mine.follow(0)
    await other.follow(0)
    before = stand.people.agents["1"]
    stand.people.agents["1"] = replace(before, topics=frozenset({account_topic(1)}))

    # It names a role and nobody, so everybody is asked again.
    await stand.log(RoleChanged(role="helper", name="Helper", lost=("read",)))
    (line,) = [
        one for one in stand.live.agents.connections() if one.viewer.account_id == 1
    ]
    await becomes(lambda: STAFF not in line.viewer.topics)
    await stand.log(Counted(number=2))
    await stand.log(Whispered(to=(account_topic(1), STAFF)))

    assert await mine.until(3) == [3]
    assert await other.until(3) == [2, 3]


async def test_who_was_shown_out_does_not_come_back_by_himself(stand, line) -> None:
    desk = await line(stand, "1")
    del stand.people.agents["1"]

    await stand.log(SessionEnded(account_id=1))

    assert await desk.hear() == "41/agents,"
    assert await desk.ended() == 1008


async def test_a_right_that_ended_in_silence_is_noticed_by_the_recheck(
    run, screen
) -> None:
    stand = await run(recheck=timedelta(milliseconds=20))
    desk = await screen(stand)

    stand.people.agents.clear()

    async with asyncio.timeout(20):
        await desk.gone.wait()


async def test_a_client_whose_link_ended_is_shown_out(stand, screen) -> None:
    page = await screen(stand, namespace="/portal", auth={"token": "link-7"})
    stand.people.clients.clear()

    await stand.live.check_everybody()

    async with asyncio.timeout(20):
        await page.gone.wait()


async def test_a_client_who_signed_out_is_shown_out_and_nobody_else_is_asked(
    stand, screen
) -> None:
    stand.people.clients["link-8"] = PortalViewer(topics=frozenset({"client:8"}))
    desk = await screen(stand)
    page = await screen(stand, namespace="/portal", auth={"token": "link-7"})
    other = await screen(stand, namespace="/portal", auth={"token": "link-8"})
    stand.people.clients.clear()
    stand.people.seen.clear()

    await stand.log(PortalSignedIn(client_id=8, session_id=2))
    await stand.log(PortalSignedOut(client_id=7, session_id=1))

    async with asyncio.timeout(20):
        await page.gone.wait()
    assert not other.gone.is_set()
    assert not desk.gone.is_set()
    assert not stand.people.seen


async def test_nobody_is_shown_out_because_we_cannot_tell(stand, screen) -> None:
    desk = await screen(stand)

    async def broken(_):
        raise OSError

    stand.live.agents._authenticate = broken
    await stand.live.check_everybody()

    assert (await desk.follow(0))["ok"]


async def test_rights_that_change_count_from_the_next_event_on(stand, screen) -> None:
    desk = await screen(stand)
    await desk.follow(0)
    await stand.log(Whispered(to=("account:1",)))
    await desk.until(1)
    viewer = stand.people.agents["1"]
    stand.people.agents["1"] = type(viewer)(
        account_id=1, name="Agent 1", topics=frozenset({"staff"})
    )

    await stand.live.check_everybody()
    await stand.log(Whispered(to=("account:1",)), Counted(number=1))

    assert await desk.until(3) == [1, 3]


async def test_a_connection_that_is_gone_leaves_nothing_behind(
    stand, monkeypatch
) -> None:
    left, leave = asyncio.Event(), stand.live.agents.left
    monkeypatch.setattr(stand.live.agents, "left", lambda one: (leave(one), left.set()))
    async with Screen() as desk:
        await desk.connect(stand)
        await desk.follow(0)
        await desk.ask("presence", {"conversation_id": 5})
        assert stand.count("connections", namespace="/agents") == 1

    async with asyncio.timeout(20):
        await left.wait()

    assert stand.count("connections", namespace="/agents") == 0
    assert stand.live.presence.accounts(5) == []
    assert not stand.live.pump._level
    assert not stand.live.pump._aside
    assert not stand.live.pump._by_topic


async def test_end_of_the_server_is_told_as_such_and_lets_nobody_in(
    stand, line, stack
) -> None:
    desk = await line(stand)

    await stand.live.hang_up()

    assert await desk.ended() == 1001
    late = await stack.enter_async_context(Line())
    with pytest.raises(WSServerHandshakeError) as refused:
        await late.open(stand)
    assert refused.value.status == 503
