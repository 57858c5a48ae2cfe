"""``make pictures``, or ``python -m tools.pictures --help``."""

import argparse
import asyncio
import traceback
from pathlib import Path

from playwright.async_api import Error

from tools.pictures import browsing, gallery, house, singles
from tools.pictures.cast import find
from tools.pictures.scenes import SCENES
from tools.pictures.sheets import sheet, write
from tools.pictures.taking import Studio


async def main(asked: argparse.Namespace) -> int:
    """Take what was asked for; give how many scenes could not be played."""
    failed = 0
    async with house.standing(asked.data) as hub, browsing.browser() as opened:
        studio = Studio(
            browser=opened,
            house=hub,
            cast=await find(hub),
            locale=asked.locale,
            kept=asked.full,
        )
        for scene in sorted(SCENES, key=lambda one: one.last):
            if asked.names and not any(scene.name.startswith(n) for n in asked.names):
                continue
            try:
                taken = await studio.take(scene)
            except Error:  # one scene must not cost the others
                failed += 1
                print(f"{scene.name}: could not be played")
                traceback.print_exc(limit=-3)
                continue
            if asked.full is None:
                write(gallery.PAGES / f"{scene.name}.webp", sheet(taken))
        await studio.close()
        if not asked.names and asked.full is None:
            await singles.take_all(hub, opened)
            gallery.write_page()
    return failed


def asked() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Take the documentation's pictures.")
    parser.add_argument("names", nargs="*", help="only scenes that begin so")
    parser.add_argument("--data", type=Path, help="keep the hub here between runs")
    parser.add_argument("--full", type=Path, help="put full-size pictures here instead")
    parser.add_argument("--locale", default="en", help="the language of the pages")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(min(1, asyncio.run(main(asked()))))
