"""Settings: flags over the environment over wexa-sync.yaml over the defaults that its schema names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from wexa_sync.errors import Problem, SettingsError
from wexa_sync.kinds.schema import bundled
from wexa_sync.model import Document, Secret, Source
from wexa_sync.places import Places
from wexa_sync.schema_check import schema_faults
from wexa_sync.schema_words import Fault
from wexa_sync.text_file import TextFault, read_text

SETTINGS_FILE = "wexa-sync.yaml"
KEY_VARIABLE = "WEXA_API_KEY"
_SCHEMA = "settings.schema.json"
_ENVIRONMENT = {"base_url": "WEXA_BASE_URL", "org_id": "WEXA_ORG_ID", "user_id": "WEXA_USER_ID"}
_LIKE_A_KEY = re.compile(r"(wexa)?(x?api|access|auth|secret)?(key|token|secret|password)")
_USABLE_KEY = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What holds for a repository of manifests. `org_id` and `user_id` are empty where nothing says them.

    Paths are absolute. What each field means stands in schemas/settings.schema.json.
    """

    root: Path
    base_url: str
    org_id: str
    user_id: str
    api_key: Secret | None
    state: Path
    manifests: tuple[Path, ...]
    ignore: tuple[str, ...]
    vars: Mapping[str, Any]
    start: str
    start_grace: float
    allow_undocumented: frozenset[str]
    parallelism: int
    budget: float
    max_executions: int


def read_settings(start: Path, env: Mapping[str, str], overrides: Mapping[str, Any]) -> Settings:
    """The settings for work that begins at `start` (the current folder, or the first PATH).

    `root` is the nearest folder at or above it that holds wexa-sync.yaml, not looked for above a repository (a folder
    with `.git`); without such a file it is `start`, or the folder that `start` is in. `overrides` are flags by their
    field's name, None where not given; a path among them starts from the current folder, one in the file from `root`.
    An empty environment variable counts as none. Raises SettingsError, which names everything that is wrong.
    """
    folder = start.absolute() if start.is_dir() else start.absolute().parent
    file = _settings_file(folder)
    root = file.parent if file else folder
    found = {name: about["default"] for name, about in bundled(_SCHEMA)["properties"].items() if "default" in about}
    found |= _read(file) if file else {}
    given = {name: env[variable] for name, variable in _ENVIRONMENT.items() if env.get(variable)}
    given |= {name: value for name, value in overrides.items() if value is not None and name != "api_key"}
    _check_given(given, overrides)
    state = Path(given.pop("state")).absolute() if "state" in given else root / found["state"]
    manifests = given.pop("manifests", None)
    found |= given
    return Settings(
        root=root,
        base_url=found["base_url"].rstrip("/"),
        org_id=found.get("org_id", ""),
        user_id=found.get("user_id", ""),
        api_key=_api_key(overrides.get("api_key") or env.get(KEY_VARIABLE)),
        state=state,
        manifests=tuple(Path(p).absolute() for p in manifests)
        if manifests is not None
        else tuple(root / path for path in found["manifests"]),
        ignore=tuple(found["ignore"]),
        vars=found["vars"],
        start=found["start"],
        start_grace=float(found["start_grace"]),
        allow_undocumented=frozenset(found["allow_undocumented"]),
        parallelism=found["parallelism"],
        budget=float(found["budget"]),
        max_executions=found["max_executions"],
    )


def require_api(settings: Settings) -> None:
    """Raise SettingsError with everything that a call of the API needs and that is missing."""
    missing = []
    if settings.api_key is None:
        missing.append((f"the API key ({KEY_VARIABLE})", f"set the environment variable {KEY_VARIABLE}"))
    if not settings.org_id:
        where = f"set WEXA_ORG_ID, or `org_id` in {settings.root / SETTINGS_FILE}"
        missing.append(("the organisation's id (WEXA_ORG_ID)", where))
    if missing:
        what, how = (" and ".join(parts) for parts in zip(*missing, strict=True))
        raise SettingsError(
            f"missing: {what}", hint=f"{how[0].upper()}{how[1:]}. To try things out without any, add --sandbox."
        )
