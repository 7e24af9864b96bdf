"""From options to values: settings, variables, the workspace; what every command that reads or calls needs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from wexa_sync.errors import InvalidManifests, NothingDeclared, SettingsError, UsageError
from wexa_sync.model import Address, Desired, Secret, Target
from wexa_sync.plan.scope import Scope
from wexa_sync.settings import Settings, read_settings, require_api
from wexa_sync.text.files import SETTINGS_FILE, shown_path

if TYPE_CHECKING:
    from wexa_sync.api.cutoff import Cutoff
    from wexa_sync.sandbox import SandboxConfig
    from wexa_sync.workspace import Workspace

SANDBOX_URL = "sandbox"
"""What stands for the base URL of a sandbox in state and plans: its port is another one each time."""


def settings_for(paths: Sequence[Path], given: Mapping[str, Any]) -> Settings:
    """The settings of the repository that the first PATH lies in (the current folder's without one).

    `given` are a command's options; those that override a setting are picked out here.
    """
    context = click.get_current_context()
    typed = context.get_parameter_source("base_url") is ParameterSource.COMMANDLINE
    if typed and given.get("sandbox"):
        raise UsageError(
            "--base-url and --sandbox are two places to go to",
            hint="Leave one out: --sandbox starts a server of its own, and no other one is called.",
        )
    overrides = {
        "base_url": given.get("base_url"),
        "state": given.get("state_file"),
        "parallelism": given.get("parallelism"),
        "max_executions": given.get("max_executions"),
    }
    said = {name: value for name, value in overrides.items() if value is not None}
    return read_settings(paths[0] if paths else Path(), os.environ, said)


def desired_for(
    paths: Sequence[Path], settings: Settings, *, assignments: Sequence[str], var_files: Sequence[Path]
) -> Desired:
    """The manifests in those paths (without one, where the settings say)."""
    from wexa_sync.engine import read

    with _manifests_named(paths, settings):
        return read(paths or settings.manifests, **_reading(settings, assignments, var_files))


def scope_for(
    desired: Desired,
    paths: Sequence[Path],
    settings: Settings,
    *,
    assignments: Sequence[str],
    var_files: Sequence[Path],
) -> Scope:
    """Return the scope of a plan of those paths: what the settings' manifests declare beside them is left alone."""
    from wexa_sync.engine import beyond
    from wexa_sync.manifests.load import covers

    whole = _all_manifests(settings)
    with _manifests_named((), settings):
        if not paths or covers(paths, whole, root=settings.root, ignore=settings.ignore):
            return Scope()
        try:
            return beyond(desired, whole, **_reading(settings, assignments, var_files))
        except NothingDeclared:
            return Scope()


def _all_manifests(settings: Settings) -> tuple[Path, ...]:
    """Return where all manifests of a state are: where the settings say.

    Without a settings file, a state that is named and lies elsewhere may be that of the current folder's manifests.
    """
    here = Path.cwd()
    named = (settings.root / SETTINGS_FILE).exists()
    alone = named or settings.state.is_relative_to(settings.root) or not settings.root.is_relative_to(here)
    return settings.manifests if alone else (here,)


def protecting_scope(settings: Settings, *, assignments: Sequence[str], var_files: Sequence[Path]) -> Scope:
    """Return the scope with what the settings' manifests protect, as far as they are here and can be read."""
    from wexa_sync.engine import protections

    try:
        return protections(settings.manifests, **_reading(settings, assignments, var_files))
    except (UsageError, SettingsError, InvalidManifests):
        return Scope()


def destroy_scope(
    paths: Sequence[Path], settings: Settings, *, assignments: Sequence[str], var_files: Sequence[Path]
) -> Scope:
    """Return the scope of a destroy of those paths; without one, of all that the state holds, declared or not."""
    from wexa_sync.engine import to_destroy

    with _manifests_named(paths, settings):
        try:
            given = _reading(settings, assignments, var_files)
            return to_destroy(paths or settings.manifests, whole=not paths, **given)
        except NothingDeclared:
            if paths:
                raise
            return Scope()


def _reading(settings: Settings, assignments: Sequence[str], var_files: Sequence[Path]) -> dict[str, Any]:
    """Return what the reading of manifests takes, but for their paths."""
    from wexa_sync.manifests.variables import gather

    variables = gather(settings=settings.vars, files=var_files, assignments=assignments, env=os.environ)
    return {"root": settings.root, "variables": variables, "ignore": settings.ignore}


@contextmanager
def _manifests_named(paths: Sequence[Path], settings: Settings) -> Iterator[None]:
    """Name the settings file in an error about manifests that it, and no PATH, led to."""
    try:
        yield
    except UsageError as error:
        if paths or settings.manifests == (settings.root,):
            raise
        file = shown_path(settings.root / SETTINGS_FILE)
        raise SettingsError(f"`manifests` in {file}: {error.message}", hint=error.hint) from None


def addresses(texts: Sequence[str]) -> tuple[Address, ...]:
    """Addresses as a person typed them. Raises UsageError."""
    try:
        return tuple(Address.parse(text) for text in texts)
    except ValueError as error:
        raise UsageError(str(error), hint="`wexa-sync state list` shows addresses.") from None


def state_path(settings: Settings, *, sandbox: bool) -> Path:
    """Where the state lies; a sandbox's own beside it, so that a rehearsal never touches the real one."""
    return settings.state.with_name(f"sandbox-{settings.state.name}") if sandbox else settings.state


def require_apart(writes: Sequence[Path | None], reads: Sequence[Path], settings: Settings) -> None:
    """Raise UsageError where a file to write is one to read as well, the state or a part of it, or is named twice."""
    from wexa_sync.state import FileStore

    taken = {os.path.realpath(file): "is read by the same command" for file in reads}
    for sandbox in (False, True):
        store = FileStore(state_path(settings, sandbox=sandbox))
        for part in (store.path, store.journal_path, store.lock_path):
            taken[os.path.realpath(part)] = "belongs to the state"
    for file in writes:
        if file is not None:
            if what := taken.get(real := os.path.realpath(file)):
                raise UsageError(f"{file} {what}, and would be overwritten", hint="Name another file to write.")
            taken[real] = "is written by the same command"


@contextmanager
def workspace_for(settings: Settings, given: Mapping[str, Any]) -> Iterator[Workspace]:
    """The API and the state, by a command's options; with `sandbox`, a server in this process for as long as it lasts.

    Until an apply begins, a signal breaks in: there is nothing to lose.
    """
    from wexa_sync.api.cutoff import Cutoff
    from wexa_sync.cli.signals import heeded

    cutoff = Cutoff(given.get("timeout"))
    with heeded(cutoff, breaks_in=True), _reached(settings, given) as (own, target, base_url):
        yield _workspace(own, target, base_url, given, cutoff)


@contextmanager
def _reached(settings: Settings, given: Mapping[str, Any]) -> Iterator[tuple[Settings, Target, str]]:
    """The settings that hold there, what is written in state and plans, and the address to call."""
    if not given["sandbox"]:
        if given["faults"] or given["readings"]:
            raise UsageError("--fault and --reading are for the sandbox", hint="Add --sandbox, or leave them out.")
        require_api(settings)
        yield settings, Target(base_url=settings.base_url, org_id=settings.org_id), settings.base_url
        return
    from wexa_sync.sandbox import running

    with sandbox_errors(), running(sandbox_config(settings.root / ".wexa-sync" / "sandbox.db", given)) as server:
        own = replace(settings, org_id=server.org_id, user_id=server.user_id)
        own = replace(own, state=state_path(settings, sandbox=True), api_key=Secret(template="", value="sandbox"))
        yield own, Target(base_url=SANDBOX_URL, org_id=server.org_id), server.base_url


def sandbox_config(data: Path, given: Mapping[str, Any]) -> SandboxConfig:
    """How to start a sandbox over that file, by a command's options."""
    from wexa_sync.sandbox import SandboxConfig

    readings = dict(reading.partition("=")[::2] for reading in given["readings"])
    return SandboxConfig(data=data, readings=readings, faults=given["faults"])


@contextmanager
def sandbox_errors() -> Iterator[None]:
    """Tell what a sandbox can't do as an error of ours."""
    from wexa_sync.sandbox import FaultError, ReadingError, SandboxError

    try:
        yield
    except (FaultError, ReadingError) as error:
        raise UsageError(str(error), hint=error.hint) from None
    except SandboxError as error:
        raise SettingsError(str(error), hint=error.hint) from None


def _workspace(
    settings: Settings, target: Target, base_url: str, given: Mapping[str, Any], cutoff: Cutoff
) -> Workspace:
    from wexa_sync.api.client import Api
    from wexa_sync.api.transport.http import Http
    from wexa_sync.cli.terminal import request_log
    from wexa_sync.state import FileStore
    from wexa_sync.workspace import Workspace

    assert settings.api_key is not None
    options = replace(settings.options, wait=given.get("wait", False))
    http = Http(
        base_url=base_url,
        api_key=settings.api_key,
        connect_timeout=settings.connect_timeout,
        read_timeout=settings.read_timeout,
        pool=settings.options.parallelism,
        observer=request_log() if given["verbose"] else None,
        cutoff=cutoff,
    )
    return Workspace(
        api=Api(http, org_id=settings.org_id or "", user_id=settings.user_id or ""),
        store=FileStore(settings.state, lock_timeout=given.get("lock_timeout", 0)),
        target=target,
        options=options,
        cutoff=cutoff,
    )
