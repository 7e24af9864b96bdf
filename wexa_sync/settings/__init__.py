"""Read the settings: flags over the environment over wexa-sync.yaml over the defaults in the schema."""

from __future__ import annotations

from wexa_sync.settings.key import KEY_VARIABLE, require_api
from wexa_sync.settings.read import read_settings
from wexa_sync.settings.values import Settings

__all__ = ["KEY_VARIABLE", "Settings", "read_settings", "require_api"]
