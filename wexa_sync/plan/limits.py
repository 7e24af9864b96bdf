"""When a plan must not be applied though it is sound: it is stale, or goes over a budget. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from wexa_sync.compare.varied import variables_of
from wexa_sync.errors import PlanBlocked, PlanRefused, StateError
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.endpoint import Endpoint, Operation
from wexa_sync.model import (
    Action,
    Address,
    Change,
    Limits,
    Plan,
    Recalled,
    Sealed,
    Spec,
    Target,
    Unset,
    is_commanded,
)
from wexa_sync.plan.decision import ADOPTED
from wexa_sync.secrecy.find import leaves_of
from wexa_sync.state.base import State
from wexa_sync.state.format import checksum
from wexa_sync.text.suggest import named

DELETES, UPDATES, EXECUTIONS = "deletes", "updates", "executions"
BUDGETS = {DELETES: DELETES, UPDATES: UPDATES, EXECUTIONS: EXECUTIONS, "runs": EXECUTIONS}
"""The budgets, by each name that a person may give them."""

_NOT_KNOWN: tuple[type[Unset | Sealed | Recalled], ...] = (Unset, Sealed, Recalled)


class Excess(Struct, frozen=True, kw_only=True):
    """Say where changes go over a budget: the flag that lifts it, and the setting that raises it for good."""

    what: str
    flag: str
    setting: str


def managed(recorded: Iterable[Address]) -> int:
    """Return how many of the recorded resources count in a share: what a command ran is none of the manifests'."""
    return sum(not is_commanded(address) for address in recorded)


def excesses(changes: Sequence[Change], limits: Limits, *, managed: int) -> list[Excess]:
    """Return every budget that the changes go over. `managed`: how many resources the state holds."""
    over = []
    for action, name in ((Action.DELETE, DELETES), (Action.UPDATE, UPDATES)):
        count = sum(change.action is action and not change.reason.startswith(ADOPTED) for change in changes)
        within = managed < limits.from_resources or count * 100 <= limits.budget * managed
        if not within and count > limits.allowed.get(name, 0):
            what = f"it would {action.value} {count} of {managed} managed resources, more than {limits.budget:g} %"
            over.append(Excess(what=what, flag=f"--allow {name}={count}", setting="budget"))
    runs = sum(change.action is Action.RUN and not change.awaits for change in changes)
    runs, most = runs + sum(change.fires for change in changes), limits.max_executions
    if runs > max(most, limits.allowed.get(EXECUTIONS, 0)):
        what = f"it would start {runs} execution{'' if runs == 1 else 's'}{_of_them(changes)}, more than {most}"
        over.append(Excess(what=what, flag=f"--allow {EXECUTIONS}={runs}", setting="max_executions"))
    return over


def _of_them(changes: Sequence[Change]) -> str:
    """Return how many of the executions are purchases, for a sentence."""
    bought = len(purchases(changes))
    return f" ({bought} of them {'is a purchase' if bought == 1 else 'are purchases'})" if bought else ""


def purchases(changes: Iterable[Change]) -> list[Change]:
    """Return the changes that buy something: a person has to agree to each plan that has one."""
    return [each for each in changes if each.action is Action.RUN and not each.resume and _costs(each)]


def _costs(change: Change) -> str:
    return BY_NAME[change.address.kind].costs


def _way_out(over: Sequence[Excess]) -> str:
    """Return how to allow these changes: the flags, ready to be pasted, and the settings."""
    flags = " ".join(each.flag for each in over)
    settings = " and ".join(dict.fromkeys(f"`{each.setting}`" for each in over))
    return f"To allow it, apply with {flags}, or raise {settings} in wexa-sync.yaml."


def warnings(changes: Sequence[Change], limits: Limits, *, managed: int) -> tuple[str, ...]:
    """Return the plan's warnings of what apply will refuse."""
    over = excesses(changes, limits, managed=managed)
    return tuple(f"`apply` refuses this plan: {each.what}. {_way_out([each])}" for each in over)


def require_applicable(plan: Plan, state: State, limits: Limits | None, allowed: frozenset[str] = frozenset()) -> None:
    """Raise PlanRefused where the plan was made at another state, or goes over `limits` (None: all of it is meant).

    Raise it too for a call that is undocumented and not `allowed`, as it was when the plan was made. Raise PlanBlocked
    where `limits` are strict and anything is blocked.
    """
    if limits is not None and limits.strict and plan.blocked:
        raise PlanBlocked(
            f"{len(plan.blocked)} blocked, so --strict applies nothing", hint="Fix the blocked changes, shown above."
        )
    if plan.serial and plan.lineage != state.lineage:
        raise PlanRefused(
            "this plan was made with another state",
            hint="Run it in the folder where the plan was made, or name its state: --state FILE.",
        )
    if plan.serial != state.serial or plan.content != checksum(state):
        raise PlanRefused(
            "the state has changed since this plan was made: there was another apply",
            hint="Run `wexa-sync plan` again and review what it says now.",
        )
    _require_known(plan)
    for change in plan:
        if not all(call.may_be_sent(allowed) for call in _calls_of(change)):
            raise PlanRefused(
                f"the plan would {change.action.value} {change.address} by a call that is not documented and not "
                "allowed here",
                hint="Name it under `allow_undocumented` in wexa-sync.yaml, or plan again.",
            )
    count = managed(state.records)
    if limits is not None and not limits.force and (over := excesses(plan.changes, limits, managed=count)):
        raise PlanRefused(
            "the plan goes too far: " + "; ".join(each.what for each in over),
            hint=f"{_way_out(over)} --force lifts every budget.",
        )
    if limits is not None and not limits.hire and (bought := purchases(plan)):
        raise PlanRefused(
            f"the plan spends {_costs(bought[0])} on {named([each.address for each in bought])}",
            hint="To agree to that, apply with --hire, or set WEXA_SYNC_HIRE=1. --exclude leaves it out.",
        )


def _calls_of(change: Change) -> Sequence[Endpoint]:
    """Return the calls that a change sends."""
    kind = BY_NAME[change.address.kind]
    if change.action is Action.UPDATE:
        return kind.updates(change.names, change.after or {})
    operation = {Action.CREATE: Operation.CREATE, Action.DELETE: Operation.DELETE}.get(change.action)
    return kind.calls(operation, change.after) if operation is not None and not change.with_project else ()


def _unknown_in(spec: Spec) -> Iterator[str]:
    """Yield the variables, as `${...}`, of each value in a spec that can't be sent: it is not known here."""
    for _, leaf in leaves_of(spec, _NOT_KNOWN):
        yield from variables_of(leaf.template) or ["a secret"]


def _sent(change: Change) -> Spec:
    """Return what a change may send of its spec: of an update, the fields that its calls take."""
    spec = change.after or {}
    if change.action is not Action.UPDATE:
        return spec
    calls = _calls_of(change)
    return {name: value for name, value in spec.items() if any(call.takes(name) for call in calls)}


def _require_known(plan: Plan) -> None:
    """Raise PlanRefused where a change would send a value of a variable that is not set here."""
    sends = (Action.CREATE, Action.UPDATE, Action.RUN)
    changes = (change for change in plan if change.action in sends and not change.resume)
    needs = [(change.address, named(sorted(found))) for change in changes if (found := set(_unknown_in(_sent(change))))]
    if needs:
        what = "; ".join(f"{address} needs {variables}" for address, variables in sorted(needs))
        raise PlanRefused(
            f"not all that would be sent is known: {what}",
            hint="Set these environment variables. --target and --exclude leave out what needs them.",
        )


def require_target(plan: Plan, target: Target) -> None:
    """Raise PlanRefused where the plan is for another workspace."""
    if plan.target.environment != target.environment and plan.target.environment:
        here = f"the environment {target.environment}" if target.environment else "no environment"
        raise PlanRefused(
            f"the plan is for the environment {plan.target.environment}, and this is {here}: nothing was sent",
            hint=f"Apply it with --env {plan.target.environment}, or make a plan of this environment.",
        )
    if plan.target != target:
        raise PlanRefused(f"the plan is for {plan.target}, not for {target}", hint="Check the settings, or plan again.")


def require_user(plan: Plan, user: str) -> None:
    """Raise PlanRefused where the plan was made as another user."""
    if plan.user_id != user:
        raise PlanRefused(
            f"the plan was made as the user {plan.user_id}, and this is {user}",
            hint="Set WEXA_USER_ID and the key as they were when it was made, or plan again as this user.",
        )


def require_recorded(state: State, place: str) -> None:
    """Raise StateError where nothing was ever recorded at `place`: a destroy would find nothing to delete."""
    if not state.lineage:
        raise StateError(
            f"there is no state in {place}, so wexa-sync does not know what it made: nothing was deleted",
            hint="Name the state with --state, or restore it. If it is lost, `wexa-sync state rebuild` makes a new one "
            "of what is live; then destroy again.",
        )
