"""The API on a real loopback port, over a real database."""

from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from config import Settings
from hub.access import sessions
from hub.access.invitations import Inviting
from hub.access.rights import ROLE_RIGHTS, effective
from hub.access.views import AccountView, account_view
from hub.notices.encryption import push_keys
from hub.notices.pushing import PushRules
from hub.reports.wallboard import Wallboard
from hub.storage.blobs import FolderBlobs
from hub.storage.tables import Account
from web import archives, security
from web.api.build import api_routes
from web.keys import (
    ADAPTERS,
    BLOBS,
    DATABASE,
    INVITING,
    PUSHING,
    REACHES,
    SECRET,
    SENDING,
    SETTINGS,
    WALLBOARD,
    WEBHOOK_KEY,
)
from web.pushing import PushServices

SECRET_BYTES = b"a secret of the tests, long enough"


@pytest.fixture
def settings() -> Settings:
    """The configuration; a test may ask for another by overriding it."""
    return Settings()


@pytest.fixture
def build(db, settings, tmp_path):
    """Make an application with the API and nothing else."""

    def make(routes=None, settings=settings) -> web.Application:
        app = web.Application()
        app[DATABASE], app[SETTINGS], app[SECRET] = db, settings, SECRET_BYTES
        app[ADAPTERS], app[REACHES] = {}, {"email": "email", "sms": "phone"}
        app[SENDING] = {}
        app[WEBHOOK_KEY] = b"signs webhooks in the tests"
        app[PUSHING] = PushRules(
            keys=push_keys(SECRET_BYTES),
            door=PushServices(patience=settings.notices.push_patience),
            base_url=settings.base_url,
            company=settings.company,
            after=settings.notices.push_after,
            good_for=settings.notices.push_good_for,
        )
        app[INVITING] = Inviting(
            key=SECRET_BYTES,
            base_url="https://hub.test",
            company=settings.company,
            zone=settings.timezone,
            mails=True,
            policy=settings.access,
        )
        app[BLOBS] = FolderBlobs(tmp_path / "files")
        app[WALLBOARD] = Wallboard(db, settings)
        security.install(app)
        archives.add(app)
        api_routes(app, routes)
        return app

    return make


@pytest.fixture
def serve():
    """Serve an application on a loopback port while the block lasts."""

    @asynccontextmanager
    async def serving(app):
        async with TestClient(TestServer(app)) as client:
            yield client

    return serving


@pytest_asyncio.fixture
async def client(build, serve):
    """Somebody without a sign-in."""
    async with serve(build()) as client:
        yield client


@pytest.fixture
def account(db, clock):
    """Make an account of a role, without a password."""
    made = []

    async def make(role="agent", **about) -> Account:
        made.append(role)
        async with db.begin() as uow:
            row = Account(
                email=f"{role}{len(made)}@example.test",
                name=f"{role.capitalize()} {len(made)}",
                role=role,
                locale="en",
                active=True,
                created_at=clock(),
            )
            for name, value in about.items():
                setattr(row, name, value)
            uow.session.add(row)
            await uow.session.flush()
        return row

    return make


def shown(row: Account) -> AccountView:
    """Show an account of a built-in role, with all its rights."""
    return account_view(row, effective(ROLE_RIGHTS[row.role]))


def api(path: str) -> URL:
    """Name a path of the API, as it is written and not as yarl would mend it."""
    return URL(f"/api/v1{path}", encoded=True)


class SignedIn:
    """A browser with a sign-in: its cookie, and the header that its page would send."""

    def __init__(self, client, account, secret):
        self.client = client
        self.account = account
        self.secret = secret
        self.csrf = security.csrf_token(client.app, secret)

    def request(self, method, path, *, csrf=True, headers=None, **how):
        """Call the API below its base, as the page does."""
        sent = {"Cookie": f"{security.COOKIE}={self.secret}"} | (headers or {})
        if csrf:
            sent[security.CSRF_HEADER] = self.csrf
        return self.client.request(method, api(path), headers=sent, **how)

    def get(self, path, **how):
        return self.request("GET", path, **how)

    def post(self, path, **how):
        return self.request("POST", path, **how)

    def put(self, path, **how):
        return self.request("PUT", path, **how)

    def patch(self, path, **how):
        return self.request("PATCH", path, **how)

    def delete(self, path, **how):
        return self.request("DELETE", path, **how)


@pytest.fixture
def signed_in(client, account, db, settings):
    """Sign in an account of a role (a new one unless given)."""

    async def sign_in(role="agent", *, who=None, on=client, **about) -> SignedIn:
        row = who or await account(role, **about)
        async with db.begin() as uow:
            secret, _ = await sessions.start(
                uow,
                row,
                remote="127.0.0.1",
                program="tests",
                policy=settings.access,
            )
        return SignedIn(on, row, secret)

    return sign_in
