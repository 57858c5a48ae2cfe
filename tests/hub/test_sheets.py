"""A mail's style sheets: what they say of every reader's page is shown, nothing else is."""

import random
import re
import time

import css_inline
import pytest

from hub.conversations import sheets
from hub.conversations.sanitize import sanitize

BARE = "<div><p>x</p></div>"


def clean(html):
    return sanitize(html, resolve=lambda _: None)


def styled(sheet, body="<p class=a id=b>x</p>"):
    return clean(f"<html><head><style>{sheet}</style></head><body>{body}</body></html>")


NEWSLETTER = """<!DOCTYPE html><html><head><title>Autumn</title>
<style type="text/css">
  /* Ours */
  body { background-color: #f4f1ea; font-family: "Segoe UI", Arial, sans-serif }
  .sheet { width: 600px } .sheet td { padding: 8px 12px; color: #333 }
  td.head { background: #2f5d50 url(https://shop.test/leaf.png); color: #fff }
  a.button { background-color: #d9822b !important; padding: 10px 20px }
  .before { display: none; max-height: 0; overflow: hidden }
  @media only screen and (max-width: 620px) { .sheet { width: 100% !important } }
  @media (prefers-color-scheme: dark) { body { background-color: #000 } }
</style></head><body><div class="before">Ten new colours</div>
<table class="sheet"><tr><td class="head">Autumn</td></tr>
<tr><td><a class="button" style="color:#fff" href="https://shop.test/">Look</a></td></tr>
</table></body></html>"""


def test_a_newsletter_looks_as_its_sheet_says() -> None:
    left = clean(NEWSLETTER)

    said = re.findall(r'<(\w+)[^>]* style="([^"]*)"', left)
    assert [(tag, sorted(style.split(";"))) for tag, style in said] == [
        (
            "div",
            ["background-color:#f4f1ea", "font-family:'Segoe UI', Arial, sans-serif"],
        ),
        ("div", ["display:none", "max-height:0", "overflow:hidden"]),
        ("table", ["width:600px"]),
        ("td", ["background-color:#2f5d50", "color:#fff", "padding:8px 12px"]),
        ("td", ["color:#333", "padding:8px 12px"]),
        (
            "a",
            ["background-color:#d9822b !important", "color:#fff", "padding:10px 20px"],
        ),
    ]
    assert "class" not in left


@pytest.mark.parametrize(
    "sheet",
    [
        ".a{color:red}",
        "#b{color:red}",
        "P.a{color:red}",
        "body > p{color:red}",
        "td, p[class='a'], b{color:red}",
        "p:first-child{color:red}",
        "<!-- p{color:red} -->",
        "/* a } { */p{color:red}/* no end",
        "p{color:red",
        "} p{color:red}",
        "b{content:'}';} p{color:red}",
        "p{color red;;:;color:red;{}} p{color:red}",
        "@charset 'utf-8'; @import 'x.css'; p{color:red}",
        "@font-face{font-family:x;src:url(x)} p{color:red}",
        "@media screen{p{color:red}}",
        "@MEDIA\nonly screen, print {b{margin:0} p{color:red}}",
        "p{color:blue} .a{color:red} p{color:green}",
        "p{color:red!important} #b{color:blue}",
        ".a{position:fixed;color:red;background:url(https://evil.test/)}",
    ],
)
def test_a_rule_that_always_holds_is_followed(sheet) -> None:
    assert re.search(r'<p style="color:red(?: ?!important)?">x</p>', styled(sheet))


@pytest.mark.parametrize(
    "sheet",
    [
        "p:hover{color:red}",
        "p::before{color:red}",
        "p:nth-child(1){color:red}",
        "p:not(.c){color:red}",
        "*:is(p){color:red}",
        ".c{color:red}",
        "p + p{color:red}",
        "@media print{p{color:red}}",
        "@media (max-width:600px){p{color:red}}",
        "@media only screen and (max-width:600px){p{color:red}}",
        "@media (prefers-color-scheme:dark){p{color:red}}",
        "@media screen{@media (prefers-color-scheme:dark){p{color:red}}}",
        "@media (prefers-color-scheme:dark){b{margin:0} p{color:red}",
        "@supports (display:grid){p{color:red}}",
        "@layer x{p{color:red}}",
        "p{b{margin:0} color:red}",
        "p{margin:0 @media (prefers-color-scheme:dark){p{margin:0;color:red;}}}",
        "p{color:windowtext}",
        "p{position:fixed;top:0;--x:1;width:var(--x)}",
        "p{color:expression(boom())}",
        'p{font-family:"a\'b"}',
        "p{font-family:'" + "a" * 300 + "'}",
    ],
)
def test_what_holds_for_some_readers_or_could_harm_is_not(sheet) -> None:
    assert "<p>x</p>" in styled(sheet)


@pytest.mark.parametrize(
    ("media", "follows"),
    [("screen", True), ("all", True), ("print", False), ("(max-width:600px)", False)],
)
def test_a_whole_sheet_can_be_for_some_readers(media, follows) -> None:
    left = clean(f"<style media='{media}'>p{{color:red}}</style><p>x</p>")

    assert left == ('<p style="color:red">x</p>' if follows else "<p>x</p>")


def test_sheets_stand_anywhere_and_those_for_word_do_not_count() -> None:
    left = clean(
        "<!--[if mso]><style>p{margin:9px}</style><![endif]--><p>x</p>"
        "<STYLE>p{color:red}</STYLE><!--[if !mso]><!--><style>p{padding:1px}</style>"
        "<!--<![endif]--><svg><style>p{margin:8px}</style></svg>"
    )

    assert left == '<p style="color:red;padding:1px">x</p>'


def test_the_usual_links_of_outlook_are_no_choice_of_colours() -> None:
    left = styled(
        "p.MsoNormal{margin:0cm;font-size:11.0pt} span.E{color:windowtext}"
        "a:link, span.MsoHyperlink{color:#0563C1;text-decoration:underline}",
        "<p class=MsoNormal><span class=E>Hi</span> <a href='https://a.test/'>a</a></p>",
    )

    assert '<p class="flush" style="margin:0cm;font-size:11.0pt">' in left
    assert "color:" not in left


def test_what_a_mail_says_beside_its_look_stays_as_it_was() -> None:
    inside = (
        "<frameset><frame src=x></frameset><noscript>no</noscript><p>one<p>two"
        "<a href='https://a.test/'>a<a href='https://b.test/'>b</a><table>three<td>4"
        "<img src='https://a.test/1.gif'><blockquote class=gmail_quote>old</blockquote>"
        "<body bgcolor=#eeeeee onload=boom()>five &lt;b&gt; &amp;amp;</body>"
    )

    left = clean(f"<style>p,table{{margin:0}}</style>{inside}")

    assert left.count('style="margin:0"') >= 2
    assert left.replace(' style="margin:0"', "") == clean(inside)


@pytest.mark.parametrize(
    "html",
    [
        '<style>p{font-family:"</style><img src=x onerror=boom()>"}</style><p>x',
        "<style>p{font-family:'\\3c/style\\3e\\3cimg src=x onerror=boom()\\3e'}</style><p>x",
        "<style>p{font-family:'\"><img src=x onerror=boom()>'}</style><p>x",
        "<style>p{font-family:\"a';position:fixed;x:'b\"}</style><p>x",
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=boom()&gt;'>",
        "<style>p{color:red}</style><noscript><p title='</noscript><img src=x onerror=boom()>'>",
        "<style>p{color:red}</style><x-body onload=boom() style=position:fixed>x</x-body>",
        "<style data-css-inline=keep>p{background:url(//evil.test/)}</style><p>x",
        "<style>p{color:red}</style><link rel=stylesheet href=file:///etc/hostname><p>x",
    ],
)
def test_nothing_becomes_live_on_its_way_through_a_sheet(html) -> None:
    left = clean(f"<style>p,img,table{{margin:0}}</style>{html}")

    tags = re.findall(r"<([a-z-]+)([^>]*)>", left)
    assert {tag for tag, _ in tags} <= {"p", "img", "div", "table", "tbody"}
    assert not any(
        re.search(r"onerror=|onload=|position|url\(|evil", said.partition("title=")[0])
        for _, said in tags
    )


TOO_MUCH = {
    "many rules for many elements": "<style>"
    + "".join(f"div{{width:{one}px}}" for one in range(999))
    + "</style>"
    + "<div>x</div>" * 20_000,
    "long ways up": "<style>"
    + "".join(f"[id] > p > p > b > p > p div{{width:{one}px}}" for one in range(30))
    + f"</style><p id=a></p>{'<div>' * 150}{'<div>x</div>' * 2000}",
    "a long sheet": "<style>" + "p{color:red}" * 20_000 + "</style><p>x</p>",
    "much to write": "<style>"
    + "".join(f"p{{font-family:{'a' * 150};color:#{one:06}}}" for one in range(700))
    + "</style>"
    + "<p>x</p>" * 400,
    "long names": f"<style>.a{{color:red}}</style><p class='a {'b ' * 300}'>x</p>",
    "deep": "<style>p{color:red}</style>" + "<div>" * 250 + "<p>x</p>",
    "deep tables": "<style>p{color:red}</style>" + "<table><tr><td>" * 90 + "<p>x</p>",
}


@pytest.mark.parametrize("html", TOO_MUCH.values(), ids=TOO_MUCH)
def test_a_sheet_that_would_cost_too_much_is_left_out(html, monkeypatch) -> None:
    monkeypatch.setattr(css_inline, "CSSInliner", None)

    left = clean(html)

    assert "style=" not in left
    assert "x</" in left


@pytest.mark.parametrize(
    "sheet",
    [
        "{" * 150_000,
        "a," * 90_000 + "p{color:red}",
        "@x;" * 60_000,
        "x;" * 90_000,
        '"\n' * 90_000,
        "/*" * 90_000,
        f"p{':not(' * 40_000}{{color:red}}",
        f"p{{color:{'rgb(' * 40_000}}}",
        "p{color:red}" * 16_000,
    ],
)
def test_no_sheet_holds_the_reader_up(sheet) -> None:
    begins = time.process_time()
    styled(sheet)

    # Ten times what it takes; what grows with the square takes minutes.
    assert time.process_time() - begins < 4


def test_what_the_inliner_refuses_is_shown_without_sheets(monkeypatch) -> None:
    class Refusing:
        def __init__(self, **_):
            pass

        def inline_fragment(self, *_):
            raise css_inline.InlineError("no")

    monkeypatch.setattr(sheets.css_inline, "CSSInliner", Refusing)

    assert styled(".a{color:red}") == BARE


def test_whatever_a_sheet_is_made_of_the_words_stay() -> None:
    dice = random.Random(5)  # noqa: S311 - the same tries every time
    pieces = (
        "p .a #b * > + ~ , { } {color:red} ( ) [class] [ \" ' \\ /* */ <!-- --> ; : & <"
        " @media @media{ @layer :is( :first-child !important | \\41 x-body body é"
    ).split()
    for _ in range(300):
        sheet = " ".join(dice.choices(pieces, k=dice.randint(1, 40)))

        assert re.sub(r' style="[^"]*"', "", styled(sheet)) == BARE, sheet
