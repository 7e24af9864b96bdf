"""Read the settings: flags over variables over the environment's section over wexa-sync.yaml over the defaults."""

from __future__ import annotations

from wexa_sync.settings.environments import ALL, require_environment
from wexa_sync.settings.key import KEY_VARIABLE, require_api
from wexa_sync.settings.read import read_settings
from wexa_sync.settings.state import place_named
from wexa_sync.settings.values import Environment, Settings

__all__ = [
    "ALL",
    "KEY_VARIABLE",
    "Environment",
    "Settings",
    "place_named",
    "read_settings",
    "require_api",
    "require_environment",
]
