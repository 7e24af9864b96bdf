"""Hold the settings of a repository of manifests."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from wexa_sync.errors import UsageError
from wexa_sync.manifests.sources import Defaults, Overlays, Sources
from wexa_sync.model import Document, FilePlace, Limits, Options, Secret, Source, StatePlace
from wexa_sync.text.files import SETTINGS_FILE, shown_path


class Environment(Struct, frozen=True, kw_only=True):
    """Describe an environment that the settings declare: what manifests are read with, and where its state is.

    `vars` are over the values of `var_files`. `protected`: a change needs its name from a person. `file` is the file of
    `environments/` that declares it, if any.
    """

    name: str
    state: StatePlace
    vars: Mapping[str, Any]
    var_files: tuple[Path, ...]
    overlays: Overlays
    protected: bool
    file: Path | None

    @property
    def files(self) -> tuple[Path, ...]:
        """Return the files that the environment is made of: none of them is a manifest."""
        return (*self.var_files, *((self.file,) if self.file else ()))


class Settings(Struct, frozen=True, kw_only=True):
    """Hold the settings of a repository of manifests. `org_id` and `user_id` are empty where they are not set.

    Paths are absolute. schemas/settings.schema.json explains each field. `unconfirmed` is the place of a `base_url` in
    wexa-sync.yaml that is not Wexa's and that nothing else names: the key must not go there. `environments` are all
    that are declared; `environment` is the one that was named. `moves` is the document of wexa-sync.yaml, where it says
    what was moved.
    """

    root: Path
    base_url: str
    org_id: str
    user_id: str
    state: StatePlace
    manifests: tuple[Path, ...]
    ignore: tuple[str, ...]
    vars: Mapping[str, Any]
    connect_timeout: float
    read_timeout: float
    options: Options
    limits: Limits
    unmanaged_ignore: tuple[str, ...] = ()
    api_key: Secret | None = None
    unconfirmed: Source | None = None
    defaults: Defaults | None = None
    environment: Environment | None = None
    environments: tuple[Environment, ...] = ()
    moves: Document | None = None

    @property
    def name(self) -> str:
        """Return the name of the environment; empty without one."""
        return self.environment.name if self.environment else ""

    def sources(
        self,
        paths: Sequence[Path] = (),
        *,
        var_files: Sequence[Path] = (),
        assignments: Sequence[str] = (),
        env: Mapping[str, str],
    ) -> Sources:
        """Return the manifests in `paths`, or those that the settings name; with the values of their variables."""
        own = self.manifests == (self.root,)
        self._require_own(var_files)
        chosen = self.environment
        return Sources(
            paths=tuple(paths) or self.manifests,
            root=self.root,
            ignore=self.ignore,
            vars=self.vars,
            own_var_files=chosen.var_files if chosen else (),
            own_vars=chosen.vars if chosen else {},
            overlays=chosen.overlays if chosen else None,
            defaults=self.defaults,
            var_files=tuple(var_files),
            assignments=tuple(assignments),
            moves=self.moves,
            env=env,
            whole=self._all_manifests() if paths else None,
            dedicated=tuple(path for path in self.manifests if path.resolve() != self.root.resolve()),
            no_manifests=frozenset(os.path.realpath(file) for each in self.environments for file in each.files),
            settings_file="" if own else shown_path(self.root / SETTINGS_FILE),
        )

    def _require_own(self, var_files: Sequence[Path]) -> None:
        """Raise UsageError for a file of variables of another environment: its values would be planned into this one.

        A file that this environment names as well is its own.
        """
        if self.environment is None:
            return
        own = {os.path.realpath(file) for file in self.environment.var_files}
        for other in self.environments:
            others = {os.path.realpath(file) for file in other.var_files} - own
            if found := next((file for file in var_files if os.path.realpath(file) in others), None):
                raise UsageError(
                    f"--var-file {found} belongs to the environment {other.name}, and this is {self.name}: "
                    "nothing was done",
                    hint=f"Leave it out, or work on --env {other.name}: it takes the file by itself.",
                )

    def _all_manifests(self) -> tuple[Path, ...]:
        """Return where all manifests of the state are.

        Without a settings file, a state that is named and lies elsewhere may be that of the current folder's manifests.
        """
        here = Path.cwd()
        named = (self.root / SETTINGS_FILE).exists()
        inside = isinstance(self.state, FilePlace) and self.state.path.is_relative_to(self.root)
        return self.manifests if named or inside or not self.root.is_relative_to(here) else (here,)
