"""Read the settings: flags over the environment over wexa-sync.yaml over the defaults in the schema."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from wexa_sync.errors import SettingsError
from wexa_sync.kinds.spec.schema import bundled
from wexa_sync.manifests.find import is_searched
from wexa_sync.model import Document, FilePlace, GitPlace, Limits, Options, StatePlace
from wexa_sync.settings.file import SCHEMA, read_file, settings_file
from wexa_sync.settings.given import given_settings, usable_key
from wexa_sync.settings.key import KEY_VARIABLE, one_spelling, unconfirmed
from wexa_sync.settings.place import path_of, place_of
from wexa_sync.settings.values import Settings
from wexa_sync.text.files import SETTINGS_FILE
from wexa_sync.text.ids import usual_case
from wexa_sync.text.paths import expanded, to_write

_NONE: Mapping[str, Any] = {}


def read_settings(start: Path, env: Mapping[str, str], overrides: Mapping[str, Any] = _NONE) -> Settings:
    """Return the settings for work that begins at `start` (the current folder, or the first PATH).

    `root` is the nearest folder at or above `start` that holds wexa-sync.yaml. The search ends at a repository's top (a
    folder with `.git`). Without such a file, `root` is `start`, or the folder that holds `start`. `overrides` are
    flags, by the name of their field; None counts as not given. A path in a flag starts from the current folder, a path
    in the file from `root`. An empty environment variable counts as not set. Raises SettingsError
    that names every fault.
    """
    here = _current_folder() / start
    folder = here if os.path.isdir(here) else here.parent  # noqa: PTH112  # unlike Path's, it never raises
    file = settings_file(folder)
    root = file.parent if file else folder
    found = {name: about["default"] for name, about in bundled(SCHEMA)["properties"].items() if "default" in about}
    written = read_file(file) if file else None
    found |= written.data if written else {}
    found |= (given := given_settings(env, overrides))
    manifests = _manifests(found["manifests"], root, written)
    return Settings(
        root=root,
        base_url=one_spelling(found["base_url"]),
        org_id=usual_case(found.get("org_id", "")),
        user_id=found.get("user_id", ""),
        api_key=usable_key(overrides.get("api_key") or env.get(KEY_VARIABLE)),
        state=_state(found, root, manifests, "--state" if "state" in given else place_of(written, "state")),
        manifests=manifests,
        ignore=tuple(found["ignore"]),
        vars=found["vars"],
        connect_timeout=float(found["connect_timeout"]),
        read_timeout=float(found["read_timeout"]),
        options=_options(found),
        limits=Limits(budget=float(found["budget"]), max_executions=found["max_executions"]),
        unconfirmed=None if written is None or "base_url" in given else unconfirmed(written),
    )


def _options(found: Mapping[str, Any]) -> Options:
    """Return how to work, as far as settings say so."""
    return Options(
        parallelism=found["parallelism"],
        start=found["start"],
        grace=float(found["start_grace"]),
        settle=float(found["settle"]),
        allowed=frozenset(found["allow_undocumented"]),
        presumed=frozenset(found["new_project_connectors"]),
    )


def _current_folder() -> Path:
    try:
        return Path.cwd()
    except OSError as error:
        raise SettingsError(f"the current folder is gone: {error.strerror}", hint="Go to another one.") from None


def _manifests(paths: Sequence[str], root: Path, file: Document | None) -> tuple[Path, ...]:
    places = (place_of(file, "manifests", index) for index in range(len(paths)))
    return tuple(root / path_of(expanded, path, place) for path, place in zip(paths, places, strict=True))


def _state(found: Mapping[str, Any], root: Path, manifests: Sequence[Path], place: str) -> StatePlace:
    """Return the place of the state. Raises SettingsError for a file that can't be one, or is among the manifests."""
    if isinstance(found["state"], dict):
        return GitPlace(root, **found["state"]["git"])
    file = root / path_of(to_write, found["state"], place)
    if os.path.isdir(file):  # noqa: PTH112  # as above
        raise SettingsError(f"the state {file} is a folder", hint="Name a file: --state FILE, or `state: FILE`.")
    if file.name == SETTINGS_FILE or is_searched(file, manifests, found["ignore"], root):
        raise SettingsError(
            f"{place}: the state {found['state']} would stand among the manifests and be read as one",
            hint=f"Call it {file.stem}.json: the state is JSON. Move a state that is there already.",
        )
    return FilePlace(file)
