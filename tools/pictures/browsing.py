"""A browser, and who sits before it."""

import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, BrowserContext, async_playwright

from tools.pictures.house import House
from web.demo.staff import PASSWORD

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Start the Chromium of this machine."""
    wanted = (os.environ.get("ROZMOVA_TEST_BROWSER") or "", *PROGRAMS)
    program = next((path for one in wanted if one and (path := shutil.which(one))), "")
    if not program:
        sys.exit("There is no Chromium here. Run tools/browser to get one.")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--disable-gpu", "--no-first-run"],
        )
        yield started
        await started.close()


async def window(
    opened: Browser, size: tuple[int, int], *, locale: str = "en", **more: object
) -> BrowserContext:
    """Open a window of a size in pixels, by day, without motion."""
    context = await opened.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale="uk-UA" if locale == "uk" else "en-GB",
        timezone_id="Europe/Kyiv",
        color_scheme="light",
        reduced_motion="reduce",
        **more,  # type: ignore[arg-type]
    )
    await context.add_init_script(f"localStorage.setItem('rozmova.locale', '{locale}')")
    return context


async def sign_in(context: BrowserContext, house: House, email: str) -> None:
    """Sign somebody of the demo company in."""
    answer = await context.request.post(
        f"{house.base}/api/v1/session", data={"email": email, "password": PASSWORD}
    )
    if not answer.ok:
        sys.exit(f"Could not sign in as {email}: {await answer.text()}")
