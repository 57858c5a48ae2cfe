"""Read ``rozmova.toml`` and ``ROZMOVA_*`` and complain about everything at once."""

import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from config.settings import Settings

PREFIX = "ROZMOVA_"
#: Which file to read; the only variable that is not itself a setting.
FILE_VARIABLE = "ROZMOVA_CONFIG"
DEFAULT_FILE = Path("rozmova.toml")


class SettingsError(ValueError):
    """Settings that cannot be used; ``errors`` has one line for each."""

    def __init__(
        self, errors: list[str], channels: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__("\n".join(["The settings cannot be used:", *errors]))
        self.errors = errors
        #: What is said of channels, which know themselves what of it is wrong.
        self.channels = channels or {}


def load(
    environ: Mapping[str, str] | None = None, file: Path | None = None
) -> Settings:
    """Read the settings; the environment wins over the file.

    Args:
        environ: The environment; the process's own when not given.
        file: The file to read instead of ``ROZMOVA_CONFIG`` or ``rozmova.toml``.

    Raises:
        SettingsError: Something is unknown, wrong or unreadable. All of it is named.
    """
    environ = os.environ if environ is None else environ
    errors: list[str] = []
    values = _from_file(environ, file, errors)
    _merge(values, _from_environment(environ, errors))
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        errors += [_line(problem) for problem in error.errors()]
        raise SettingsError(errors, _sections(values)) from None
    if errors:
        raise SettingsError(errors, _sections(values))
    return settings


def _from_file(
    environ: Mapping[str, str], file: Path | None, errors: list[str]
) -> dict[str, Any]:
    named = file or (Path(given) if (given := environ.get(FILE_VARIABLE)) else None)
    path = named or DEFAULT_FILE
    if named is None and not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        errors.append(f"{path}: {error}")
        return {}


def _from_environment(environ: Mapping[str, str], errors: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name == FILE_VARIABLE:
            continue
        parts = name.removeprefix(PREFIX).lower().split("__")
        place = values
        for part in parts[:-1]:
            inner = place.setdefault(part, {})
            if not isinstance(inner, dict):
                errors.append(f"{name}: {part} is also set as a single value")
                break
            place = inner
        else:
            place[parts[-1]] = _value(environ[name])
    return values


def _value(text: str) -> Any:
    """Lists, tables and true/false are written as JSON; all else is text."""
    if text[:1] in "[{" or text in {"true", "false", "null"}:
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def _merge(values: dict[str, Any], over: Mapping[str, Any]) -> None:
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(values.get(key), dict):
            _merge(values[key], value)
        else:
            values[key] = value


def _sections(values: Mapping[str, Any]) -> Mapping[str, Any]:
    given = values.get("channels")
    return given if isinstance(given, dict) else {}


def _line(problem: Any) -> str:
    place = [str(part) for part in problem["loc"]]
    variable = PREFIX + "__".join(place).upper()
    name = ".".join(place)
    if problem["type"] == "extra_forbidden":
        return f"{name} ({variable}): there is no such setting"
    # The value itself is not repeated: it may be a secret.
    return f"{name} ({variable}): {problem['msg']}"
