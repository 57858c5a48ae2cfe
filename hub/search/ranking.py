"""In which order what was found is shown. Pure."""

import math
from datetime import datetime, timedelta

#: After so long a thing counts about a third of what it did when it was new.
FADES = timedelta(days=90)
#: What stays of its weight however old it is.
FLOOR = 0.35


def score(rank: float, at: datetime, now: datetime) -> float:
    """Weigh how well something fits against how long ago it was.

    Args:
        rank: By its words alone, above 0.
        at: When it was.
        now: The present.
    """
    age = max(timedelta(), now - at) / FADES
    return max(rank, 1e-6) * (FLOOR + (1 - FLOOR) * math.exp(-age))
