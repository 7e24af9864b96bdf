"""Read the settings: flags over the environment over wexa-sync.yaml over the defaults in the schema."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from wexa_sync.errors import SettingsError
from wexa_sync.kinds.spec.schema import bundled
from wexa_sync.manifests.sources import Defaults, Overlays
from wexa_sync.model import Document, Limits, Options, Source, StatePlace
from wexa_sync.settings.environments import Section, chosen_of, sections_of
from wexa_sync.settings.file import SCHEMA, read_file, settings_file
from wexa_sync.settings.given import given_settings, usable_key
from wexa_sync.settings.key import one_spelling, unconfirmed
from wexa_sync.settings.place import path_of, place_of, source_of
from wexa_sync.settings.state import Repository, require_apart, require_own
from wexa_sync.settings.values import Environment, Settings
from wexa_sync.text.ids import usual_case
from wexa_sync.text.paths import expanded

_NONE: Mapping[str, Any] = {}
_REPLACED = ("base_url", "org_id", "user_id", "unmanaged_ignore")


def read_settings(
    start: Path, env: Mapping[str, str], overrides: Mapping[str, Any] = _NONE, environment: str = ""
) -> Settings:
    """Return the settings for work that begins at `start` (the current folder, or the first PATH).

    `root` is the nearest folder at or above `start` that holds wexa-sync.yaml. The search ends at a repository's top (a
    folder with `.git`). Without such a file, `root` is `start`, or the folder that holds `start`. `overrides` are
    flags, by the name of their field; None counts as not given. A path in a flag starts from the current folder, a path
    in the file from `root`. An empty variable of `env` counts as not set. `environment` names one that the settings
    declare. Raises SettingsError that names every fault.
    """
    here = _current_folder() / start
    folder = here if os.path.isdir(here) else here.parent  # noqa: PTH112  # unlike Path's, it never raises
    file = settings_file(folder)
    root = file.parent if file else folder
    written = read_file(file) if file else None
    data = written.data if written else {}
    sections = sections_of(written, root, data.get("ignore", ()))
    section = chosen_of(sections, environment)
    given = given_settings(env, overrides, section)
    found = _defaults() | data | _replacing(section) | given
    manifests = _manifests(found["manifests"], root, written)
    repository = Repository(root=root, manifests=manifests, ignore=found["ignore"])
    environments = tuple(_environment(each, written, repository) for each in sections.values())
    require_apart(environments, sections, written)
    chosen = next((each for each in environments if each.name == environment), None)
    if chosen is not None and "state" not in given:
        state = chosen.state
    else:
        state = repository.state(found["state"], "--state" if "state" in given else place_of(written, "state"))
    made = _settings(found, repository, require_own(state, environment, environments))
    return replace(
        made,
        api_key=usable_key(overrides, env, environment),
        unconfirmed=None if "base_url" in given else _unconfirmed(written, section),
        defaults=None if written is None else Defaults(document=written, path=("defaults",)),
        environment=chosen,
        environments=environments,
        moves=written if "moved" in data else None,
    )


def _defaults() -> dict[str, Any]:
    """Return what the schema says of settings that are left out."""
    return {name: about["default"] for name, about in bundled(SCHEMA)["properties"].items() if "default" in about}


def _settings(found: Mapping[str, Any], repository: Repository, state: StatePlace) -> Settings:
    """Return the settings as far as each stands in one value."""
    return Settings(
        root=repository.root,
        base_url=one_spelling(found["base_url"]),
        org_id=usual_case(found.get("org_id", "")),
        user_id=found.get("user_id", ""),
        state=state,
        manifests=tuple(repository.manifests),
        ignore=tuple(found["ignore"]),
        vars=found["vars"],
        connect_timeout=float(found["connect_timeout"]),
        read_timeout=float(found["read_timeout"]),
        options=_options(found, repository.root),
        limits=Limits(budget=float(found["budget"]), max_executions=found["max_executions"]),
        unmanaged_ignore=tuple(found["unmanaged_ignore"]),
    )


def _options(found: Mapping[str, Any], root: Path) -> Options:
    """Return how to work, as far as settings say so."""
    return Options(
        root=root,
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


def _replacing(section: Section | None) -> dict[str, Any]:
    """Return the settings of an environment that stand in place of those of the file."""
    data = section.data if section else {}
    return {name: data[name] for name in _REPLACED if name in data}


def _environment(section: Section, file: Document | None, repository: Repository) -> Environment:
    files = enumerate(section.data.get("var_files", ()))
    declared_in = Path(section.document.source.file).absolute()
    return Environment(
        name=section.name,
        state=repository.state_of(section, file),
        vars=section.data["vars"],
        var_files=tuple(
            repository.root / path_of(expanded, path, f"{section.place('var_files', index)}: var_files")
            for index, path in files
        ),
        overlays=Overlays(document=section.document, path=(*section.path, "overlays")),
        protected=section.data.get("protected", False),
        file=None if section.path else declared_in,
    )


def _unconfirmed(written: Document | None, section: Section | None) -> Source | None:
    """Return the place of the base_url that counts, where the repository alone must not send the key there."""
    if section is not None and "base_url" in section.data:
        return unconfirmed(section.data["base_url"], section.place("base_url"))
    if written is not None and "base_url" in written.data:
        return unconfirmed(written.data["base_url"], source_of(written, "base_url"))
    return None
