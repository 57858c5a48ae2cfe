"""The page that shows all sheets: ``docs/pictures.md``."""

from pathlib import Path

from tools.pictures.scenes import GROUPS, SCENES

DOCS = Path(__file__).parents[2] / "docs"
PAGES = DOCS / "pictures" / "pages"
HEAD = """# Every page

Each page of the product in the widths 1440, 1024 and 390, by day above and by night
below. `make pictures` takes them afresh from the demo company; a test knows when a page
has none. What the parts are is in [ui.md](ui.md).
"""


def page() -> str:
    """Write it."""
    lines = [HEAD]
    for group, title in GROUPS.items():
        lines.append(f"\n## {title}\n")
        for scene in SCENES:
            if scene.group == group:
                picture = f"![{scene.title}](pictures/pages/{scene.name}.webp)"
                lines.append(f"\n### {scene.title}\n\n{picture}\n")
    return "".join(lines)


def write_page() -> None:
    """Keep the page, and take away the sheets of scenes that are no more."""
    (DOCS / "pictures.md").write_text(page(), encoding="utf-8")
    names = {f"{one.name}.webp" for one in SCENES}
    for path in PAGES.glob("*.webp"):
        if path.name not in names:
            path.unlink()
