"""Rules of the house that can be checked."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = {"config", "hub", "channels", "realtime", "web"}
#: Who may import what, beside itself.
MAY_IMPORT = {
    "config": set(),
    "hub": {"config"},
    "channels": {"hub.contracts", "hub.errors", "hub.markup"},
    "realtime": {"config", "hub"},
    "web": {"config", "hub", "channels", "realtime"},
}
#: What the domain must not know of.
OUTSIDE = {"aiohttp", "socketio", "engineio", "twilio", "aiosmtplib", "aiosmtpd"}
DRAWERS = {"utils", "helpers", "common", "manager", "service", "misc"}

MODULES = [
    (package, path)
    for package in sorted(OURS)
    for path in sorted((ROOT / package).rglob("*.py"))
    if "node_modules" not in path.parts
]


def imports(path: Path) -> set[str]:
    """Name what a module imports; ``from hub import log`` counts as ``hub.log``."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{one.name}" for one in node.names}
    return found


@pytest.mark.parametrize(
    ("package", "path"), MODULES, ids=[str(p.relative_to(ROOT)) for _, p in MODULES]
)
def test_imports_point_one_way(package, path) -> None:
    allowed = {*MAY_IMPORT[package], package}
    for name in imports(path):
        if name.split(".")[0] in OURS:
            assert any(name == one or name.startswith(f"{one}.") for one in allowed)
        if package == "hub":
            assert name.split(".")[0] not in OUTSIDE


def test_only_the_units_commit() -> None:
    for _, path in MODULES:
        assert ".commit()" not in path.read_text(), path


def test_modules_are_small_and_named_for_what_they_hold() -> None:
    for _, path in MODULES:
        assert path.stem not in DRAWERS, path
        assert len(path.read_text().splitlines()) <= 400, path


def test_tests_are_small_too() -> None:
    for path in (ROOT / "tests").rglob("*.py"):
        assert len(path.read_text().splitlines()) <= 400, path


def test_links_in_the_documentation_lead_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", *ROOT.glob("docs/**/*.md")]
    for page in pages:
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
            if not link.startswith(("http:", "https:", "mailto:")):
                assert (page.parent / link).exists(), f"{page}: {link}"
