"""Settings: ``rozmova.toml`` and ``ROZMOVA_*``, checked all at once."""

from config.load import SettingsError, load
from config.settings import Settings

__all__ = ["Settings", "SettingsError", "load"]
