"""Why something waits in quarantine is told in words of each language."""

import ast
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UI = ROOT / "web" / "ui" / "src"
#: What is told of a place in a text that is only known when it happens.
ANY = "NumMedia"
#: Damage that nobody foresaw: its own words are a program's.
UNFORESEEN = {f"email: {ANY}", f"webform: {ANY}"}


def patterns():
    """Give the screen's patterns and the words that each leads to."""
    source = (UI / "words" / "quarantine.ts").read_text()
    found = re.findall(r"^  \[/(.+)/, '(\w+)'\],$", source, re.MULTILINE)
    return [(re.compile(pattern), key) for pattern, key in found]


def refusals():
    """Give each text with which a channel says that it cannot read a delivery."""
    for path in sorted((ROOT / "channels").rglob("*.py")):
        tree = ast.parse(path.read_text())
        named = {
            target.id: text(node.value)
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and name(node.func) == "PayloadError":
                (given,) = node.args
                yield named.get(name(given)) or text(given)


def name(node):
    return getattr(node, "id", "")


def text(node):
    """Write an expression out, with something in its places."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(
            part.value if isinstance(part, ast.Constant) else ANY
            for part in node.values
        )
    return ""


def told(reason):
    return next((key for pattern, key in patterns() if pattern.search(reason)), None)


@pytest.mark.parametrize("reason", sorted({one for one in refusals() if one}))
def test_each_refusal_of_a_channel_has_words(reason) -> None:
    assert told(reason) is not None or reason in UNFORESEEN


@pytest.mark.parametrize("locale", ["en", "uk"])
def test_all_words_are_there_and_none_is_spare(locale) -> None:
    words = json.loads((UI / "i18n" / f"{locale}.json").read_text())

    keys = {key for _, key in patterns()} | {"damaged"}
    assert set(words["quarantine"]["why"]) == keys
