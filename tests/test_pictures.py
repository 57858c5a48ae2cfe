"""Every page has its picture in the documentation."""

import re

from tools.pictures import gallery
from tools.pictures.scenes import SCENES
from tools.pictures.scenes.workspace import PAGES, UI
from web import forms
from web.portal import cases, linked, orders, sign_in

SHOWN = {route for scene in SCENES for route in scene.shows}
#: What the README and the pages say, together, in bytes.
MOST = 6_500_000
#: These addresses give no page.
FILES = re.compile(r"\{name\}/|/files/|/static/")


def test_every_place_of_the_workspace_has_one() -> None:
    router = (UI / "router.ts").read_text("utf-8")
    places = [
        path.replace("\\\\", "\\")
        for path, rest in re.findall(r"path: '([^']+)',\s*(\w+)", router)
        if rest != "redirect"
    ]

    assert len(places) > 8
    assert [one for one in places if one not in SHOWN] == []


def test_every_page_of_the_settings_has_one() -> None:
    assert len(PAGES) > 10
    assert [one for one in PAGES if f"/settings/{one}" not in SHOWN] == []


def test_every_page_that_clients_open_has_one() -> None:
    tables = [cases.routes, linked.routes, orders.routes, sign_in.routes]
    tables.append(forms.pages.routes)
    opened = [
        re.sub(r"\{(\w+):[^}]*\}+", r"{\1}", route.path)
        for table in tables
        for route in table
        if route.method == "GET"
    ]
    missing = [one for one in opened if not FILES.search(one) and one not in SHOWN]

    assert len(opened) > 8
    assert missing == []


def test_names_are_used_once() -> None:
    names = [scene.name for scene in SCENES]

    assert len(names) == len(set(names))


def test_the_gallery_is_that_of_the_scenes() -> None:
    """``make pictures`` writes it."""
    shown = (gallery.DOCS / "pictures.md").read_text("utf-8")
    sheets = {path.stem: path.stat().st_size for path in gallery.PAGES.glob("*.webp")}

    assert shown == gallery.page()
    assert set(sheets) == {scene.name for scene in SCENES}
    assert sum(sheets.values()) < MOST
