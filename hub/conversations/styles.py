"""Which inline styles of a foreign page are harmless.

Harmless is what changes the look of text in its own box. What loads (``url()``), what
moves or covers (``position``, negative margins, huge sizes) and what computes
(``var()``, ``expression()``) is not.
"""

import re


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_PROPERTIES = _names("""background-color border border-bottom border-bottom-color border-bottom-style
    border-bottom-width border-collapse border-color border-left border-left-color
    border-left-style border-left-width border-radius border-right border-right-color
    border-right-style border-right-width border-spacing border-style border-top
    border-top-color border-top-style border-top-width border-width clear color
    direction display float font font-family font-size font-style font-variant
    font-weight height letter-spacing line-height list-style-type margin margin-bottom
    margin-left margin-right margin-top max-height max-width min-width padding
    padding-bottom padding-left padding-right padding-top table-layout text-align
    list-style min-height overflow
    border-top-left-radius border-top-right-radius border-bottom-left-radius
    border-bottom-right-radius text-decoration text-indent text-transform vertical-align white-space width
    word-break word-spacing word-wrap overflow-wrap""")
_DISPLAYS = _names("""none block inline inline-block list-item table table-cell table-row
    table-row-group table-header-group table-footer-group table-column table-caption
    inline-table""")
#: Words of a ``background`` that are no colours.
_LAID = _names("""at border-box bottom center circle contain content-box cover ellipse fixed from
    inherit initial left linear local no-repeat none padding-box repeat repeat-x repeat-y
    revert right round scroll space to top unset""")
_PICTURE = re.compile(r"\burl\((?:'[^']*'|\"[^\"]*\"|[^)]*)\)", re.IGNORECASE)
_MIXED = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl)a?\([\d\s.,%/]*\)", re.IGNORECASE)
_WORD = re.compile(r"(?<![\w-])[a-z]+(?![\w(-])", re.IGNORECASE)
# Colours are the only functions that a property of text needs.
_VALUE = re.compile(
    r"(?:(?:rgba?|hsla?)\([\d\s.,%/]*\)|'[^'\\<>]*'|\"[^\"\\<>]*\"|[^()'\"\\<>@{};:])+",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(-?)(\d*\.?\d+)([a-z%]*)", re.IGNORECASE)
#: CSS pixels of one unit; a unit that is not here is refused (those of the window:
#: ``vw``, ``vh``, because they can fill it).
_PIXELS = {
    "": 1.0,
    "px": 1.0,
    "pt": 4 / 3,
    "pc": 16.0,
    "em": 16.0,
    "rem": 16.0,
    "ex": 8.0,
    "ch": 8.0,
    "%": 0.16,
    "in": 96.0,
    "cm": 37.8,
    "mm": 3.78,
}
_LARGEST = 2000.0
_LARGEST_TEXT = 100.0
_TEXT_SIZES = frozenset(
    {"font", "font-size", "line-height", "letter-spacing", "word-spacing"}
)


def harmless_style(style: str) -> str:
    """Keep the harmless declarations of a ``style`` attribute, in their order."""
    kept = []
    for declaration in re.sub(r"/\*.*?(?:\*/|$)", "", style, flags=re.DOTALL).split(
        ";"
    ):
        name, colon, value = declaration.partition(":")
        name, value = name.strip().lower(), value.strip()
        if name == "background":
            # What is written upon it was coloured for it: without it, white on white.
            name, value = "background-color", _colour(value)
        if colon and value and name in _PROPERTIES and _is_harmless(name, value):
            kept.append(f"{name}:{value}")
    return ";".join(kept)


def _colour(background: str) -> str:
    """Give the colour of a ``background``, or the first of what shades into another."""
    if "\\" in background:
        return ""
    bare = _PICTURE.sub(" ", background)
    if mixed := _MIXED.search(bare):
        return mixed[0]
    words = (word for word in _WORD.findall(bare) if word.lower() not in _LAID)
    return next(words, "")


def _is_harmless(name: str, value: str) -> bool:
    if not _VALUE.fullmatch(value):
        return False
    plain = value.lower().removesuffix("!important").strip()
    if name == "display":
        return plain in _DISPLAYS
    if name == "overflow":
        return plain == "hidden"
    if "color" in name or name == "font-family":
        return True
    without_colours = re.sub(
        r"(?:rgba?|hsla?)\([^)]*\)|#[0-9a-f]+|'[^']*'|\"[^\"]*\"", " ", plain
    )
    largest = _LARGEST_TEXT if name in _TEXT_SIZES else _LARGEST
    return all(
        not sign and _pixels(number, unit, name) <= largest
        for sign, number, unit in _NUMBER.findall(without_colours)
    )


def _pixels(number: str, unit: str, name: str) -> float:
    if name == "font" and not unit:
        # ``font: 700 14px ...``: the bare number is a weight.
        return 0.0
    if name == "line-height" and not unit:
        unit = "em"
    return float(number) * _PIXELS.get(unit.lower(), float("inf"))
