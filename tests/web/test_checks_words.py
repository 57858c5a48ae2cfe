"""Each finding has its words in each language, with the same facts in them."""

import ast
import re
from pathlib import Path

import pytest

from hub.contracts import Finding, Grade
from tools import findings_page
from web.checks import words

ROOT = Path(__file__).parents[2]
MAKERS = {"fine", "warning", "wrong", "found", "grade"}
#: Outcomes of a test message, as ``web/checks/running.py`` makes them.
TRIALS = {
    f"{name}_{outcome}"
    for name in ("mail", "plus", "sms")
    for outcome in ("arrived", "overdue", "underway", "bounced", "refused")
} | {"given_sent", "given_refused", "check_broke"}
LINES = {
    "name_unknown",
    "refused",
    "silent",
    "line_broken",
    "tls_broken",
    "certificate_expired",
    "certificate_name",
    "certificate_own",
    "certificate_untrusted",
}
PLACE = re.compile(r"{(\w+)}")


def calls():
    """Find every place where a finding is made."""
    channels = ROOT / "channels"
    for path in channels.rglob("*.py"):
        if "check" not in str(path.relative_to(channels)):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MAKERS:
                yield node


def texts(node):
    """Give the texts that an expression may be, as far as they are written out."""
    return [
        one.value
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]


def written(at):
    return {
        text
        for node in calls()
        if len(node.args) > at and isinstance(node.args[at], ast.Constant)
        for text in texts(node.args[at])
    }


def codes():
    return (
        written(1)
        | TRIALS
        | LINES
        | {f"public_{one}" for one in LINES}
        | {"works", "unknown", "number_no_sms", "number_no_voice"}
    )


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_code_is_said(language) -> None:
    known = words.catalogue(language)

    assert len(written(1)) > 50
    assert codes() - known["says"].keys() == set()
    assert {one for one in written(0) if one not in known["checks"]} == set()


@pytest.mark.parametrize("part", ["checks", "says", "do"])
def test_the_languages_say_the_same_of_the_same(part) -> None:
    english, ukrainian = (words.catalogue(one)[part] for one in words.LANGUAGES)

    assert english.keys() == ukrainian.keys()
    assert {key: set(PLACE.findall(text)) for key, text in english.items()} == {
        key: set(PLACE.findall(text)) for key, text in ukrainian.items()
    }


def test_what_is_wrong_says_what_to_do() -> None:
    advice = words.catalogue("en")["do"]
    lacking = {
        node.args[1].value
        for node in calls()
        if node.func.id in {"warning", "wrong"}
        and len(node.args) > 1
        and isinstance(node.args[1], ast.Constant)
        and node.args[1].value not in advice
    }

    assert lacking == set()


def test_a_code_from_elsewhere_is_told_all_the_same() -> None:
    one = Finding(check="pigeon.loft", grade=Grade.WRONG, code="no_roof")

    assert "no_roof" in words.says(one)
    assert words.to_do(one)
    assert words.name(one.check) == "pigeon.loft"


def test_the_page_of_the_documentation_says_the_same() -> None:
    # Written by tools/findings_page.py.
    assert findings_page.PAGE.read_text("utf-8") == findings_page.page()
