"""Settings: one file, one prefix, and every mistake named at once."""

import re
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from config import Settings, SettingsError, load
from tools import settings_page


def test_without_anything_the_defaults_hold() -> None:
    settings = load({}, None)

    assert settings.port == 8080
    assert settings.base_url == "http://127.0.0.1:8080"
    assert settings.database_url is None


def test_the_environment_wins_over_the_file(tmp_path) -> None:
    file = tmp_path / "rozmova.toml"
    file.write_text('port = 9000\n[conversations]\nundo_window = "PT5S"\n')

    settings = load({"ROZMOVA_PORT": "9001"}, file)

    assert settings.port == 9001
    assert settings.conversations.undo_window == timedelta(seconds=5)


@pytest.mark.parametrize("written", ["90", "PT90S", "PT1M30S", "00:01:30"])
def test_a_span_may_be_written_in_seconds_or_as_iso_8601(written) -> None:
    settings = load({"ROZMOVA_SHUTDOWN_GRACE": written}, None)

    assert settings.shutdown_grace == timedelta(seconds=90)


def test_a_channels_setting_may_come_from_the_environment() -> None:
    settings = load({"ROZMOVA_CHANNELS__SMS__AUTH_TOKEN": "secret"}, None)

    assert settings.channels == {"sms": {"auth_token": "secret"}}


def test_all_mistakes_are_named_at_once_and_no_secret_is(tmp_path) -> None:
    file = tmp_path / "rozmova.toml"
    file.write_text('prot = 1\ncountry = "Ukraine"\n[live]\npol = 2\n')

    with pytest.raises(SettingsError) as refused:
        load(
            {
                "ROZMOVA_PORT": "hunter2-not-a-port",
                "ROZMOVA_TIMEZONE": "Mars/Base",
                "ROZMOVA_NO_SUCH": "x",
            },
            file,
        )

    text = str(refused.value)
    for name in ("prot", "country", "live.pol", "ROZMOVA_PORT", "timezone"):
        assert name in text
    assert "ROZMOVA_NO_SUCH" in text
    assert "hunter2" not in text


def test_a_file_that_is_not_there_or_not_toml_is_named(tmp_path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("port = ")

    for path in (tmp_path / "missing.toml", broken):
        with pytest.raises(SettingsError, match=path.name):
            load({}, path)


def test_every_setting_is_in_the_documentation() -> None:
    page = (Path(__file__).parents[2] / "docs" / "settings.md").read_text()
    documented = set(re.findall(r"^\| `([a-z_.]+)`", page, re.MULTILINE))

    assert documented == set(_names(Settings))


def test_the_example_says_every_default() -> None:
    """Write it anew with ``python tools/settings_page.py``."""
    text = settings_page.EXAMPLE.read_text()
    bare = re.sub(r"^#(?=[\w\[])", "", text, flags=re.MULTILINE)
    given = tomllib.loads(bare)
    head = ("public_url", "company", "country", "timezone", "locale", "database_url")
    for name in (*head, "channels"):
        given.pop(name)

    assert text == settings_page.example()
    assert Settings(**given) == Settings()
    assert {"search", "privacy", "notices"} <= set(given)


def test_the_example_is_a_file_of_settings() -> None:
    assert load({}, settings_page.EXAMPLE).company == "Example"


def _names(model, prefix=""):
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and hasattr(inner, "model_fields"):
            yield from _names(inner, f"{prefix}{name}.")
        else:
            yield prefix + name


def test_settings_can_be_shown_without_secrets() -> None:
    settings = load(
        {
            "ROZMOVA_SECRET": "a-secret-of-the-hub",
            "ROZMOVA_DATABASE_URL": "postgresql://hub:a-secret-of-the-hub@db/hub",
            "ROZMOVA_CHANNELS__SMS__AUTH_TOKEN": "a-secret-of-the-hub",
        }
    )

    assert settings.channels["sms"]["auth_token"] == "a-secret-of-the-hub"
    assert "a-secret-of-the-hub" not in f"{settings!r} {settings}"
