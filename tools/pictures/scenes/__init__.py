"""Every page of the product, and what is to be seen on it."""

from tools.pictures.scenes import clients, desk, talk, workspace
from tools.pictures.scenes.scene import GROUPS, Scene

#: In the order of the gallery. Those that change something come last in their file.
SCENES: tuple[Scene, ...] = (
    *desk.SCENES,
    *talk.SCENES,
    *workspace.SCENES,
    *clients.SCENES,
)

__all__ = ["GROUPS", "SCENES", "Scene"]
