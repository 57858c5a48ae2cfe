"""The other pages of the workspace, and the settings."""

import re
from pathlib import Path

from tools.pictures.scenes.scene import Play, Scene, opens
from tools.pictures.visit import Visit

UI = Path(__file__).parents[3] / "web" / "ui" / "src"
SETTINGS = "/settings/:page?"
#: The pages of the settings as they call themselves, in their order.
PAGES: tuple[str, ...] = tuple(
    re.findall(
        r"\{ name: '(\w+)'",
        (UI / "components" / "settings" / "pages.ts").read_text("utf-8"),
    )
)
TITLES = {
    "own": "One’s own account",
    "notices": "What one is told",
    "sessions": "Where one is signed in",
    "accounts": "People",
    "roles": "Roles",
    "queues": "Queues",
    "hours": "Business hours",
    "channels": "Channels",
    "forms": "Forms",
    "answers": "Ready answers",
    "macros": "Macros",
    "tags": "Tags",
    "attributes": "Attributes",
    "retention": "How long things are kept",
    "tokens": "Keys for programs",
    "webhooks": "Webhooks",
    "audit": "Who did what",
}


async def _forgot(at: Visit) -> None:
    await at.go("/sign-in")
    await at.press("forgot")


async def _welcome(at: Visit) -> None:
    """Open the link of an invitation a second time."""
    await at.go("/welcome#ended")


async def _found(at: Visit) -> None:
    await at.go("/search?q=boiler")
    await at.shows("conversation-hit")


async def _quarantined(at: Visit) -> None:
    await at.go(f"/quarantine/{at.cast.waiting}")
    await at.shows("quarantine-case")


async def _wall(at: Visit) -> None:
    await at.go("/wall")
    await at.shows("tile")


async def _parts(at: Visit) -> None:
    await at.go("/components")
    await at.shows("components")
    await at.press("toast-show")


async def _settings(at: Visit) -> None:
    await at.go("/settings")
    await at.shows("settings-own")


def _pressed(page: str, *marks: str) -> Play:
    """Open a page of the settings, and press something on it."""

    async def play(at: Visit) -> None:
        await at.go(f"/settings/{page}")
        for mark in marks:
            await at.press(mark)
        await at.page.wait_for_load_state("networkidle")

    return play


def _page(name: str) -> Scene:
    return Scene(
        name=f"settings-{name}",
        title=TITLES.get(name, name.capitalize()),
        group="settings",
        play=opens(f"/settings/{name}"),
        who="admin",
        shows=(SETTINGS, f"/settings/{name}"),
    )


def _form(name: str, title: str, *pressed: str) -> Scene:
    page, _, _ = name.partition("-")
    return Scene(
        name=f"settings-{name}",
        title=title,
        group="settings",
        play=_pressed(page, *pressed),
        who="admin",
    )


SCENES = (
    Scene(
        name="sign-in",
        title="Sign in",
        group="workspace",
        play=opens("/sign-in"),
        who=None,
        shows=("/sign-in",),
    ),
    Scene(
        name="sign-in-forgot",
        title="A forgotten password",
        group="workspace",
        play=_forgot,
        who=None,
    ),
    Scene(
        name="welcome",
        title="An invitation that has ended",
        group="workspace",
        play=_welcome,
        who=None,
        shows=("/welcome",),
    ),
    Scene(
        name="search-teach",
        title="Search, before one types",
        group="workspace",
        play=opens("/search"),
        shows=("/search",),
    ),
    Scene(
        name="search",
        title="Search",
        group="workspace",
        play=_found,
        shows=("/search",),
    ),
    Scene(
        name="agenda",
        title="The agenda",
        group="workspace",
        play=opens("/agenda"),
        shows=("/agenda",),
    ),
    Scene(
        name="notices",
        title="Notices",
        group="workspace",
        play=opens("/notices"),
        shows=("/notices",),
    ),
    Scene(
        name="quarantine",
        title="What nobody could read",
        group="workspace",
        play=_quarantined,
        who="admin",
        shows=("/quarantine/:id(\\d+)?",),
    ),
    Scene(
        name="wall",
        title="The wall",
        group="workspace",
        play=_wall,
        who="oleh",
        theme_key="Shift+d",
        shows=("/wall",),
    ),
    Scene(
        name="components",
        title="The parts",
        group="workspace",
        play=_parts,
        shows=("/components",),
        whole=True,
    ),
    Scene(
        name="settings",
        title="Settings",
        group="settings",
        play=_settings,
        who="admin",
        shows=(SETTINGS,),
    ),
    *map(_page, PAGES),
    _form("accounts-edit", "A colleague", "account-edit"),
    _form("roles-edit", "A role", "role-edit"),
    _form("queues-edit", "A queue", "queue-edit"),
    _form("hours-edit", "A calendar", "hours-edit"),
    _form("forms-edit", "A form", "form-edit"),
    _form("answers-edit", "A ready answer", "answer-edit"),
    _form("macros-edit", "A macro", "macro-edit"),
    _form("webhooks-new", "A new webhook", "webhook-new"),
)
