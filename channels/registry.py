"""Which channels there are, and making the configured ones.

A channel is a module in this folder or an entry point in the group
``rozmova.channels``; nothing else has to be told of it.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any

from pydantic import ValidationError

import channels
from channels.base import Adapter, Place

GROUP = "rozmova.channels"
#: Modules of this folder that are not channels.
NOT_CHANNELS = frozenset({"base", "registry", "simulator"})
UNKNOWN = "there is no such setting"


class ChannelSettingsError(ValueError):
    """The settings of some channels are wrong; ``errors`` names every place.

    It leaves the tree of ``hub.errors`` on purpose: it is said to whoever starts the
    hub, before there is a hub that could refuse anything.
    """

    def __init__(self, errors: list[str]) -> None:
        super().__init__("; ".join(errors))
        #: One line for each mistake: "channels.sms.auth_token: Field required".
        self.errors = errors


def names() -> list[str]:
    """List the channels that can be configured, in alphabetical order."""
    return sorted({*_own(), *_foreign()})


def load(name: str) -> ModuleType:
    """Import a channel's module.

    Raises:
        LookupError: There is no channel of this name.
    """
    if name in _own():
        return importlib.import_module(f"{channels.__name__}.{name}")
    point = _foreign().get(name)
    if point is None:
        raise LookupError(name)
    module = point.load()
    if not isinstance(module, ModuleType):
        raise LookupError(name)  # noqa: TRY004 - to the caller it is no channel
    return module


def build(
    sections: Mapping[str, Mapping[str, Any]], place: Place
) -> dict[str, Adapter]:
    """Make every configured channel.

    Args:
        sections: What stands in the settings under ``[channels.<name>]``, by name.
        place: Where the hub is.

    Raises:
        ChannelSettingsError: Something is wrong; it tells all of it at once.
    """
    found, errors = _read(sections)
    if errors:
        raise ChannelSettingsError(errors)
    return {
        name: module.Channel(settings, place)
        for name, (module, settings) in found.items()
    }


def mistakes(sections: Mapping[str, Any]) -> list[str]:
    """Say what is wrong with channels' sections, and make none.

    Args:
        sections: As for ``build``, though what stands there may be no section at all.
    """
    whole = {name: one for name, one in sections.items() if isinstance(one, dict)}
    return _read(whole)[1]


def _read(
    sections: Mapping[str, Mapping[str, Any]],
) -> tuple[dict[str, tuple[ModuleType, Any]], list[str]]:
    """Give each channel's module and settings, and all that is wrong."""
    found: dict[str, tuple[ModuleType, Any]] = {}
    errors: list[str] = []
    for name, section in sections.items():
        try:
            module = load(name)
            found[name] = module, module.Settings.model_validate(dict(section))
        except LookupError:
            known = ", ".join(names())
            errors.append(f"channels.{name}: no such channel; there are {known}")
        except ValidationError as error:
            errors += _explained(name, error)
    return found, errors


def _own() -> list[str]:
    return [
        found.name
        for found in pkgutil.iter_modules(channels.__path__)
        if found.name not in NOT_CHANNELS and not found.name.startswith("_")
    ]


def _foreign() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def _explained(name: str, error: ValidationError) -> list[str]:
    """Say what is wrong and where, without the value: it may be a secret."""
    return [
        f"{'.'.join(['channels', name, *map(str, one['loc'])])}: " + _in_words(one)
        for one in error.errors(include_url=False, include_input=False)
    ]


def _in_words(problem: Mapping[str, Any]) -> str:
    if problem["type"] == "extra_forbidden":
        return UNKNOWN
    # Of a secret the library tells how many "items" it has.
    if problem["type"] == "too_short" and problem["ctx"]["field_type"] == "Value":
        return f"at least {problem['ctx']['min_length']} characters"
    return str(problem["msg"]).removeprefix("Value error, ")
