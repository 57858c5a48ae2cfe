"""Play the providers: settings that point at the simulator, and the simulator itself."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from ipaddress import ip_address
from typing import Any

from aiohttp import web

from channels import simulator
from channels.email.settings import parse_endpoint
from channels.simulator import Simulator
from config import Settings, SettingsError
from config.settings import SimulatorSettings
from web.demo import forms
from web.demo.people import PERSONAS
from web.demo.trickle import Trickle
from web.keys import SETTINGS

COMPANY = "Zatyshok"
SUPPORT = "support@zatyshok.example"
#: Calls and SMS come to the first.
NUMBERS = ("+380441234567",)
#: What may be said by WhatsApp to who has not written for a day.
TEMPLATES: list[dict[str, str]] = [
    {
        "content_sid": "HX" + "1" * 32,
        "name": "Замовлення готове",
        "text": "{{1}}, ваше замовлення {{2}} готове. Чекаємо на вас. Затишок",
        "locale": "uk",
    },
    {
        "content_sid": "HX" + "2" * 32,
        "name": "Order is ready",
        "text": "{{1}}, your order {{2}} is ready. We look forward to seeing you. Zatyshok",
        "locale": "en",
    },
]

SIMULATOR = web.AppKey("simulator", Simulator)
TRICKLE = web.AppKey("trickle", Trickle)


def with_demo(settings: Settings) -> Settings:
    """Point every channel that is not set up at the simulator, in a demonstration.

    Outside of one the settings come back as they are. What is set up stays as it is.

    Raises:
        SettingsError: A demonstration where others could reach it.
    """
    if not settings.demo:
        return settings
    _check_apart(settings)
    settings = settings.model_copy(update={"simulator": _ports(settings)})
    company = COMPANY if "company" not in settings.model_fields_set else None
    played = _sections(settings, company or settings.company)
    return settings.model_copy(
        update={
            "channels": played | settings.channels,
            "company": company or settings.company,
        }
    )


def _ports(settings: Settings) -> SimulatorSettings:
    """Give each hub of a machine mail ports of its own, beside its port.

    What was set stays; on the usual port they are the usual ones.
    """
    given = settings.simulator
    if settings.port == Settings.model_fields["port"].default:
        return given
    beside = {
        name: f"127.0.0.1:{settings.port + number}"
        for number, name in enumerate(("smtp_listen", "lmtp_listen", "relay"), start=1)
        if name not in given.model_fields_set
    }
    return given.model_copy(update=beside)


def add(app: web.Application) -> None:
    """Mount the simulator. It stands before the channels listen, and ends after them.

    To be called before the channels' own receivers are given to the application.
    """
    settings = app[SETTINGS]
    stage = _stage(settings)
    app[SIMULATOR] = stage

    async def playing(_: web.Application) -> AsyncIterator[None]:
        async with AsyncExitStack() as opened:
            try:
                await opened.enter_async_context(stage.running())
            except OSError as error:
                where = "{}:{}".format(*stage.mails.address)
                why = f"cannot listen on {where}: {error.strerror or error}"
                raise SettingsError(
                    [f"simulator.relay: {why}. Set ROZMOVA_SIMULATOR__RELAY."]
                ) from error
            yield

    app.cleanup_ctx.append(playing)
    _add_trickle(app, stage)
    app.add_subapp(simulator.PREFIX, stage.app)


def _add_trickle(app: web.Application, stage: Simulator) -> None:
    settings = app[SETTINGS]
    trickle = Trickle(stage, settings, hub_url=_local_url(settings))
    app[TRICKLE] = trickle
    stage.app.add_routes(trickle.routes())

    # Started when everything else has been, and ended before anything else is.
    async def start(_: web.Application) -> None:
        await trickle.start()

    async def stop(_: web.Application) -> None:
        await trickle.stop()

    app.on_startup.append(start)
    app.on_shutdown.append(stop)


def _check_apart(settings: Settings) -> None:
    if settings.simulator.anywhere:
        return
    errors = []
    if not _is_loopback(settings.host):
        errors.append(f"demo: others could reach it at host {settings.host}")
    if settings.public_url is not None and settings.public_url.scheme == "https":
        errors.append("demo: a public_url by https looks like production")
    if errors:
        errors.append(
            "Its sign-ins are known to everybody. If you mean it, "
            "set ROZMOVA_SIMULATOR__ANYWHERE=true."
        )
        raise SettingsError(errors)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _sections(settings: Settings, company: str) -> dict[str, dict[str, Any]]:
    """Give the sections of all channels, with keys of this process's own."""
    twilio = {
        "account_sid": f"AC{secrets.token_hex(16)}",
        "auth_token": secrets.token_hex(16),
        "numbers": list(NUMBERS),
        "api_base_url": f"{_local_url(settings)}{simulator.PREFIX}/twilio",
    }
    ports = settings.simulator
    relay, port = parse_endpoint(ports.relay)
    return {
        "email": {
            "address": SUPPORT,
            "sender_name": company,
            "smtp_listen": ports.smtp_listen,
            "lmtp_listen": ports.lmtp_listen,
            "smtp": {"host": relay, "port": port, "tls": "none"},
        },
        "sms": dict(twilio),
        "whatsapp": twilio | {"templates": TEMPLATES},
        "phone": twilio | {"record": True, "locale": settings.locale},
        "webform": {"key": secrets.token_hex(16), "forms": forms.FORMS},
    }


def _stage(settings: Settings) -> Simulator:
    email = settings.channels.get("email", {})
    phone = settings.channels.get("phone") or settings.channels.get("sms", {})
    stage = simulator.build(
        _local_url(settings),
        _plain(phone.get("account_sid")) or f"AC{secrets.token_hex(16)}",
        _plain(phone.get("auth_token")) or secrets.token_hex(16),
        numbers=tuple(phone.get("numbers") or NUMBERS),
        support=email.get("address", SUPPORT),
        public_url=settings.base_url,
        smtp=parse_endpoint(settings.simulator.relay),
        personas=PERSONAS,
    )
    for one in settings.channels.get("whatsapp", {}).get("templates", ()):
        stage.twilio.texts.templates[str(one["content_sid"])] = str(one["text"])
    if listen := email.get("smtp_listen"):
        stage.mails.hub = parse_endpoint(listen)
    return stage


def _local_url(settings: Settings) -> str:
    """Tell where the hub answers on this machine, whatever its public address is."""
    return settings.model_copy(update={"public_url": None}).base_url


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else ""
