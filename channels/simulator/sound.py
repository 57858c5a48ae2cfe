"""Sounds for recordings, made on the spot."""

import array
import io
import math
import sys
import wave

RATE = 8000
#: The longest recording that is made, in seconds; about a megabyte.
LONGEST = 60
LOUDNESS = 8000


def spoken(seconds: int, pitch: int = 220) -> bytes:
    """Make a WAV of so many seconds that sounds a little like syllables.

    Args:
        seconds: Its length; at least 1, at most ``LONGEST``.
        pitch: In hertz.
    """
    length = RATE * max(1, min(seconds, LONGEST))
    samples = array.array("h", (_sample(at / RATE, pitch) for at in range(length)))
    if sys.byteorder == "big":
        samples.byteswap()
    sound = io.BytesIO()
    with wave.open(sound, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(samples.tobytes())
    return sound.getvalue()


def _sample(at: float, pitch: int) -> int:
    # Four syllables a second, the voice falling a little within each.
    syllable = abs(math.sin(4 * math.pi * at))
    tone = math.sin(2 * math.pi * pitch * at * (1 - 0.05 * (at % 0.25)))
    return int(LOUDNESS * syllable * tone)
