"""Contact sheets: one page in three widths, by day above and by night below."""

from io import BytesIO
from pathlib import Path

from PIL import Image

#: The widths and the heights of the screens.
SCREENS = ((1440, 900), (1024, 768), (390, 844))
THEMES = ("light", "dark")
#: A page that is taken whole is cut here.
TALLEST = 2200
SCALE = 0.5
GAP = 16
QUALITY = 54
#: No sheet is larger, in bytes.
LARGEST = 120_000


def sheet(pictures: dict[tuple[int, str], bytes]) -> bytes:
    """Lay the pictures of one page together.

    Args:
        pictures: PNG files by width and theme.
    """
    rows = [
        [_small(pictures[width, theme]) for width, _ in SCREENS] for theme in THEMES
    ]
    heights = [max(one.height for one in row) for row in rows]
    width = sum(one.width for one in rows[0]) + GAP * (len(SCREENS) + 1)
    whole = Image.new("RGB", (width, sum(heights) + GAP * (len(rows) + 1)), "#c3c8d0")
    top = GAP
    for row, height in zip(rows, heights, strict=True):
        left = GAP
        for one in row:
            whole.paste(one, (left, top))
            left += one.width + GAP
        top += height + GAP
    return _webp(whole)


def _small(picture: bytes) -> Image.Image:
    image = Image.open(BytesIO(picture)).convert("RGB")
    size = round(image.width * SCALE), round(image.height * SCALE)
    return image.resize(size, Image.Resampling.LANCZOS)


def _webp(image: Image.Image) -> bytes:
    for quality in range(QUALITY, 20, -8):
        out = BytesIO()
        image.save(out, "WEBP", quality=quality, method=5)
        if out.tell() <= LARGEST:
            break
    return out.getvalue()


def write(path: Path, content: bytes) -> None:
    """Keep a sheet, and tell of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    print(f"{path.name}  {len(content) // 1000} kB")
