"""What the application and a request carry, each under a typed key."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from aiohttp import web

from channels.base import Adapter, Place
from config import Settings
from hub.access.invitations import Inviting
from hub.contracts import SendingRules
from hub.log.feed import Feed
from hub.notices.pushing import PushRules
from hub.reports.wallboard import Wallboard
from hub.storage.blobs import Blobs
from hub.storage.database import Database
from web.metrics import Metrics

if TYPE_CHECKING:
    from web.checks.running import Checks
    from web.hooks.taking import Taking

#: Says why a part is not ready; None when it is.
Part = Callable[[], Awaitable[str | None]]

DATABASE = web.AppKey("database", Database)
SETTINGS = web.AppKey("settings", Settings)
#: Signs what the hub gives out and must know again; see ``web/security.py``.
SECRET = web.AppKey("secret", bytes)
#: Where files are.
BLOBS: web.AppKey[Blobs] = web.AppKey("blobs")
#: The channels that are set up, by name.
ADAPTERS: web.AppKey[Mapping[str, Adapter]] = web.AppKey("adapters")
#: Which kind of address each channel that can send reaches, by the channel's name.
REACHES: web.AppKey[Mapping[str, str]] = web.AppKey("reaches")
#: What each channel can take, by its name.
SENDING: web.AppKey[Mapping[str, SendingRules]] = web.AppKey("sending")
#: Takes one delivery of a channel in; see ``web/hooks/taking.py``.
TAKE: web.AppKey["Taking"] = web.AppKey("take")
#: Signs what is sent to webhooks.
WEBHOOK_KEY = web.AppKey("webhook_key", bytes)
#: How notices are pushed to browsers.
PUSHING = web.AppKey("pushing", PushRules)
#: How colleagues are let in by links.
INVITING = web.AppKey("inviting", Inviting)
#: Where the hub is, as the channels are told.
PLACE = web.AppKey("place", Place)
#: Tries channels; see ``web/checks/running.py``.
CHECKS: web.AppKey["Checks"] = web.AppKey("checks")
#: The log as this process follows it.
FEED = web.AppKey("feed", Feed)
#: What walls are shown, read once for all that ask at a time.
WALLBOARD = web.AppKey("wallboard", Wallboard)
#: Counters and gauges for ``/metrics``.
METRICS = web.AppKey("metrics", Metrics)
#: What must work for the hub to be ready, by name.
PARTS: web.AppKey[dict[str, Part]] = web.AppKey("parts")

#: Names one request in logs and in answers.
REQUEST_ID = web.RequestKey("request_id", str)
