"""Who may see an event. Pure."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who follows the log, and the topics that he has a right to."""

    topics: frozenset[str]


def may_see(viewer: Viewer, topics: Collection[str]) -> bool:
    """Tell whether an event under these topics is the viewer's to see."""
    return not viewer.topics.isdisjoint(topics)
