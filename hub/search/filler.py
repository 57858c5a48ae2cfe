"""When search takes in what is new: soon, but not in the way of messages that come."""

from collections.abc import Callable
from datetime import datetime, timedelta

from hub.search import filling
from hub.storage.database import Database

#: Whether the flood has passed is looked at this often.
LOOK_AGAIN = timedelta(milliseconds=100)


class Filler:
    """Fills what search looks in, for one process."""

    def __init__(
        self,
        db: Database,
        *,
        most_words: int,
        behind: timedelta,
        is_pressed: Callable[[], bool],
    ) -> None:
        """Prepare it.

        Args:
            db: The database.
            most_words: See ``filling.step``.
            behind: The longest that it stands aside in a flood. What it then finds it
                takes in to the end, so that it falls no further behind.
            is_pressed: Tells whether messages come faster than they are taken in.
        """
        self._db = db
        self._most_words = most_words
        self._behind = behind
        self._is_pressed = is_pressed
        #: When all was taken in that there was.
        self._filled: datetime | None = None

    async def step(self) -> timedelta | None:
        """Take in a part of what there is; say when to come again."""
        if (
            self._filled is not None
            and self._is_pressed()
            and self._db.clock() < self._filled + self._behind
        ):
            return LOOK_AGAIN
        if await filling.step(self._db, most_words=self._most_words):
            return timedelta()
        self._filled = self._db.clock()
        return None
