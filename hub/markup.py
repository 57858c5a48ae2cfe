"""Plain text from a mail's HTML, quotes marked as plain-text mails mark them."""

import html as markup
import re
from html.parser import HTMLParser

import nh3

from hub.tangles import is_too_much, loosened

_BREAKS = frozenset(
    {"address", "article", "br", "dd", "div", "dt", "footer", "header"}
) | {*("hr", "li", "section", "tr")}
_PARAGRAPHS = frozenset({"blockquote", "dl", "h1", "h2", "h3", "h4", "h5", "h6"}) | {
    *("ol", "p", "pre", "table", "ul")
}
_KEPT = {*_BREAKS, *_PARAGRAPHS, "a", "img", "td", "th"}
_GONE = {"head", "math", "script", "style", "svg", "template", "textarea", "title"}


def text_from_html(html: str) -> str:
    """Write down what HTML says; ``blockquote`` becomes ``> ``. Never raises."""
    if not html.strip():
        return ""
    if is_too_much(html):
        return markup.unescape(re.sub(r"<[^<>]*>?", " ", html)).strip()
    tidy = nh3.clean(
        loosened(html),
        tags=_KEPT,
        clean_content_tags=_GONE,
        attributes={"a": {"href"}, "img": {"alt"}},
        link_rel=None,
    )
    writer = _Writer()
    writer.feed(tidy)
    writer.close()
    return writer.text()


class _Writer(HTMLParser):
    """Reads HTML that nh3 has put in order, so it may trust the tags to match."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[tuple[int, str]] = []
        self._line = ""
        self._quoted = 0
        self._as_it_is = 0
        self._link = ""
        self._link_text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._separate(tag)
        self._quoted += tag == "blockquote"
        self._as_it_is += tag == "pre"
        given = dict(attrs)
        if tag == "li":
            self._line = "- "
        elif tag == "img":
            self._line += given.get("alt") or ""
        elif tag == "hr":
            self._line = "-" * 10
            self._end_line()
        elif tag == "a":
            self._link, self._link_text = given.get("href") or "", ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._tell_link()
        elif tag not in {"br", "td", "th"}:
            self._separate(tag)
        self._quoted -= tag == "blockquote"
        self._as_it_is -= tag == "pre"

    def handle_data(self, data: str) -> None:
        self._link_text += data
        if self._as_it_is:
            first, *others = data.split("\n")
            self._line += first
            for other in others:
                self._end_line()
                self._line = other
            return
        data = re.sub(r"[ \t\r\n]+", " ", data)
        if not self._line or self._line.endswith(" "):
            data = data.lstrip(" ")
        self._line += data

    def text(self) -> str:
        """Give what was read."""
        self._end_line(only_if_begun=True)
        written: list[str] = []
        for depth, line in self._lines:
            mark = "> " * depth
            shown = line.replace("\u00a0", " ").rstrip()
            if shown or (written and written[-1].strip("> ")):
                written.append((mark + shown).rstrip())
        while written and not written[-1].strip("> "):
            written.pop()
        return "\n".join(written).strip("\n")

    def _separate(self, tag: str) -> None:
        if tag == "br":
            self._end_line()
        elif tag in _PARAGRAPHS:
            self._end_line(only_if_begun=True)
            self._lines.append((self._quoted, ""))
        elif tag in _BREAKS:
            self._end_line(only_if_begun=True)
        elif tag in {"td", "th"} and self._line:
            self._line += " "

    def _end_line(self, *, only_if_begun: bool = False) -> None:
        if self._line.strip() or not only_if_begun:
            self._lines.append((self._quoted, self._line))
        self._line = ""

    def _tell_link(self) -> None:
        # A link whose words do not show where it leads would be lost in plain text.
        if self._link.startswith(("http://", "https://")):
            shown = self._link_text.strip()
            if shown and self._link.rstrip("/") not in {shown, shown.rstrip("/")}:
                self._line += f" <{self._link}>"
            elif not shown:
                self._line += self._link if self._line.strip() else ""
        self._link = ""
