"""Small pictures of images, drawn one at a time.

A picture of some kilobytes may unfold into hundreds of megabytes. One of them is
bearable; one for each mail that arrives at the same moment is the end of the process.
"""

import asyncio
import io
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from PIL import Image, ImageOps

#: The kind of every small picture.
MEDIA_TYPE = "image/webp"
#: Decoders that may be tried; the rest of Pillow's forty is only a way to be attacked.
_FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
_QUALITY = 80
_DRAWING = ThreadPoolExecutor(max_workers=1, thread_name_prefix="thumbnail")


async def draw(content: bytes, *, pixels: int, max_pixels: int) -> bytes | None:
    """Draw as ``thumbnail`` does, when the pictures before are done."""
    work = partial(thumbnail, content, pixels=pixels, max_pixels=max_pixels)
    return await asyncio.get_running_loop().run_in_executor(_DRAWING, work)


def thumbnail(content: bytes, *, pixels: int, max_pixels: int) -> bytes | None:
    """Draw an image at most ``pixels`` wide and high, upright. Pure, and slow.

    Args:
        content: The image's file.
        pixels: The longer side of the result.
        max_pixels: A larger image is not opened: a file of some kilobytes can
            unfold into gigabytes.

    Returns:
        A WebP file, or None when it is no image, damaged, or too large.
    """
    try:
        image = Image.open(io.BytesIO(content), formats=_FORMATS)
        if image.width * image.height > max_pixels:
            return None
        # JPEGs are read at a fraction of their size, which is much faster.
        image.draft("RGB", (pixels * 2, pixels * 2))
        image.thumbnail((pixels, pixels))
        # Turned when it is small: turning makes a copy.
        upright = ImageOps.exif_transpose(image)
        drawn = upright.convert("RGBA" if _is_see_through(upright) else "RGB")
        out = io.BytesIO()
        drawn.save(out, "WEBP", quality=_QUALITY)
    except Exception:  # noqa: BLE001 - on damaged files decoders raise just anything
        return None
    return out.getvalue()


def _is_see_through(image: Image.Image) -> bool:
    return image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
