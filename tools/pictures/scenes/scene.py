"""What a scene is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from tools.pictures.visit import Visit

Play = Callable[[Visit], Awaitable[None]]
Group = Literal["desk", "talk", "workspace", "settings", "clients"]
#: The parts of the gallery, in their order.
GROUPS: dict[Group, str] = {
    "desk": "The list and what opens over it",
    "talk": "The conversation",
    "workspace": "The other pages of the workspace",
    "settings": "Settings",
    "clients": "What clients see",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One page in one state."""

    #: The file's name.
    name: str
    title: str
    group: Group
    play: Play
    #: The routes that it shows, as the routers write them.
    shows: tuple[str, ...] = ()
    #: Who looks: the e-mail's first part, or nobody of ours.
    who: str | None = "james"
    #: A client in his portal looks.
    client: bool = False
    #: It changes something that another window would show: one width after another.
    alone: bool = False
    #: It is played after all the others, whose lists it would cover.
    last: bool = False
    #: The whole page is taken, and not what fits a screen.
    whole: bool = False
    #: The page has a theme of its own, which this key turns.
    theme_key: str | None = None


def opens(path: str) -> Play:
    """Just open a page."""

    async def play(at: Visit) -> None:
        await at.go(path)

    return play
