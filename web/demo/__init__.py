"""The demonstration: a made-up company, its history, and providers that are played.

What it needs is loaded when it is asked for: a hub that serves a real company has other
uses for the memory.
"""

from pathlib import Path

from aiohttp import web

from config import Settings
from hub.storage.database import Database

__all__ = ["add", "fill_hub", "with_demo"]


def with_demo(settings: Settings) -> Settings:
    """See ``simulated.with_demo``.

    Raises:
        SettingsError: A demonstration where others could reach it.
    """
    if not settings.demo:
        return settings
    from web.demo import simulated  # noqa: PLC0415 - see above

    return simulated.with_demo(settings)


def add(app: web.Application) -> None:
    """See ``simulated.add``."""
    from web.demo import simulated  # noqa: PLC0415 - see above

    simulated.add(app)


async def fill_hub(settings: Settings, folder: Path, db: Database) -> str:
    """See ``summary.fill_hub``.

    Raises:
        SettingsError: It is no demonstration; the company's sign-ins are public.
        FilledError: The hub has somebody else in it.
    """
    from web.demo import summary  # noqa: PLC0415 - see above

    return await summary.fill_hub(settings, folder, db)
