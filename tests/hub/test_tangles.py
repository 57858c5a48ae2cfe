"""HTML that was made to hold a parser up, or to grow in its hands."""

import pytest

from hub.conversations.sanitize import sanitize
from hub.markup import text_from_html
from hub.tangles import is_too_much, loosened

LONG = {
    "attributes of roots": "".join(f"<html a{one}=b>" for one in range(20_000)),
    "attributes": "<p " + " ".join(f"a{one}=b" for one in range(400_000)) + ">",
    "attributes by slashes": "<p " + "/".join(f"a{one}" for one in range(400_000)),
    "attributes that hold tags": "<p "
    + "".join(f'a{one}="<"' for one in range(250_000))
    + ">",
    "entities": "one & two " * 200_000,
    "spaces that are entities": "\N{NO-BREAK SPACE}" * 700_000,
    "tables": "<table>x</table>" * 60_000,
    "letters in a table": "<table>" + "<i></i>" * 300_000,
}
GOES_ON = {
    "colours": "".join(f"<font color={one}>" for one in range(250)),
    "tags in quotes": "".join(f'<font title=">{one}">' for one in range(250)),
    "ends in quotes": "".join(f"<i title='</i>{one}'>" for one in range(250)),
    "ends in comments": "".join(f"<b id={one}><!--</b>-->" for one in range(250)),
}


def clean(html: str) -> str:
    return sanitize(html, resolve=lambda _: None)


@pytest.mark.parametrize("html", LONG.values(), ids=LONG)
def test_what_would_take_too_long_is_read_as_text(html) -> None:
    assert is_too_much(html)
    assert clean(html).startswith("<pre>")
    assert "<" not in text_from_html(html)


@pytest.mark.parametrize("begins", GOES_ON.values(), ids=GOES_ON)
def test_a_page_does_not_grow_in_our_hands(begins) -> None:
    page = f"<p>{begins}</p>{'<p>x</p>' * 8000}"

    assert not is_too_much(page)
    assert len(clean(page)) < 2 * len(page)
    assert text_from_html(page).count("x") == 8000


def test_the_look_of_letters_stays_where_they_became_spans() -> None:
    ends = "".join(f"<i id={one}>" for one in range(100))
    page = f"<p><b class=x>Dear</b> client</p>{ends}{'<p>x</p>' * 10_000}"

    assert '<span style="font-weight:bold">Dear</span> client' in clean(page)


def test_an_ordinary_page_stays_as_it_is() -> None:
    row = "<tr><td><b>Order</b> <font color='red'>1001</font> &amp; <a href='x'>y</a>"
    page = (
        f"<table>{row * 2000}</table><img src='data:image/png;base64,{'a/+' * 9000}'>"
    )

    assert not is_too_much(page)
    assert loosened(page) == page
