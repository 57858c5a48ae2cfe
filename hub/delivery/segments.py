"""How many SMS a text is. Pure.

GSM 03.38 packs 160 letters into one SMS and 153 into each of several; a single letter
that it has not makes the whole text UCS-2, with 70 and 67. ``€`` and a few others take
two places. A letter is never torn between two parts. The screen counts the same way
(``web/ui/src/words/segments.ts``).
"""

from collections.abc import Callable

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: Behind an escape: two places each.
_EXTENDED = frozenset("\f^{}\\[~]|€")


def segments(text: str) -> int:
    """Count the parts of a text; an empty one has none."""
    if all(one in _BASIC or one in _EXTENDED for one in text):
        return _parts(text, 160, 153, lambda one: 2 if one in _EXTENDED else 1)
    return _parts(text, 70, 67, lambda one: 2 if ord(one) > 0xFFFF else 1)  # noqa: PLR2004 - what one UTF-16 unit holds


def _parts(text: str, single: int, part: int, cost: Callable[[str], int]) -> int:
    costs = [cost(one) for one in text]
    if sum(costs) <= single:
        return 1 if costs else 0
    parts, used = 1, 0
    for needs in costs:
        if used + needs > part:
            parts, used = parts + 1, 0
        used += needs
    return parts
