"""What findings mean, and what to do, in words.

The words are in ``words/<language>.json``, where the workspace takes them from too, so
that a page and ``rozmova doctor`` say the same.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from hub.contracts import Finding

LANGUAGES = ("en", "uk")
#: Said of a code that a channel from elsewhere made up.
UNKNOWN = "unknown"


class _Facts(dict[str, Any]):
    """Facts of a finding; one that is missing leaves its place empty."""

    def __missing__(self, _: str) -> str:
        return ""


def name(check: str, language: str = "en") -> str:
    """Name what was tried."""
    known = catalogue(language)["checks"]
    return str(known.get(check, known.get(check.split(".", maxsplit=1)[0], check)))


def says(found: Finding, language: str = "en") -> str:
    """Say how it is."""
    return _filled("says", found, language)


def to_do(found: Finding, language: str = "en") -> str:
    """Say what to do about it; "" where there is nothing to do."""
    return _filled("do", found, language)


@cache
def catalogue(language: str) -> dict[str, dict[str, str]]:
    """Read the words of a language."""
    text = files(__package__).joinpath("words", f"{language}.json").read_text("utf-8")
    words: dict[str, dict[str, str]] = json.loads(text)
    return words


def _filled(part: str, found: Finding, language: str) -> str:
    known = catalogue(language)[part]
    code = found.code
    if code not in catalogue(language)["says"]:
        code = UNKNOWN
    facts = _Facts(found.facts, code=found.code)
    return " ".join(known.get(code, "").format_map(facts).split())
