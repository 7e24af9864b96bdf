"""Hold the settings of a repository of manifests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wexa_sync.manifests.sources import Sources
from wexa_sync.model import FilePlace, Limits, Options, Secret, Source, StatePlace
from wexa_sync.text.files import SETTINGS_FILE, shown_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of a repository of manifests. `org_id` and `user_id` are empty where they are not set.

    Paths are absolute. schemas/settings.schema.json explains each field. `unconfirmed` is the place of a `base_url` in
    wexa-sync.yaml that is not Wexa's and that nothing else names: the key must not go there.
    """

    root: Path
    base_url: str
    org_id: str
    user_id: str
    api_key: Secret | None
    state: StatePlace
    manifests: tuple[Path, ...]
    ignore: tuple[str, ...]
    vars: Mapping[str, Any]
    connect_timeout: float
    read_timeout: float
    options: Options
    limits: Limits
    unconfirmed: Source | None = None

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
        return Sources(
            paths=tuple(paths) or self.manifests,
            root=self.root,
            ignore=self.ignore,
            vars=self.vars,
            var_files=tuple(var_files),
            assignments=tuple(assignments),
            env=env,
            whole=self._all_manifests() if paths else None,
            dedicated=tuple(path for path in self.manifests if path.resolve() != self.root.resolve()),
            settings_file="" if own else shown_path(self.root / SETTINGS_FILE),
        )

    def _all_manifests(self) -> tuple[Path, ...]:
        """Return where all manifests of the state are.

        Without a settings file, a state that is named and lies elsewhere may be that of the current folder's manifests.
        """
        here = Path.cwd()
        named = (self.root / SETTINGS_FILE).exists()
        inside = isinstance(self.state, FilePlace) and self.state.path.is_relative_to(self.root)
        return self.manifests if named or inside or not self.root.is_relative_to(here) else (here,)
