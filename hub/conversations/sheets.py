"""A mail's style sheets, laid upon its elements. Pure; nothing is loaded.

What comes out is judged as if the mail had been written so: it goes through the same
strict lists as every other. A sheet that cannot be read, or would cost too much, is
left out, and the mail is shown without it.
"""

import re
from collections import Counter
from collections.abc import Set as AbstractSet

import css_inline
import nh3

from hub.conversations import css
from hub.tangles import is_too_much

# The inliner holds the interpreter while it works, so each bound is below half a second
# of it, tried with the worst pages that keep to all of them.
_LONGEST = 200_000
#: Of selectors times the elements that each is tried on.
_MOST_LOOKS = 1_000_000
#: How far up it is looked in the time of one look.
_ABOVE_AT_ONCE = 16
#: That all of them could write.
_MOST_LETTERS = 20_000_000
#: Of all names in one ``class``: each look reads them.
_LONGEST_CLASS = 500
#: The inliner writes a page by calling itself, and a thread's stack can be small.
_DEEPEST = 200

_SHEET = re.compile(r"<style((?:[^>\"]|\"[^\"]*\")*)>(.*?)</style>", re.DOTALL)
_MEDIA = re.compile(r'\bmedia="([^"]*)"')
_TAG = re.compile(r"<(/?)([a-z][\w-]*)")
_EMPTY = frozenset({"br", "col", "hr", "img", "wbr"})
_CLASSES = re.compile(r'class="([^"]*)"')
_ID = re.compile(r'id="([^"]*)"')
#: A body is none in the middle of a page; under this name it is found by its rules.
_STANDS_IN = "x-body"
_BODY = re.compile(r"<(/?)body(?=[\s/>])", re.IGNORECASE)
_STOOD_IN = re.compile(rf"<(/?){_STANDS_IN}(?=[\s/>])")
_BODY_NAME = re.compile(r"(?<![\w.#\\-])body(?![\w-])", re.IGNORECASE)


def with_sheets_laid_on(
    html: str,
    *,
    tags: AbstractSet[str],
    gone: AbstractSet[str],
    attributes: AbstractSet[str],
) -> str:
    """Give the page with the rules of its sheets as ``style`` of its elements.

    Args:
        html: As it came from outside; not too much (``hub.tangles``).
        tags: What will be kept of it; the rest is left out here already.
        gone: Whose content will not be kept either.
        attributes: Of the tags that will be kept.
    """
    # Of the many mails without a sheet this is all the cost; no program mixes letters.
    if "<style" not in html and "<STYLE" not in html:
        return html
    # Mended and without comments, so that its elements can be counted, and the inliner
    # meets nothing that it could read in another way than the lists do.
    mended = nh3.clean(
        _BODY.sub(rf"<\1{_STANDS_IN}", html),
        tags={*tags, "style", _STANDS_IN},
        clean_content_tags=set(gone) - {"style"},
        attributes={"*": {*attributes, "class", "id"}, "style": {"media"}},
        link_rel=None,
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
    )
    depth = _depth(mended)
    if is_too_much(mended) or depth > _DEEPEST:
        return html
    if not (sheet := _affordable(mended, depth)):
        return html
    inliner = css_inline.CSSInliner(
        inline_style_tags=False, load_remote_stylesheets=False
    )
    try:
        laid_on = inliner.inline_fragment(mended, sheet)
    except ValueError:
        return html
    return html if is_too_much(laid_on) else _STOOD_IN.sub(r"<\1body", laid_on)


def _affordable(mended: str, depth: int) -> str:
    """Give the harmless plain rules of the page's sheets; nothing if they are too many."""
    sheets = [sheet for how, sheet in _SHEET.findall(mended) if _is_for_screens(how)]
    classes = _CLASSES.findall(mended)
    if sum(map(len, sheets)) > _LONGEST or any(
        len(one) > _LONGEST_CLASS for one in classes
    ):
        return ""
    named = _named(mended, classes)
    kept, looks, letters = [], 0, 0
    for head, block in (rule for sheet in sheets for rule in css.rules(sheet)):
        meant = _meant(head, named)
        if not meant or not (said := css.declarations(block)):
            continue
        # For each further name it is looked at what stands above an element, too.
        looks += sum(
            count * (1 + selector.count(" ") * depth // _ABOVE_AT_ONCE)
            for selector, count in meant.items()
        )
        letters += sum(meant.values()) * len(said)
        if looks > _MOST_LOOKS or letters > _MOST_LETTERS:
            return ""
        kept.append(f"{','.join(meant)}{{{said}}}")
    return "".join(kept)


def _is_for_screens(attributes: str) -> bool:
    media = _MEDIA.search(attributes)
    return not media or css.holds_for_every_screen(media[1])


def _depth(mended: str) -> int:
    depth = deepest = 0
    for slash, name in _TAG.findall(mended):
        if slash:
            depth -= 1
        elif name not in _EMPTY:
            depth += 1
            deepest = max(deepest, depth)
    return deepest


def _named(mended: str, classes: list[str]) -> Counter[str]:
    """Count the elements of each tag, ``.class`` and ``#id``, and all as ``*``."""
    named = Counter(name for slash, name in _TAG.findall(mended) if not slash)
    named["*"] = named.total()
    for one in classes:
        named.update({f".{name}" for name in one.split()})
    named.update(f"#{one}" for one in _ID.findall(mended))
    return named


def _meant(head: str, named: Counter[str]) -> dict[str, int]:
    """Give on how many elements each selector has to be tried; none if on no element."""
    looks = {
        selector: min(named[name] for name in css.last_names(selector))
        for one in css.selectors(head)
        if (selector := _BODY_NAME.sub(_STANDS_IN, one))
    }
    return {selector: count for selector, count in looks.items() if count}
