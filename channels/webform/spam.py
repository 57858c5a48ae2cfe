"""Tell what is like spam. Pure.

Nobody's word is thrown away for it: what is suspected is set aside, and a person has
the last word. So the signs are few, and each can be told to that person.
"""

import re
from collections.abc import Iterable
from datetime import timedelta

from channels.webform.settings import Settings

_LINK = re.compile(r"https?://|\bwww\.|\[url\b", re.IGNORECASE)
#: Links that who was very quick may have: he pasted the page that he asks about.
QUICK_LINKS = 1


def suspicion(
    settings: Settings,
    values: Iterable[str],
    *,
    trapped: bool,
    took: timedelta | None,
) -> str:
    """Say why a submission is like spam; "" when it is not.

    Args:
        settings: The channel's.
        values: What was typed.
        trapped: The field that people do not see was filled in.
        took: How long it took to fill in, where we know.
    """
    if trapped:
        return "a field that people do not see was filled in"
    said = "\n".join(values)
    folded = said.casefold()
    for word in settings.spam_words:
        if word.casefold() in folded:
            return f"it says “{word}”"
    links = len(_LINK.findall(said))
    # A quick hand alone is no sign: a password manager fills a form in a second.
    quick = took is not None and took < timedelta(seconds=settings.fastest)
    if quick and links > min(QUICK_LINKS, settings.spam_links):
        return f"{links} links, sent too fast for a person"
    if links > settings.spam_links:
        return f"{links} links"
    return ""
