"""Plan without the API: against other manifests, or against a snapshot, which is taken where there is a key."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from msgspec.structs import replace

from wexa_sync.errors import SnapshotDamaged
from wexa_sync.model import (
    Basis,
    Choice,
    Desired,
    Limits,
    Observation,
    Options,
    Plan,
    Target,
)
from wexa_sync.observe.observation import observe
from wexa_sync.observe.recall import secrets_recalled, without_secrets
from wexa_sync.plan.decision import Rules
from wexa_sync.plan.make import make_plan
from wexa_sync.plan.scope import Scope
from wexa_sync.workspace import Workspace

if TYPE_CHECKING:
    from wexa_sync.observe.snapshot import Snapshot

_UNKNOWN = (
    "A snapshot holds no secrets: {0} not compared, and taken to be as {1} applied. A plan of the workspace itself "
    "compares them."
)


def snapshot(desired: Desired, workspace: Workspace, *, hidden: frozenset[str] = frozenset()) -> Snapshot:
    """Return a snapshot of what a plan of these manifests needs, without the secrets. Sends GET only.

    `hidden`: texts that must not be in it, beside the secrets of the manifests.
    """
    from wexa_sync.observe.snapshot import take  # a plan of the workspace needs none of it

    state = workspace.store.load(workspace.target)
    sleep = workspace.let_lists_settle
    return take(desired, state, workspace.api, workspace.target, workspace.options, hidden=hidden, sleep=sleep)


def plan_from_snapshot(
    desired: Desired, found: Snapshot, choice: Choice, options: Options, *, limits: Limits | None, scope: Scope
) -> Plan:
    """Return the plan of the workspace as it was when the snapshot was taken. Sends nothing.

    Raises SnapshotDamaged for one that no workspace can have had: a snapshot may come from anybody.
    """
    try:
        return _plan_from_snapshot(desired, found, choice, options, limits=limits, scope=scope)
    except (TypeError, ValueError, LookupError, AttributeError, AssertionError, RecursionError) as odd:
        raise SnapshotDamaged(
            f"the snapshot holds what no workspace has ({type(odd).__name__})",
            hint="Take a new one: `wexa-sync snapshot --out FILE`. If it stays so, report it.",
        ) from odd


def _plan_from_snapshot(
    desired: Desired, found: Snapshot, choice: Choice, options: Options, *, limits: Limits | None, scope: Scope
) -> Plan:
    from wexa_sync.observe.replay import Replayed

    api = Replayed(found.notes, org_id=found.target.org_id, user_id=found.user_id)
    unknown = without_secrets(desired)
    seen = observe(
        unknown,
        found.state,
        api,
        found.target,
        replace(options, settle=0.0),
        now=lambda: found.taken,
        sleep=lambda _: None,
    )
    basis = Basis(taken=found.taken, age=max(0.0, time.time() - found.taken))
    planned = _plan(seen, basis, choice, allowed=options.allowed, limits=limits, scope=scope)
    if not (count := secrets_recalled(unknown, found.state)):
        return planned
    warning = _UNKNOWN.format(*(("1 is", "it was") if count == 1 else (f"{count} are", "they were")))
    return replace(planned, warnings=(*planned.warnings, warning))


def plan_against(
    desired: Desired,
    base: Desired,
    basis: Basis,
    target: Target,
    choice: Choice,
    *,
    allowed: frozenset[str],
    limits: Limits | None,
    scope: Scope,
) -> Plan:
    """Return what would be done where `base` were live and recorded, and nothing else. Sends nothing.

    `basis` says where `base` comes from. `allowed` are the undocumented calls that may be used.
    """
    from wexa_sync.observe.as_live import as_live

    seen = as_live(desired, base, target, time.time())
    return _plan(seen, basis, choice, allowed=allowed, limits=limits, scope=scope)


def _plan(
    seen: Observation,
    basis: Basis,
    choice: Choice,
    *,
    allowed: frozenset[str],
    limits: Limits | None,
    scope: Scope,
) -> Plan:
    rules = Rules(prune=choice.prune, adopt=choice.adopt, allowed=allowed)
    planned = make_plan(seen, rules, targets=choice.targets, excludes=choice.excludes, limits=limits, scope=scope)
    return replace(planned, basis=basis, digest="")
