"""Plan without the API: `plan --against` reads the manifests of another commit, `plan --snapshot` a snapshot."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wexa_sync import engine
from wexa_sync.cli.commits import commit_of, declared_at
from wexa_sync.errors import UsageError
from wexa_sync.model import Basis, Desired, Plan, Target
from wexa_sync.observe.snapshot_file import read_snapshot
from wexa_sync.settings import Settings, require_environment

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request


def plan_against(request: Request, desired: Desired, ref: str) -> Plan:
    """Return the plan of the manifests here, where those of the commit `ref` were live. Sends nothing."""
    settings = request.settings
    _require_environment(settings)
    commit = commit_of(request, ref, "--against")
    base = declared_at(request, commit)
    return engine.plan_against(
        desired,
        base,
        Basis(ref=ref, commit=commit.id),
        Target(base_url=settings.base_url, org_id=settings.org_id, environment=settings.name),
        request.choice,
        allowed=request.options.allowed,
        limits=request.limits,
        scope=engine.scope_of(desired, request.sources),
    )


def plan_from_snapshot(request: Request, desired: Desired, file: Path) -> Plan:
    """Return the plan of the workspace as it was when the snapshot in that file was taken. Sends nothing."""
    settings = request.settings
    _require_environment(settings)
    found = read_snapshot(file)
    _require_of(settings, found.target, file, rehearses=request.rehearsal is not None)
    return engine.plan_from_snapshot(
        desired,
        found,
        request.choice,
        request.options,
        limits=request.limits,
        scope=engine.scope_of(desired, request.sources),
    )


def _require_environment(settings: Settings) -> None:
    """Raise UsageError where environments are declared and none is named."""
    if settings.environments and not settings.environment:
        require_environment([each.name for each in settings.environments])


def _require_of(settings: Settings, target: Target, file: Path, *, rehearses: bool) -> None:
    """Raise UsageError where a snapshot is of another environment, or of another organisation than is named here."""
    if settings.name != target.environment:
        here = f"the environment {settings.name}" if settings.name else "a plan without an environment"
        raise UsageError(f"{file} is a snapshot of {target}, not for {here}", hint="Name that environment with --env.")
    if not rehearses and settings.org_id not in ("", target.org_id):
        raise UsageError(
            f"{file} is a snapshot of {target}, not of the organisation {settings.org_id}",
            hint="Name a snapshot of that organisation, or check org_id and WEXA_ORG_ID.",
        )
