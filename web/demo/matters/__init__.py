"""What the demo company's clients write and ring about, by language."""

from web.demo.matters import (
    en_before,
    en_since,
    uk_fitting,
    uk_sales,
    uk_warranty,
)
from web.demo.matters.matter import Matter, fill_in

MATTERS: dict[str, tuple[Matter, ...]] = {
    "uk": (*uk_sales.MATTERS, *uk_fitting.MATTERS, *uk_warranty.MATTERS),
    "en": (*en_before.MATTERS, *en_since.MATTERS),
}

__all__ = ["MATTERS", "Matter", "fill_in"]
