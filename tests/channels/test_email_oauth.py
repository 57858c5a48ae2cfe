"""Signing in by tokens: asked for, renewed in time, and explained when refused."""

import asyncio
import base64
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult
from pydantic import ValidationError

from channels.email import Channel
from channels.email.oauth import NoTokenError, Tokens, Wallet
from channels.email.settings import ImapSettings
from channels.email.settings_oauth import OAuthSettings
from hub.errors import TransientSendError
from tests.channels.imap_server import mailbox
from tests.channels.keep import Kept
from tests.channels.test_email_mailbox import Reading, mail
from tests.channels.test_email_reading import make

SECRET, REFRESH = "the app's secret", "a refresh token"


class Giver:
    """Who gives tokens, as the tests want it."""

    def __init__(self) -> None:
        self.url = ""
        self.asked = []
        self.life = 3600
        self.answer = None
        self.renews_to = None

    async def token(self, request):
        self.asked.append(dict(await request.post()))
        if self.answer is not None:
            status, body = self.answer
            return web.json_response(body, status=status)
        given = {
            "access_token": f"token {len(self.asked)}",
            "expires_in": self.life,
            "token_type": "Bearer",
        }
        if self.renews_to:
            given["refresh_token"] = self.renews_to
        return web.json_response(given)


@asynccontextmanager
async def giving():
    giver = Giver()
    app = web.Application()
    app.router.add_post("/token", giver.token)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    giver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/token"
    try:
        yield giver
    finally:
        await runner.cleanup()


def oauth(url, **more):
    return {
        "provider": "google",
        "client_id": "the app",
        "client_secret": SECRET,
        "refresh_token": REFRESH,
        "token_url": url,
        **more,
    }


def tokens(url, **more):
    return Tokens(OAuthSettings.model_validate(oauth(url, **more)), b"secret")


async def test_a_token_is_asked_for_once_however_many_want_it() -> None:
    async with giving() as giver:
        ours = tokens(giver.url)
        given = await asyncio.gather(*(ours.token() for _ in range(20)))

    assert set(given) == {"token 1"}
    assert giver.asked == [
        {
            "grant_type": "refresh_token",
            "client_id": "the app",
            "client_secret": SECRET,
            "refresh_token": REFRESH,
            "scope": "https://mail.google.com/",
        }
    ]


async def test_a_token_is_renewed_before_it_ends() -> None:
    async with giving() as giver:
        giver.life = 0
        ours = tokens(giver.url)
        first = await ours.token()
        giver.life = 3600
        second = await ours.token()
        third = await ours.token()

    assert (first, second, third) == ("token 1", "token 2", "token 2")


async def test_a_token_that_was_refused_is_not_given_again() -> None:
    async with giving() as giver:
        ours = tokens(giver.url)
        ours.refused(await ours.token())

        assert await ours.token() == "token 2"


async def test_microsoft_gives_tokens_to_the_app_itself() -> None:
    async with giving() as giver:
        ours = tokens(
            giver.url, provider="microsoft", tenant="shop.example", refresh_token=None
        )
        await ours.token()

    assert giver.asked[0]["grant_type"] == "client_credentials"
    assert giver.asked[0]["scope"] == "https://outlook.office365.com/.default"
    assert "refresh_token" not in giver.asked[0]


async def test_a_changed_refresh_token_outlives_a_restart_and_is_sealed() -> None:
    keep = Kept()
    async with giving() as giver:
        giver.renews_to = "a newer refresh token"
        first = tokens(giver.url)
        first.remember_in(keep)
        await first.token()
        second = tokens(giver.url)
        second.remember_in(keep)
        await second.token()
        by_hand = tokens(giver.url, refresh_token="set by hand")
        by_hand.remember_in(keep)
        await by_hand.token()

    assert [one["refresh_token"] for one in giver.asked] == [
        REFRESH,
        "a newer refresh token",
        "set by hand",
    ]
    assert "newer" not in "".join(keep.values.values())


@pytest.mark.parametrize(
    ("answer", "words", "lasting"),
    [
        ((400, {"error": "invalid_grant"}), "let the app in again", True),
        ((401, {"error": "invalid_client"}), "do not belong together", True),
        (
            (400, {"error": "invalid_scope", "error_description": "AADSTS1: no\nid"}),
            "AADSTS1: no",
            True,
        ),
        ((503, {}), "answers 503", False),
        ((200, {"token": "?"}), "no access_token", True),
        ((200, ["?"]), "answers 200", True),
    ],
)
async def test_what_is_wrong_is_said_in_plain_words(answer, words, lasting) -> None:
    async with giving() as giver:
        giver.answer = answer
        with pytest.raises(NoTokenError, match=words) as refused:
            await tokens(giver.url).token()

    assert refused.value.lasting is lasting
    assert SECRET not in str(refused.value)
    assert REFRESH not in str(refused.value)


async def test_nobody_there_is_said_without_what_was_to_be_sent() -> None:
    with pytest.raises(NoTokenError, match="cannot be reached") as refused:
        await tokens("http://127.0.0.1:9/token", timeout=2).token()

    assert not refused.value.lasting


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"provider": "other", "token_url": ""}, "needs a token_url"),
        ({"refresh_token": None}, "google needs a refresh_token"),
        (
            {"provider": "microsoft", "refresh_token": None},
            "tenant is needed",
        ),
        ({"token_url": "http://elsewhere.example/token"}, "token_url"),
    ],
)
def test_settings_that_cannot_do_are_named(given, words) -> None:
    with pytest.raises(ValidationError, match=words):
        OAuthSettings.model_validate(oauth("https://giver.example/token") | given)


def test_a_password_and_tokens_do_not_go_together() -> None:
    with pytest.raises(ValidationError, match="and not both"):
        ImapSettings.model_validate(
            {
                "host": "imap.example",
                "username": "we",
                "password": "x",
                "oauth": oauth("https://giver.example/token"),
            }
        )


def test_reading_and_sending_share_their_tokens() -> None:
    wallet = Wallet(b"secret")
    same = [
        wallet.tokens(OAuthSettings.model_validate(oauth("https://giver.example/t")))
        for _ in range(2)
    ]

    assert same[0] is same[1]
    assert wallet.tokens(None) is None


async def test_a_mailbox_is_read_by_token_and_a_withdrawn_one_is_replaced(
    caplog,
) -> None:
    hub = Reading()

    async with giving() as giver, mailbox() as box:
        box.login.good_tokens = {"token 2"}
        channel = make(
            imap={
                "host": "127.0.0.1",
                "port": box.port,
                "tls": "none",
                "username": "we",
                "oauth": oauth(giver.url),
                "retry": 0.05,
            }
        )
        await box.put(mail("one"))
        async with channel.listening(hub.deliver, Kept()):
            await hub.until("one")
        await channel.close()

    assert box.login.tried == ["token 1", "token 2"]
    assert "refuses us" in caplog.text
    assert "token 1" not in caplog.text


class TokenRelay:
    """A relay that takes mail from whoever has the good token."""

    def __init__(self, good) -> None:
        self.good = good
        self.tried = []
        self.taken = []

    async def auth_XOAUTH2(self, _server, args):  # noqa: N802 - the library's name
        token = base64.b64decode(args[1]).decode().split("\x01")[1]
        self.tried.append(token.removeprefix("auth=Bearer "))
        return AuthResult(success=self.tried[-1] == self.good, handled=False)

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - likewise
        self.taken.append(envelope)
        return "250 OK"


async def test_mail_is_sent_by_token_and_a_withdrawn_one_is_replaced() -> None:
    relay = TokenRelay("token 2")
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(relay, auth_require_tls=False),
        "127.0.0.1",
        0,
    )
    async with giving() as giver:
        channel = make(
            smtp={
                "host": "127.0.0.1",
                "port": server.sockets[0].getsockname()[1],
                "tls": "none",
                "username": "we",
                "oauth": oauth(giver.url),
            }
        )
        message = Channel.specimen().outbound
        with pytest.raises(TransientSendError, match="refuses our sign-in"):
            await channel.send(message)
        await channel.send(message)
        giver.answer = (400, {"error": "invalid_grant"})
        unable = make(smtp=channel._settings.smtp)
        with pytest.raises(TransientSendError, match="let the app in again"):
            await unable.send(message)
        await unable.close()
        await channel.close()
    server.close()
    await server.wait_closed()

    assert relay.tried == ["token 1", "token 2"]
    assert len(relay.taken) == 1
