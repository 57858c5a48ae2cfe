"""Somebody before one page: what the scenes are told with."""

import json
from dataclasses import dataclass

from playwright.async_api import Locator, Page

from tools.pictures.cast import Cast
from tools.pictures.house import House

#: From this width on, the client's card stands beside the conversation.
CARD_FROM = 1360
#: Below, it is list or conversation.
DESK_FROM = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One page of one width."""

    page: Page
    house: House
    cast: Cast
    width: int

    def mark(self, name: str, **data: object) -> Locator:
        """Find by ``data-test`` and further marks, as in ``web/ui/TESTING.md``."""
        marks = {"test": name, **data}
        return self.page.locator(
            "".join(f"[data-{key}={json.dumps(str(v))}]" for key, v in marks.items())
        )

    async def go(self, path: str) -> None:
        """Open a page, and wait until nothing more comes."""
        where = path if path.startswith("http") else f"{self.house.base}{path}"
        await self.page.goto(where)
        await self.calm()

    async def calm(self) -> None:
        """Wait until nothing more comes: half a second without a request."""
        await self.page.wait_for_load_state("networkidle")

    async def desk(self, talk: int, *, at: int | None = None) -> None:
        """Open a conversation, if wanted at an entry of it."""
        await self.page.goto(
            f"{self.house.base}/desk/all/{talk}" + (f"?at={at}" if at else "")
        )
        await self.page.locator("[data-test=timeline][data-loaded=true]").wait_for()
        await self.calm()

    async def card(self) -> None:
        """Bring the client's card, where it is a drawer."""
        if self.width < CARD_FROM:
            await self.mark("open-card").click()
        await self.mark("client-card").locator("[data-test=address]").first.wait_for()

    async def write(self, words: str) -> None:
        """Write the answer; what was there before goes."""
        field = self.mark("composer-text")
        await field.click()
        await self.page.keyboard.press("Control+a")
        await self.page.keyboard.press("Delete")
        await self.page.keyboard.insert_text(words)

    async def press(self, name: str, **data: object) -> None:
        """Press what has this mark."""
        await self.mark(name, **data).first.click()

    async def shows(self, name: str, **data: object) -> None:
        """Wait until this is there."""
        await self.mark(name, **data).first.wait_for()
