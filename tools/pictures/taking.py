"""Play the scenes before a browser, and take each in every width and theme."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page

from tools.pictures import browsing
from tools.pictures.cast import Cast
from tools.pictures.house import House
from tools.pictures.scenes import Scene
from tools.pictures.sheets import SCREENS, TALLEST, THEMES
from tools.pictures.visit import Visit
from web.demo.staff import DOMAIN
from web.portal.session import COOKIE

Pictures = dict[tuple[int, str], bytes]


@dataclass(slots=True, kw_only=True)
class Studio:
    """Windows that stay open from scene to scene."""

    browser: Browser
    house: House
    cast: Cast
    locale: str = "en"
    #: Where each picture goes at its full size, if anywhere.
    kept: Path | None = None
    _windows: dict[tuple[str | None, bool, int], BrowserContext] = field(
        default_factory=dict
    )

    async def take(self, scene: Scene) -> Pictures:
        """Take one scene in all widths and themes."""
        taken: Pictures = {}
        if scene.alone:
            for size in SCREENS:
                taken |= await self._screen(scene, size)
        else:
            # Most of the time is waiting; three windows wait together.
            for one in await asyncio.gather(
                *(self._screen(scene, size) for size in SCREENS)
            ):
                taken |= one
        if self.kept is not None:
            for (width, theme), picture in taken.items():
                path = self.kept / f"{scene.name}-{width}-{theme}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(picture)
        return taken

    async def close(self) -> None:
        """Close all windows."""
        for one in self._windows.values():
            await one.close()

    async def _screen(self, scene: Scene, size: tuple[int, int]) -> Pictures:
        page = await (await self._window(scene, size)).new_page()
        try:
            await scene.play(
                Visit(page=page, house=self.house, cast=self.cast, width=size[0])
            )
            taken = {}
            for theme in THEMES:
                await _dress(page, scene, theme)
                taken[size[0], theme] = await _shoot(page, scene)
        finally:
            await page.close()
        return taken

    async def _window(self, scene: Scene, size: tuple[int, int]) -> BrowserContext:
        key = scene.who, scene.client, size[0]
        if key not in self._windows:
            context = await browsing.window(self.browser, size, locale=self.locale)
            if scene.who is not None:
                await browsing.sign_in(context, self.house, f"{scene.who}@{DOMAIN}")
            await context.add_cookies(
                [
                    {"name": name, "value": value, "url": self.house.base}
                    for name, value in self._cookies(scene)
                ]
            )
            self._windows[key] = context
        return self._windows[key]

    def _cookies(self, scene: Scene) -> list[tuple[str, str]]:
        known = [(COOKIE, self.cast.portal_cookie)] if scene.client else []
        return [*known, ("rozmova_portal_locale", self.locale)]


async def _dress(page: Page, scene: Scene, theme: str) -> None:
    if scene.theme_key is None:
        scheme = "dark" if theme == "dark" else "light"
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    elif await page.evaluate("document.documentElement.dataset.theme") != theme:
        await page.keyboard.press(scene.theme_key)


async def _shoot(page: Page, scene: Scene) -> bytes:
    await page.evaluate("document.fonts.ready.then(() => undefined)")
    # Two frames: what the theme or the last press has changed is drawn then.
    await page.evaluate(
        "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )
    if not scene.whole:
        return await page.screenshot(animations="disabled", caret="hide")
    size = await page.evaluate(
        "[document.documentElement.clientWidth, document.documentElement.scrollHeight]"
    )
    clip = {"x": 0, "y": 0, "width": size[0], "height": min(size[1], TALLEST)}
    return await page.screenshot(
        animations="disabled",
        caret="hide",
        full_page=True,
        clip=clip,  # type: ignore[arg-type]
    )
