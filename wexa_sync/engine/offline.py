"""Plan without the API: hold manifests against other manifests."""

from __future__ import annotations

import time
from dataclasses import replace

from wexa_sync.model import Basis, Choice, Desired, Limits, Observation, Plan, Target
from wexa_sync.observe.as_live import as_live
from wexa_sync.plan.decision import Rules
from wexa_sync.plan.make import make_plan
from wexa_sync.plan.scope import Scope


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
