"""HTML from outside: nothing runs, nothing is fetched, nothing covers the page."""

import re
import shutil
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.async_api import async_playwright

from hub.conversations.sanitize import BLOCKED, blocked_count, sanitize
from hub.conversations.styles import harmless_style

HOSTILE = {
    "script": "<script>boom()</script>",
    "handler": "<img src=x onerror=boom()>",
    "handler on body": "<body onload=boom()>hello",
    "svg": "<svg onload=boom()><circle r=9></svg>",
    "svg in math": "<math><mtext><style><img src=x onerror=boom()></style></mtext></math>",
    "noscript": '<noscript><p title="</noscript><img src=x onerror=boom()>"></noscript>',
    "link": "<a href='javascript:boom()' id=go>press</a>",
    "split link": "<a href='jav&#10;ascript:boom()'>press</a>",
    "data link": "<a href='data:text/html,<script>boom()</script>'>press</a>",
    "frame": "<iframe srcdoc='<script>parent.boom()</script>'></iframe>",
    "object": "<object data='javascript:boom()'></object><embed src='javascript:boom()'>",
    "form": "<form action='http://evil.test/'><input name=q><button>go</button></form>",
    "refresh": "<meta http-equiv=refresh content='0;url=http://evil.test/'>",
    "base": "<base href='http://evil.test/'><a href='login'>press</a>",
    "unclosed comment": "<!--><img src=x onerror=boom()>-->",
    "broken attribute": '<img alt="`><img src=x onerror=boom()//">',
    "entity": "&lt;script&gt;boom()&lt;/script&gt;",
}
BEACONS = {
    "image": "<img src='http://evil.test/1.gif'>",
    "image without scheme": "<img src='//evil.test/1.gif'>",
    "image set": "<img srcset='http://evil.test/1.gif 2x'>",
    "picture": "<picture><source srcset='http://evil.test/1.gif'><img src=x></picture>",
    "background": "<table background='http://evil.test/1.gif'><tr><td>x</table>",
    "style": "<p style='background:url(http://evil.test/1.gif)'>x</p>",
    "hidden in a style": "<p style='back\\67round:u\\72l(http://evil.test/1.gif)'>x</p>",
    "list": "<ul style='list-style:url(http://evil.test/1.gif)'><li>x</ul>",
    "image-set": "<p style='color:image-set(\"http://evil.test/1.gif\" 1x)'>x</p>",
    "style sheet": "<style>@import 'http://evil.test/1.css'; p{}</style><p>x</p>",
    "link": "<link rel=stylesheet href='http://evil.test/1.css'>",
    "prefetch": "<link rel=dns-prefetch href='//evil.test'>",
    "video": "<video poster='http://evil.test/1.gif' autoplay src='http://evil.test/1.mp4'>",
    "audio": "<audio autoplay src='http://evil.test/1.mp3'></audio>",
    "svg image": "<svg><image href='http://evil.test/1.gif'/></svg>",
    "svg data": "<img src='data:image/svg+xml;base64,PHN2Zy8+'>",
    "pressed": "<a ping='http://evil.test/' href='https://shop.test/'>x</a>",
}


class Seen(HTMLParser):
    """What a browser would find: tags and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags, self.attributes = set(), set()

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)


def clean(html):
    return sanitize(html, resolve=lambda cid: f"/files/{cid}")


@pytest.fixture
async def chromium():
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield browser
        await browser.close()


@pytest.mark.browser
async def test_nothing_hostile_runs_or_loads_in_a_real_browser(chromium) -> None:
    page = await chromium.new_page()
    asked, ran = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: ran.append(dialog.message))
    await page.expose_function("boom", lambda: ran.append("boom"))
    everything = "<hr>".join(
        clean(html) for html in [*HOSTILE.values(), *BEACONS.values()]
    )

    await page.set_content(f"<main>{everything}</main>", wait_until="networkidle")
    for link in await page.query_selector_all("a"):
        await link.dispatch_event("auxclick")

    assert ran == []
    assert asked == []


@pytest.mark.browser
async def test_the_browser_test_sees_what_it_looks_for(chromium) -> None:
    page = await chromium.new_page()
    ran = []
    await page.expose_function("boom", lambda: ran.append("boom"))

    async with page.expect_request("http://evil.test/1.gif"):
        await page.set_content(HOSTILE["script"] + BEACONS["image"])

    assert ran == ["boom"]


@pytest.mark.parametrize("html", HOSTILE.values(), ids=HOSTILE)
def test_no_hostile_markup_is_left(html) -> None:
    seen = Seen()
    seen.feed(clean(html))

    assert seen.tags <= {"a", "b", "div", "img", "p", "table", "tbody", "td", "tr"}
    assert seen.attributes <= {"alt", "title", "target", "rel"}


@pytest.mark.parametrize("html", BEACONS.values(), ids=BEACONS)
def test_no_attribute_that_loads_is_left(html) -> None:
    left = clean(html).replace(BLOCKED, "")

    for word in (" src=", "srcset", "url(", "background=", "poster", "ping", "<link"):
        assert word not in left


def test_a_remote_image_waits_for_consent() -> None:
    left = clean("<img src='https://shop.test/a.png?b=1&c=2' alt='Our shop' width=20>")

    assert left == (
        f'<img {BLOCKED}="https://shop.test/a.png?b=1&amp;c=2" alt="Our shop" width="20">'
    )
    assert blocked_count(left) == 1


def test_text_that_looks_like_a_blocked_image_is_not_counted() -> None:
    assert blocked_count(clean(f"&lt;img {BLOCKED}='x'&gt;")) == 0


def test_an_attached_image_is_shown_from_our_own_address() -> None:
    assert clean("<img src='cid:logo@shop'>") == '<img src="/files/logo@shop">'


def test_an_image_that_was_not_attached_has_no_source() -> None:
    assert sanitize("<img src='cid:gone'>", resolve=lambda _: None) == "<img>"


def test_an_inline_picture_stays() -> None:
    html = '<img src="data:image/png;base64,iVBORw0KGgo=">'

    assert clean(html) == html


def test_a_link_opens_elsewhere_and_tells_nothing() -> None:
    assert clean("<a href='https://shop.test/' target=_top rel=opener>x</a>") == (
        '<a href="https://shop.test/" target="_blank"'
        ' rel="noopener noreferrer nofollow">x</a>'
    )


@pytest.mark.parametrize(
    "href", ["/api/v1/me", "login", "//evil.test", "ftp://x", "cid:x"]
)
def test_a_link_that_is_not_plainly_outward_leads_nowhere(href) -> None:
    assert "href" not in clean(f"<a href='{href}'>x</a>")


@pytest.mark.parametrize(
    "style",
    [
        "position:fixed",
        "margin-top:-400px",
        "z-index:9",
        "font-size:900px",
        "font:900px serif",
        "width:100vw",
        "height:99999px",
        "width:calc(100px + 2000px)",
        "color:var(--x)",
        "width:expression(boom())",
        "color:red\\;position:fixed",
        "font-family:'a;position:fixed",
        "box-shadow:0 0 0 9999px red",
        "transform:scale(90)",
        "display:grid",
        "overflow:auto",
        "list-style:url(a.png)",
        "opacity:0",
        "--x:1px",
    ],
)
def test_a_style_that_could_cover_or_compute_is_dropped(style) -> None:
    assert "position" not in harmless_style(style)
    assert harmless_style(f"color:red;{style}").split(";")[0] == "color:red"
    assert harmless_style(style).replace("color:red", "") in {"", "\\"}


@pytest.mark.parametrize(
    "style",
    [
        "color:#1a2b3c",
        "background-color:rgba(1,2,3,.5)",
        "font:700 14px/1.5 'Segoe UI',sans-serif",
        "margin:0 auto",
        "padding:4px 8px",
        "border:1px solid #CCC",
        "width:100%",
        "text-decoration:line-through",
        "line-height:1.6",
        "display:none",
        "overflow:hidden",
        "list-style:none",
        "border-top-left-radius:4px",
    ],
)
def test_a_style_of_plain_text_stays(style) -> None:
    assert harmless_style(style) == style


@pytest.mark.parametrize(
    ("background", "colour"),
    [
        ("#2563eb", "#2563eb"),
        ("Navy !important", "Navy"),
        ("rgba(1, 2, 3, .5) fixed", "rgba(1, 2, 3, .5)"),
        ("url(https://evil.test/a.png) no-repeat center #fff", "#fff"),
        ("url('a)b') top left teal", "teal"),
        ("linear-gradient(to right, #6d28d9, #db2777)", "#6d28d9"),
        ("linear-gradient(to right, navy, teal)", "navy"),
        ("none", None),
        ("0 0", None),
        ("url(https://evil.test/a.png)", None),
        ("u\\72l(https://evil.test/a.png) red", None),
    ],
)
def test_of_what_lies_behind_words_the_colour_stays(background, colour) -> None:
    left = harmless_style(f"color:#fff;background:{background};margin:0")

    behind = "" if colour is None else f"background-color:{colour};"
    assert left == f"color:#fff;{behind}margin:0"


def test_what_colours_a_whole_page_colours_a_box_of_it() -> None:
    left = clean(
        "<html><body onload=boom() style='background:#111;color:#eee'>Hi</html>"
    )

    assert left == '<div style="background-color:#111;color:#eee">Hi</div>'


def test_lines_of_outlook_stay_as_close_as_they_were_written() -> None:
    left = clean(
        "<p class=MsoNormal>a</p><p class='x_MsoNormal x'>b</p><p class=x>c</p>"
    )

    assert left == '<p class="flush">a</p><p class="flush">b</p><p>c</p>'


def test_our_own_classes_and_ids_cannot_be_borrowed() -> None:
    assert clean("<p class='fixed inset-0' id=app name=app>x</p>") == "<p>x</p>"


def test_a_table_keeps_its_shape_but_no_absurd_size() -> None:
    left = clean("<table width=600><tr><td colspan=2 rowspan=99999>x</td></tr></table>")

    assert '<table width="600">' in left
    assert '<td colspan="2">x</td>' in left


@pytest.mark.parametrize("tag", ["div", "b", "table", "span"])
def test_a_bottomless_mail_is_read_as_text_at_once(tag) -> None:
    html = f"<{tag}>" * 200_000 + "help"

    assert clean(html) == "<pre>help</pre>"


def test_a_very_long_mail_is_read_as_text() -> None:
    assert clean("<b>Hi</b> " + "a" * 3_000_000).startswith("<pre>Hi")


@given(st.text() | st.text(alphabet="<>/=\"' abimgsrcstylehrefonx:&;!-", max_size=200))
def test_whatever_comes_comes_out_harmless_and_stays_so(html) -> None:
    once = clean(html)

    assert clean(once) == re.sub(f' {BLOCKED}="[^"]*"', "", once)
    assert "\x00" not in once


@pytest.mark.parametrize(
    "html",
    [
        '<div class="gmail_extra gmail_quote">old</div>',
        '<blockquote class="yahoo_quoted">old</blockquote>',
    ],
)
def test_what_a_program_marks_as_quoted_stays_marked(html) -> None:
    assert 'class="quoted"' in clean(html)


def test_where_an_old_mail_begins_stays_marked_and_nothing_else_is() -> None:
    left = clean('<div id="divRplyFwdMsg" class="evil">a</div><div id="x">b</div>')

    assert left == '<div id="reply-head">a</div><div>b</div>'
