"""Find the environments that a repository declares: in wexa-sync.yaml, or each in a file of `environments/`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path as File
from typing import Any, NoReturn

from msgspec import Struct

from wexa_sync.errors import InvalidSettings, Problem, UnknownEnvironment, UsageError
from wexa_sync.kinds.spec.wire import at_path
from wexa_sync.manifests.foreign import is_ours
from wexa_sync.manifests.ignored import is_ignored
from wexa_sync.manifests.positions import Places
from wexa_sync.manifests.schema_check import schema_faults
from wexa_sync.manifests.spelling import written
from wexa_sync.model import Document, Source
from wexa_sync.settings.file import SCHEMA, read_document
from wexa_sync.text.files import SETTINGS_FILE
from wexa_sync.text.suggest import did_you_mean

FOLDER = "environments"
ALL = "all"
"""What a person names to mean every environment."""

_SCHEMA = "environment.schema.json"
_SUFFIXES = (".yaml", ".yml")
_VARIABLES = (".vars.yaml", ".vars.yml")


class Section(Struct, frozen=True, kw_only=True):
    """Describe an environment as it is declared: what stands at `path` of the document."""

    name: str
    document: Document
    path: tuple[str, ...] = ()

    @property
    def data(self) -> dict[str, Any]:
        """Return the settings of the environment. A variable that is spelled in a way of its own is Written."""
        found: dict[str, Any] = at_path(self.document.data, self.path) or {}
        return {**found, "vars": written(self.document, found.get("vars", {}), (*self.path, "vars"))}

    def place(self, *path: str | int, key: bool = False) -> Source:
        """Return the place of a setting of the environment."""
        return Places().in_document(self.document, (*self.path, *path), key=key)


def sections_of(file: Document | None, root: File, ignore: Sequence[str]) -> dict[str, Section]:
    """Return the environments by name. Raises InvalidSettings for one that two places declare, or that has a fault.

    `file` is the settings file in the folder `root`. Without it there are none. A file of `environments/` that
    `ignore` matches, or that is of another tool or a manifest, declares none.
    """
    if file is None:
        return {}
    found = {name: Section(name=name, document=file, path=(FOLDER, name)) for name in file.data.get(FOLDER, {})}
    problems: list[Problem] = []
    for path in _files(root):
        name = path.name.rpartition(".")[0]
        if is_ignored(path, ignore, root) or (document := read_document(path, _SCHEMA, skip=_is_another)) is None:
            continue
        section = Section(name=name, document=document)
        if fault := schema_faults(SCHEMA, {FOLDER: {name: {}}}):
            hint = f"{fault[0].hint} A file of another kind belongs in another folder, or under `ignore`."
            problems.append(Problem(message=fault[0].message, source=document.source, hint=hint))
        if name in found:
            other = found[name].place(key=True)
            hint = "Keep one of the two."
            message = f"the environment {name} is declared twice; {other} declares it too"
            problems.append(Problem(message=message, source=document.source, hint=hint))
        found[name] = section
    if problems:
        raise InvalidSettings(problems)
    return found


def chosen_of(sections: Mapping[str, Section], name: str) -> Section | None:
    """Return the environment of that name; None for no name. Raises UsageError for a name that is not declared."""
    if not name:
        return None
    if not sections:
        raise UnknownEnvironment(
            f"--env {name}: no environment is declared here",
            hint=f"Declare it under `{FOLDER}` in {SETTINGS_FILE}, or leave --env (WEXA_SYNC_ENV) out.",
        )
    if name not in sections:
        raise UnknownEnvironment(
            f"--env {name}: there is no such environment",
            hint=did_you_mean(name, sections, f"Declared are {', '.join(sections)}."),
        )
    return sections[name]


def require_environment(names: Sequence[str], *, every: bool = False) -> NoReturn:
    """Raise UsageError: environments of these names are declared, and none is named. `every`: all may be meant."""
    shown = [f"--env {each}" for each in names]
    ways = ", ".join(shown[:-1]) + f" or {shown[-1]}" if len(shown) > 1 else shown[0]
    more = " --env all shows all of them side by side." if every else ""
    raise UsageError(
        f"this repository has environments ({', '.join(names)}), and none is named: nothing was done",
        hint=f"Add {ways}, or set WEXA_SYNC_ENV.{more}",
    )


def _declares(name: str) -> bool:
    """True for the name of a file that declares an environment. A file of variables declares none."""
    return name.endswith(_SUFFIXES) and not name.startswith(".") and not name.endswith(_VARIABLES)


def _is_another(data: Any) -> bool:
    """True for a manifest, and for what another tool has in a folder of this name."""
    return is_ours(data) or (isinstance(data, dict) and "apiVersion" in data)


def _files(root: File) -> list[File]:
    folder = root / FOLDER
    try:
        entries = sorted(os.listdir(folder))  # noqa: PTH208  # unlike Path's, one name for what follows
    except OSError:
        return []
    return [folder / name for name in entries if _declares(name)]
