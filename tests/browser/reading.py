"""What axe-core finds wrong with a page, for those who do not see it or use no mouse."""

from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

#: WCAG 2.2 AA and what its practice adds.
PAGE = (
    "wcag2a",
    "wcag2aa",
    "wcag21a",
    "wcag21aa",
    "wcag22aa",
    "best-practice",
)
#: Over an open menu or dialog: it stands outside of the landmarks, as it must.
OVER = PAGE[:-1]
#: What another set of colours can break; the elements are the same ones.
COLOURS = ("color-contrast", "link-in-text-block")
_SCRIPT = Axe().axe_script
_RUN = """
async rules => {
  await Promise.all(document.getAnimations().map(one => one.finished.catch(() => {})))
  const found = await axe.run(document, {
    runOnly: rules,
    resultTypes: ['violations'],
    // Nothing of what these would fetch is looked at, and foreign mail is not ours.
    preload: false,
    iframes: false,
  })
  return found.violations.flatMap(one => one.nodes.map(node => ({
    rule: one.id, help: one.help, where: node.target.join(' '), html: node.html,
  })))
}
"""

#: The wall begins in a theme of its own, until somebody changes it.
_OWN_THEME = """
scheme => document.documentElement.dataset.surface === 'wall' &&
  document.documentElement.dataset.theme !== scheme
"""
#: The workspace says which theme it wears; what clients see follows their system.
_WEARS = "scheme => (document.documentElement.dataset.theme ?? scheme) === scheme"


async def faults(page: Page, name: str, tags: tuple[str, ...] = PAGE) -> list[str]:
    """Give what is wrong with a page as it stands, a line each."""
    return await _broken(page, name, {"type": "tag", "values": tags})


async def by_day_and_night(
    page: Page, name: str, tags: tuple[str, ...] = PAGE
) -> list[str]:
    """Give what is wrong with a page, and with its colours in the other theme."""
    await _wear(page, "light")
    found = await faults(page, f"{name}, light", tags)
    await _wear(page, "dark")
    return found + await _broken(
        page, f"{name}, dark", {"type": "rule", "values": COLOURS}
    )


async def _wear(page: Page, scheme: str) -> None:
    await page.emulate_media(color_scheme=scheme)
    if await page.evaluate(_OWN_THEME, scheme):
        await page.keyboard.press("Shift+D")
    await page.wait_for_function(_WEARS, arg=scheme)


async def _broken(page: Page, name: str, rules: dict[str, Any]) -> list[str]:
    if not await page.evaluate("typeof axe === 'object'"):
        await page.evaluate(_SCRIPT)
    found: list[dict[str, Any]] = await page.evaluate(_RUN, rules)
    return [
        f"{name}: {one['rule']} ({one['help']}) at {one['where']}: {one['html'][:160]}"
        for one in found
    ]
