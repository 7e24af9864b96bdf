"""Say where the state is: the one of a repository without environments, or the one of each environment."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.errors import InvalidSettings, Problem, SettingsError
from wexa_sync.manifests.find import is_searched
from wexa_sync.manifests.schema_check import schema_faults
from wexa_sync.model import Document, FilePlace, GitPlace, StatePlace
from wexa_sync.settings.environments import Section
from wexa_sync.settings.file import SCHEMA
from wexa_sync.settings.given import state_named
from wexa_sync.settings.place import path_of, source_of
from wexa_sync.settings.values import Environment, Settings
from wexa_sync.text.files import SETTINGS_FILE
from wexa_sync.text.paths import to_write


class Repository(Struct, frozen=True, kw_only=True):
    """Hold what a place of a state is read with."""

    root: Path
    manifests: Sequence[Path]
    ignore: Sequence[str]

    def state(self, value: str | Mapping[str, Any], place: str) -> StatePlace:
        """Return the place of a state. Raises SettingsError for a file that can't be one, or is among the manifests."""
        if isinstance(value, Mapping):
            return GitPlace(self.root, **value["git"])
        file = self.root / path_of(to_write, value, place)
        if os.path.isdir(file):  # noqa: PTH112  # unlike Path's, it never raises
            raise SettingsError(f"the state {file} is a folder", hint="Name a file: --state FILE, or `state: FILE`.")
        if file.name == SETTINGS_FILE or is_searched(file, self.manifests, self.ignore, self.root):
            raise SettingsError(
                f"{place}: the state {value} would stand among the manifests and be read as one",
                hint=f"Call it {file.stem}.json: the state is JSON. Move a state that is there already.",
            )
        return FilePlace(file)

    def state_of(self, section: Section, file: Document | None) -> StatePlace:
        """Return the place of an environment's state: its own, or one with its name beside the others.

        `file` is wexa-sync.yaml: the remote of its state is the one of every environment.
        """
        data = {} if file is None else file.data
        value = section.data.get("state", data.get("state") if isinstance(data.get("state"), Mapping) else None)
        if value is None:
            return FilePlace(self.root / ".wexa-sync" / f"{section.name}.json")
        place = self.state(value, f"{section.place('state')}: state")
        if isinstance(place, GitPlace) and "ref" not in value["git"]:
            return replace(place, ref=f"refs/wexa-sync/{section.name}")
        return place


def place_named(text: str, settings: Settings, where: str) -> StatePlace:
    """Return the place of a state that an argument names: a file, or a ref as git:REMOTE#REF.

    Raises SettingsError, with the name of the argument, for what can't be one.
    """
    value = state_named(text, where)
    if faults := schema_faults(SCHEMA, {"state": value}):
        raise SettingsError(f"{where}: {faults[0].message}", hint=faults[0].hint)
    repository = Repository(root=settings.root, manifests=settings.manifests, ignore=settings.ignore)
    return repository.state(value, where)


def require_apart(environments: Iterable[Environment], sections: Mapping[str, Section], file: Document | None) -> None:
    """Raise InvalidSettings where two environments have one state, or wexa-sync.yaml names one for all of them."""
    problems, first = [], dict[StatePlace, str]()
    state = None if file is None or not sections else file.data.get("state")
    if file is not None and state is not None and (isinstance(state, str) or "ref" in state["git"]):
        hint = "Move it to the environment that it belongs to: each one has a state of its own."
        message = "one state can't be that of every environment"
        problems.append(Problem(message=message, source=source_of(file, "state"), path="state", hint=hint))
    for each in environments:
        if (other := first.setdefault(each.state, each.name)) != each.name:
            hint = "Give each one a state of its own, or leave `state` out: it is .wexa-sync/NAME.json then."
            message = f"the environments {other} and {each.name} have the same state"
            problems.append(Problem(message=message, source=sections[each.name].place("state"), hint=hint))
    if problems:
        raise InvalidSettings(problems)


def require_own(state: StatePlace, environment: str, environments: Iterable[Environment]) -> StatePlace:
    """Return the state that a flag names. Raises SettingsError where it is the one of another environment."""
    for each in environments:
        if each.state == state and each.name != environment:
            raise SettingsError(
                f"--state names the state of the environment {each.name}, and this is {environment}: nothing was done",
                hint=f"Leave --state out: --env {environment} knows its state.",
            )
    return state
