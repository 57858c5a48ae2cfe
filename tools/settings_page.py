"""Write docs/settings.md and rozmova.example.toml from the settings themselves."""

import ast
import inspect
import json
import sys
import textwrap
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from channels import email
from config import Settings

PAGE = Path(__file__).parents[1] / "docs" / "settings.md"
EXAMPLE = PAGE.parents[1] / "rozmova.example.toml"
EMAIL_PAGE = PAGE.parent / "channels" / "email-settings.md"

EMAIL_INTRODUCTION = """\
# Settings of mail

All of `[channels.email]`; `imap.host` is `host` in `[channels.email.imap]`, and
`ROZMOVA_CHANNELS__EMAIL__IMAP__HOST` in the environment. What is needed is needed where its
part is there at all. This page is written by `tools/settings_page.py`.

| setting | default | what it is for |
|---|---|---|
"""

EXAMPLE_HEAD = """\
# An example: copy it to rozmova.toml. Below its first lines are the defaults, each with
# what it is for. What is to be otherwise loses its "#", as does the name of its section.
# Channels: docs/channels.md. Written by tools/settings_page.py.

public_url = "https://hub.example.com"
company = "Example"
country = "UA"
timezone = "Europe/Kyiv"
locale = "uk"
# PostgreSQL 15 or newer; without it the embedded one.
#database_url = "postgresql://rozmova:...@localhost/rozmova"
"""
EXAMPLE_FOOT = """
# Mail. The other channels have sections of their own.
#[channels.email]
#address = "support@example.com"
#smtp_listen = "127.0.0.1:2525"
"""
#: In the head or the foot already, or better in the environment.
_ELSEWHERE = {
    "public_url",
    "company",
    "country",
    "timezone",
    "locale",
    "database_url",
    "secret",
    "channels",
}
_WIDTH = 92

INTRODUCTION = """\
# Settings

Read from `rozmova.toml` in the folder that the hub is started in (or the file that
`ROZMOVA_CONFIG` names) and from the environment, which wins: `port` is `ROZMOVA_PORT`,
`access.session_days` is `ROZMOVA_ACCESS__SESSION_DAYS`. Lists and tables in the
environment are JSON. Spans are ISO 8601 (`PT30S`, `PT15M`, `P14D`) or seconds. A name that does
not exist, or a value that will not do, stops the start; all of them are named at once.

This page is written by `tools/settings_page.py`; a test compares it with the settings.
Each channel has a table of its own, `[channels.<name>]`; see [channels](channels.md).

| setting | default | what it is for |
|---|---|---|
"""


def comments(model: type[BaseModel]) -> dict[str, str]:
    """Give the docstrings that stand below the fields of a model."""
    found: dict[str, str] = {}
    tree = ast.parse(inspect.getsource(sys.modules[model.__module__]))
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == model.__name__:
            name = ""
            for part in node.body:
                if isinstance(part, ast.AnnAssign) and isinstance(
                    part.target, ast.Name
                ):
                    name = part.target.id
                elif (
                    name
                    and isinstance(part, ast.Expr)
                    and isinstance(part.value, ast.Constant)
                ):
                    found[name] = " ".join(str(part.value.value).split())
                    name = ""
    return found


def rows(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Give a line of the table for each setting."""
    said = comments(model)
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from rows(inner, f"{prefix}{name}.")
        else:
            default = shown(field.get_default(call_default_factory=True))
            text = (
                (said.get(name) or field.description or "")
                .replace("|", "\\|")
                .replace("``", "`")
            )
            yield f"| `{prefix}{name}` | {default} | {text} |"


def shown(value: object) -> str:
    """Write a default as one would write it in the file."""
    if value is None or value in ({}, (), ""):
        return "none"
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        for size, letter in ((86400, "days"), (3600, "h"), (60, "min")):
            if seconds and seconds % size == 0:
                return f"{seconds // size} {letter}"
        return f"{value.total_seconds():g} s"
    if isinstance(value, bool):
        return str(value).lower()
    return f"`{value}`"


def part_of(field: FieldInfo) -> type[BaseModel] | None:
    """Give the model of a part that may be missing, or be there several times."""
    for one in (field.annotation, *get_args(field.annotation)):
        if isinstance(one, type) and issubclass(one, BaseModel):
            return one
    return None


def channel_rows(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Give a line of the table for each setting of a channel."""
    for name, field in model.model_fields.items():
        inner = part_of(field)
        default = "needed"
        if not field.is_required():
            default = shown(field.get_default(call_default_factory=True))
        text = (field.description or "").replace("|", "\\|")
        yield f"| `{prefix}{name}` | {default} | {text} |"
        if inner is not None and name != "mailboxes":
            yield from channel_rows(inner, f"{prefix}{name}.")


def email_page() -> str:
    """Give the page of the settings of mail."""
    return EMAIL_INTRODUCTION + "\n".join(channel_rows(email.Settings)) + "\n"


def example() -> str:
    """Give the example of a file of settings: every default, commented out."""
    given = Settings().model_dump(mode="json")
    plain = {one: value for one, value in given.items() if _section(one) is None}
    lines = ["", *_block(Settings, plain)]
    for name in Settings.model_fields:
        if (section := _section(name)) is not None:
            lines += ["", *_said(inspect.getdoc(section) or ""), f"#[{name}]"]
            lines += _block(section, given[name])
    return EXAMPLE_HEAD + "\n".join(lines) + "\n" + EXAMPLE_FOOT


def _section(name: str) -> type[BaseModel] | None:
    kind = Settings.model_fields[name].annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _block(model: type[BaseModel], given: dict[str, Any]) -> Iterator[str]:
    said = comments(model)
    for name, value in given.items():
        if model is Settings and name in _ELSEWHERE:
            continue
        text = said.get(name) or model.model_fields[name].description or ""
        if value is None:
            yield from _said(f"{name}: {text} Not set.")
        else:
            yield from _said(text)
            yield f"#{name} = {_toml(value)}"


def _said(text: str) -> Iterator[str]:
    for line in textwrap.wrap(" ".join(text.replace("``", "`").split()), _WIDTH - 2):
        yield f"# {line}"


def _toml(value: Any) -> str:
    """Write a value as TOML does, on one line."""
    if isinstance(value, dict):
        inner = ", ".join(f"{name} = {_toml(one)}" for name, one in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    EXAMPLE.write_text(example())
    EMAIL_PAGE.write_text(email_page())
    PAGE.write_text(INTRODUCTION + "\n".join(rows(Settings)) + "\n")
