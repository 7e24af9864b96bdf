"""Turn the options of a command line into one value, and open the workspace that it names."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource
from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.api.cutoff import Cutoff
from wexa_sync.cli.source_url import in_repository, source_url
from wexa_sync.cli.streams import require_open
from wexa_sync.cli.terminal import request_log, wait_log, warn
from wexa_sync.cli.values import OutputFile
from wexa_sync.errors import UsageError, WexaSyncError
from wexa_sync.manifests.sources import Sources
from wexa_sync.model import Choice, Desired, Limits, Many, Options
from wexa_sync.render import FOR_LOGS, FOR_PEOPLE
from wexa_sync.render.layout import Level
from wexa_sync.settings import ALL, Settings, place_named, read_settings, require_environment
from wexa_sync.workspace import Rehearsal, Workspace, open_store, open_workspace

if TYPE_CHECKING:
    from wexa_sync.state import StateStore

_LEVELS: Final = {True: Level.FULL, False: Level.SUMMARY, None: None}
"""The short names of the levels: --details and --no-details."""


class Output(Struct, frozen=True, kw_only=True):
    """Say how to show a plan or a report: the format of stdout, and the files to write, each in its format.

    `to_stdout`: False where a file takes the place of stdout. `log`: formats for a CI system, behind the text.
    `source_url`: where people read the files of this folder; empty where that is not known.
    `folder`: the way to it from the top of its repository.
    """

    format: str = FOR_PEOPLE
    to_stdout: bool = True
    files: tuple[OutputFile, ...] = ()
    log: tuple[str, ...] = ()
    level: Level = Level.NORMAL
    source_url: str = ""
    folder: str = ""


class Request(Struct, frozen=True, kw_only=True):
    """Hold what a command line asks for. `timeout` and `lock_timeout` in seconds; `rehearsal`: work on a sandbox.
    `notify`: a webhook to tell of what comes of it; its URL is a secret.

    `settings_at` reads the settings for another place, with the same flags. `spelt`: the environment stands on the
    command line itself. `every` holds a request for each environment, where all are meant; the request itself is then
    the first of them.
    """

    settings: Settings
    settings_at: Callable[..., Settings]
    sources: Sources
    choice: Choice
    limits: Limits
    options: Options
    output: Output
    auto_approve: bool
    rehearsal: Rehearsal | None
    timeout: float | None
    lock_timeout: float
    verbose: bool
    notify: str | None = None
    spelt: bool = False
    every: tuple[Request, ...] = ()

    @property
    def protection(self) -> str:
        """Return the name that a person has to give before anything changes; empty where none is needed."""
        environment = self.settings.environment
        return environment.name if environment and environment.protected and self.rehearsal is None else ""

    @property
    def store(self) -> StateStore:
        """Return the store of the state, for commands that call no API."""
        return open_store(
            self.settings,
            rehearsal=self.rehearsal is not None,
            lock_timeout=self.lock_timeout,
            waits=Cutoff(hear=wait_log()).waiting,
        )

    def store_of(self, place: str, where: str) -> StateStore:
        """Return the store of a state that an argument names, whichever the settings name."""
        return replace(self, settings=replace(self.settings, state=place_named(place, self.settings, where))).store

    @contextmanager
    def workspace(self) -> Iterator[Workspace]:
        """Open the workspace. A signal interrupts at once until an apply begins: nothing can be lost before."""
        from wexa_sync.cli.memory import share_memory
        from wexa_sync.cli.signals import heeded

        share_memory()
        cutoff = Cutoff(self.timeout, wait_log())
        with (
            heeded(cutoff, breaks_in=True),
            open_workspace(
                self.settings,
                options=self.options,
                rehearsal=self.rehearsal,
                lock_timeout=self.lock_timeout,
                cutoff=cutoff,
                observer=request_log() if self.verbose else None,
            ) as workspace,
        ):
            yield workspace

    def desired(self) -> Desired:
        """Read the manifests that are asked for, and say what there is to hear of them. Raises InvalidManifests."""
        desired = self._read()
        for warning in desired.warnings:
            warn(warning)
        return desired

    def desired_if_valid(self) -> Desired | None:
        """Read the manifests that are asked for without a word; None where they are not here, or can't be read."""
        try:
            return self._read()
        except WexaSyncError:
            return None

    def _read(self) -> Desired:
        """Read the manifests that are asked for. A rehearsal makes what they import: its workspace is another one."""
        from wexa_sync import engine

        desired = engine.read(self.sources)
        if self.rehearsal is None:
            return desired
        from wexa_sync.manifests.importing import without_imports

        return without_imports(desired)

    def require_apart(self, *writes: Path | None, reads: Sequence[Path] = ()) -> None:
        """Raise UsageError where a file to write is also read, belongs to the state, or is named twice."""
        if not any(writes):
            return
        read = (*self.sources.paths, *self.sources.var_files, *reads)
        taken = {os.path.realpath(file): "is read by the same command" for file in read}
        for store in self._stores():
            taken |= {os.path.realpath(file): "belongs to the state" for file in store.files}
        for file in writes:
            if file is not None:
                if what := taken.get(real := os.path.realpath(file)):
                    raise UsageError(f"{file} {what}, and would be overwritten", hint="Name another file to write.")
                taken[real] = "is written by the same command"

    def _stores(self) -> Iterator[StateStore]:
        """Yield the store of each state that the repository has, and of its rehearsals."""
        settings = self.settings
        for each in (settings, *(replace(settings, state=it.state, environment=it) for it in settings.environments)):
            yield from (open_store(each, rehearsal=rehearsal) for rehearsal in (False, True))


def request_of(given: Mapping[str, Any], many: Many = Many.NEVER) -> Request:
    """Return the request of a command's options. An option that the command does not have counts as not given.

    Raises UsageError where environments are declared and none is named, unless the command then works on all (`many`).
    """
    if given.get("environment") == ALL:
        return _of_all(given, many)
    request = _request(given)
    if "environment" in given and not request.settings.environment and (declared := request.settings.environments):
        if many is Many.BY_DEFAULT:
            return _of_all(given, many)
        require_environment([each.name for each in declared], every=many is Many.ON_DEMAND)
    return request


def _of_all(given: Mapping[str, Any], many: Many) -> Request:
    """Return the request for every environment."""
    if many is Many.NEVER:
        raise UsageError("--env all is for `plan` and `validate`", hint="Name one environment.")
    if given.get("state_file"):
        raise UsageError("--state and --env all can't be given together", hint="Each environment has its own state.")
    names = [each.name for each in _request({**given, "environment": ""}).settings.environments]
    if not names:
        raise UsageError("--env all: no environment is declared here", hint="Leave --env out, or declare some.")
    every = tuple(_request({**given, "environment": name}) for name in names)
    return replace(every[0], every=every)


def _request(given: Mapping[str, Any]) -> Request:
    get, paths, output = given.get, given.get("paths", ()), _output(given)
    if output.to_stdout and output.format != FOR_PEOPLE:
        require_open(sys.stdout)
    settings_at = _settings(given)
    settings = settings_at(paths[0] if paths else Path())
    limits = {name: get(name, False) for name in ("force", "strict", "hire")}
    return Request(
        settings=settings,
        settings_at=settings_at,
        sources=settings.sources(
            paths, var_files=get("var_files", ()), assignments=get("assignments", ()), env=os.environ
        ),
        choice=Choice(
            prune=get("prune", False),
            adopt=get("adopt", False),
            targets=get("targets", ()),
            excludes=get("excludes", ()),
        ),
        # Of two --allow of one budget, the larger number holds.
        limits=replace(settings.limits, allowed=dict(sorted(get("allowances", ()))), **limits),
        options=replace(settings.options, wait=get("wait", False)),
        output=output,
        auto_approve=get("auto_approve", False),
        rehearsal=_rehearsal(given),
        timeout=get("timeout"),
        lock_timeout=get("lock_timeout", 0.0),
        verbose=get("verbose", False),
        notify=get("notify"),
        spelt=click.get_current_context().get_parameter_source("environment") is ParameterSource.COMMANDLINE,
    )


def _output(given: Mapping[str, Any]) -> Output:
    """Return where the output goes. A FILE without a format takes the place of stdout, with the format of --format.

    Raises UsageError where several formats are to go to stdout, but for those of the log beside text.
    """
    format_, outputs = given.get("format_", FOR_PEOPLE), given.get("outputs", ())
    typed = click.get_current_context().get_parameter_source("format_")
    on_stdout = dict.fromkeys(each.format or format_ for each in outputs if each.path is None)
    log = tuple(name for name in on_stdout if name in FOR_LOGS)
    whole = [name for name in on_stdout if name not in FOR_LOGS]
    chosen = [format_] if typed not in (None, ParameterSource.DEFAULT) else []
    if len({*whole, *chosen}) > 1 or (log and {*whole, *chosen} - {FOR_PEOPLE}):
        names = " and ".join(dict.fromkeys([*chosen, *whole, *log]))
        raise UsageError(f"stdout can't have {names} at once", hint="Give all but one a file: --output FORMAT=FILE.")
    files = tuple(replace(each, format=each.format or format_) for each in outputs if each.path is not None)
    instead = any(not each.format for each in outputs if each.path is not None)
    return Output(
        format=whole[0] if whole else format_,
        to_stdout=bool(whole or log) or not instead,
        files=files,
        log=log,
        level=_LEVELS[given.get("details")] or Level(given.get("detail", "normal")),
        source_url=given.get("source_url") or source_url(os.environ, Path()),
        folder=in_repository(Path()) or "",
    )


def _settings(given: Mapping[str, Any]) -> Callable[[Path], Settings]:
    """Return what reads the settings of the repository that holds a path, with the flags over them."""
    typed = click.get_current_context().get_parameter_source("base_url") is ParameterSource.COMMANDLINE
    if typed and given.get("sandbox"):
        raise UsageError(
            "--base-url and --sandbox can't be given together",
            hint="Leave one out: --sandbox starts its own server and calls no other.",
        )
    overrides = {
        "base_url": given.get("base_url"),
        "state": given.get("state_file"),
        "parallelism": given.get("parallelism"),
        "max_executions": given.get("max_executions"),
    }
    environment = given.get("environment") or ""
    return partial(read_settings, env=os.environ, overrides=overrides, environment=environment)


def _rehearsal(given: Mapping[str, Any]) -> Rehearsal | None:
    """Return the rehearsal that --sandbox asks for. Raises UsageError for --fault or --reading without --sandbox."""
    faults, readings = given.get("faults", ()), given.get("readings", ())
    if given.get("sandbox"):
        return Rehearsal(faults=faults, readings=readings)
    if faults or readings:
        raise UsageError("--fault and --reading are for the sandbox", hint="Add --sandbox, or leave them out.")
    return None
