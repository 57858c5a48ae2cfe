"""The one policy of trying again. Pure.

Back off from ``first_retry``, doubled with each try up to ``longest_retry``, for
``give_up_after`` in all (48 hours unless the settings say otherwise). A permanent
error is never tried again. Spread by a fifth, so that a provider that comes back is
not met by everybody at once.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import SystemRandom

from config.settings import DeliverySettings

#: A pause is lengthened by up to this share of itself.
SPREAD = 0.2
_random = SystemRandom()


def next_try(
    attempts: int,
    *,
    first_tried_at: datetime,
    now: datetime,
    settings: DeliverySettings,
    retry_after: timedelta | None = None,
    chance: Callable[[], float] = _random.random,
) -> datetime | None:
    """Tell when to try again, or None to give up.

    Args:
        attempts: Tries so far, at least one.
        first_tried_at: When the first was.
        now: The present.
        settings: The policy's figures.
        retry_after: The provider's own wish, honoured where it is longer.
        chance: A number from 0 to 1; for tests.
    """
    doubled = settings.first_retry * 2 ** min(attempts - 1, 30)
    pause = min(doubled, settings.longest_retry) * (1 + SPREAD * chance())
    if retry_after is not None:
        pause = max(pause, retry_after)
    at = now + pause
    return at if at <= first_tried_at + settings.give_up_after else None
