"""When a plan must not be applied though it is sound: it is stale, or goes over a budget. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wexa_sync.errors import PlanRefused
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Operation
from wexa_sync.model import Action, Change, Plan
from wexa_sync.rows import ADOPTED
from wexa_sync.state.base import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one apply may do without being told that it is meant: shares in percent of what is managed."""

    budget: float = 30.0
    max_executions: int = 10
    from_resources: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Excess:
    """Where changes go over a budget, and what to do if they are meant."""

    what: str
    hint: str


def excesses(changes: Sequence[Change], limits: Limits, *, managed: int) -> list[Excess]:
    """Every budget that the changes go over. `managed`: how many resources the state holds."""
    over = []
    for action, word in ((Action.DELETE, "delete"), (Action.UPDATE, "update")):
        count = sum(change.action is action and change.reason != ADOPTED for change in changes)
        if managed >= limits.from_resources and count * 100 > limits.budget * managed:
            what = f"it would {word} {count} of {managed} managed resources, more than {limits.budget:g} %"
            over.append(Excess(what=what, hint="apply with --force, or raise `budget` in wexa-sync.yaml"))
    if (runs := sum(change.action is Action.RUN for change in changes)) > limits.max_executions:
        what = f"it would start {runs} execution{'' if runs == 1 else 's'}, more than {limits.max_executions}"
        hint = "apply with --max-executions N or --force, or raise `max_executions` in wexa-sync.yaml"
        over.append(Excess(what=what, hint=hint))
    return over


def warnings(changes: Sequence[Change], limits: Limits, *, managed: int) -> tuple[str, ...]:
    """What apply will refuse, for whoever reads the plan."""
    over = excesses(changes, limits, managed=managed)
    return tuple(f"`apply` refuses this plan: {each.what}. If that is meant, {each.hint}." for each in over)


def require_applicable(plan: Plan, state: State, limits: Limits | None, allowed: frozenset[str] = frozenset()) -> None:
    """Raise PlanRefused where the plan was made at another state, or goes over `limits` (None: all of it is meant).

    Also where it has a call that nobody documented and that is not `allowed`, as it was when the plan was made.
    """
    if plan.serial and plan.lineage != state.lineage:
        raise PlanRefused(
            "this plan was made with another state",
            hint="Run it in the folder where the plan was made, or name its state: --state FILE.",
        )
    if plan.serial != state.serial or plan.lineage != state.lineage:
        raise PlanRefused(
            "the state has changed since this plan was made: somebody applied meanwhile",
            hint="Run `wexa-sync plan` again and review what it says now.",
        )
    for change in plan:
        if change.action is Action.UPDATE and not BY_NAME[change.address.kind].can(Operation.UPDATE, allowed):
            raise PlanRefused(
                f"the plan would update {change.address} by a call that is not documented and not allowed here",
                hint="Name it under `allow_undocumented` in wexa-sync.yaml, or plan again.",
            )
    if limits is not None and (over := excesses(plan.changes, limits, managed=len(state.records))):
        raise PlanRefused(
            "the plan goes too far: " + "; ".join(each.what for each in over),
            hint="If that is meant, " + "; ".join(dict.fromkeys(each.hint for each in over)) + ".",
        )
