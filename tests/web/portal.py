"""The portal on a real loopback port, and a browser without JavaScript, for tests."""

import io
import re
import zipfile
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urlencode

from aiohttp import DummyCookieJar, web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from channels.base import Place
from channels.webform import Channel
from channels.webform import Settings as FormsSettings
from config import Settings
from hub.access import portal_sessions
from hub.access.portal_sign_in import PORTAL_SIGN_IN, send_secret
from hub.conversations.intake.arrivals import Intake
from hub.conversations.intake.reception import Reception
from hub.log.feed import Feed
from hub.orders.shop import shop_of
from hub.storage import due
from hub.storage.blobs import FolderBlobs
from hub.storage.tables import Client, DueRow
from web import archives, forms, portal, security
from web.hooks.taking import Taking
from web.keys import (
    ADAPTERS,
    BLOBS,
    DATABASE,
    FEED,
    REACHES,
    SECRET,
    SETTINGS,
    TAKE,
)
from web.metrics import Metrics

SECRET_BYTES = b"a secret of the tests, long enough"
FORMS = {
    "key": "a key of the site's",
    "forms": {
        "ask": {
            "title": "Ask us",
            "thanks": "We answer today.",
            "fields": [
                {"name": "name", "label": "Your name"},
                {"name": "email", "label": "Email", "kind": "email"},
                {"name": "phone", "label": "Phone", "kind": "phone"},
                {
                    "name": "topic",
                    "label": "Topic",
                    "kind": "choice",
                    "choices": ["Delivery", "Return"],
                    "required": True,
                },
                {
                    "name": "question",
                    "label": "Question",
                    "kind": "textarea",
                    "required": True,
                    "max_length": 200,
                },
            ],
        }
    },
}


def make_app(db, data_dir, **changes) -> web.Application:
    """The portal and the forms, wired as the hub wires them."""
    settings = Settings(company="Zatyshok", **changes)
    channels = {"phone": "sms", "email": "email"}
    shop = shop_of(settings, SECRET_BYTES, channels)
    shop = replace(shop, base_url="https://hub.example")
    blobs = FolderBlobs(data_dir / "files")
    place = Place(
        public_url=settings.base_url,
        company=settings.company,
        country=settings.country,
        secret=b"a secret of the channels",
    )
    form_channel = Channel(FormsSettings.model_validate(FORMS), place)
    form_channel._now = db.clock
    intake = Intake(settings=settings, reply_key=b"reply key", shop=shop)
    app = web.Application()
    app[DATABASE], app[SETTINGS], app[SECRET] = db, settings, SECRET_BYTES
    app[BLOBS], app[FEED] = blobs, Feed(db)
    app[ADAPTERS] = {form_channel.name: form_channel}
    app[REACHES] = {"sms": "phone", "email": "email"}
    app[TAKE] = Taking(
        db=db,
        reception=Reception(db, blobs, intake),
        adapters=app[ADAPTERS],
        metrics=Metrics(),
    )
    security.install(app)
    archives.add(app)
    forms.add(app)
    portal.add(app, shop)
    return app


@asynccontextmanager
async def served(app):
    """Serve an application while the block lasts."""
    async with TestClient(TestServer(app), cookie_jar=DummyCookieJar()) as client:
        yield client


class Page:
    """What a browser without JavaScript has of an answer."""

    def __init__(self, status, path, html, headers):
        self.status = status
        self.path = path
        self.html = html
        self.headers = headers
        self.text = " ".join(_text(html).replace("\xa0", " ").split())

    @property
    def forms(self):
        """The forms: (action, fields)."""
        parser = _Forms()
        parser.feed(self.html)
        return parser.forms

    def field(self, name):
        """The value that a field holds now."""
        return next(
            fields[name] for _, fields in self.forms if fields.get(name) is not None
        )


class Browser:
    """One browser: its cookies, following redirects, sending forms as they are."""

    def __init__(self, client):
        self.client = client
        self.cookies = {}

    async def get(self, path, **headers):
        """Open an address."""
        return await self._ask("GET", path, None, headers)

    async def post(self, path, fields, **headers):
        """Send fields as a form would."""
        body = urlencode(fields)
        headers = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        return await self._ask("POST", path, body, headers)

    async def send(self, page, fields, *, form=0):
        """Fill a page's form in and press its button."""
        action, held = page.forms[form]
        return await self.post(action or page.path, {**held, **fields})

    async def fetch(self, path):
        """Download an archive and open it."""
        answer = await self.client.get(path, headers={"Cookie": self._jar})
        assert answer.status == 200
        return zipfile.ZipFile(io.BytesIO(await answer.read()))

    @property
    def _jar(self):
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    async def _ask(self, method, path, body, headers):
        answer = await self.client.request(
            method,
            path,
            data=body,
            headers={"Cookie": self._jar, "Accept": "text/html", **headers},
            allow_redirects=False,
        )
        for name, cookie in answer.cookies.items():
            if cookie.value:
                self.cookies[name] = cookie.value
            else:
                self.cookies.pop(name, None)
        html = await answer.text()
        if answer.status == 303:
            return await self._ask("GET", answer.headers["Location"], None, {})
        return Page(answer.status, path, html, answer.headers)


async def come_in(browser, app, client_id):
    """Be signed in, as if the code had been right."""
    async with app[DATABASE].begin() as uow:
        client = await uow.session.get_one(Client, client_id)
        secret = await portal_sessions.start(uow, client, policy=app[SETTINGS].access)
    browser.cookies["rozmova_portal"] = secret


async def send_secrets(app):
    """Do what the timers do, and return what would leave: the due rows' payloads."""
    db, shop = app[DATABASE], app[portal.PORTAL].shop
    async with db.begin() as uow:
        claims = await due.claim(
            uow.session,
            [PORTAL_SIGN_IN],
            now=uow.now,
            lease=timedelta(minutes=1),
            limit=10,
        )
    for claim in claims:
        async with db.begin() as uow:
            await send_secret(uow, claim, shop=shop)
            await due.settle(uow.session, claim)
    async with db.read() as session:
        rows = await session.scalars(
            select(DueRow).where(DueRow.kind == "send").order_by(DueRow.id)
        )
        return [row.payload for row in rows]


def _text(html):
    return unescape(re.sub(r"<[^>]+>", " ", html))


class _Forms(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms = []
        self._area = None

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.forms.append((given.get("action"), {}))
        elif tag == "input" and self.forms and "name" in given:
            self.forms[-1][1][given["name"]] = given.get("value") or ""
        elif tag == "textarea":
            self._area = given["name"]
            self.forms[-1][1][self._area] = ""
        elif tag == "select":
            self.forms[-1][1][given["name"]] = ""

    def handle_endtag(self, tag):
        if tag == "textarea":
            # The line break after the tag is not part of the text.
            fields = self.forms[-1][1]
            fields[self._area] = fields[self._area].removeprefix("\n")
            self._area = None

    def handle_data(self, data):
        if self._area is not None:
            self.forms[-1][1][self._area] += data
