"""Name the manifests of a plan, and the values of their variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from wexa_sync.errors import SettingsError, UsageError
from wexa_sync.kinds.spec.wire import at_path
from wexa_sync.manifests.variables import Variables, gather
from wexa_sync.model import Document
from wexa_sync.model import Path as Path_
from wexa_sync.model.partly_shown import PartlyShown


class Overlays(Struct, frozen=True, kw_only=True):
    """Hold fields to lay over those of manifests: at `path` of the document, by the address of a resource."""

    document: Document
    path: Path_

    @property
    def data(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the fields by address."""
        return at_path(self.document.data, self.path) or {}


class Defaults(Overlays, frozen=True, kw_only=True):
    """Hold fields to put under those of manifests: at `path` of the document, by kind."""


class Sources(PartlyShown, frozen=True, kw_only=True):
    """Hold manifests to read: `paths`, without what `ignore` matches below `root`; and the values of their variables.

    `whole`: all manifests of the same state, where `paths` may be a part of them; None where `paths` are all.
    `settings_file` names `whole`, and `paths` where no person did. `dedicated` are the paths that it names for
    manifests alone. `own_var_files`, `own_vars` and `overlays` are those of the environment, and `defaults` those of
    the settings. `no_manifests` are the real paths of files that no search takes for manifests. `moves`: the document
    of the settings, if it has moves.
    """

    UNSHOWN = frozenset({"env"})

    paths: tuple[Path, ...]
    root: Path
    ignore: tuple[str, ...] = ()
    vars: Mapping[str, Any] = field(default_factory=dict)
    own_var_files: tuple[Path, ...] = ()
    own_vars: Mapping[str, Any] = field(default_factory=dict)
    var_files: tuple[Path, ...] = ()
    assignments: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)  # it holds the secrets
    whole: tuple[Path, ...] | None = None
    settings_file: str = ""
    dedicated: tuple[Path, ...] = ()
    overlays: Overlays | None = None
    defaults: Defaults | None = None
    no_manifests: frozenset[str] = frozenset()
    moves: Document | None = None

    def variables(self) -> Variables:
        """Return the values of the variables. Raises UsageError or InvalidManifests for a flag or a file of them."""
        return gather(
            settings=self.vars,
            own_files=self.own_var_files,
            own=self.own_vars,
            files=self.var_files,
            assignments=self.assignments,
            env=self.env,
        )

    def all(self) -> Sources:
        """Return the sources of all manifests of the state."""
        return self if self.whole is None else replace(self, paths=self.whole, whole=None)

    @contextmanager
    def named(self) -> Iterator[None]:
        """Name the settings file in an error about paths that come from the file and not from a person."""
        try:
            yield
        except UsageError as error:
            if self.whole is not None or not self.settings_file:
                raise
            raise SettingsError(f"`manifests` in {self.settings_file}: {error.message}", hint=error.hint) from None
